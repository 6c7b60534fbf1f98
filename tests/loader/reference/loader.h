/**
 * @file The reference loader: a small runtime that loads a llama in every way that gguf-estimate
 * knows, natively and in wasm32. It computes nothing, but reads or decodes every weight, and
 * allocates what a runtime that computes would hold. Who drives it holds the bytes that come from
 * outside (in a page: ArrayBuffers).
 *
 * The order of calls: loader_begin; for whole files the bytes go to loader_receive(), else each
 * piece goes there and loader_append() takes it; loader_materialise; for strategies that stream,
 * the rest of the pieces; loader_runtime; loader_release. Each returns 0 when it cannot go on.
 */
#ifndef LOADER_H
#define LOADER_H

#include <stdint.h>

/** In the order of enum libgguf_strategy. */
enum loader_strategy {
    LOADER_FULL_COPY,
    LOADER_FULL_COPY_F32,
    LOADER_EAGER_F32,
    LOADER_LAZY_F32,
    LOADER_LAZY_F32_RELEASE,
    LOADER_QUANTIZED,
    LOADER_CHUNKED,
    LOADER_STREAM_DECODE,
    LOADER_STREAM_DECODE_F32,
    LOADER_MAPPED,
    LOADER_MEMORY64,
};

#if defined(__wasm__)
#define LOADER_EXPORT(name) __attribute__((export_name(#name)))
#else
#define LOADER_EXPORT(name)
#endif

/** @p header_size is that before the tensor data; @p piece_size the largest that is appended. */
LOADER_EXPORT(begin)
int loader_begin(enum loader_strategy strategy, uint32_t file_size, uint32_t header_size,
                 uint32_t piece_size, uint32_t context, uint32_t kv_type);
LOADER_EXPORT(receive) unsigned char *loader_receive(void);
LOADER_EXPORT(append) int loader_append(uint32_t size);
LOADER_EXPORT(materialise) int loader_materialise(void);
LOADER_EXPORT(runtime) int loader_runtime(void);
LOADER_EXPORT(release) int loader_release(void);

/** Uses @p bytes instead of a copy, for LOADER_MAPPED. */
int loader_map(const unsigned char *bytes);

/** Bytes in use: the most since the last loader_mark(), and now. */
LOADER_EXPORT(peak) uint32_t loader_peak(void);
LOADER_EXPORT(live) uint32_t loader_live(void);
LOADER_EXPORT(mark) void loader_mark(void);

/** A digest of all weights as they are held: of packed bytes, or of floats. */
LOADER_EXPORT(checksum) uint32_t loader_checksum(void);

#endif
