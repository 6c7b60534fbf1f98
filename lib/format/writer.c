#include "format/writer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arithmetic.h"
#include "base/error.h"
#include "base/list.h"

#define ALIGNMENT_KEY "general.alignment"

static bool usable_alignment(uint64_t alignment)
{
    const bool power_of_two = alignment != 0 && (alignment & (alignment - 1)) == 0;
    return alignment != 0 && alignment <= LIBGGUF_MAX_ALIGNMENT &&
           (power_of_two || alignment % 8 == 0);
}

enum libgguf_status libgguf_writer_create(const struct libgguf_writer_options *options,
                                          struct libgguf_writer **out, struct libgguf_error *err)
{
    if (!out) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET, "no place for the writer");
    }
    *out = NULL;
    struct libgguf_writer_options wanted = {0};
    if (options) {
        if (options->struct_size < sizeof wanted) {
            return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                           "writer options of %zu bytes, needed %zu", options->struct_size,
                           sizeof wanted);
        }
        wanted = *options;
    }
    if (wanted.version > 3) {
        return failure(err, LIBGGUF_ERR_VERSION, LIBGGUF_NO_OFFSET,
                       "version %" PRIu32 " cannot be written, only 1, 2 and 3", wanted.version);
    }
    if (wanted.alignment != 0 && !usable_alignment(wanted.alignment)) {
        return failure(err, LIBGGUF_ERR_ALIGNMENT, LIBGGUF_NO_OFFSET,
                       "alignment %" PRIu64 ", needed a power of two or a multiple of 8 up to %d",
                       wanted.alignment, LIBGGUF_MAX_ALIGNMENT);
    }
    struct libgguf_writer *writer = calloc(1, sizeof *writer);
    if (!writer) {
        return failure_memory(err);
    }
    writer->version = wanted.version ? wanted.version : 3;
    writer->big_endian = wanted.big_endian;
    writer->alignment_forced = wanted.alignment != 0;
    writer->alignment = wanted.alignment ? wanted.alignment : LIBGGUF_DEFAULT_ALIGNMENT;
    hash_index_init(&writer->keys);
    hash_index_init(&writer->names);
    *out = writer;
    return LIBGGUF_OK;
}

void libgguf_writer_free(struct libgguf_writer *writer)
{
    if (!writer) {
        return;
    }
    free(writer->bytes.data);
    free(writer->entries);
    free(writer->tensors);
    hash_index_free(&writer->keys);
    hash_index_free(&writer->names);
    free(writer);
}

bool writer_put_bytes(struct libgguf_writer *writer, const char *data, size_t size)
{
    return buffer_append(&writer->bytes, data, size) == 0;
}

void writer_encode(const struct libgguf_writer *writer, uint64_t number, size_t size,
                   unsigned char *out)
{
    for (size_t i = 0; i < size; i++) {
        const size_t shift = 8 * (writer->big_endian ? size - 1 - i : i);
        out[i] = (unsigned char)(number >> shift);
    }
}

bool writer_put(struct libgguf_writer *writer, uint64_t number, size_t size)
{
    unsigned char *out = buffer_add(&writer->bytes, size);
    if (!out) {
        return false;
    }
    writer_encode(writer, number, size, out);
    return true;
}

size_t writer_length_size(const struct libgguf_writer *writer)
{
    return writer->version == 1 ? 4 : 8;
}

enum libgguf_status writer_check_length(const struct libgguf_writer *writer, uint64_t length,
                                        struct libgguf_error *err)
{
    if (writer->version == 1 && length > UINT32_MAX) {
        return failure(err, LIBGGUF_ERR_RANGE, LIBGGUF_NO_OFFSET,
                       "%" PRIu64 " does not fit the 32-bit lengths and counts of version 1",
                       length);
    }
    return LIBGGUF_OK;
}

static uint32_t decoded_u32(const struct libgguf_writer *writer, const unsigned char *bytes)
{
    uint32_t number = 0;
    for (size_t i = 0; i < 4; i++) {
        number = number << 8 | bytes[writer->big_endian ? i : 3 - i];
    }
    return number;
}

/* An entry of the alignment sets it, or is set by the options. */
static enum libgguf_status take_alignment(struct libgguf_writer *writer,
                                          const struct writer_entry *entry,
                                          struct libgguf_error *err)
{
    if (entry->type != LIBGGUF_VALUE_U32) {
        return failure(err, LIBGGUF_ERR_ALIGNMENT, LIBGGUF_NO_OFFSET,
                       ALIGNMENT_KEY " of value type %d, needed u32", (int)entry->type);
    }
    unsigned char *value = writer->bytes.data + entry->value;
    if (writer->alignment_forced) {
        writer_encode(writer, writer->alignment, 4, value);
        return LIBGGUF_OK;
    }
    const uint32_t alignment = decoded_u32(writer, value);
    if (!usable_alignment(alignment)) {
        return failure(err, LIBGGUF_ERR_ALIGNMENT, LIBGGUF_NO_OFFSET,
                       ALIGNMENT_KEY " is %" PRIu32
                                     ", needed a power of two or a multiple of 8 up to %d",
                       alignment, LIBGGUF_MAX_ALIGNMENT);
    }
    writer->alignment = alignment;
    return LIBGGUF_OK;
}

static bool key_equal(const void *owner, uint32_t index, const void *data, size_t size)
{
    const struct libgguf_writer *writer = owner;
    const struct writer_entry *entry = &writer->entries[index];
    return entry->key_size == size && memcmp(writer->bytes.data + entry->key, data, size) == 0;
}

static enum libgguf_status list_entry(struct libgguf_writer *writer, const char *key,
                                      size_t key_size, struct writer_entry *entry,
                                      struct libgguf_error *err)
{
    char text[ERROR_NAME_SIZE];
    if (key_size == 0) {
        return failure(err, LIBGGUF_ERR_EMPTY_KEY, LIBGGUF_NO_OFFSET, "entry %zu has an empty key",
                       writer->entry_count);
    }
    if (writer->entry_count >= UINT32_MAX - 1) {
        return failure(err, LIBGGUF_ERR_RANGE, LIBGGUF_NO_OFFSET, "too many metadata entries");
    }
    const enum libgguf_status status = writer_check_length(writer, key_size, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    uint64_t size;
    if (!checked_add_u64(entry->value_size, 4 + writer_length_size(writer) + key_size, &size) ||
        !checked_add_u64(writer->entries_size, size, &size) || size > INT64_MAX) {
        return failure(err, LIBGGUF_ERR_RANGE, LIBGGUF_NO_OFFSET,
                       "metadata exceeds 2^63 - 1 bytes");
    }
    entry->key = writer->bytes.size;
    entry->key_size = key_size;
    struct writer_entry *entries =
        list_room(writer->entries, writer->entry_count, &writer->entry_capacity, sizeof *entries);
    if (!entries) {
        return failure_memory(err);
    }
    writer->entries = entries;
    if (!writer_put_bytes(writer, key, key_size) ||
        !hash_index_reserve(&writer->keys, writer->entry_count + 1)) {
        return failure_memory(err);
    }
    if (hash_index_find(&writer->keys, key, key_size, key_equal, writer) != HASH_INDEX_NONE) {
        return failure(err, LIBGGUF_ERR_DUPLICATE_KEY, LIBGGUF_NO_OFFSET,
                       "key '%s' is there already", error_name(text, key, key_size));
    }
    if (key_size == sizeof ALIGNMENT_KEY - 1 && memcmp(key, ALIGNMENT_KEY, key_size) == 0) {
        const enum libgguf_status taken = take_alignment(writer, entry, err);
        if (taken != LIBGGUF_OK) {
            return taken;
        }
        writer->alignment_listed = true;
    }
    uint32_t existing;
    if (!hash_index_insert(&writer->keys, key, key_size, (uint32_t)writer->entry_count, key_equal,
                           writer, &existing)) {
        return failure_memory(err);
    }
    writer->entries_size = size;
    writer->entries[writer->entry_count++] = *entry;
    writer->laid_out = false;
    return LIBGGUF_OK;
}

enum libgguf_status writer_add_entry(struct libgguf_writer *writer, const char *key,
                                     size_t key_size, struct writer_entry entry,
                                     struct libgguf_error *err)
{
    const enum libgguf_status status = list_entry(writer, key, key_size, &entry, err);
    if (status != LIBGGUF_OK) {
        writer->bytes.size = entry.value;
    }
    return status;
}
