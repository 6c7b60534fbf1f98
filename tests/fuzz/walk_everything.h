/** @file Calls every accessor of an opened file, as the fuzzer and the allocator test do. */
#ifndef FUZZ_WALK_EVERYTHING_H
#define FUZZ_WALK_EVERYTHING_H

struct libgguf_file;

/** Reads everything that @p file offers; what fails is left. Aborts when a promise is broken. */
void walk_everything(const struct libgguf_file *file);

#endif
