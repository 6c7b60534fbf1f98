/**
 * @file The files that a tool reads, by device and inode, so that none of them is written over: not
 * through another name, and not through a link.
 */
#ifndef CLI_INPUTS_H
#define CLI_INPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include <libgguf/file.h>

/** A set of files. Zero-initialised it is empty; cli_inputs_free() ends it. */
struct cli_inputs {
    /* private */
    struct cli_file_identity *items;
    size_t count;
};

/**
 * Adds the file @p path, or stdin for "-"; nothing for NULL, and for what is no regular file, since
 * that cannot be written over. False when out of memory, which is reported.
 */
bool cli_inputs_add(struct cli_inputs *inputs, const char *path);

/** Adds the model @p path and, when it was opened as @p file and is a set, all its shards. */
bool cli_inputs_add_model(struct cli_inputs *inputs, const char *path,
                          const struct libgguf_file *file);

/** Whether the file with these @p facts is one of them. */
bool cli_inputs_contain(const struct cli_inputs *inputs, const struct stat *facts);

void cli_inputs_free(struct cli_inputs *inputs);

#endif
