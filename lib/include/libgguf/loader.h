/**
 * @file The loader: the files that a web page needs to receive a bundle (a WebAssembly module, the
 * scripts around it, a demo page), carried inside the library. Any thread may call.
 */
#ifndef LIBGGUF_LOADER_H
#define LIBGGUF_LOADER_H

#include <stddef.h>

#include <libgguf/export.h>

LIBGGUF_BEGIN_DECLS

/** One file of the loader. */
struct libgguf_loader_file {
    const char *name; /**< where it belongs, relative to the manifest; '/' between parts */
    const unsigned char *data;
    size_t size; /**< bytes */
};

/** How many files there are; 0 when the library was built without a compiler for WebAssembly. */
LIBGGUF_API size_t libgguf_loader_file_count(void);

/** The file at @p index, or NULL if out of range. */
LIBGGUF_API const struct libgguf_loader_file *libgguf_loader_file_at(size_t index);

LIBGGUF_END_DECLS

#endif
