/** @file How public symbols are exported and annotated. Every other header includes this one. */
#ifndef LIBGGUF_EXPORT_H
#define LIBGGUF_EXPORT_H

#if defined(__GNUC__) || defined(__clang__)
#define LIBGGUF_API __attribute__((visibility("default")))
/** The returned status must be looked at. */
#define LIBGGUF_NODISCARD __attribute__((warn_unused_result))
#else
#define LIBGGUF_API
#define LIBGGUF_NODISCARD
#endif

#ifdef __cplusplus
#define LIBGGUF_BEGIN_DECLS extern "C" {
#define LIBGGUF_END_DECLS }
#else
#define LIBGGUF_BEGIN_DECLS
#define LIBGGUF_END_DECLS
#endif

#endif
