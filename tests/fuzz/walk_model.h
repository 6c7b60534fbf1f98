/** @file Calls every accessor of what a model means, as part of walk_everything(). */
#ifndef FUZZ_WALK_MODEL_H
#define FUZZ_WALK_MODEL_H

struct libgguf_file;

/** Asks for everything that model.h and tokenizer.h offer. Aborts when a promise is broken. */
void walk_model(const struct libgguf_file *file);

#endif
