#include "format/index.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arithmetic.h"
#include "base/error.h"
#include "base/list.h"
#include "base/source.h"
#include "format/look_alike.h"
#include "format/walk.h"

#define WINDOW_SIZE ((size_t)65536)

struct index_reader {
    struct libgguf_file *file;
    const struct libgguf_open_options *options;
    struct walk walk;
    uint64_t kv_count;
    uint64_t tensor_count;
};

static void set_subject(struct index_reader *reader, const char *noun,
                        const struct libgguf_str *name)
{
    reader->walk.noun = noun;
    reader->walk.name = name;
}

static enum libgguf_status not_gguf(const struct index_reader *reader)
{
    unsigned char first[LOOK_ALIKE_SIZE];
    size_t size;
    struct libgguf_error *const err = reader->walk.err;
    const enum libgguf_status status =
        libgguf_source_read_some(reader->file->source, 0, first, sizeof first, &size, err);
    if (status) {
        return status;
    }
    if (size == 0) {
        return failure(err, LIBGGUF_ERR_NOT_GGUF, 0, "not a GGUF file: it is empty");
    }
    const char *const name = look_alike_name(first, size);
    if (name) {
        return failure(err, LIBGGUF_ERR_NOT_GGUF, 0, "not a GGUF file; it looks like %s", name);
    }
    char text[ERROR_NAME_SIZE];
    return failure(err, LIBGGUF_ERR_NOT_GGUF, 0,
                   "not a GGUF file: it begins with '%s' instead of 'GGUF'",
                   error_name(text, (const char *)first, size < 8 ? size : 8));
}

/* gguf-format 1: magic, version, byte order. */
static enum libgguf_status read_version(struct index_reader *reader)
{
    struct cursor *const cursor = &reader->walk.cursor;
    struct libgguf_header *const header = &reader->file->header;
    const unsigned char *const magic = cursor_peek(cursor, 4);
    if (!magic || memcmp(magic, "GGUF", 4) != 0) {
        return cursor->ok || cursor->status == LIBGGUF_ERR_TRUNCATED ? not_gguf(reader)
                                                                     : walk_stopped(&reader->walk);
    }
    cursor_skip(cursor, 4);
    header->version = cursor_u32(cursor);
    if (!cursor->ok) {
        return walk_stopped(&reader->walk);
    }
    if (header->version != 0 && (header->version & 0xffff) == 0) {
        header->big_endian = true;
        header->version = header->version >> 24 | (header->version >> 8 & 0xff00);
        cursor->big_endian = true;
    }
    if (header->version < 1 || header->version > 3) {
        return failure(reader->walk.err, LIBGGUF_ERR_VERSION, 4,
                       "GGUF version %" PRIu32 "; versions 1, 2 and 3 can be read",
                       header->version);
    }
    cursor->wide = header->version > 1;
    return LIBGGUF_OK;
}

/* gguf-format 2: the counts, which the bytes that are left must be able to hold. */
static enum libgguf_status read_counts(struct index_reader *reader)
{
    struct walk *const walk = &reader->walk;
    reader->tensor_count = cursor_length(&walk->cursor);
    reader->kv_count = cursor_length(&walk->cursor);
    if (!walk->cursor.ok) {
        return walk_stopped(walk);
    }
    const uint64_t length_size = walk->cursor.wide ? 8 : 4;
    enum libgguf_status status =
        walk_expect(walk, reader->kv_count, length_size + 4 + 1, "metadata entries");
    if (!status) {
        status = walk_expect(walk, reader->tensor_count, length_size + 4 + 4 + 8, "tensors");
    }
    if (!status &&
        (reader->kv_count >= HASH_INDEX_NONE || reader->tensor_count >= HASH_INDEX_NONE)) {
        status = failure(walk->err, LIBGGUF_ERR_RANGE, 8, "more than 2^32 - 2 entries or tensors");
    }
    return status;
}

/* gguf-format 5: general.alignment. */
static enum libgguf_status use_alignment(struct index_reader *reader,
                                         const struct libgguf_value *value)
{
    struct libgguf_error *const err = reader->walk.err;
    if (value->type != LIBGGUF_VALUE_U32) {
        return failure(err, LIBGGUF_ERR_ALIGNMENT, value->offset,
                       "general.alignment has type %s, it must be u32",
                       libgguf_value_type_name(value->type));
    }
    const uint32_t alignment = value->as.u32;
    const bool power_of_two = (alignment & (alignment - 1)) == 0;
    if (alignment == 0 || alignment > LIBGGUF_MAX_ALIGNMENT ||
        (!power_of_two && alignment % 8 != 0)) {
        return failure(err, LIBGGUF_ERR_ALIGNMENT, value->offset,
                       "general.alignment is %" PRIu32
                       "; it must be a power of two or a multiple of 8, and at most %d",
                       alignment, LIBGGUF_MAX_ALIGNMENT);
    }
    reader->file->header.alignment = alignment;
    return LIBGGUF_OK;
}

/* gguf-format 3: one metadata entry. */
static enum libgguf_status read_kv(struct index_reader *reader)
{
    char subject[WALK_SUBJECT_SIZE];
    struct libgguf_file *const file = reader->file;
    struct walk *const walk = &reader->walk;
    struct libgguf_kv *const kvs =
        list_room(file->kvs, file->kv_count, &file->kv_capacity, sizeof *kvs);
    if (!kvs) {
        return failure_memory(walk->err);
    }
    file->kvs = kvs;
    struct libgguf_kv *const kv = &kvs[file->kv_count];
    *kv = (struct libgguf_kv){.offset = cursor_offset(&walk->cursor)};
    set_subject(reader, "metadata", NULL);
    enum libgguf_status status = walk_name(walk, &kv->key);
    if (status) {
        return status;
    }
    if (kv->key.size == 0) {
        return failure(walk->err, LIBGGUF_ERR_EMPTY_KEY, kv->offset,
                       "metadata entry %zu has an empty key", file->kv_count);
    }
    set_subject(reader, "key", &kv->key);
    const uint64_t type_offset = cursor_offset(&walk->cursor);
    const uint32_t type = cursor_u32(&walk->cursor);
    if (!walk->cursor.ok) {
        return walk_stopped(walk);
    }
    if (!libgguf_value_type_name((enum libgguf_value_type)type)) {
        return failure(walk->err, LIBGGUF_ERR_VALUE_TYPE, type_offset,
                       "%s: unknown value type %" PRIu32 ", known are 0 to 12",
                       walk_subject(walk, subject), type);
    }
    status = walk_value(walk, type, &kv->value);
    if (status) {
        return status;
    }
    kv->size = cursor_offset(&walk->cursor) - kv->offset;
    if (!file_index_kv(file, (uint32_t)file->kv_count)) {
        return failure_memory(walk->err);
    }
    if (kv->duplicate && !reader->options->allow_duplicates) {
        return failure(walk->err, LIBGGUF_ERR_DUPLICATE_KEY, kv->offset,
                       "%s: occurs more than once", walk_subject(walk, subject));
    }
    file->kv_count++;
    /* Of several alignments the first one counts, as in ggml. */
    if (libgguf_str_equal(&kv->key, "general.alignment") && !kv->duplicate) {
        return use_alignment(reader, &kv->value);
    }
    return LIBGGUF_OK;
}

/* gguf-format 4: extents, and the sizes that follow from them. */
static enum libgguf_status measure_tensor(struct index_reader *reader,
                                          struct libgguf_tensor *tensor)
{
    char subject[WALK_SUBJECT_SIZE];
    uint64_t product = 1; /* of the extents that are not zero, so that any partial one is safe */
    bool empty = false;
    bool fits = true;
    for (uint32_t i = 0; i < tensor->dim_count; i++) {
        empty = empty || tensor->dims[i] == 0;
        fits = fits && checked_mul_u64(product, tensor->dims[i] ? tensor->dims[i] : 1, &product) &&
               product <= INT64_MAX;
    }
    tensor->element_count = empty ? 0 : product;
    tensor->type = libgguf_tensor_type_find(tensor->type_id);
    tensor->size_known = tensor->type && tensor->type->block_size > 0;
    if (fits && tensor->size_known) {
        const uint64_t row = tensor->dims[0] ? tensor->dims[0] : 1;
        uint64_t row_size;
        fits = libgguf_tensor_type_row_size(tensor->type, row, &row_size) &&
               checked_mul_u64(row_size, product / row, &tensor->size) && tensor->size <= INT64_MAX;
    }
    if (!fits) {
        return failure(reader->walk.err, LIBGGUF_ERR_DIMENSIONS, tensor->info_offset,
                       "%s: its extents multiply to more than 2^63 - 1 elements or bytes",
                       walk_subject(&reader->walk, subject));
    }
    if (empty) {
        tensor->size = 0;
    }
    return LIBGGUF_OK;
}

/* gguf-format 4: one tensor record. */
static enum libgguf_status read_tensor(struct index_reader *reader)
{
    char subject[WALK_SUBJECT_SIZE];
    struct libgguf_file *const file = reader->file;
    struct walk *const walk = &reader->walk;
    struct cursor *const cursor = &walk->cursor;
    struct libgguf_tensor *const tensors =
        list_room(file->tensors, file->tensor_count, &file->tensor_capacity, sizeof *tensors);
    if (!tensors) {
        return failure_memory(walk->err);
    }
    file->tensors = tensors;
    struct libgguf_tensor *const tensor = &tensors[file->tensor_count];
    *tensor = (struct libgguf_tensor){
        .info_offset = cursor_offset(cursor), .dims = {1, 1, 1, 1}, .index = file->tensor_count};
    set_subject(reader, "tensor information", NULL);
    enum libgguf_status status = walk_name(walk, &tensor->name);
    if (status) {
        return status;
    }
    set_subject(reader, "tensor", &tensor->name);
    tensor->dim_count = cursor_u32(cursor);
    if (cursor->ok && tensor->dim_count > LIBGGUF_MAX_DIMS) {
        return failure(walk->err, LIBGGUF_ERR_DIMENSIONS, cursor_offset(cursor) - 4,
                       "%s: %" PRIu32 " dimensions, at most %d are allowed",
                       walk_subject(walk, subject), tensor->dim_count, LIBGGUF_MAX_DIMS);
    }
    for (uint32_t i = 0; i < tensor->dim_count; i++) {
        tensor->dims[i] = cursor_length(cursor);
    }
    tensor->type_id = cursor_u32(cursor);
    tensor->data_offset = cursor_u64(cursor);
    if (!cursor->ok) {
        return walk_stopped(walk);
    }
    tensor->info_size = cursor_offset(cursor) - tensor->info_offset;
    status = measure_tensor(reader, tensor);
    if (status) {
        return status;
    }
    if (!file_index_tensor(file, (uint32_t)file->tensor_count)) {
        return failure_memory(walk->err);
    }
    if (tensor->duplicate && !reader->options->allow_duplicates) {
        return failure(walk->err, LIBGGUF_ERR_DUPLICATE_TENSOR, tensor->info_offset,
                       "%s: occurs more than once", walk_subject(walk, subject));
    }
    file->tensor_count++;
    return LIBGGUF_OK;
}

/* gguf-format 6: where a tensor's bytes are, and whether the file has them. */
static enum libgguf_status place_tensor(struct index_reader *reader, struct libgguf_tensor *tensor)
{
    char subject[WALK_SUBJECT_SIZE];
    struct libgguf_header *const header = &reader->file->header;
    struct libgguf_error *const err = reader->walk.err;
    uint64_t end;
    set_subject(reader, "tensor", &tensor->name);
    if (!checked_add_u64(header->data_offset, tensor->data_offset, &tensor->offset) ||
        !checked_add_u64(tensor->offset, tensor->size, &end) || end > INT64_MAX) {
        return failure(err, LIBGGUF_ERR_TENSOR_RANGE, tensor->info_offset,
                       "%s: offset %" PRIu64 " and size %" PRIu64 " add up to more than 2^63 - 1",
                       walk_subject(&reader->walk, subject), tensor->data_offset, tensor->size);
    }
    if (end > header->data_end) {
        header->data_end = end;
    }
    if (end <= header->file_size ||
        (tensor->size_known && tensor->size == 0 && tensor->data_offset == 0)) {
        return LIBGGUF_OK;
    }
    if (!reader->options->allow_missing_data) {
        return failure(err, LIBGGUF_ERR_TENSOR_RANGE, tensor->info_offset,
                       "%s ends at %" PRIu64 ", but the file has %" PRIu64 " bytes",
                       walk_subject(&reader->walk, subject), end, header->file_size);
    }
    const uint64_t missing = end - header->file_size;
    tensor->missing_size = missing < tensor->size ? missing : tensor->size;
    return LIBGGUF_OK;
}

static enum libgguf_status place_tensors(struct index_reader *reader)
{
    struct libgguf_file *const file = reader->file;
    struct libgguf_header *const header = &file->header;
    header->info_end = cursor_offset(&reader->walk.cursor);
    if (!checked_align_u64(header->info_end, header->alignment, &header->data_offset)) {
        return failure(reader->walk.err, LIBGGUF_ERR_ALIGNMENT, header->info_end,
                       "the data section would begin beyond 2^64");
    }
    if (libgguf_source_size(file->source) == LIBGGUF_SIZE_UNKNOWN && reader->options->read_to_end) {
        const enum libgguf_status status =
            libgguf_source_drain(file->source, reader->options->progress,
                                 reader->options->progress_context, reader->walk.err);
        if (status) {
            return status;
        }
    }
    header->file_size = libgguf_source_size(file->source);
    header->data_end = file->tensor_count > 0 ? header->data_offset : header->info_end;
    for (size_t i = 0; i < file->tensor_count; i++) {
        const enum libgguf_status status = place_tensor(reader, &file->tensors[i]);
        if (status) {
            return status;
        }
    }
    return LIBGGUF_OK;
}

static enum libgguf_status read_all(struct index_reader *reader)
{
    struct libgguf_header *const header = &reader->file->header;
    enum libgguf_status status = read_version(reader);
    if (!status) {
        status = read_counts(reader);
    }
    header->kv_offset = cursor_offset(&reader->walk.cursor);
    for (uint64_t i = 0; !status && i < reader->kv_count; i++) {
        status = read_kv(reader);
    }
    header->tensor_info_offset = cursor_offset(&reader->walk.cursor);
    for (uint64_t i = 0; !status && i < reader->tensor_count; i++) {
        status = read_tensor(reader);
    }
    return status ? status : place_tensors(reader);
}

enum libgguf_status index_read(struct libgguf_file *file,
                               const struct libgguf_open_options *options,
                               struct libgguf_error *err)
{
    /* Memory is decoded where it lies. */
    unsigned char *const window = file->source->memory ? NULL : malloc(WINDOW_SIZE);
    if (!window && !file->source->memory) {
        return failure_memory(err);
    }
    file->header.alignment = LIBGGUF_DEFAULT_ALIGNMENT;
    struct index_reader reader = {
        .file = file,
        .options = options,
        .walk = {.file = file, .arena = &file->names, .noun = "header", .err = err}};
    cursor_init(&reader.walk.cursor, file->source, 0, window, WINDOW_SIZE);
    enum libgguf_status status = read_all(&reader);
    free(window);
    if (!status) {
        status = libgguf_source_unchanged(file->source, err);
    }
    return status;
}
