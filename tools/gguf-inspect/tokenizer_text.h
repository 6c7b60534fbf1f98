/** @file The vocabulary in a line or two. */
#ifndef INSPECT_TOKENIZER_TEXT_H
#define INSPECT_TOKENIZER_TEXT_H

#include <libgguf.h>

/** Prints kind, size and special tokens of the vocabulary of @p file; nothing if there is none. */
void tokenizer_print_lines(const struct libgguf_file *file);

/** "byte-level BPE": what people call a kind of tokenizer, or NULL. */
const char *tokenizer_kind_text(enum libgguf_tokenizer_kind kind);

#endif
