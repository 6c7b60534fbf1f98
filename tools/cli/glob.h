/** @file Matching names against the patterns of a shell, in time linear in name times pattern. */
#ifndef CLI_GLOB_H
#define CLI_GLOB_H

#include <stdbool.h>
#include <stddef.h>

/**
 * True when the @p size bytes at @p name match all of @p pattern: `*` any bytes, dots and slashes
 * included, `?` one character, `[a-z]` one byte of a set, `[!a-z]` one outside it, `\` takes the
 * next character as it is. A pattern without any of these is the name itself.
 */
bool cli_glob_match(const char *pattern, const char *name, size_t size);

#endif
