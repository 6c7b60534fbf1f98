#include <libgguf/json.h>

#include "bundle_tool.h"
#include "cli/output.h"

static void write_chunks(struct libgguf_json *json, const struct libgguf_plan *plan)
{
    libgguf_json_key(json, "chunks");
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINES);
    for (size_t i = 0; i < libgguf_plan_count(plan); i++) {
        struct libgguf_piece piece;
        if (!libgguf_plan_at(plan, i, &piece)) {
            continue;
        }
        libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
        libgguf_json_member_u64(json, "offset", piece.offset);
        libgguf_json_member_u64(json, "size", piece.size);
        libgguf_json_member_text(json, "role", libgguf_chunk_role_name(piece.role));
        libgguf_json_object_end(json);
    }
    libgguf_json_array_end(json);
}

static void write_cut_tensors(struct libgguf_json *json, const struct libgguf_plan *plan,
                              const struct libgguf_file *file)
{
    libgguf_json_key(json, "cut_tensors");
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINES);
    for (size_t i = 0; file && i < libgguf_tensor_count(file); i++) {
        const struct libgguf_tensor *const tensor = libgguf_tensor_at(file, i);
        size_t first;
        size_t last;
        if (!plan_find_tensor(plan, tensor, &first, &last) || first == last) {
            continue;
        }
        libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
        libgguf_json_key(json, "name");
        libgguf_json_string(json, tensor->name.data, (size_t)tensor->name.size);
        libgguf_json_member_u64(json, "size", tensor->size);
        libgguf_json_member_u64(json, "first_chunk", first);
        libgguf_json_member_u64(json, "last_chunk", last);
        libgguf_json_object_end(json);
    }
    libgguf_json_array_end(json);
}

static void write_shards(struct libgguf_json *json, const struct libgguf_split *split)
{
    libgguf_json_key(json, "shards");
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINES);
    for (size_t i = 0; i < split->count; i++) {
        libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
        libgguf_json_member_u64(json, "size", split->size[i]);
        libgguf_json_member_u64(json, "first_tensor", split->first[i]);
        libgguf_json_member_u64(json, "tensor_count", split->first[i + 1] - split->first[i]);
        libgguf_json_object_end(json);
    }
    libgguf_json_array_end(json);
}

static bool write_files(struct libgguf_json *json, const struct bundle_plan *plan)
{
    const size_t count = plan->file ? libgguf_shard_count(plan->file) : 1;
    bool made = true;
    libgguf_json_key(json, "files");
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINES);
    for (size_t i = 0; i < count && made; i++) {
        struct libgguf_plan *chunks;
        made = plan_make(plan, i, &chunks);
        if (!made) {
            break;
        }
        libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
        libgguf_json_member_u64(json, "size", libgguf_plan_size(chunks));
        write_chunks(json, chunks);
        write_cut_tensors(json, chunks, plan_file(plan, i));
        libgguf_json_object_end(json);
        libgguf_plan_free(chunks);
    }
    libgguf_json_array_end(json);
    return made;
}

enum cli_exit plan_json(const struct bundle_plan *plan)
{
    struct libgguf_json json;
    bool made = true;
    libgguf_json_init(&json, cli_json_to_stdout, NULL);
    libgguf_json_object_begin(&json, LIBGGUF_JSON_LINES);
    libgguf_json_member_text(&json, "schema", "gguf-bundle-plan/1");
    if (plan->split) {
        write_shards(&json, plan->split);
    } else {
        made = write_files(&json, plan);
    }
    libgguf_json_object_end(&json);
    /* A stdout that failed is reported by cli_main(). */
    (void)!libgguf_json_finish(&json, NULL);
    return made ? CLI_YES : CLI_FAILED;
}
