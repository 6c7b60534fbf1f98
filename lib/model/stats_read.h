/** @file How the bytes of tensors are fetched: anywhere by anyone, or forward from a stream. */
#ifndef MODEL_STATS_READ_H
#define MODEL_STATS_READ_H

#include <libgguf/file.h>
#include <libgguf/tensor.h>

/** A reader of tensors. The fields are private. */
struct stats_reader {
    const struct libgguf_file *file;
    const struct libgguf_source *stream; /* NULL: any byte at any time, by any thread */
    bool forward;                        /* nothing of the stream is kept on the way */
    uint64_t position;                   /* where the forward pass stands */
};

/**
 * Prepares to read @p tensors, one after the other. Of a stream they are read in passing, and no
 * memory is needed, if each lies behind the one before; otherwise what is read is kept.
 */
void stats_reader_begin(struct stats_reader *reader, const struct libgguf_file *file,
                        const struct libgguf_tensor *const *tensors, size_t count);

/** False when one thread alone may call stats_read(), in the order of the tensors. */
bool stats_reader_is_parallel(const struct stats_reader *reader);

/** As libgguf_tensor_read(); also TRUNCATED where a stream ends, again for all that follows. */
enum libgguf_status stats_read(struct stats_reader *reader, const struct libgguf_tensor *tensor,
                               uint64_t from, void *buffer, size_t size, struct libgguf_error *err);

#endif
