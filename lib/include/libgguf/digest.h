/**
 * @file SHA-256: of memory, incrementally, and of the pieces of a file in one pass over its bytes
 * on several threads.
 */
#ifndef LIBGGUF_DIGEST_H
#define LIBGGUF_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libgguf/error.h>
#include <libgguf/plan.h>
#include <libgguf/source.h>

LIBGGUF_BEGIN_DECLS

#define LIBGGUF_DIGEST_SIZE 32
/** Room for a digest in hexadecimal, NUL included. */
#define LIBGGUF_DIGEST_HEX_SIZE 65
/** Room for a digest as subresource integrity ("sha256-" and base64), NUL included. */
#define LIBGGUF_DIGEST_SRI_SIZE 52
/** The threads of a caller who names no number. */
#define LIBGGUF_DEFAULT_THREADS 2
/** More threads than this are not started. */
#define LIBGGUF_MAX_THREADS 64

/** A SHA-256 digest. */
struct libgguf_digest {
    unsigned char bytes[LIBGGUF_DIGEST_SIZE];
};

/** The SHA-256 of @p size bytes at @p data. Statuses: MEMORY, UNSUPPORTED (libcrypto has none). */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status libgguf_sha256(const void *data, size_t size,
                                                                 struct libgguf_digest *out,
                                                                 struct libgguf_error *err);

/** True when both are the same. */
LIBGGUF_API bool libgguf_digest_equal(const struct libgguf_digest *a,
                                      const struct libgguf_digest *b);

/** Writes @p digest as 64 lower-case hexadecimal digits. */
LIBGGUF_API void libgguf_digest_hex(const struct libgguf_digest *digest,
                                    char out[LIBGGUF_DIGEST_HEX_SIZE]);

/** Reads exactly 64 lower-case hexadecimal digits; false, and @p out untouched, for others. */
LIBGGUF_API bool libgguf_digest_from_hex(const char *text, size_t size, struct libgguf_digest *out);

/** Writes @p digest as a subresource integrity string: "sha256-" and 44 characters of base64. */
LIBGGUF_API void libgguf_digest_sri(const struct libgguf_digest *digest,
                                    char out[LIBGGUF_DIGEST_SRI_SIZE]);

/** A SHA-256 in progress; used by one thread at a time, freed with libgguf_hasher_free(). */
struct libgguf_hasher;

/** Makes a hasher that has seen no bytes. Statuses: MEMORY, UNSUPPORTED. */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status libgguf_hasher_create(struct libgguf_hasher **out,
                                                                        struct libgguf_error *err);
/** Frees @p hasher; NULL is allowed. */
LIBGGUF_API void libgguf_hasher_free(struct libgguf_hasher *hasher);

/** Adds @p size bytes at @p data. A failure of libcrypto shows in libgguf_hasher_finish(). */
LIBGGUF_API void libgguf_hasher_update(struct libgguf_hasher *hasher, const void *data,
                                       size_t size);

/**
 * Stores the digest of what was added since the hasher was made or last finished, and starts over.
 * Statuses: UNSUPPORTED (libcrypto failed).
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_hasher_finish(struct libgguf_hasher *hasher, struct libgguf_digest *out,
                      struct libgguf_error *err);

/**
 * What a caller can hear of, and take part in, while the chunks of a file are hashed. All members
 * but struct_size may be NULL.
 *
 * Order: for every chunk chunk_begin, chunk_data until its bytes are complete, chunk_end. The
 * calls for one chunk follow each other, on any of the threads, with all memory visible from one
 * to the next. With a source digest or spans, or on a stream, chunks come one after the other in
 * the order of the file; otherwise several are under way at once, each of them on one thread. A
 * chunk that was begun and not ended when the run fails gets chunk_abort.
 *
 * A function that returns a status other than LIBGGUF_OK ends the run, which returns that status;
 * it fills @p err.
 */
struct libgguf_digest_hooks {
    size_t struct_size; /**< sizeof(struct libgguf_digest_hooks) */
    void *context;      /**< handed to every function */
    /** Bytes read so far, of all files. Never called by two threads at once. False: stop. */
    bool (*progress)(void *context, uint64_t bytes);
    /**
     * The chunk at @p index of the file at @p file begins. What is stored in @p state is handed to
     * the other calls for this chunk. On a stream the last chunk may turn out shorter than
     * @p piece says; chunk_end has the truth.
     */
    enum libgguf_status (*chunk_begin)(void *context, size_t file, size_t index,
                                       const struct libgguf_piece *piece, void **state,
                                       struct libgguf_error *err);
    /** The next @p size bytes of the chunk, valid during the call. */
    enum libgguf_status (*chunk_data)(void *context, void *state, const void *data, size_t size,
                                      struct libgguf_error *err);
    /** The chunk is complete and has this digest. */
    enum libgguf_status (*chunk_end)(void *context, void *state, const struct libgguf_piece *piece,
                                     const struct libgguf_digest *digest,
                                     struct libgguf_error *err);
    /** The run failed before chunk_end, or in it. */
    void (*chunk_abort)(void *context, void *state);
};

/** How to hash. Zero-initialise, set struct_size, then what is wanted. */
struct libgguf_digest_options {
    size_t struct_size;    /**< sizeof(struct libgguf_digest_options) */
    unsigned threads;      /**< 0: LIBGGUF_DEFAULT_THREADS; 1: the caller's thread alone */
    bool no_source_digest; /**< leave out the digest of the whole source */
    /**
     * Runs of bytes to be hashed besides, such as tensors, or NULL: sorted by offset, not
     * overlapping; empty ones are allowed. Of one that goes on beyond the end of the source, what
     * is there is hashed.
     */
    const struct libgguf_piece *spans;
    size_t span_count;
    struct libgguf_digest *span_digests;      /**< where their digests go */
    size_t file;                              /**< the number of the file, for the hooks */
    uint64_t progress_base;                   /**< added to the bytes of the progress hook */
    const struct libgguf_digest_hooks *hooks; /**< may be NULL */
};

/** What a run over one source found. Freed with libgguf_source_digests_free(). */
struct libgguf_source_digests {
    uint64_t size;                /**< bytes of the source */
    struct libgguf_digest source; /**< of all bytes; zeros with no_source_digest */
    size_t count;
    struct libgguf_digest *chunks; /**< one for each chunk of the plan */
};

/**
 * Reads @p source once, from byte 0 to the end of @p plan, and hashes the chunks and the whole;
 * with an endless plan, to the end of the source. Memory: a fixed ring of buffers, whatever the
 * size. A stream must not be read by others meanwhile. @p options may be NULL.
 *
 * On failure @p out is empty, all threads have ended, and chunk_abort was called where due.
 * Statuses: ARGUMENT, MEMORY, IO, CHANGED (the source ended early, or its file changed meanwhile),
 * CANCELLED, RANGE (a stream of more than LIBGGUF_MAX_CHUNKS chunks), UNSUPPORTED, and what a hook
 * returned.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_source_digest(const struct libgguf_source *source, const struct libgguf_plan *plan,
                      const struct libgguf_digest_options *options,
                      struct libgguf_source_digests *out, struct libgguf_error *err);

/** Frees what @p digests points to and empties it. */
LIBGGUF_API void libgguf_source_digests_free(struct libgguf_source_digests *digests);

LIBGGUF_END_DECLS

#endif
