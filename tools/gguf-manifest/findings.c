#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/report.h"
#include "cli/size.h"
#include "manifest_tool.h"

/* Fewer zeros at the end than a sector of a disk are padding, or happen to be there. */
#define ZERO_TAIL_MIN 512

static void add(struct findings *out, const char *id, const char *format, ...) CLI_PRINTF(3, 4);

static void add(struct findings *out, const char *id, const char *format, ...)
{
    if (out->count == MAX_FINDINGS) {
        return;
    }
    struct finding *const finding = &out->list[out->count++];
    finding->id = id;
    va_list args;
    va_start(args, format);
    vsnprintf(finding->text, sizeof finding->text, format, args);
    va_end(args);
}

static bool tensor_lists_agree(const struct libgguf_manifest_file *file,
                               const struct libgguf_file *model)
{
    if (libgguf_tensor_count(model) != file->tensor_count) {
        return false;
    }
    const uint64_t wanted_start = file->gguf.data_offset;
    const uint64_t start = libgguf_header(model)->data_offset;
    for (size_t i = 0; i < file->tensor_count; i++) {
        const struct libgguf_manifest_tensor *const wanted = &file->tensors[i];
        const struct libgguf_tensor *const found = libgguf_tensor_at(model, i);
        if (wanted->name.size != found->name.size ||
            memcmp(wanted->name.data, found->name.data, wanted->name.size) != 0 ||
            wanted->type_id != found->type_id ||
            (wanted->has_dims && (wanted->dim_count != found->dim_count ||
                                  memcmp(wanted->dims, found->dims, sizeof found->dims) != 0)) ||
            (wanted->offset.present &&
             wanted->offset.value - wanted_start != found->offset - start)) {
            return false;
        }
    }
    return true;
}

static const char *part_changed(bool wanted, bool found)
{
    return wanted && found ? "is not the one in the manifest"
           : wanted        ? "is missing"
                           : "was added: the manifest has none";
}

static bool differ(bool a_present, const struct libgguf_digest *a, bool b_present,
                   const struct libgguf_digest *b)
{
    return a_present != b_present || (a_present && !libgguf_digest_equal(a, b));
}

/* True when the tensor data begins somewhere else. */
static bool compare_headers(const struct libgguf_manifest_file *file,
                            const struct libgguf_file *model, struct findings *out)
{
    const struct libgguf_identity *const wanted = &file->gguf.identity;
    struct libgguf_identity found;
    if (libgguf_identity(model, &found, NULL) ||
        libgguf_digest_equal(&wanted->header_sha256, &found.header_sha256)) {
        return false;
    }
    const size_t before = out->count;
    if (differ(wanted->has_chat_template, &wanted->chat_template_sha256, found.has_chat_template,
               &found.chat_template_sha256)) {
        add(out, "chat_template", "the chat template %s",
            part_changed(wanted->has_chat_template, found.has_chat_template));
    }
    if (differ(wanted->has_tokenizer, &wanted->tokenizer_sha256, found.has_tokenizer,
               &found.tokenizer_sha256)) {
        add(out, "tokenizer", "the tokenizer %s",
            part_changed(wanted->has_tokenizer, found.has_tokenizer));
    }
    if (!tensor_lists_agree(file, model)) {
        add(out, "tensors", "the list of tensors is not the one in the manifest");
    }
    if (out->count == before) {
        add(out, "metadata",
            "a key or value of the metadata differs; tokenizer, chat template and list of tensors "
            "are those of the manifest");
    }
    const bool shifted = libgguf_header(model)->data_offset != file->gguf.data_offset;
    if (shifted) {
        add(out, "shifted",
            "the tensor data begins at byte %" PRIu64 " instead of %" PRIu64
            ", so its chunks cannot be compared in place; compare a manifest of the file: "
            "gguf-manifest diff",
            libgguf_header(model)->data_offset, file->gguf.data_offset);
    }
    return shifted;
}

/* Weights may end in zeros: only where all that is there of a chunk is zero, it was not written. */
static bool last_chunk_is_zero(const struct libgguf_manifest_file *file,
                               const struct libgguf_verification *found)
{
    const uint64_t end = found->found_size < file->size ? found->found_size : file->size;
    size_t last;
    return libgguf_manifest_chunk_at(file, end - 1, &last) &&
           found->zero_tail >= end - file->chunks[last].piece.offset;
}

/* A header of another length moves everything behind it: then nothing is missing at the end. */
static void look_at_size(const struct libgguf_manifest_file *file,
                         const struct libgguf_verification *found, bool shifted,
                         struct findings *out)
{
    char size[CLI_NUMBER_SIZE];
    char wanted[CLI_NUMBER_SIZE];
    if (shifted && found->found_size != file->size) {
        add(out, "size", "the file has %s bytes instead of %s",
            cli_count_text(found->found_size, size), cli_count_text(file->size, wanted));
        return;
    }
    if (found->found_size < file->size) {
        add(out, "truncated", "the file is cut short: it should go on for %s",
            cli_nouns_text(file->size - found->found_size, "byte", size));
    } else if (found->found_size > file->size) {
        add(out, "extended", "the file goes on for %s after its end",
            cli_nouns_text(found->found_size - file->size, "byte", size));
    }
    if (found->zero_tail >= ZERO_TAIL_MIN) {
        add(out, "zero_tail", "the last %s bytes are zero%s",
            cli_count_text(found->zero_tail, size),
            last_chunk_is_zero(file, found) ? ", as after an interrupted download" : "");
    }
}

static bool header_is_bad(const struct libgguf_manifest_file *file,
                          const struct libgguf_verification *found)
{
    return file->is_gguf && found->bad_count > 0 &&
           file->chunks[found->bad[0].index].piece.offset < file->gguf.data_offset;
}

/* Opens the model to see what became of its header. True when the tensor data has moved. */
static bool look_at_header(const struct libgguf_manifest_file *file, const char *path,
                           struct findings *out)
{
    const struct libgguf_open_options options = {.struct_size = sizeof options,
                                                 .allow_missing_data = true,
                                                 .allow_duplicates = true,
                                                 .single_file = true};
    struct libgguf_file *model;
    struct libgguf_error err;
    if (libgguf_open(path, &options, &model, &err)) {
        add(out, "header", "%s%s",
            err.status == LIBGGUF_ERR_IO ? "" : "the header is damaged: ", err.text);
        return false;
    }
    const bool shifted = compare_headers(file, model, out);
    libgguf_close(model);
    return shifted;
}

void findings_collect(const struct libgguf_manifest *manifest, size_t index, const char *path,
                      const struct libgguf_verification *found, struct findings *out)
{
    const struct libgguf_manifest_file *const file = &manifest->files[index];
    size_t different = 0;
    *out = (struct findings){0};
    for (size_t i = 0; i < found->bad_count; i++) {
        different += found->bad[i].fault == LIBGGUF_CHUNK_DIFFERENT ||
                     found->bad[i].fault == LIBGGUF_CHUNK_CUT_SHORT;
    }
    if (file->chunk_count > 1 && different > 0 && found->bad_count == file->chunk_count) {
        add(out, "another_file", "none of the %zu chunks match: this is another file",
            file->chunk_count);
    }
    const bool shifted = path && header_is_bad(file, found) && look_at_header(file, path, out);
    look_at_size(file, found, shifted, out);
    if (found->has_sha256 && !found->sha256_matches && found->bad_count == 0 &&
        found->found_size == file->size) {
        add(out, "sha256",
            "the chunks match but the digest of the file does not: the manifest contradicts "
            "itself");
    }
}
