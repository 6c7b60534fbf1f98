#include "digest/manifest_values.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

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
            value_digest(reader, header, &place, "header_sha256", NULL, &identity->header_sha256);
    }
    if (!status) {
        status = value_digest(reader, tokenizer, &place, "tokenizer_sha256",
                              &identity->has_tokenizer, &identity->tokenizer_sha256);
    }
    return status ? status
                  : value_digest(reader, chat_template, &place, "chat_template_sha256",
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
        status = value_number(reader, at[numbers[i].index], &place, members[numbers[i].index].key,
                              numbers[i].least, numbers[i].most, numbers[i].out);
    }
    if (!status) {
        status = value_word(reader, at[1], &place, "byte_order", orders, 2, &order);
    }
    gguf->version = (uint32_t)version;
    gguf->big_endian = order == 1;
    if (!status) {
        status = value_text(reader, at[6], &place, "architecture", 256, &gguf->architecture);
    }
    if (!status) {
        status = value_text(reader, at[7], &place, "file_type", 32, &gguf->file_type);
    }
    return status ? status : value_optional(reader, at[8], &place, "parameters", &gguf->parameters);
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
        status = value_number(reader, size, &place, "size", 0, LIBGGUF_MANIFEST_MAX_NUMBER,
                              &file->origin_size);
    }
    return status ? status
                  : value_digest(reader, sha256, &place, "sha256", NULL, &file->origin_sha256);
}

static enum libgguf_status read_file(const struct reader *reader, const struct json_value *json,
                                     const struct place *place, size_t index,
                                     struct libgguf_manifest_file *file)
{
    const struct json_value *at[9];
    const struct member members[] = {
        {"name", false, &at[0]},   {"name_hex", false, &at[1]}, {"size", true, &at[2]},
        {"sha256", false, &at[3]}, {"gguf", false, &at[4]},     {"identity", false, &at[5]},
        {"chunks", true, &at[6]},  {"tensors", false, &at[7]},  {"origin", false, &at[8]}};
    enum libgguf_status status =
        members_read_object(json, place, members, COUNT_OF(members), reader->err);
    if (!status) {
        status = value_name(reader, at[0], at[1], place, &file->name);
    }
    if (!status) {
        status =
            value_number(reader, at[2], place, "size", 0, LIBGGUF_MANIFEST_MAX_NUMBER, &file->size);
    }
    if (!status) {
        status = value_digest(reader, at[3], place, "sha256", &file->has_sha256, &file->sha256);
    }
    if (!status) {
        status = read_origin(reader, at[8], place, file);
    }
    if (!status) {
        status = read_chunks(reader, at[6], place, index, file);
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
    return status ? status : read_tensors(reader, at[7], place, index, file);
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
        status = value_word(reader, cut_json, &place, "cut", cuts, 2, &cut);
    }
    manifest->cut = (enum libgguf_cut)cut;
    if (!status) {
        status = value_number(reader, target, &place, "target_size", LIBGGUF_MIN_CHUNK_SIZE,
                              LIBGGUF_MAX_CHUNK_SIZE, &manifest->target_size);
    }
    return status ? status
                  : value_number(reader, max, &place, "max_size", manifest->target_size,
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
        found ? value_word(reader, found, NULL, "schema", schemas, 1, &count) : LIBGGUF_OK;
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
        status = value_digest(reader, chunks_sha256, NULL, "chunks_sha256", NULL,
                              &reader->manifest->public.chunks_sha256);
    }
    for (size_t i = 0; i < count && !status; i++) {
        const struct place element = {.parent = &place, .index = i};
        status = read_file(reader, members_element(files, i), &element, i,
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
    struct manifest_split split;
    if (!split_make(&split, data, size)) {
        return failure_memory(err);
    }
    struct json_value *document;
    struct reader reader = {.split = &split, .err = err};
    enum libgguf_status status = members_load(split.text, split.size, &document, err);
    if (!status) {
        status = read_manifest(&reader, document);
        members_free(document);
    }
    split_free(&split);
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
