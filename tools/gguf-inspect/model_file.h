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
    uint64_t size;          /**< bytes of all files that are present; LIBGGUF_SIZE_UNKNOWN only if
                                 the stream was not read to its end */
    uint64_t header_size;   /**< bytes before the tensor data, over all shards that are present */
    uint64_t missing_size;  /**< bytes of tensor data beyond the end, in shards that are present */
    uint64_t missing_count; /**< tensors with any byte missing */
    uint64_t shards_missing;
    bool is_stream;
};

/**
 * Opens @p path ("-" is stdin), with missing tensor data, missing shards and duplicate keys
 * allowed. A pipe is read to its end when @p to_the_end, to learn its size.
 * Statuses: those of libgguf_open() and libgguf_source_drain().
 */
enum libgguf_status model_file_open(struct model_file *model, const char *path, bool to_the_end,
                                    struct libgguf_error *err);

/**
 * LIBGGUF_OK when no file of the model has changed since it was opened, so that what was shown
 * belongs together. Statuses: CHANGED, IO.
 */
enum libgguf_status model_file_unchanged(const struct model_file *model, struct libgguf_error *err);

/** Closes what model_file_open() opened. */
void model_file_close(struct model_file *model);

/** Bytes of @p tensor that are beyond the end of what is there. */
uint64_t model_file_tensor_missing(const struct model_file *model,
                                   const struct libgguf_tensor *tensor);

#endif
