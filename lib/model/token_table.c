#include "model/token_table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <libgguf/file.h>

#include "base/error.h"
#include "base/siphash.h"
#include "base/source.h"

/* Keeps both tables below 2 GiB, so that their sizes fit a size_t of 32 bits. */
#define MAX_TOKENS ((UINT32_C(1) << 28) - 1)

/* What a search finds when no token reads so. */
#define NO_TOKEN UINT32_MAX

static enum libgguf_status changed(const struct libgguf_array *tokens, struct libgguf_error *err)
{
    return failure(err, LIBGGUF_ERR_CHANGED, tokens->offset,
                   "the list of tokens changed while the file was open");
}

enum libgguf_status token_offsets_build(const struct libgguf_array *tokens,
                                        struct token_offsets **out, struct libgguf_error *err)
{
    *out = NULL;
    if (tokens->count > MAX_TOKENS || tokens->size > UINT32_MAX) {
        return failure(err, LIBGGUF_ERR_UNSUPPORTED, tokens->offset,
                       "%" PRIu64 " tokens in %" PRIu64 " bytes, at most %" PRIu32
                       " tokens in 4 GiB can be looked up",
                       tokens->count, tokens->size, MAX_TOKENS);
    }
    const uint32_t count = (uint32_t)tokens->count;
    struct token_offsets *offsets =
        malloc(sizeof *offsets + ((size_t)count + 1) * sizeof(uint32_t));
    if (!offsets) {
        return failure_memory(err);
    }
    offsets->count = count;
    offsets->prefix_size = libgguf_header(tokens->file)->version == 1 ? 4 : 8;

    struct libgguf_array_iter iter;
    struct libgguf_value element;
    uint64_t end = 0;
    uint32_t id = 0;
    libgguf_array_begin(&iter, tokens);
    for (; id < count && libgguf_array_next(&iter, &element); id++) {
        offsets->starts[id] = (uint32_t)end;
        end = element.as.string.offset - tokens->offset + element.as.string.size;
        if (end > tokens->size || end < (uint64_t)offsets->starts[id] + offsets->prefix_size) {
            break;
        }
    }
    const enum libgguf_status status = libgguf_array_status(&iter);
    if (status != LIBGGUF_OK || id < count || end != tokens->size) {
        free(offsets);
        return status == LIBGGUF_OK ? changed(tokens, err)
                                    : failure(err, status, tokens->offset,
                                              "token %" PRIu32 " could not be read", id);
    }
    offsets->starts[count] = (uint32_t)end;
    *out = offsets;
    return LIBGGUF_OK;
}

struct libgguf_str token_offsets_at(const struct token_offsets *offsets,
                                    const struct libgguf_array *tokens, uint32_t id)
{
    const uint64_t start = (uint64_t)offsets->starts[id] + offsets->prefix_size;
    struct libgguf_str raw = {NULL, offsets->starts[id + 1] - start, tokens->offset + start};
    const unsigned char *memory = libgguf_file_source(tokens->file)->memory;
    if (memory) {
        raw.data = (const char *)memory + raw.offset;
    }
    return raw;
}

/* True in @p same when token @p id reads as @p text in form @p form. */
static enum libgguf_status reads_as(const struct libgguf_tokenizer *tokenizer,
                                    const struct token_offsets *offsets,
                                    enum libgguf_token_form form, uint32_t id, const char *text,
                                    size_t size, bool *same, struct libgguf_error *err)
{
    const struct libgguf_array *tokens = libgguf_tokenizer_info(tokenizer)->tokens;
    const struct libgguf_str raw = token_offsets_at(offsets, tokens, id);
    *same = false;
    if (raw.size > LIBGGUF_MAX_TOKEN_TEXT || raw.size < size ||
        (form == LIBGGUF_TOKEN_RAW && raw.size != size)) {
        return LIBGGUF_OK;
    }
    char buffer[LIBGGUF_MAX_TOKEN_TEXT];
    size_t length;
    const enum libgguf_status status =
        libgguf_token_text(tokenizer, id, form, buffer, sizeof buffer, &length, err);
    *same = status == LIBGGUF_OK && length == size && memcmp(buffer, text, size) == 0;
    return status;
}

/*
 * The slot of the token that reads as @p text, or the free slot where it belongs: the search ends
 * because at most half of the slots are used. @p id gets the token's id or NO_TOKEN.
 */
static enum libgguf_status find_slot(const struct token_hash *hash,
                                     const struct libgguf_tokenizer *tokenizer,
                                     const struct token_offsets *offsets,
                                     enum libgguf_token_form form, const char *text, size_t size,
                                     uint32_t *slot, uint32_t *id, struct libgguf_error *err)
{
    const uint32_t code = siphash_u32(hash->key, text, size);
    const uint32_t id_mask = (UINT32_C(1) << hash->id_bits) - 1;
    uint32_t at = code & hash->mask;
    *id = NO_TOKEN;
    for (; hash->slots[at] != 0; at = (at + 1) & hash->mask) {
        if (((hash->slots[at] ^ code) & ~id_mask) != 0) {
            continue;
        }
        const uint32_t candidate = (hash->slots[at] & id_mask) - 1;
        bool same;
        const enum libgguf_status status =
            reads_as(tokenizer, offsets, form, candidate, text, size, &same, err);
        if (status != LIBGGUF_OK) {
            return status;
        }
        if (same) {
            *id = candidate;
            break;
        }
    }
    *slot = at;
    return LIBGGUF_OK;
}

static enum libgguf_status add_token(struct token_hash *hash,
                                     const struct libgguf_tokenizer *tokenizer,
                                     const struct token_offsets *offsets,
                                     enum libgguf_token_form form, const char *text, size_t size,
                                     uint32_t id, struct libgguf_error *err)
{
    uint32_t slot;
    uint32_t existing;
    const enum libgguf_status status =
        find_slot(hash, tokenizer, offsets, form, text, size, &slot, &existing, err);
    if (status == LIBGGUF_OK && existing == NO_TOKEN) {
        const uint32_t id_mask = (UINT32_C(1) << hash->id_bits) - 1;
        hash->slots[slot] = (siphash_u32(hash->key, text, size) & ~id_mask) | (id + 1);
    }
    return status;
}

/* An array of types beside the tokens, or nothing but UNDEFINED when the file has none. */
struct type_walk {
    struct libgguf_array_iter iter;
    bool present;
};

static void type_walk_begin(struct type_walk *walk, const struct libgguf_array *types)
{
    walk->present = types != NULL;
    if (types) {
        libgguf_array_begin(&walk->iter, types);
    }
}

static enum libgguf_token_type type_walk_next(struct type_walk *walk)
{
    struct libgguf_value value;
    uint64_t type;
    if (!walk->present || !libgguf_array_next(&walk->iter, &value) ||
        !libgguf_value_as_u64(&value, &type) || type > LIBGGUF_TOKEN_BYTE) {
        return LIBGGUF_TOKEN_UNDEFINED;
    }
    return (enum libgguf_token_type)type;
}

/* One walk over all tokens: those that are byte tokens, or those that are not. */
static enum libgguf_status add_tokens(struct token_hash *hash,
                                      const struct libgguf_tokenizer *tokenizer,
                                      const struct token_offsets *offsets,
                                      enum libgguf_token_form form, bool byte_tokens,
                                      struct libgguf_error *err)
{
    const struct libgguf_tokenizer_info *info = libgguf_tokenizer_info(tokenizer);
    struct libgguf_array_iter iter;
    struct libgguf_value element;
    struct type_walk types;
    libgguf_array_begin(&iter, info->tokens);
    type_walk_begin(&types, form == LIBGGUF_TOKEN_DISPLAY ? info->types : NULL);
    for (uint32_t id = 0; id < offsets->count && libgguf_array_next(&iter, &element); id++) {
        const struct libgguf_str *raw = &element.as.string;
        const enum libgguf_token_type type = type_walk_next(&types);
        if (raw->size > LIBGGUF_MAX_TOKEN_TEXT || !raw->data) {
            continue;
        }
        char text[LIBGGUF_MAX_TOKEN_TEXT];
        size_t size = (size_t)raw->size;
        memcpy(text, raw->data, size);
        if (form == LIBGGUF_TOKEN_DISPLAY) {
            size = libgguf_token_decode(tokenizer, type, text, size);
            const bool is_byte = raw->size == 6 && size == 1; /* only <0xNN> shrinks so far */
            if (is_byte != byte_tokens) {
                continue;
            }
        }
        const enum libgguf_status status =
            add_token(hash, tokenizer, offsets, form, text, size, id, err);
        if (status != LIBGGUF_OK) {
            return status;
        }
    }
    const enum libgguf_status status = libgguf_array_status(&iter);
    if (status != LIBGGUF_OK) {
        return failure(err, status, info->tokens->offset, "the list of tokens could not be read");
    }
    const enum libgguf_status typed =
        types.present ? libgguf_array_status(&types.iter) : LIBGGUF_OK;
    return typed == LIBGGUF_OK
               ? LIBGGUF_OK
               : failure(err, typed, info->types->offset, "the types of tokens could not be read");
}

enum libgguf_status token_hash_build(const struct libgguf_tokenizer *tokenizer,
                                     const struct token_offsets *offsets,
                                     enum libgguf_token_form form, struct token_hash **out,
                                     struct libgguf_error *err)
{
    *out = NULL;
    uint32_t id_bits = 1;
    while (offsets->count >> id_bits != 0) {
        id_bits++;
    }
    /* The smallest power of two that is at least twice the count. */
    uint32_t mask = 1;
    while (mask + UINT64_C(1) < (uint64_t)offsets->count * 2) {
        mask = mask * 2 + 1;
    }
    struct token_hash *hash = calloc(1, sizeof *hash + ((size_t)mask + 1) * sizeof(uint32_t));
    if (!hash) {
        return failure_memory(err);
    }
    siphash_make_key(hash, hash->key);
    hash->mask = mask;
    hash->id_bits = id_bits;
    enum libgguf_status status = add_tokens(hash, tokenizer, offsets, form, false, err);
    if (status == LIBGGUF_OK && form == LIBGGUF_TOKEN_DISPLAY) {
        status = add_tokens(hash, tokenizer, offsets, form, true, err);
    }
    if (status != LIBGGUF_OK) {
        free(hash);
        return status;
    }
    *out = hash;
    return LIBGGUF_OK;
}

enum libgguf_status token_hash_find(const struct token_hash *hash,
                                    const struct libgguf_tokenizer *tokenizer,
                                    const struct token_offsets *offsets,
                                    enum libgguf_token_form form, const char *text, size_t size,
                                    uint32_t *id, struct libgguf_error *err)
{
    uint32_t slot;
    const enum libgguf_status status =
        find_slot(hash, tokenizer, offsets, form, text, size, &slot, id, err);
    if (status == LIBGGUF_OK && *id == NO_TOKEN) {
        char name[ERROR_NAME_SIZE];
        return failure(err, LIBGGUF_ERR_NOT_FOUND, LIBGGUF_NO_OFFSET, "no token reads '%s'",
                       error_name(name, text, size));
    }
    return status;
}
