/** @file Models as they are named on the command line, and files that turn out to be none. */
#ifndef CLI_MODEL_PATH_H
#define CLI_MODEL_PATH_H

#include <stdbool.h>

#include <libgguf/error.h>

/** What comes after the last slash of @p path. */
const char *cli_file_name(const char *path);

/**
 * Whether the file @p path, which could not be opened as GGUF because of @p why, is to be taken for
 * the bytes it has: @p is_fixed says that they are cut at fixed places, whatever they are. Says so
 * when they look like GGUF and are broken. Otherwise reports @p why.
 */
bool cli_settle_for_bytes(const char *path, const struct libgguf_error *why, bool is_fixed);

#endif
