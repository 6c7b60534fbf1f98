/**
 * @file Arguments that several tools take. Each function looks at the argument of the option that
 * was just read, stores it, and returns CLI_YES; for a mistake it reports what was wanted and
 * returns CLI_USAGE.
 */
#ifndef CLI_VALUES_H
#define CLI_VALUES_H

#include <stddef.h>
#include <stdint.h>

#include <libgguf/plan.h>

#include "cli/program.h"

/** The most bytes of a file with a key or a signature. */
#define CLI_KEY_MAX ((size_t)65536)

/** A number of threads, from 1 to LIBGGUF_MAX_THREADS. */
enum cli_exit cli_take_threads(struct cli_args *args, unsigned *out);

/** A size from @p least to @p most bytes. */
enum cli_exit cli_take_size(struct cli_args *args, uint64_t least, uint64_t most, uint64_t *out);

/** The size of chunks. */
enum cli_exit cli_take_chunk_size(struct cli_args *args, uint64_t *out);

/** Where to cut. */
enum cli_exit cli_take_cut(struct cli_args *args, enum libgguf_cut *out);

/** The name of a file, without directories. */
enum cli_exit cli_take_name(struct cli_args *args, const char **out);

/**
 * The whole of the file @p path, or of stdin for "-", when it has at most @p limit bytes. False
 * when that failed, which is reported; otherwise the caller frees @p data.
 */
bool cli_read_file(const char *path, size_t limit, char **data, size_t *size);

#endif
