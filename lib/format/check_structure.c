/* gguf-format 9: rules about the file as a whole and about sets of shards. */
#include <inttypes.h>
#include <string.h>

#include "base/arithmetic.h"
#include "format/check.h"
#include "format/shard_rules.h"

static bool host_is_big_endian(void)
{
    const uint16_t one = 1;
    unsigned char first;
    memcpy(&first, &one, 1);
    return first == 0;
}

static void check_header(struct check *check, const struct libgguf_header *header)
{
    if (header->version == 1) {
        check_report(check, CHECK_VERSION_1, 4, "version 1 is no longer loaded by llama.cpp");
    }
    if (header->big_endian != host_is_big_endian()) {
        check_report(check, CHECK_BYTE_ORDER, 4, "the file is %s-endian and this machine is not",
                     header->big_endian ? "big" : "little");
    }
    if ((header->alignment & (header->alignment - 1)) != 0) {
        check_report(check, CHECK_ALIGNMENT_NOT_POWER_OF_TWO, header->kv_offset,
                     "general.alignment is %" PRIu64 ", which is not a power of two",
                     header->alignment);
    }
}

/* Whether the end of the data section is known: the tensor that begins last has a size. */
static bool end_is_known(const struct libgguf_file *file)
{
    for (size_t i = 0; i < file->tensor_count; i++) {
        const struct libgguf_tensor *const tensor = &file->tensors[i];
        if (!tensor->size_known && tensor->offset == file->header.data_end) {
            return false;
        }
    }
    return true;
}

static void check_end(struct check *check, const struct libgguf_file *file)
{
    const struct libgguf_header *const header = &file->header;
    uint64_t padded;
    if (header->file_size == LIBGGUF_SIZE_UNKNOWN || !end_is_known(file) ||
        !checked_align_u64(header->data_end, header->alignment, &padded)) {
        return;
    }
    if (header->file_size > padded) {
        check_report(check, CHECK_TRAILING_BYTES, padded,
                     "%" PRIu64 " byte%s after the last tensor", header->file_size - padded,
                     error_plural(header->file_size - padded));
    } else if (file->tensor_count > 0 && header->file_size >= header->data_end &&
               header->file_size < padded) {
        check_report(check, CHECK_LAST_PADDING_MISSING, header->file_size,
                     "the file ends %" PRIu64 " byte%s before the padding of its last tensor does",
                     padded - header->file_size, error_plural(padded - header->file_size));
    }
}

enum libgguf_status check_structure(struct check *check, const struct libgguf_file *file,
                                    struct libgguf_error *err)
{
    check_header(check, &file->header);
    enum libgguf_status status = check_metadata(check, file, err);
    if (!status && !check->cancelled) {
        status = check_tensors(check, file, err);
    }
    if (!status) {
        check_end(check, file);
    }
    return status;
}

static bool shard_number(const struct libgguf_file *file, const char *key, uint64_t *out,
                         uint64_t *offset)
{
    const struct libgguf_kv *const kv = libgguf_kv_find(file, key);
    *offset = kv ? kv->value.offset : LIBGGUF_NO_OFFSET;
    return kv && libgguf_value_as_u64(&kv->value, out);
}

static void check_missing(struct check *check, uint64_t present, uint64_t count)
{
    if (present < count) {
        check_report(check, CHECK_SHARDS_MISSING, LIBGGUF_NO_OFFSET,
                     "%" PRIu64 " shard%s missing of %" PRIu64, count - present,
                     error_plural(count - present), count);
    }
}

/* Names in two shards; those that occur twice in one have been reported with it. */
static void check_names_of_set(struct check *check)
{
    const struct libgguf_file *const file = check->file;
    size_t first = 0; /* index of the shard's first tensor in the set */
    for (size_t i = 0; i < file->tensor_count; i++) {
        const struct libgguf_tensor *const tensor = &file->tensors[i];
        if (i > 0 && tensor->shard != file->tensors[i - 1].shard) {
            first = i;
        }
        const struct libgguf_file *const shard = libgguf_shard_at(file, tensor->shard);
        if (!tensor->duplicate || libgguf_tensor_at(shard, i - first)->duplicate) {
            continue;
        }
        char name[ERROR_NAME_SIZE];
        check->shard = tensor->shard;
        check_report(check, CHECK_DUPLICATE_TENSOR, tensor->info_offset,
                     "tensor '%s' is in more than one shard",
                     error_name(name, tensor->name.data, tensor->name.size));
    }
}

static void check_agreement(struct check *check)
{
    struct libgguf_error detail;
    for (size_t i = 0; i < check->file->shard_count; i++) {
        check->shard = i;
        if (check->file->shards[i] && shard_rules_member(check->file, i, &detail)) {
            check_report(check, CHECK_SHARDS_INCONSISTENT, detail.offset, "%s", detail.text);
        }
    }
    check->shard = 0;
    if (shard_rules_total(check->file, &detail)) {
        check_report(check, CHECK_SHARDS_INCONSISTENT, detail.offset, "%s", detail.text);
    }
}

void check_shards(struct check *check)
{
    const struct libgguf_file *const file = check->file;
    const size_t count = libgguf_shard_count(file);
    uint64_t present = 0;
    for (size_t i = 0; i < count; i++) {
        const struct libgguf_file *const shard = libgguf_shard_at(file, i);
        uint64_t number;
        uint64_t total;
        uint64_t offset;
        check->shard = i;
        present += shard != NULL;
        /* A merged file may keep split.count = 0. */
        if (!shard || !shard_number(shard, "split.count", &total, &offset) || total == 0) {
            continue;
        }
        if (shard_number(shard, "split.no", &number, &offset) && number >= total) {
            check_report(check, CHECK_SPLIT_NUMBER, offset,
                         "split.no is %" PRIu64 ", but split.count is %" PRIu64, number, total);
        }
        if (count == 1 && total > 1) {
            check_missing(check, 1, total);
        }
    }
    check->shard = 0;
    if (file->shards) {
        check_missing(check, present, count);
        check_names_of_set(check);
        check_agreement(check);
    }
}
