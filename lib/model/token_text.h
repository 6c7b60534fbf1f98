/** @file From the way a vocabulary writes a token to the bytes that the token stands for. */
#ifndef MODEL_TOKEN_TEXT_H
#define MODEL_TOKEN_TEXT_H

#include <stddef.h>

#include <libgguf/tokenizer.h>

/** The kind of vocabulary that tokenizer.ggml.model names. */
enum libgguf_tokenizer_kind token_text_kind(const struct libgguf_str *model);

/** Decodes @p size bytes at @p text in place and returns the new size, which is not larger. */
size_t token_text_decode(enum libgguf_tokenizer_kind kind, enum libgguf_token_type type, char *text,
                         size_t size);

#endif
