#include <string.h>

#include <libgguf/json.h>
#include <libgguf/utf8.h>

#include "digest/manifest.h"

static void write_digest(struct libgguf_json *json, const char *key,
                         const struct libgguf_digest *digest)
{
    libgguf_json_key(json, key);
    libgguf_json_hex(json, digest->bytes, sizeof digest->bytes);
}

static void write_number(struct libgguf_json *json, const char *key,
                         const struct libgguf_manifest_number *number)
{
    if (number->present) {
        libgguf_json_member_u64(json, key, number->value);
    }
}

static void write_text(struct libgguf_json *json, const char *key,
                       const struct libgguf_manifest_text *text)
{
    if (text->data) {
        libgguf_json_key(json, key);
        libgguf_json_string(json, text->data, text->size);
    }
}

/* manifest-format 3: many JSON readers stop at a NUL, so such a name is written as hexadecimal. */
static void write_name(struct libgguf_json *json, const struct libgguf_manifest_text *name)
{
    if (libgguf_utf8_valid(name->data, name->size) && !memchr(name->data, '\0', name->size)) {
        write_text(json, "name", name);
    } else {
        libgguf_json_key(json, "name_hex");
        libgguf_json_hex(json, name->data, name->size);
    }
}

static void write_gguf(struct libgguf_json *json, const struct libgguf_manifest_gguf *gguf)
{
    libgguf_json_key(json, "gguf");
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
    libgguf_json_member_u64(json, "version", gguf->version);
    libgguf_json_member_text(json, "byte_order", gguf->big_endian ? "big" : "little");
    libgguf_json_member_u64(json, "alignment", gguf->alignment);
    libgguf_json_member_u64(json, "data_offset", gguf->data_offset);
    libgguf_json_member_u64(json, "kv_count", gguf->kv_count);
    libgguf_json_member_u64(json, "tensor_count", gguf->tensor_count);
    write_text(json, "architecture", &gguf->architecture);
    write_text(json, "file_type", &gguf->file_type);
    write_number(json, "parameters", &gguf->parameters);
    libgguf_json_object_end(json);
    libgguf_json_key(json, "identity");
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
    write_digest(json, "header_sha256", &gguf->identity.header_sha256);
    if (gguf->identity.has_tokenizer) {
        write_digest(json, "tokenizer_sha256", &gguf->identity.tokenizer_sha256);
    }
    if (gguf->identity.has_chat_template) {
        write_digest(json, "chat_template_sha256", &gguf->identity.chat_template_sha256);
    }
    libgguf_json_object_end(json);
}

static void write_chunk(struct libgguf_json *json, const struct libgguf_chunk *chunk)
{
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
    libgguf_json_member_u64(json, "offset", chunk->piece.offset);
    libgguf_json_member_u64(json, "size", chunk->piece.size);
    write_digest(json, "sha256", &chunk->sha256);
    libgguf_json_member_text(json, "role", libgguf_chunk_role_name(chunk->piece.role));
    if (chunk->path) {
        char sri[LIBGGUF_DIGEST_SRI_SIZE];
        libgguf_digest_sri(&chunk->sha256, sri);
        libgguf_json_member_text(json, "path", chunk->path);
        libgguf_json_member_text(json, "integrity", sri);
    }
    if (chunk->gzip) {
        libgguf_json_key(json, "gzip");
        libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
        libgguf_json_member_text(json, "path", chunk->gzip->path);
        libgguf_json_member_u64(json, "size", chunk->gzip->size);
        write_digest(json, "sha256", &chunk->gzip->sha256);
        libgguf_json_object_end(json);
    }
    libgguf_json_object_end(json);
}

static void write_tensor(struct libgguf_json *json, const struct libgguf_manifest_tensor *tensor)
{
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
    write_name(json, &tensor->name);
    if (tensor->type.data) {
        write_text(json, "type", &tensor->type);
    } else {
        libgguf_json_member_u64(json, "type_id", tensor->type_id);
    }
    if (tensor->has_dims) {
        libgguf_json_key(json, "dims");
        libgguf_json_array_begin(json, LIBGGUF_JSON_LINE);
        for (uint32_t i = 0; i < tensor->dim_count; i++) {
            libgguf_json_u64(json, tensor->dims[i]);
        }
        libgguf_json_array_end(json);
    }
    write_number(json, "offset", &tensor->offset);
    write_number(json, "size", &tensor->size);
    if (tensor->has_chunks) {
        libgguf_json_member_u64(json, "first_chunk", tensor->first_chunk);
        libgguf_json_member_u64(json, "last_chunk", tensor->last_chunk);
    }
    if (tensor->has_sha256) {
        write_digest(json, "sha256", &tensor->sha256);
    }
    libgguf_json_object_end(json);
}

static void write_file(struct libgguf_json *json, const struct libgguf_manifest_file *file)
{
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
    write_name(json, &file->name);
    libgguf_json_member_u64(json, "size", file->size);
    if (file->has_sha256) {
        write_digest(json, "sha256", &file->sha256);
    }
    if (file->has_origin) {
        libgguf_json_key(json, "origin");
        libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
        libgguf_json_member_u64(json, "size", file->origin_size);
        write_digest(json, "sha256", &file->origin_sha256);
        libgguf_json_object_end(json);
    }
    if (file->is_gguf) {
        write_gguf(json, &file->gguf);
    }
    libgguf_json_key(json, "chunks");
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINES);
    for (size_t i = 0; i < file->chunk_count; i++) {
        write_chunk(json, &file->chunks[i]);
    }
    libgguf_json_array_end(json);
    if (file->is_gguf) {
        libgguf_json_key(json, "tensors");
        libgguf_json_array_begin(json, LIBGGUF_JSON_LINES);
        for (size_t i = 0; i < file->tensor_count; i++) {
            write_tensor(json, &file->tensors[i]);
        }
        libgguf_json_array_end(json);
    }
    libgguf_json_object_end(json);
}

enum libgguf_status libgguf_manifest_write(const struct libgguf_manifest *manifest,
                                           int (*sink)(void *context, const char *data,
                                                       size_t size),
                                           void *context, struct libgguf_error *err)
{
    struct libgguf_json json;
    libgguf_json_init(&json, sink, context);
    libgguf_json_object_begin(&json, LIBGGUF_JSON_LINES);
    libgguf_json_member_text(&json, "schema", LIBGGUF_MANIFEST_SCHEMA);
    libgguf_json_key(&json, "chunking");
    libgguf_json_object_begin(&json, LIBGGUF_JSON_LINE);
    libgguf_json_member_text(&json, "cut", libgguf_cut_name(manifest->cut));
    libgguf_json_member_u64(&json, "target_size", manifest->target_size);
    libgguf_json_member_u64(&json, "max_size", manifest->max_size);
    libgguf_json_object_end(&json);
    write_digest(&json, "chunks_sha256", &manifest->chunks_sha256);
    libgguf_json_key(&json, "files");
    libgguf_json_array_begin(&json, LIBGGUF_JSON_LINES);
    for (size_t i = 0; i < manifest->file_count; i++) {
        write_file(&json, &manifest->files[i]);
    }
    libgguf_json_array_end(&json);
    libgguf_json_object_end(&json);
    return libgguf_json_finish(&json, err);
}
