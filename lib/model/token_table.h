/**
 * @file The two tables of a tokenizer: where each token is, and which token a text is. Both are
 * built in one walk over the token list and never change afterwards.
 */
#ifndef MODEL_TOKEN_TABLE_H
#define MODEL_TOKEN_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include <libgguf/tokenizer.h>

/** Where each token is. */
struct token_offsets {
    uint32_t count;
    uint32_t prefix_size; /* bytes of a string's length field */
    uint32_t starts[];    /* count + 1; from the array's first byte to the length field */
};

/** Which token a text is: a slot holds 0, or the id plus one below some bits of the hash. */
struct token_hash {
    uint64_t key[2];
    uint32_t mask;    /* slots minus one */
    uint32_t id_bits; /* of a slot */
    uint32_t slots[];
};

/** Statuses: MEMORY, IO, TRUNCATED, CHANGED, UNSUPPORTED. Freed with free(). */
LIBGGUF_NODISCARD enum libgguf_status token_offsets_build(const struct libgguf_array *tokens,
                                                          struct token_offsets **out,
                                                          struct libgguf_error *err);

/** The raw bytes of token @p id, which is below the count. */
struct libgguf_str token_offsets_at(const struct token_offsets *offsets,
                                    const struct libgguf_array *tokens, uint32_t id);

/**
 * Indexes the tokens by their text in form @p form; @p offsets are those of @p tokenizer.
 * Statuses: MEMORY, IO, TRUNCATED, CHANGED. Freed with free().
 */
LIBGGUF_NODISCARD enum libgguf_status
token_hash_build(const struct libgguf_tokenizer *tokenizer, const struct token_offsets *offsets,
                 enum libgguf_token_form form, struct token_hash **out, struct libgguf_error *err);

/** Statuses: NOT_FOUND, IO, TRUNCATED. */
LIBGGUF_NODISCARD enum libgguf_status
token_hash_find(const struct token_hash *hash, const struct libgguf_tokenizer *tokenizer,
                const struct token_offsets *offsets, enum libgguf_token_form form, const char *text,
                size_t size, uint32_t *id, struct libgguf_error *err);

#endif
