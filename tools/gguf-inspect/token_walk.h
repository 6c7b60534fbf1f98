/** @file A walk over the vocabulary that reads tokens, scores and types side by side, once. */
#ifndef INSPECT_TOKEN_WALK_H
#define INSPECT_TOKEN_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libgguf.h>

/** One token; texts are valid until the next one. */
struct token {
    uint64_t id;
    const char *raw; /**< as stored; cut to LIBGGUF_ITER_WINDOW bytes */
    size_t raw_size;
    uint64_t full_size; /**< bytes as stored: more than raw_size when it was cut */
    const char *text;   /**< as it reads */
    size_t text_size;
    enum libgguf_token_type type;
    bool has_score;
    float score;
};

/** Opaque; freed with token_walk_end(). */
struct token_walk;

/** Starts a walk over the ids @p from to @p to, both included; NULL without memory. */
struct token_walk *token_walk_begin(const struct libgguf_file *file,
                                    const struct libgguf_tokenizer *tokenizer, uint64_t from,
                                    uint64_t to);

/** The next token, or NULL at the end or after an error. */
const struct token *token_walk_next(struct token_walk *walk);

/** LIBGGUF_OK, or why the walk stopped early or has left scores or types out. */
enum libgguf_status token_walk_status(const struct token_walk *walk);

/** Frees @p walk; NULL is allowed. */
void token_walk_end(struct token_walk *walk);

#endif
