#include <inttypes.h>
#include <stdio.h>

#include <libgguf/json.h>

#include "cli/color.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/size.h"
#include "cli/text.h"
#include "manifest_tool.h"

/* More names on a chunk's line help nobody; JSON has more. */
#define NAMES_SHOWN 8

/* What a name may take in JSON each time that its tensor reaches into another chunk. */
#define NAME_SPAN 256

static const char *fault_id(enum libgguf_chunk_fault fault)
{
    static const char *const ids[] = {[LIBGGUF_CHUNK_MISSING] = "missing",
                                      [LIBGGUF_CHUNK_CUT_SHORT] = "cut_short",
                                      [LIBGGUF_CHUNK_ZEROED] = "zeroed",
                                      [LIBGGUF_CHUNK_MISPLACED] = "misplaced",
                                      [LIBGGUF_CHUNK_DIFFERENT] = "different"};
    return ids[fault];
}

bool verified_is_good(const struct libgguf_manifest_file *file,
                      const struct verified_file *verified)
{
    return !verified->could_not_read && verified->found.bad_count == 0 &&
           verified->found.found_size == file->size &&
           (!verified->found.has_sha256 || verified->found.sha256_matches);
}

static uint64_t bad_bytes(const struct libgguf_manifest_file *file,
                          const struct libgguf_verification *found)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < found->bad_count; i++) {
        bytes += file->chunks[found->bad[i].index].piece.size;
    }
    return bytes;
}

#define LINE_COLUMNS 80
#define NAMES_INDENT 4

/* The names of tensors below a chunk's line, wrapped between names. */
struct name_list {
    size_t shown;
    size_t column;
};

/* Makes room for @p columns columns after what was printed last. */
static void name_list_space(struct name_list *list, size_t columns)
{
    if (list->column == 0 || list->column + 1 + columns > LINE_COLUMNS) {
        fputs(list->column > 0 ? "\n" : "", stdout);
        cli_put_spaces(stdout, NAMES_INDENT);
        list->column = NAMES_INDENT;
    } else {
        fputs(" ", stdout);
        list->column++;
    }
}

static void print_tensor_name(void *context, const struct libgguf_manifest_tensor *tensor)
{
    struct name_list *const list = context;
    const size_t comma = 1;
    const size_t most = LINE_COLUMNS - NAMES_INDENT - comma;
    if (list->shown > 0) {
        fputs(",", stdout);
        list->column += comma;
    }
    name_list_space(list, cli_text_columns(tensor->name.data, tensor->name.size, most) + comma);
    list->column += cli_put_text(stdout, tensor->name.data, tensor->name.size, most);
    list->shown++;
}

static void print_fault(const struct libgguf_manifest *manifest, size_t file,
                        const struct libgguf_bad_chunk *bad)
{
    switch (bad->fault) {
    case LIBGGUF_CHUNK_MISSING:
        fputs("missing\n", stdout);
        break;
    case LIBGGUF_CHUNK_CUT_SHORT:
        fputs("the file ends inside it\n", stdout);
        break;
    case LIBGGUF_CHUNK_ZEROED:
        fputs("all zero\n", stdout);
        break;
    case LIBGGUF_CHUNK_MISPLACED:
        printf("these are the bytes of chunk %zu", bad->other_chunk);
        if (bad->other_file != file) {
            const struct libgguf_manifest_text *const name = &manifest->files[bad->other_file].name;
            fputs(" of ", stdout);
            cli_put_text(stdout, name->data, name->size, LINE_COLUMNS);
        }
        fputs("\n", stdout);
        break;
    case LIBGGUF_CHUNK_DIFFERENT:
        fputs("other bytes\n", stdout);
        break;
    }
}

static void print_bad_chunk(const struct libgguf_manifest *manifest, size_t file,
                            const struct tensor_lookup *lookup, const struct libgguf_bad_chunk *bad)
{
    const struct libgguf_piece *const piece = &manifest->files[file].chunks[bad->index].piece;
    printf("  chunk %zu, bytes %" PRIu64 "-%" PRIu64 ", %s: ", bad->index, piece->offset,
           piece->offset + piece->size - 1, libgguf_chunk_role_name(piece->role));
    print_fault(manifest, file, bad);
    struct name_list list = {0};
    const size_t count =
        tensor_lookup_chunk(lookup, bad->index, NAMES_SHOWN, print_tensor_name, &list);
    if (count > NAMES_SHOWN) {
        char more[48];
        const int columns = snprintf(more, sizeof more, "and %zu more", count - NAMES_SHOWN);
        name_list_space(&list, (size_t)columns);
        fputs(more, stdout);
    }
    if (count > 0) {
        fputs("\n", stdout);
    }
}

static void print_bad_file(const struct libgguf_manifest *manifest, size_t index,
                           const struct verified_file *verified)
{
    const struct libgguf_manifest_file *const file = &manifest->files[index];
    struct tensor_lookup lookup;
    printf("%s%zu of %zu chunks bad%s", cli_style(CLI_BAD), verified->found.bad_count,
           file->chunk_count, cli_style(CLI_PLAIN));
    if (verified->found.bad_count > 0) {
        fputs(", ", stdout);
        print_size(bad_bytes(file, &verified->found));
        fputs(" to fetch again", stdout);
    }
    fputs("\n", stdout);
    if (!tensor_lookup_init(&lookup, file)) {
        return;
    }
    for (size_t i = 0; i < verified->found.bad_count; i++) {
        print_bad_chunk(manifest, index, &lookup, &verified->found.bad[i]);
    }
    tensor_lookup_free(&lookup);
    for (size_t i = 0; i < verified->findings.count; i++) {
        fputs("  ", stdout);
        cli_put_wrapped(stdout, verified->findings.list[i].text, 2, 4, LINE_COLUMNS);
    }
}

static void print_match(size_t chunk_count)
{
    if (chunk_count == 0) {
        fputs("empty, as it should be", stdout);
    } else if (chunk_count == 1) {
        fputs("its one chunk matches", stdout);
    } else {
        printf("all %zu chunks match", chunk_count);
    }
}

void report_text(const struct libgguf_manifest *manifest, const struct verified_file *verified)
{
    char bytes[CLI_NUMBER_SIZE];
    for (size_t i = 0; i < manifest->file_count; i++) {
        const struct libgguf_manifest_file *const file = &manifest->files[i];
        const bool good = verified_is_good(file, &verified[i]);
        if (verified[i].could_not_read || (good && cli_quiet())) {
            continue;
        }
        cli_put_text(stdout, file->name.data, file->name.size, CLI_ALL_COLUMNS);
        fputs(": ", stdout);
        if (good) {
            fputs(cli_style(CLI_GOOD), stdout);
            print_match(file->chunk_count);
            printf("%s (%s)\n", cli_style(CLI_PLAIN), cli_nouns_text(file->size, "byte", bytes));
        } else {
            print_bad_file(manifest, i, &verified[i]);
        }
    }
}

/* Names of tensors in JSON, and how many bytes of them may still be written. */
struct name_writer {
    struct libgguf_json *json;
    uint64_t left;
};

/*
 * Each name once, and again for each chunk but the first that a tensor reaches into: no chunk
 * begins in more than one, unless tensors overlap, as all of them may in each chunk of a hostile
 * manifest.
 */
static uint64_t name_budget(const struct libgguf_manifest_file *file)
{
    uint64_t budget = (uint64_t)NAME_SPAN * file->chunk_count;
    for (size_t i = 0; i < file->tensor_count; i++) {
        budget += file->tensors[i].name.size + 1;
    }
    return budget;
}

static void write_tensor_name(void *context, const struct libgguf_manifest_tensor *tensor)
{
    struct name_writer *const writer = context;
    if (tensor->name.size >= writer->left) {
        writer->left = 0;
        return;
    }
    libgguf_json_string(writer->json, tensor->name.data, tensor->name.size);
    writer->left -= tensor->name.size + 1;
}

static void write_bad_chunk(const struct libgguf_manifest_file *file,
                            const struct tensor_lookup *lookup, const struct libgguf_bad_chunk *bad,
                            struct name_writer *names)
{
    struct libgguf_json *const json = names->json;
    const size_t most = names->left < SIZE_MAX ? (size_t)names->left : SIZE_MAX;
    const struct libgguf_piece *const piece = &file->chunks[bad->index].piece;
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
    libgguf_json_member_u64(json, "index", bad->index);
    libgguf_json_member_u64(json, "offset", piece->offset);
    libgguf_json_member_u64(json, "size", piece->size);
    libgguf_json_member_text(json, "role", libgguf_chunk_role_name(piece->role));
    libgguf_json_member_text(json, "fault", fault_id(bad->fault));
    if (bad->fault == LIBGGUF_CHUNK_MISPLACED) {
        libgguf_json_member_u64(json, "bytes_of_file", bad->other_file);
        libgguf_json_member_u64(json, "bytes_of_chunk", bad->other_chunk);
    }
    libgguf_json_key(json, "tensors");
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINE);
    const size_t count = tensor_lookup_chunk(lookup, bad->index, most, write_tensor_name, names);
    libgguf_json_array_end(json);
    libgguf_json_member_u64(json, "tensor_count", count);
    libgguf_json_object_end(json);
}

static void write_file(struct libgguf_json *json, const struct libgguf_manifest_file *file,
                       const struct verified_file *verified)
{
    struct tensor_lookup lookup;
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
    libgguf_json_key(json, "name");
    libgguf_json_string(json, file->name.data, file->name.size);
    libgguf_json_member_text(json, "result",
                             verified->could_not_read           ? "unreadable"
                             : verified_is_good(file, verified) ? "good"
                                                                : "bad");
    libgguf_json_member_u64(json, "size", file->size);
    if (!verified->could_not_read && tensor_lookup_init(&lookup, file)) {
        libgguf_json_member_u64(json, "found_size", verified->found.found_size);
        libgguf_json_member_u64(json, "chunk_count", file->chunk_count);
        libgguf_json_member_u64(json, "bad_size", bad_bytes(file, &verified->found));
        libgguf_json_member_u64(json, "zero_tail", verified->found.zero_tail);
        if (verified->found.has_sha256) {
            libgguf_json_member_bool(json, "sha256_matches", verified->found.sha256_matches);
        }
        struct name_writer names = {.json = json, .left = name_budget(file)};
        libgguf_json_key(json, "bad_chunks");
        libgguf_json_array_begin(json, LIBGGUF_JSON_LINES);
        for (size_t i = 0; i < verified->found.bad_count; i++) {
            write_bad_chunk(file, &lookup, &verified->found.bad[i], &names);
        }
        libgguf_json_array_end(json);
        libgguf_json_key(json, "findings");
        libgguf_json_array_begin(json, LIBGGUF_JSON_LINES);
        for (size_t i = 0; i < verified->findings.count; i++) {
            libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
            libgguf_json_member_text(json, "id", verified->findings.list[i].id);
            libgguf_json_member_text(json, "text", verified->findings.list[i].text);
            libgguf_json_object_end(json);
        }
        libgguf_json_array_end(json);
        tensor_lookup_free(&lookup);
    }
    libgguf_json_object_end(json);
}

void report_json(const struct libgguf_manifest *manifest, const struct verified_file *verified)
{
    struct libgguf_json json;
    bool good = true;
    for (size_t i = 0; i < manifest->file_count; i++) {
        good = good && verified_is_good(&manifest->files[i], &verified[i]);
    }
    libgguf_json_init(&json, cli_json_to_stdout, NULL);
    libgguf_json_object_begin(&json, LIBGGUF_JSON_LINES);
    libgguf_json_member_text(&json, "schema", "gguf-manifest-verify/1");
    libgguf_json_member_bool(&json, "good", good);
    libgguf_json_key(&json, "files");
    libgguf_json_array_begin(&json, LIBGGUF_JSON_LINES);
    for (size_t i = 0; i < manifest->file_count; i++) {
        write_file(&json, &manifest->files[i], &verified[i]);
    }
    libgguf_json_array_end(&json);
    libgguf_json_object_end(&json);
    /* A stdout that failed is reported by cli_main(). */
    (void)!libgguf_json_finish(&json, NULL);
}
