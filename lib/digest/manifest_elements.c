#include <stdlib.h>
#include <string.h>

#include "digest/manifest_values.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static enum libgguf_status read_path(const struct reader *reader, const struct json_value *json,
                                     const struct place *parent, const char **out)
{
    const struct place place = {.parent = parent, .key = "path"};
    struct libgguf_manifest_text text = {0};
    const enum libgguf_status status =
        value_text(reader, json, parent, "path", LIBGGUF_MANIFEST_MAX_NAME, &text);
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
            value_number(reader, size, &place, "size", 1, LIBGGUF_MANIFEST_MAX_NUMBER, &gzip->size);
    }
    return status ? status : value_digest(reader, sha256, &place, "sha256", NULL, &gzip->sha256);
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
        status = value_number(reader, offset, place, "offset", 0, LIBGGUF_MANIFEST_MAX_NUMBER,
                              &chunk->piece.offset);
    }
    if (!status) {
        status = value_number(reader, size, place, "size", 1, LIBGGUF_MAX_CHUNK_SIZE,
                              &chunk->piece.size);
    }
    if (!status) {
        status = value_digest(reader, sha256, place, "sha256", NULL, &chunk->sha256);
    }
    if (!status) {
        status = value_word(reader, role_json, place, "role", roles, COUNT_OF(roles), &role);
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
        type ? value_text(reader, type, parent, "type", 32, &tensor->type)
             : value_number(reader, type_id, parent, "type_id", 0, UINT32_MAX, &id);
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
        status = value_name(reader, at[0], at[1], place, &tensor->name);
    }
    if (!status) {
        status = read_type(reader, at[2], at[3], place, tensor);
    }
    if (!status) {
        status = read_dims(reader, at[4], place, tensor);
    }
    if (!status) {
        status = value_optional(reader, at[5], place, "offset", &tensor->offset);
    }
    if (!status) {
        status = value_optional(reader, at[6], place, "size", &tensor->size);
    }
    if (!status) {
        status = value_optional(reader, at[7], place, "first_chunk", &first);
    }
    if (!status) {
        status = value_optional(reader, at[8], place, "last_chunk", &last);
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
               : value_digest(reader, at[9], place, "sha256", &tensor->has_sha256, &tensor->sha256);
}

/* A list that grows as elements are found, never as they are claimed. */
static void *make_room(void *list, size_t count, size_t element_size)
{
    /* Powers of two: the list is full exactly when its count is one of them. */
    if (count != 0 && (count & (count - 1)) != 0) {
        return list;
    }
    const size_t capacity = count ? 2 * count : 1;
    return capacity > SIZE_MAX / element_size ? NULL : realloc(list, capacity * element_size);
}

enum libgguf_status read_chunks(const struct reader *reader, const struct json_value *json,
                                const struct place *parent, size_t index,
                                struct libgguf_manifest_file *file)
{
    const struct place place = {.parent = parent, .key = "chunks"};
    struct member_list list;
    enum libgguf_status status = members_list_begin(
        &list, json, split_find(reader->split, index, SPLIT_CHUNKS), &place, reader->err);
    while (!status && list.next) {
        const struct place element = {.parent = &place, .index = file->chunk_count};
        if (file->chunk_count == LIBGGUF_MAX_CHUNKS) {
            status =
                place_refuse(&place, reader->err, "has more than %d elements", LIBGGUF_MAX_CHUNKS);
            break;
        }
        struct libgguf_chunk *const chunks =
            make_room(file->chunks, file->chunk_count, sizeof *chunks);
        if (!chunks) {
            status = failure_memory(reader->err);
            break;
        }
        file->chunks = chunks;
        chunks[file->chunk_count] = (struct libgguf_chunk){0};
        status = read_chunk(reader, list.next, &element, &chunks[file->chunk_count++]);
        if (!status) {
            status = members_list_next(&list, &place, reader->err);
        }
    }
    members_list_end(&list);
    return status;
}

enum libgguf_status read_tensors(const struct reader *reader, const struct json_value *json,
                                 const struct place *parent, size_t index,
                                 struct libgguf_manifest_file *file)
{
    const struct place place = {.parent = parent, .key = "tensors"};
    struct member_list list;
    enum libgguf_status status = members_list_begin(
        &list, json, split_find(reader->split, index, SPLIT_TENSORS), &place, reader->err);
    while (!status && list.next) {
        const struct place element = {.parent = &place, .index = file->tensor_count};
        struct libgguf_manifest_tensor *const tensors =
            make_room(file->tensors, file->tensor_count, sizeof *tensors);
        if (!tensors) {
            status = failure_memory(reader->err);
            break;
        }
        file->tensors = tensors;
        tensors[file->tensor_count] = (struct libgguf_manifest_tensor){0};
        status = read_tensor(reader, list.next, &element, &tensors[file->tensor_count++]);
        if (!status) {
            status = members_list_next(&list, &place, reader->err);
        }
    }
    members_list_end(&list);
    return status;
}
