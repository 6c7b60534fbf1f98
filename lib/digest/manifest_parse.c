#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <libgguf/utf8.h>

#include "base/error.h"
#include "digest/manifest.h"
#include "digest/manifest_members.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* A manifest being read. Each function below takes one thing over, or refuses it by its place. */
struct reader {
    struct manifest *manifest;
    struct libgguf_error *err;
};

static enum libgguf_status read_number(const struct reader *reader, const struct json_value *json,
                                       const struct place *parent, const char *key, uint64_t least,
                                       uint64_t most, uint64_t *out)
{
    const struct place place = {.parent = parent, .key = key};
    return members_read_number(json, &place, least, most, out, reader->err);
}

static enum libgguf_status read_optional(const struct reader *reader, const struct json_value *json,
                                         const struct place *parent, const char *key,
                                         struct libgguf_manifest_number *out)
{
    out->present = json != NULL;
    return json
               ? read_number(reader, json, parent, key, 0, LIBGGUF_MANIFEST_MAX_NUMBER, &out->value)
               : LIBGGUF_OK;
}

static enum libgguf_status read_digest(const struct reader *reader, const struct json_value *json,
                                       const struct place *parent, const char *key, bool *present,
                                       struct libgguf_digest *out)
{
    const struct place place = {.parent = parent, .key = key};
    if (present) {
        *present = json != NULL;
        if (!json) {
            return LIBGGUF_OK;
        }
    }
    const char *hex = NULL;
    size_t size = 0;
    const enum libgguf_status status =
        members_read_string(json, &place, SIZE_MAX, &hex, &size, reader->err);
    if (!status && !libgguf_digest_from_hex(hex, size, out)) {
        return place_refuse(&place, reader->err, "must be 64 lower-case hexadecimal digits");
    }
    return status;
}

/* The index among @p count @p words of the string @p json. */
static enum libgguf_status read_word(const struct reader *reader, const struct json_value *json,
                                     const struct place *parent, const char *key,
                                     const char *const *words, size_t count, size_t *out)
{
    const struct place place = {.parent = parent, .key = key};
    const char *text = NULL;
    size_t size = 0;
    const enum libgguf_status status =
        members_read_string(json, &place, SIZE_MAX, &text, &size, reader->err);
    if (status) {
        return status;
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, words[i]) == 0) {
            *out = i;
            return LIBGGUF_OK;
        }
    }
    char name[ERROR_NAME_SIZE];
    return place_refuse(&place, reader->err, "has the unknown value '%s'",
                        error_name(name, text, size));
}

static enum libgguf_status read_text(const struct reader *reader, const struct json_value *json,
                                     const struct place *parent, const char *key, size_t limit,
                                     struct libgguf_manifest_text *out)
{
    const struct place place = {.parent = parent, .key = key};
    if (!json) {
        return LIBGGUF_OK;
    }
    const char *data = NULL;
    size_t size = 0;
    const enum libgguf_status status =
        members_read_string(json, &place, limit, &data, &size, reader->err);
    if (!status && !manifest_copy_text(reader->manifest, data, size, out)) {
        return failure_memory(reader->err);
    }
    return status;
}

static int hex_digit(char digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *const found = digit ? strchr(digits, digit) : NULL;
    return found ? (int)(found - digits) : -1;
}

/* A name in hexadecimal, which is there only when it could not be a string. */
static enum libgguf_status read_hex(const struct reader *reader, const struct json_value *json,
                                    const struct place *parent, struct libgguf_manifest_text *out)
{
    const struct place place = {.parent = parent, .key = "name_hex"};
    const char *text = NULL;
    size_t digits = 0;
    const enum libgguf_status status =
        members_read_string(json, &place, SIZE_MAX, &text, &digits, reader->err);
    if (status) {
        return status;
    }
    if (digits % 2 != 0) {
        return place_refuse(&place, reader->err, "must be pairs of hexadecimal digits");
    }
    const size_t size = digits / 2;
    char *const bytes = arena_bytes(&reader->manifest->texts, size + 1);
    if (!bytes) {
        return failure_memory(reader->err);
    }
    for (size_t i = 0; i < size; i++) {
        const int high = hex_digit(text[2 * i]);
        const int low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            return place_refuse(&place, reader->err, "must be pairs of hexadecimal digits");
        }
        bytes[i] = (char)(high << 4 | low);
    }
    bytes[size] = '\0';
    if (libgguf_utf8_valid(bytes, size) && !memchr(bytes, '\0', size)) {
        return place_refuse(&place, reader->err, "is valid UTF-8 and must be 'name'");
    }
    *out = (struct libgguf_manifest_text){.data = bytes, .size = size};
    return LIBGGUF_OK;
}

static enum libgguf_status read_name(const struct reader *reader, const struct json_value *name,
                                     const struct json_value *name_hex, const struct place *parent,
                                     struct libgguf_manifest_text *out)
{
    const struct place place = {.parent = parent, .key = "name"};
    if (!name == !name_hex) {
        return place_refuse(&place, reader->err,
                            name ? "is there twice, also as name_hex" : "is missing");
    }
    return name ? read_text(reader, name, parent, "name", SIZE_MAX, out)
                : read_hex(reader, name_hex, parent, out);
}

static enum libgguf_status read_path(const struct reader *reader, const struct json_value *json,
                                     const struct place *parent, const char **out)
{
    const struct place place = {.parent = parent, .key = "path"};
    struct libgguf_manifest_text text = {0};
    const enum libgguf_status status =
        read_text(reader, json, parent, "path", LIBGGUF_MANIFEST_MAX_NAME, &text);
    if (!status && !libgguf_manifest_path_is_safe(text.data)) {
        char name[ERROR_NAME_SIZE];
        return place_refuse(&place, reader->err, "'%s' does not stay below the manifest",
                            error_name(name, text.data, text.size));
    }
    *out = text.data;
    return status;
}

static enum libgguf_status read_gzip(const struct reader *reader, const struct json_value *json,
                                     const struct place *parent, struct libgguf_chunk *chunk)
{
    const struct place place = {.parent = parent, .key = "gzip"};
    const struct json_value *path;
    const struct json_value *size;
    const struct json_value *sha256;
    const struct member members[] = {
        {"path", true, &path}, {"size", true, &size}, {"sha256", true, &sha256}};
    struct libgguf_manifest_gzip *const gzip = calloc(1, sizeof *gzip);
    if (!gzip) {
        return failure_memory(reader->err);
    }
    chunk->gzip = gzip;
    enum libgguf_status status =
        members_read_object(json, &place, members, COUNT_OF(members), reader->err);
    if (!status) {
        status = read_path(reader, path, &place, &gzip->path);
    }
    if (!status) {
        status =
            read_number(reader, size, &place, "size", 1, LIBGGUF_MANIFEST_MAX_NUMBER, &gzip->size);
    }
    return status ? status : read_digest(reader, sha256, &place, "sha256", NULL, &gzip->sha256);
}

/* What a chunk has in a bundle: both or neither of path and integrity, and gzip only besides. */
static enum libgguf_status read_location(const struct reader *reader, const struct json_value *path,
                                         const struct json_value *integrity,
                                         const struct json_value *gzip, const struct place *parent,
                                         struct libgguf_chunk *chunk)
{
    const struct place place = {.parent = parent, .key = "integrity"};
    if (!path && !integrity && !gzip) {
        return LIBGGUF_OK;
    }
    if (!path || !integrity) {
        const struct place missing = {.parent = parent, .key = path ? "integrity" : "path"};
        return place_refuse(&missing, reader->err, "is missing");
    }
    char expected[LIBGGUF_DIGEST_SRI_SIZE];
    libgguf_digest_sri(&chunk->sha256, expected);
    const char *text = NULL;
    size_t size = 0;
    enum libgguf_status status =
        members_read_string(integrity, &place, SIZE_MAX, &text, &size, reader->err);
    if (!status && strcmp(text, expected) != 0) {
        return place_refuse(&place, reader->err, "disagrees with sha256");
    }
    reader->manifest->public.is_bundle = true;
    if (!status) {
        status = read_path(reader, path, parent, &chunk->path);
    }
    return status || !gzip ? status : read_gzip(reader, gzip, parent, chunk);
}

static enum libgguf_status read_chunk(const struct reader *reader, const struct json_value *json,
                                      const struct place *place, struct libgguf_chunk *chunk)
{
    static const char *const roles[] = {"header", "tokenizer", "tensors", "data"};
    const struct json_value *offset;
    const struct json_value *size;
    const struct json_value *sha256;
    const struct json_value *role_json;
    const struct json_value *path;
    const struct json_value *integrity;
    const struct json_value *gzip;
    const struct member members[] = {{"offset", true, &offset}, {"size", true, &size},
                                     {"sha256", true, &sha256}, {"role", true, &role_json},
                                     {"path", false, &path},    {"integrity", false, &integrity},
                                     {"gzip", false, &gzip}};
    size_t role = 0;
    enum libgguf_status status =
        members_read_object(json, place, members, COUNT_OF(members), reader->err);
    if (!status) {
        status = read_number(reader, offset, place, "offset", 0, LIBGGUF_MANIFEST_MAX_NUMBER,
                             &chunk->piece.offset);
    }
    if (!status) {
        status =
            read_number(reader, size, place, "size", 1, LIBGGUF_MAX_CHUNK_SIZE, &chunk->piece.size);
    }
    if (!status) {
        status = read_digest(reader, sha256, place, "sha256", NULL, &chunk->sha256);
    }
    if (!status) {
        status = read_word(reader, role_json, place, "role", roles, COUNT_OF(roles), &role);
        chunk->piece.role = (enum libgguf_chunk_role)role;
    }
    return status ? status : read_location(reader, path, integrity, gzip, place, chunk);
}

static enum libgguf_status read_dims(const struct reader *reader, const struct json_value *json,
                                     const struct place *parent,
                                     struct libgguf_manifest_tensor *tensor)
{
    const struct place place = {.parent = parent, .key = "dims"};
    size_t count = 0;
    tensor->has_dims = json != NULL;
    if (!json) {
        return LIBGGUF_OK;
    }
    enum libgguf_status status =
        members_read_array(json, &place, LIBGGUF_MAX_DIMS, &count, reader->err);
    tensor->dim_count = (uint32_t)count;
    for (size_t i = 0; i < LIBGGUF_MAX_DIMS && !status; i++) {
        const struct place element = {.parent = &place, .index = i};
        tensor->dims[i] = 1;
        if (i < count) {
            status =
                members_read_number(members_element(json, i), &element, 0,
                                    LIBGGUF_MANIFEST_MAX_NUMBER, &tensor->dims[i], reader->err);
        }
    }
    return status;
}

static enum libgguf_status read_type(const struct reader *reader, const struct json_value *type,
                                     const struct json_value *type_id, const struct place *parent,
                                     struct libgguf_manifest_tensor *tensor)
{
    const struct place place = {.parent = parent, .key = "type"};
    uint64_t id = UINT32_MAX;
    if (!type == !type_id) {
        return place_refuse(&place, reader->err,
                            type ? "is there twice, also as type_id" : "is missing");
    }
    const enum libgguf_status status =
        type ? read_text(reader, type, parent, "type", 32, &tensor->type)
             : read_number(reader, type_id, parent, "type_id", 0, UINT32_MAX, &id);
    const struct libgguf_tensor_type *const known =
        type && !status ? libgguf_tensor_type_by_name(tensor->type.data) : NULL;
    tensor->type_id = known ? known->id : (uint32_t)id;
    return status;
}

/* The chunks that a tensor names are compared with those it lies in by manifest_check(). */
static enum libgguf_status read_tensor(const struct reader *reader, const struct json_value *json,
                                       const struct place *place,
                                       struct libgguf_manifest_tensor *tensor)
{
    const struct json_value *at[10];
    const struct member members[] = {{"name", false, &at[0]},       {"name_hex", false, &at[1]},
                                     {"type", false, &at[2]},       {"type_id", false, &at[3]},
                                     {"dims", false, &at[4]},       {"offset", false, &at[5]},
                                     {"size", false, &at[6]},       {"first_chunk", false, &at[7]},
                                     {"last_chunk", false, &at[8]}, {"sha256", false, &at[9]}};
    struct libgguf_manifest_number first = {0};
    struct libgguf_manifest_number last = {0};
    enum libgguf_status status =
        members_read_object(json, place, members, COUNT_OF(members), reader->err);
    if (!status) {
        status = read_name(reader, at[0], at[1], place, &tensor->name);
    }
    if (!status) {
        status = read_type(reader, at[2], at[3], place, tensor);
    }
    if (!status) {
        status = read_dims(reader, at[4], place, tensor);
    }
    if (!status) {
        status = read_optional(reader, at[5], place, "offset", &tensor->offset);
    }
    if (!status) {
        status = read_optional(reader, at[6], place, "size", &tensor->size);
    }
    if (!status) {
        status = read_optional(reader, at[7], place, "first_chunk", &first);
    }
    if (!status) {
        status = read_optional(reader, at[8], place, "last_chunk", &last);
    }
    if (!status && first.present != last.present) {
        const struct place missing = {.parent = place,
                                      .key = first.present ? "last_chunk" : "first_chunk"};
        return place_refuse(&missing, reader->err, "is missing");
    }
    tensor->has_chunks = first.present;
    tensor->first_chunk = first.value;
    tensor->last_chunk = last.value;
    return status
               ? status
               : read_digest(reader, at[9], place, "sha256", &tensor->has_sha256, &tensor->sha256);
}

static enum libgguf_status read_identity(const struct reader *reader, const struct json_value *json,
                                         const struct place *parent,
                                         struct libgguf_identity *identity)
{
    const struct place place = {.parent = parent, .key = "identity"};
    const struct json_value *header;
    const struct json_value *tokenizer;
    const struct json_value *chat_template;
    const struct member members[] = {{"header_sha256", true, &header},
                                     {"tokenizer_sha256", false, &tokenizer},
                                     {"chat_template_sha256", false, &chat_template}};
    enum libgguf_status status =
        members_read_object(json, &place, members, COUNT_OF(members), reader->err);
    if (!status) {
        status =
            read_digest(reader, header, &place, "header_sha256", NULL, &identity->header_sha256);
    }
    if (!status) {
        status = read_digest(reader, tokenizer, &place, "tokenizer_sha256",
                             &identity->has_tokenizer, &identity->tokenizer_sha256);
    }
    return status ? status
                  : read_digest(reader, chat_template, &place, "chat_template_sha256",
                                &identity->has_chat_template, &identity->chat_template_sha256);
}

static enum libgguf_status read_gguf(const struct reader *reader, const struct json_value *json,
                                     const struct place *parent, struct libgguf_manifest_gguf *gguf)
{
    static const char *const orders[] = {"little", "big"};
    const struct place place = {.parent = parent, .key = "gguf"};
    const struct json_value *at[9];
    const struct member members[] = {
        {"version", true, &at[0]},       {"byte_order", true, &at[1]},
        {"alignment", true, &at[2]},     {"data_offset", true, &at[3]},
        {"kv_count", true, &at[4]},      {"tensor_count", true, &at[5]},
        {"architecture", false, &at[6]}, {"file_type", false, &at[7]},
        {"parameters", false, &at[8]}};
    struct {
        size_t index;
        uint64_t least;
        uint64_t most;
        uint64_t *out;
    } numbers[] = {{0, 1, 3, NULL},
                   {2, 1, LIBGGUF_MAX_ALIGNMENT, &gguf->alignment},
                   {3, 0, LIBGGUF_MANIFEST_MAX_NUMBER, &gguf->data_offset},
                   {4, 0, LIBGGUF_MANIFEST_MAX_NUMBER, &gguf->kv_count},
                   {5, 0, LIBGGUF_MANIFEST_MAX_NUMBER, &gguf->tensor_count}};
    uint64_t version = 0;
    size_t order = 0;
    numbers[0].out = &version;
    enum libgguf_status status =
        members_read_object(json, &place, members, COUNT_OF(members), reader->err);
    for (size_t i = 0; i < COUNT_OF(numbers) && !status; i++) {
        status = read_number(reader, at[numbers[i].index], &place, members[numbers[i].index].key,
                             numbers[i].least, numbers[i].most, numbers[i].out);
    }
    if (!status) {
        status = read_word(reader, at[1], &place, "byte_order", orders, 2, &order);
    }
    gguf->version = (uint32_t)version;
    gguf->big_endian = order == 1;
    if (!status) {
        status = read_text(reader, at[6], &place, "architecture", 256, &gguf->architecture);
    }
    if (!status) {
        status = read_text(reader, at[7], &place, "file_type", 32, &gguf->file_type);
    }
    return status ? status : read_optional(reader, at[8], &place, "parameters", &gguf->parameters);
}

static enum libgguf_status read_chunks(const struct reader *reader, const struct json_value *json,
                                       const struct place *parent,
                                       struct libgguf_manifest_file *file)
{
    const struct place place = {.parent = parent, .key = "chunks"};
    size_t count = 0;
    enum libgguf_status status =
        members_read_array(json, &place, LIBGGUF_MAX_CHUNKS, &count, reader->err);
    if (status) {
        return status;
    }
    file->chunks = calloc(count ? count : 1, sizeof *file->chunks);
    if (!file->chunks) {
        return failure_memory(reader->err);
    }
    file->chunk_count = count;
    for (size_t i = 0; i < count && !status; i++) {
        const struct place element = {.parent = &place, .index = i};
        status = read_chunk(reader, members_element(json, i), &element, &file->chunks[i]);
    }
    return status;
}

static enum libgguf_status read_tensors(const struct reader *reader, const struct json_value *json,
                                        const struct place *parent,
                                        struct libgguf_manifest_file *file)
{
    const struct place place = {.parent = parent, .key = "tensors"};
    size_t count = 0;
    enum libgguf_status status = members_read_array(json, &place, SIZE_MAX, &count, reader->err);
    if (status) {
        return status;
    }
    file->tensors = calloc(count ? count : 1, sizeof *file->tensors);
    if (!file->tensors) {
        return failure_memory(reader->err);
    }
    file->tensor_count = count;
    for (size_t i = 0; i < count && !status; i++) {
        const struct place element = {.parent = &place, .index = i};
        status = read_tensor(reader, members_element(json, i), &element, &file->tensors[i]);
    }
    return status;
}

static enum libgguf_status read_origin(const struct reader *reader, const struct json_value *json,
                                       const struct place *parent,
                                       struct libgguf_manifest_file *file)
{
    const struct place place = {.parent = parent, .key = "origin"};
    const struct json_value *size;
    const struct json_value *sha256;
    const struct member members[] = {{"size", true, &size}, {"sha256", true, &sha256}};
    file->has_origin = json != NULL;
    if (!json) {
        return LIBGGUF_OK;
    }
    enum libgguf_status status =
        members_read_object(json, &place, members, COUNT_OF(members), reader->err);
    if (!status) {
        status = read_number(reader, size, &place, "size", 0, LIBGGUF_MANIFEST_MAX_NUMBER,
                             &file->origin_size);
    }
    return status ? status
                  : read_digest(reader, sha256, &place, "sha256", NULL, &file->origin_sha256);
}

static enum libgguf_status read_file(const struct reader *reader, const struct json_value *json,
                                     const struct place *place, struct libgguf_manifest_file *file)
{
    const struct json_value *at[9];
    const struct member members[] = {
        {"name", false, &at[0]},   {"name_hex", false, &at[1]}, {"size", true, &at[2]},
        {"sha256", false, &at[3]}, {"gguf", false, &at[4]},     {"identity", false, &at[5]},
        {"chunks", true, &at[6]},  {"tensors", false, &at[7]},  {"origin", false, &at[8]}};
    enum libgguf_status status =
        members_read_object(json, place, members, COUNT_OF(members), reader->err);
    if (!status) {
        status = read_name(reader, at[0], at[1], place, &file->name);
    }
    if (!status) {
        status =
            read_number(reader, at[2], place, "size", 0, LIBGGUF_MANIFEST_MAX_NUMBER, &file->size);
    }
    if (!status) {
        status = read_digest(reader, at[3], place, "sha256", &file->has_sha256, &file->sha256);
    }
    if (!status) {
        status = read_origin(reader, at[8], place, file);
    }
    if (!status) {
        status = read_chunks(reader, at[6], place, file);
    }
    /* The three belong together: a GGUF file has all of them, another file none. */
    static const size_t together[] = {4, 5, 7};
    file->is_gguf = at[4] || at[5] || at[7];
    for (size_t i = 0; i < COUNT_OF(together) && !status; i++) {
        const struct place missing = {.parent = place, .key = members[together[i]].key};
        if (file->is_gguf && !at[together[i]]) {
            return place_refuse(&missing, reader->err, "is missing");
        }
    }
    if (status || !file->is_gguf) {
        return status;
    }
    status = read_gguf(reader, at[4], place, &file->gguf);
    if (!status) {
        status = read_identity(reader, at[5], place, &file->gguf.identity);
    }
    return status ? status : read_tensors(reader, at[7], place, file);
}

static enum libgguf_status read_chunking(const struct reader *reader, const struct json_value *json)
{
    static const char *const cuts[] = {"tensor", "fixed"};
    const struct place place = {.key = "chunking"};
    struct libgguf_manifest *const manifest = &reader->manifest->public;
    const struct json_value *cut_json;
    const struct json_value *target;
    const struct json_value *max;
    const struct member members[] = {
        {"cut", true, &cut_json}, {"target_size", true, &target}, {"max_size", true, &max}};
    size_t cut = 0;
    enum libgguf_status status =
        members_read_object(json, &place, members, COUNT_OF(members), reader->err);
    if (!status) {
        status = read_word(reader, cut_json, &place, "cut", cuts, 2, &cut);
    }
    manifest->cut = (enum libgguf_cut)cut;
    if (!status) {
        status = read_number(reader, target, &place, "target_size", LIBGGUF_MIN_CHUNK_SIZE,
                             LIBGGUF_MAX_CHUNK_SIZE, &manifest->target_size);
    }
    return status ? status
                  : read_number(reader, max, &place, "max_size", manifest->target_size,
                                LIBGGUF_MAX_CHUNK_SIZE, &manifest->max_size);
}

static enum libgguf_status read_manifest(struct reader *reader, const struct json_value *json)
{
    const struct place place = {.key = "files"};
    static const char *const schemas[] = {LIBGGUF_MANIFEST_SCHEMA};
    const struct json_value *schema;
    const struct json_value *chunking;
    const struct json_value *chunks_sha256;
    const struct json_value *files;
    const struct member members[] = {{"schema", true, &schema},
                                     {"chunking", true, &chunking},
                                     {"chunks_sha256", true, &chunks_sha256},
                                     {"files", true, &files}};
    size_t count = 0;
    /* What another schema has as members is not for us to judge. */
    const struct json_value *const found = members_find(json, "schema");
    enum libgguf_status status =
        found ? read_word(reader, found, NULL, "schema", schemas, 1, &count) : LIBGGUF_OK;
    if (!status) {
        status = members_read_object(json, NULL, members, COUNT_OF(members), reader->err);
    }
    if (!status) {
        status = members_read_array(files, &place, LIBGGUF_MANIFEST_MAX_FILES, &count, reader->err);
    }
    if (status) {
        return status;
    }
    reader->manifest = manifest_new(count);
    if (!reader->manifest) {
        return failure_memory(reader->err);
    }
    status = read_chunking(reader, chunking);
    if (!status) {
        status = read_digest(reader, chunks_sha256, NULL, "chunks_sha256", NULL,
                             &reader->manifest->public.chunks_sha256);
    }
    for (size_t i = 0; i < count && !status; i++) {
        const struct place element = {.parent = &place, .index = i};
        status = read_file(reader, members_element(files, i), &element,
                           &reader->manifest->public.files[i]);
    }
    return status;
}

enum libgguf_status libgguf_manifest_parse(const char *data, size_t size,
                                           struct libgguf_manifest **out, struct libgguf_error *err)
{
    *out = NULL;
    if (size > LIBGGUF_MANIFEST_MAX_SIZE) {
        return place_refuse(NULL, err, "has %zu bytes, more than %d", size,
                            LIBGGUF_MANIFEST_MAX_SIZE);
    }
    struct json_value *document;
    enum libgguf_status status = members_load(data, size, &document, err);
    if (status) {
        return status;
    }
    struct reader reader = {.err = err};
    status = read_manifest(&reader, document);
    members_free(document);
    if (!status) {
        status = manifest_check(&reader.manifest->public, err);
    }
    if (status) {
        libgguf_manifest_free(reader.manifest ? &reader.manifest->public : NULL);
        return status;
    }
    *out = &reader.manifest->public;
    return LIBGGUF_OK;
}
