/**
 * @file A file that gets its name when it is complete. Until then it is ".NAME.partial" beside it,
 * locked: one writer at a time, and what an interrupted one left is found again.
 */
#ifndef BUNDLE_OUTPUT_FILE_H
#define BUNDLE_OUTPUT_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/error.h"

/* Zero-initialised, it holds nothing. */
struct output_file {
    int fd;
    bool is_open;
    bool force; /* an existing file is replaced */
    bool keep;  /* what is written stays when it is not complete */
    int directory;
    char *name;
    char *partial;
    uint64_t found; /* bytes that an earlier try left, with @c keep */
};

/* True for files that must not be replaced. */
typedef bool output_file_is_input(void *context, const struct stat *facts);

/*
 * Prepares to write @p size bytes to @p path, or to the file that a link there leads to. What is
 * there and no regular file is never replaced.
 * Statuses: EXISTS, SAME_FILE, BUSY, IO, MEMORY.
 */
enum libgguf_status output_file_open(struct output_file *output, const char *path, uint64_t size,
                                     bool force, bool keep, output_file_is_input *is_input,
                                     void *context, struct libgguf_error *err);

/* Puts it on the disk unless @p no_sync, and names it. Closes it either way. Statuses: IO, EXISTS.
 */
enum libgguf_status output_file_commit(struct output_file *output, uint64_t size, bool no_sync,
                                       struct libgguf_error *err);

/* Closes what was not committed; removes it unless it is to be kept. */
void output_file_discard(struct output_file *output);

#endif
