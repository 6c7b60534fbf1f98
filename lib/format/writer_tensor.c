/* Adding tensors, and where everything of the file comes to lie. */
#include "format/writer.h"

#include <inttypes.h>
#include <string.h>

#include "base/arithmetic.h"
#include "base/error.h"
#include "base/list.h"

#define ALIGNMENT_KEY_SIZE (sizeof "general.alignment" - 1)

static bool name_equal(const void *owner, uint32_t index, const void *data, size_t size)
{
    const struct libgguf_writer *writer = owner;
    const struct writer_tensor *tensor = &writer->tensors[index];
    return tensor->name_size == size && memcmp(writer->bytes.data + tensor->name, data, size) == 0;
}

static enum libgguf_status measure_type(struct writer_tensor *tensor, const char *name,
                                        struct libgguf_error *err)
{
    const struct libgguf_tensor_type *type = libgguf_tensor_type_find(tensor->type_id);
    if (!type || type->block_size == 0) {
        return failure(err, LIBGGUF_ERR_UNSUPPORTED, LIBGGUF_NO_OFFSET,
                       "tensor '%s' has type %" PRIu32 ", whose size is not known", name,
                       tensor->type_id);
    }
    if (tensor->dims[0] % type->block_elements != 0) {
        return failure(err, LIBGGUF_ERR_DIMENSIONS, LIBGGUF_NO_OFFSET,
                       "tensor '%s' has rows of %" PRIu64 " elements, needed a multiple of %" PRIu32
                       " for %s",
                       name, tensor->dims[0], type->block_elements, type->name);
    }
    uint64_t elements = tensor->dims[0];
    bool fits = libgguf_tensor_type_row_size(type, tensor->dims[0], &tensor->size);
    for (uint32_t i = 1; i < LIBGGUF_MAX_DIMS && fits; i++) {
        fits = checked_mul_u64(elements, tensor->dims[i], &elements) &&
               checked_mul_u64(tensor->size, tensor->dims[i], &tensor->size);
    }
    if (!fits || elements > INT64_MAX || tensor->size > INT64_MAX) {
        return failure(err, LIBGGUF_ERR_DIMENSIONS, LIBGGUF_NO_OFFSET,
                       "tensor '%s' exceeds 2^63 - 1 elements or bytes", name);
    }
    return LIBGGUF_OK;
}

static enum libgguf_status measure(const struct libgguf_writer *writer,
                                   const struct libgguf_tensor_input *input,
                                   struct writer_tensor *tensor, struct libgguf_error *err)
{
    char name[ERROR_NAME_SIZE];
    error_name(name, input->name, input->name_size);
    if (input->dim_count > LIBGGUF_MAX_DIMS) {
        return failure(err, LIBGGUF_ERR_DIMENSIONS, LIBGGUF_NO_OFFSET,
                       "tensor '%s' has %" PRIu32 " dimensions, at most %d are possible", name,
                       input->dim_count, LIBGGUF_MAX_DIMS);
    }
    enum libgguf_status status = writer_check_length(writer, input->name_size, err);
    for (uint32_t i = 0; i < LIBGGUF_MAX_DIMS && status == LIBGGUF_OK; i++) {
        tensor->dims[i] = i < input->dim_count ? input->dims[i] : 1;
        status = writer_check_length(writer, tensor->dims[i], err);
    }
    return status == LIBGGUF_OK ? measure_type(tensor, name, err) : status;
}

static uint64_t info_size(const struct libgguf_writer *writer, const struct writer_tensor *tensor)
{
    const size_t length = writer_length_size(writer);
    return length + tensor->name_size + 4 + tensor->dim_count * length + 4 + 8;
}

/* Appends the tensor, whose name is the last thing in the bytes. */
static enum libgguf_status list_tensor(struct libgguf_writer *writer,
                                       const struct writer_tensor *tensor,
                                       struct libgguf_error *err)
{
    struct writer_tensor *tensors =
        list_room(writer->tensors, writer->tensor_count, &writer->tensor_capacity, sizeof *tensors);
    if (!tensors) {
        return failure_memory(err);
    }
    writer->tensors = tensors;
    if (writer->tensor_count >= UINT32_MAX - 1) {
        return failure(err, LIBGGUF_ERR_RANGE, LIBGGUF_NO_OFFSET, "too many tensors");
    }
    const unsigned char *name = writer->bytes.data + tensor->name;
    uint32_t existing;
    if (!hash_index_insert(&writer->names, name, tensor->name_size, (uint32_t)writer->tensor_count,
                           name_equal, writer, &existing)) {
        return failure_memory(err);
    }
    if (existing != HASH_INDEX_NONE) {
        char text[ERROR_NAME_SIZE];
        return failure(err, LIBGGUF_ERR_DUPLICATE_TENSOR, LIBGGUF_NO_OFFSET,
                       "tensor '%s' is there already",
                       error_name(text, (const char *)name, tensor->name_size));
    }
    writer->tensors[writer->tensor_count++] = *tensor;
    writer->infos_size += info_size(writer, tensor);
    writer->laid_out = false;
    return LIBGGUF_OK;
}

static enum libgguf_status add_tensor(struct libgguf_writer *writer,
                                      const struct libgguf_tensor_input *input,
                                      struct writer_tensor tensor, struct libgguf_error *err)
{
    tensor.name = writer->bytes.size;
    tensor.name_size = input->name_size;
    tensor.type_id = input->type_id;
    tensor.dim_count = input->dim_count;
    enum libgguf_status status = measure(writer, input, &tensor, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    if (!writer_put_bytes(writer, input->name, input->name_size)) {
        return failure_memory(err);
    }
    status = list_tensor(writer, &tensor, err);
    if (status != LIBGGUF_OK) {
        writer->bytes.size = tensor.name;
    }
    return status;
}

enum libgguf_status libgguf_writer_add_tensor(struct libgguf_writer *writer,
                                              const struct libgguf_tensor_input *tensor,
                                              struct libgguf_error *err)
{
    if (tensor->struct_size < sizeof *tensor || (!tensor->name && tensor->name_size > 0)) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "a tensor without a name or a structure size");
    }
    const struct writer_tensor added = {.read = tensor->read, .context = tensor->context};
    return add_tensor(writer, tensor, added, err);
}

enum libgguf_status libgguf_writer_copy_tensor(struct libgguf_writer *writer,
                                               const struct libgguf_file *file,
                                               const struct libgguf_tensor *tensor,
                                               struct libgguf_error *err)
{
    const struct libgguf_file *shard = libgguf_shard_at(file, tensor->shard);
    if (libgguf_header(shard)->big_endian != writer->big_endian && tensor->element_count > 0) {
        char name[ERROR_NAME_SIZE];
        return failure(err, LIBGGUF_ERR_UNSUPPORTED, tensor->info_offset,
                       "tensor '%s' has the other byte order, which is not converted",
                       error_name(name, tensor->name.data, tensor->name.size));
    }
    struct libgguf_tensor_input input = {
        .struct_size = sizeof input,
        .name = tensor->name.data,
        .name_size = (size_t)tensor->name.size,
        .type_id = tensor->type_id,
        .dim_count = tensor->dim_count,
    };
    memcpy(input.dims, tensor->dims, sizeof input.dims);
    const struct writer_tensor added = {.file = file, .source = tensor};
    return add_tensor(writer, &input, added, err);
}

static enum libgguf_status too_large(struct libgguf_error *err)
{
    return failure(err, LIBGGUF_ERR_RANGE, LIBGGUF_NO_OFFSET, "the file exceeds 2^63 - 1 bytes");
}

bool writer_appends_alignment(const struct libgguf_writer *writer)
{
    return !writer->alignment_listed && writer->alignment != LIBGGUF_DEFAULT_ALIGNMENT;
}

static enum libgguf_status lay_out(struct libgguf_writer *writer, struct libgguf_error *err)
{
    const size_t length = writer_length_size(writer);
    struct libgguf_header *header = &writer->layout;
    *header = (struct libgguf_header){
        .version = writer->version,
        .big_endian = writer->big_endian,
        .alignment = writer->alignment,
        .kv_offset = 4 + 4 + 2 * length,
    };
    uint64_t kv_size = writer->entries_size;
    if (writer_appends_alignment(writer)) {
        kv_size += length + ALIGNMENT_KEY_SIZE + 4 + 4;
    }
    header->tensor_info_offset = header->kv_offset + kv_size;
    if (!checked_add_u64(header->tensor_info_offset, writer->infos_size, &header->info_end) ||
        !checked_align_u64(header->info_end, writer->alignment, &header->data_offset)) {
        return too_large(err);
    }
    header->data_end = writer->tensor_count > 0 ? header->data_offset : header->info_end;
    uint64_t next = 0;
    for (size_t i = 0; i < writer->tensor_count; i++) {
        struct writer_tensor *tensor = &writer->tensors[i];
        tensor->data_offset = next;
        if (!checked_add_u64(next, tensor->size, &next)) {
            return too_large(err);
        }
        header->data_end = header->data_offset + next;
        if (!checked_align_u64(next, writer->alignment, &next)) {
            return too_large(err);
        }
    }
    if (!checked_add_u64(header->data_offset, next, &header->file_size) ||
        header->file_size > INT64_MAX) {
        return too_large(err);
    }
    return LIBGGUF_OK;
}

enum libgguf_status libgguf_writer_layout(struct libgguf_writer *writer, struct libgguf_header *out,
                                          struct libgguf_error *err)
{
    if (!writer->laid_out) {
        const enum libgguf_status status = lay_out(writer, err);
        if (status != LIBGGUF_OK) {
            return status;
        }
        writer->laid_out = true;
    }
    *out = writer->layout;
    return LIBGGUF_OK;
}

enum libgguf_status libgguf_writer_tensor_place(struct libgguf_writer *writer, size_t index,
                                                uint64_t *offset, uint64_t *size,
                                                struct libgguf_error *err)
{
    if (index >= writer->tensor_count) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET, "tensor %zu of %zu", index,
                       writer->tensor_count);
    }
    struct libgguf_header header;
    const enum libgguf_status status = libgguf_writer_layout(writer, &header, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    *offset = header.data_offset + writer->tensors[index].data_offset;
    *size = writer->tensors[index].size;
    return LIBGGUF_OK;
}
