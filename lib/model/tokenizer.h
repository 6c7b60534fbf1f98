/** @file What a view of a vocabulary is made of. */
#ifndef MODEL_TOKENIZER_H
#define MODEL_TOKENIZER_H

#include <stdatomic.h>

#include <libgguf/tokenizer.h>

struct token_offsets;
struct token_hash;

#define TOKENIZER_FORM_COUNT 2

/*
 * The tables are built without a lock: a thread that finds none builds one and publishes it; should
 * two do so at once, one of the tables is freed again.
 */
struct libgguf_tokenizer {
    const struct libgguf_file *file;
    struct libgguf_tokenizer_info info;
    struct libgguf_special_token special[LIBGGUF_SPECIAL_COUNT];
    _Atomic(struct token_offsets *) offsets;
    _Atomic(struct token_hash *) hashes[TOKENIZER_FORM_COUNT];
};

/** Fills in the view of @p file, without tables: it needs no freeing until a token is looked up. */
void tokenizer_init(struct libgguf_tokenizer *tokenizer, const struct libgguf_file *file);

#endif
