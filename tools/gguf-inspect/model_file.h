/** @file An opened model, from a path or from a stream on stdin. */
#ifndef INSPECT_MODEL_FILE_H
#define INSPECT_MODEL_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include <libgguf.h>

/** One operand of the command line. */
struct model_file {
    const char *label; /**< the path, or "standard input" */
    struct libgguf_file *file;
    struct libgguf_file *passed; /**< of a stream that model_file_reach_end() came to the end of:
                                      the index from before, which owns the source; else NULL */
    uint64_t size;          /**< bytes of all files that are present; LIBGGUF_SIZE_UNKNOWN only if
                                 the stream was not read to its end */
    uint64_t header_size;   /**< bytes before the tensor data, over all shards that are present */
    uint64_t missing_size;  /**< bytes of tensor data beyond the end, in shards that are present;
                                 UINT64_MAX also for more than that */
    uint64_t missing_count; /**< tensors with any byte missing */
    uint64_t shards_missing;
    bool is_stream;
};

/**
 * Opens @p path ("-" is stdin), with missing tensor data, missing shards and duplicate keys
 * allowed. A pipe is read to its end when @p to_the_end, to learn its size and what is missing.
 * Statuses: those of libgguf_open().
 */
enum libgguf_status model_file_open(struct model_file *model, const char *path, bool to_the_end,
                                    struct libgguf_error *err);

/**
 * Reads on to the end of a pipe that was not opened to the end, after which @p model is as if it
 * had been: its index is walked again over what was kept. Tensors handed out before stay valid.
 * Does nothing when the size is known, or of a set of shards. Statuses: as model_file_open().
 */
enum libgguf_status model_file_reach_end(struct model_file *model, struct libgguf_error *err);

/**
 * LIBGGUF_OK when no file of the model has changed since it was opened, so that what was shown
 * belongs together. Statuses: CHANGED, IO.
 */
enum libgguf_status model_file_unchanged(const struct model_file *model, struct libgguf_error *err);

/** Closes what was opened. */
void model_file_close(struct model_file *model);

#endif
