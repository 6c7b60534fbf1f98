#include "token_walk.h"

#include <stdlib.h>
#include <string.h>

struct token_walk {
    const struct libgguf_file *file;
    const struct libgguf_tokenizer *tokenizer;
    const struct libgguf_tokenizer_info *info;
    uint64_t next;
    uint64_t to;
    bool has_scores;
    bool has_types;
    enum libgguf_status status;
    struct token token;
    struct libgguf_array_iter tokens;
    struct libgguf_array_iter scores;
    struct libgguf_array_iter types;
    char raw[LIBGGUF_ITER_WINDOW];
    char text[LIBGGUF_ITER_WINDOW];
};

struct token_walk *token_walk_begin(const struct libgguf_file *file,
                                    const struct libgguf_tokenizer *tokenizer, uint64_t from,
                                    uint64_t to)
{
    struct token_walk *walk = malloc(sizeof *walk);
    if (!walk) {
        return NULL;
    }
    walk->file = file;
    walk->tokenizer = tokenizer;
    walk->info = libgguf_tokenizer_info(tokenizer);
    walk->next = from;
    walk->to = to;
    walk->status = LIBGGUF_OK;
    libgguf_array_begin(&walk->tokens, walk->info->tokens);
    if (!libgguf_array_seek(&walk->tokens, from) && libgguf_array_status(&walk->tokens)) {
        walk->status = libgguf_array_status(&walk->tokens);
    }
    walk->has_scores = walk->info->scores != NULL;
    if (walk->has_scores) {
        libgguf_array_begin(&walk->scores, walk->info->scores);
        walk->has_scores = libgguf_array_seek(&walk->scores, from);
    }
    walk->has_types = walk->info->types != NULL;
    if (walk->has_types) {
        libgguf_array_begin(&walk->types, walk->info->types);
        walk->has_types = libgguf_array_seek(&walk->types, from);
    }
    return walk;
}

static void take_type(struct token_walk *walk)
{
    struct libgguf_value value;
    uint64_t number;
    walk->token.type = LIBGGUF_TOKEN_UNDEFINED;
    walk->has_types = walk->has_types && libgguf_array_next(&walk->types, &value);
    if (walk->has_types && libgguf_value_as_u64(&value, &number) && number <= LIBGGUF_TOKEN_BYTE) {
        walk->token.type = (enum libgguf_token_type)number;
    }
}

static void take_score(struct token_walk *walk)
{
    struct libgguf_value value;
    walk->has_scores = walk->has_scores && libgguf_array_next(&walk->scores, &value);
    walk->token.has_score = walk->has_scores;
    walk->token.score = walk->has_scores ? value.as.f32 : 0;
}

/* Copies the raw text, which an iterator does not hand out when it is very long. */
static bool take_text(struct token_walk *walk, const struct libgguf_str *str)
{
    const size_t size = str->size < sizeof walk->raw ? (size_t)str->size : sizeof walk->raw;
    walk->status = libgguf_str_read(walk->file, str, 0, walk->raw, size, NULL);
    if (walk->status != LIBGGUF_OK) {
        return false;
    }
    memcpy(walk->text, walk->raw, size);
    walk->token.raw = walk->raw;
    walk->token.raw_size = size;
    walk->token.full_size = str->size;
    walk->token.text = walk->text;
    walk->token.text_size =
        libgguf_token_decode(walk->tokenizer, walk->token.type, walk->text, size);
    return true;
}

const struct token *token_walk_next(struct token_walk *walk)
{
    struct libgguf_value value;
    if (walk->next > walk->to || !libgguf_array_next(&walk->tokens, &value)) {
        return NULL;
    }
    walk->token.id = walk->next++;
    take_type(walk);
    take_score(walk);
    return take_text(walk, &value.as.string) ? &walk->token : NULL;
}

enum libgguf_status token_walk_status(const struct token_walk *walk)
{
    const struct libgguf_array_iter *const iters[] = {&walk->tokens,
                                                      walk->info->scores ? &walk->scores : NULL,
                                                      walk->info->types ? &walk->types : NULL};
    enum libgguf_status status = walk->status;
    for (size_t i = 0; status == LIBGGUF_OK && i < sizeof iters / sizeof iters[0]; i++) {
        status = iters[i] ? libgguf_array_status(iters[i]) : LIBGGUF_OK;
    }
    return status;
}

void token_walk_end(struct token_walk *walk)
{
    free(walk);
}
