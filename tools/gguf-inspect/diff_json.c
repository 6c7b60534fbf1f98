#include "diff.h"

#include <string.h>

#include "cli/output.h"
#include "json_value.h"

static void side_member(struct libgguf_json *json, const char *name, const struct model_file *model,
                        const struct libgguf_kv *kv)
{
    libgguf_json_key(json, name);
    if (!kv) {
        libgguf_json_null(json);
        return;
    }
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
    json_value_members(json, model->file, &kv->value, 0);
    libgguf_json_object_end(json);
}

static const char *change_name(bool in_old, bool in_new)
{
    return !in_old ? "added" : !in_new ? "removed" : "changed";
}

static void entry_element(struct libgguf_json *json, const struct diff *diff,
                          const struct diff_entry *entry)
{
    const struct libgguf_kv *shown = entry->old_kv ? entry->old_kv : entry->new_kv;
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
    libgguf_json_key(json, "key");
    libgguf_json_string(json, shown->key.data, (size_t)shown->key.size);
    libgguf_json_member_text(json, "change", change_name(entry->old_kv, entry->new_kv));
    side_member(json, "old", diff->old_model, entry->old_kv);
    side_member(json, "new", diff->new_model, entry->new_kv);
    if (entry->old_kv && entry->new_kv && entry->old_kv->value.type == entry->new_kv->value.type) {
        if (entry->old_kv->value.type == LIBGGUF_VALUE_STRING) {
            libgguf_json_member_u64(json, "first_difference", entry->difference.first);
        } else if (entry->old_kv->value.type == LIBGGUF_VALUE_ARRAY) {
            libgguf_json_member_u64(json, "first_difference", entry->difference.first);
            libgguf_json_member_u64(json, "differing_items", entry->difference.differing);
        }
    }
    libgguf_json_object_end(json);
}

static void tensor_side(struct libgguf_json *json, const char *name,
                        const struct libgguf_tensor *tensor, const struct libgguf_digest *digest)
{
    libgguf_json_key(json, name);
    if (!tensor) {
        libgguf_json_null(json);
        return;
    }
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
    json_tensor_members(json, tensor);
    libgguf_json_member_u64(json, "data_offset", tensor->data_offset);
    libgguf_json_key(json, "size");
    if (tensor->size_known) {
        libgguf_json_u64(json, tensor->size);
    } else {
        libgguf_json_null(json);
    }
    if (digest) {
        libgguf_json_key(json, "sha256");
        libgguf_json_hex(json, digest->bytes, sizeof digest->bytes);
    }
    libgguf_json_object_end(json);
}

static void tensor_element(struct libgguf_json *json, const struct diff_tensor *tensor)
{
    static const struct {
        enum diff_change change;
        const char *name;
    } names[] = {
        {DIFF_TYPE, "type"}, {DIFF_SHAPE, "shape"}, {DIFF_MOVED, "offset"}, {DIFF_BYTES, "bytes"}};
    const struct libgguf_tensor *shown =
        tensor->old_tensor ? tensor->old_tensor : tensor->new_tensor;
    const bool bytes = (tensor->changes & DIFF_BYTES) != 0;
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
    libgguf_json_key(json, "name");
    libgguf_json_string(json, shown->name.data, (size_t)shown->name.size);
    libgguf_json_member_text(json, "change", change_name(tensor->old_tensor, tensor->new_tensor));
    libgguf_json_key(json, "what");
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINE);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (tensor->changes & names[i].change) {
            libgguf_json_text(json, names[i].name);
        }
    }
    libgguf_json_array_end(json);
    tensor_side(json, "old", tensor->old_tensor, bytes ? &tensor->digests[0] : NULL);
    tensor_side(json, "new", tensor->new_tensor, bytes ? &tensor->digests[1] : NULL);
    if (bytes) {
        libgguf_json_member_u64(json, "first_difference", tensor->first_byte);
        libgguf_json_member_u64(json, "differing_bytes", tensor->differing_bytes);
    }
    libgguf_json_object_end(json);
}

static void model_member(struct libgguf_json *json, const char *name,
                         const struct model_file *model)
{
    const struct libgguf_header *header = libgguf_header(model->file);
    libgguf_json_key(json, name);
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
    libgguf_json_member_text(json, "path", model->is_stream ? "-" : model->label);
    libgguf_json_member_u64(json, "version", header->version);
    libgguf_json_member_text(json, "byte_order", header->big_endian ? "big" : "little");
    libgguf_json_member_u64(json, "alignment", header->alignment);
    libgguf_json_member_u64(json, "kv_count", libgguf_kv_count(model->file));
    libgguf_json_member_u64(json, "tensor_count", libgguf_tensor_count(model->file));
    libgguf_json_member_u64(json, "shards_missing", model->shards_missing);
    libgguf_json_object_end(json);
}

static void entries_member(struct libgguf_json *json, const char *name, const struct diff *diff,
                           bool tokenizer)
{
    libgguf_json_key(json, name);
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINES);
    for (size_t i = 0; i < diff->entry_count; i++) {
        if (diff_entry_is_tokenizer(&diff->entries[i]) == tokenizer) {
            entry_element(json, diff, &diff->entries[i]);
        }
    }
    libgguf_json_array_end(json);
}

bool diff_print_json(const struct diff *diff)
{
    struct libgguf_json json;
    libgguf_json_init(&json, cli_json_to_stdout, NULL);
    libgguf_json_object_begin(&json, LIBGGUF_JSON_LINES);
    libgguf_json_member_text(&json, "schema", "gguf-inspect-diff/1");
    libgguf_json_member_bool(&json, "same", diff_verdict(diff) == CLI_YES);
    model_member(&json, "old", diff->old_model);
    model_member(&json, "new", diff->new_model);
    entries_member(&json, "metadata", diff, false);
    entries_member(&json, "tokenizer", diff, true);
    libgguf_json_key(&json, "tensors");
    libgguf_json_array_begin(&json, LIBGGUF_JSON_LINES);
    for (size_t i = 0; i < diff->tensor_count; i++) {
        tensor_element(&json, &diff->tensors[i]);
    }
    libgguf_json_array_end(&json);
    libgguf_json_member_bool(&json, "bytes_compared", diff->data);
    libgguf_json_member_u64(&json, "tensors_not_compared", diff->not_compared + diff->unmatched);
    libgguf_json_object_end(&json);
    return libgguf_json_finish(&json, NULL) == LIBGGUF_OK;
}
