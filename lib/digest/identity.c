#include <libgguf/manifest.h>

#include <stdlib.h>
#include <string.h>

#include <libgguf/value.h>

#include "base/error.h"

#define WINDOW_SIZE ((size_t)65536)

static const char tokenizer_prefix[] = "tokenizer.";
static const char template_prefix[] = "tokenizer.chat_template";

struct header_reader {
    const struct libgguf_file *file;
    struct libgguf_hasher *hasher;
    unsigned char *window;
    const struct libgguf_kv **sorted;
    struct libgguf_error *err;
};

static bool starts_with(const struct libgguf_str *key, const char *prefix)
{
    const size_t size = strlen(prefix);
    return key->size >= size && memcmp(key->data, prefix, size) == 0;
}

/* Adds [offset, end) of the file, as far as it goes when @p may_end_early. */
static enum libgguf_status add_bytes(struct header_reader *reader, uint64_t offset, uint64_t end,
                                     bool may_end_early)
{
    const struct libgguf_source *const source = libgguf_file_source(reader->file);
    while (offset < end) {
        const size_t step = end - offset < WINDOW_SIZE ? (size_t)(end - offset) : WINDOW_SIZE;
        size_t got;
        const enum libgguf_status status =
            libgguf_source_read_some(source, offset, reader->window, step, &got, reader->err);
        if (status) {
            return status;
        }
        libgguf_hasher_update(reader->hasher, reader->window, got);
        if (got < step) {
            return may_end_early ? LIBGGUF_OK
                                 : failure(reader->err, LIBGGUF_ERR_TRUNCATED, offset + got,
                                           "the metadata is not there any more");
        }
        offset += step;
    }
    return LIBGGUF_OK;
}

static int by_key(const void *a, const void *b)
{
    const struct libgguf_kv *const left = *(const struct libgguf_kv *const *)a;
    const struct libgguf_kv *const right = *(const struct libgguf_kv *const *)b;
    const uint64_t shorter = left->key.size < right->key.size ? left->key.size : right->key.size;
    const int order = memcmp(left->key.data, right->key.data, (size_t)shorter);
    if (order != 0) {
        return order;
    }
    if (left->key.size != right->key.size) {
        return left->key.size < right->key.size ? -1 : 1;
    }
    return left->offset < right->offset ? -1 : 1;
}

/* Lists the entries of the tokenizer, or of the chat template, by key. */
static size_t sort_entries(struct header_reader *reader, bool of_template)
{
    size_t count = 0;
    for (size_t i = 0; i < libgguf_kv_count(reader->file); i++) {
        const struct libgguf_kv *const kv = libgguf_kv_at(reader->file, i);
        if (starts_with(&kv->key, tokenizer_prefix) &&
            starts_with(&kv->key, template_prefix) == of_template) {
            reader->sorted[count++] = kv;
        }
    }
    qsort(reader->sorted, count, sizeof *reader->sorted, by_key);
    return count;
}

static enum libgguf_status digest_entries(struct header_reader *reader, size_t count, bool *present,
                                          struct libgguf_digest *out)
{
    *present = count > 0;
    for (size_t i = 0; i < count; i++) {
        const struct libgguf_kv *const kv = reader->sorted[i];
        const enum libgguf_status status =
            add_bytes(reader, kv->offset, kv->offset + kv->size, false);
        if (status) {
            return status;
        }
    }
    return libgguf_hasher_finish(reader->hasher, out, reader->err);
}

/* The usual case, one template in one string, is hashed so that its text alone is needed. */
static enum libgguf_status digest_template(struct header_reader *reader, bool *present,
                                           struct libgguf_digest *out)
{
    const size_t count = sort_entries(reader, true);
    const struct libgguf_kv *const kv = count == 1 ? reader->sorted[0] : NULL;
    if (!kv || kv->value.type != LIBGGUF_VALUE_STRING ||
        !libgguf_str_equal(&kv->key, template_prefix)) {
        return digest_entries(reader, count, present, out);
    }
    *present = true;
    const struct libgguf_str *const text = &kv->value.as.string;
    const enum libgguf_status status =
        add_bytes(reader, text->offset, text->offset + text->size, false);
    return status ? status : libgguf_hasher_finish(reader->hasher, out, reader->err);
}

static enum libgguf_status digest_all(struct header_reader *reader, struct libgguf_identity *out)
{
    enum libgguf_status status =
        add_bytes(reader, 0, libgguf_header(reader->file)->data_offset, true);
    if (!status) {
        status = libgguf_hasher_finish(reader->hasher, &out->header_sha256, reader->err);
    }
    if (!status) {
        status = digest_entries(reader, sort_entries(reader, false), &out->has_tokenizer,
                                &out->tokenizer_sha256);
    }
    return status ? status
                  : digest_template(reader, &out->has_chat_template, &out->chat_template_sha256);
}

enum libgguf_status libgguf_identity(const struct libgguf_file *file, struct libgguf_identity *out,
                                     struct libgguf_error *err)
{
    struct header_reader reader = {.file = file, .err = err};
    enum libgguf_status status = libgguf_hasher_create(&reader.hasher, err);
    if (status) {
        return status;
    }
    reader.window = malloc(WINDOW_SIZE);
    reader.sorted = malloc((libgguf_kv_count(file) + 1) * sizeof *reader.sorted);
    if (reader.window && reader.sorted) {
        status = digest_all(&reader, out);
    } else {
        status = failure_memory(err);
    }
    free(reader.sorted);
    free(reader.window);
    libgguf_hasher_free(reader.hasher);
    return status;
}
