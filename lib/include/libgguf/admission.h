/**
 * @file Admission: the receiving side of a bundle. Bytes arrive in pieces from somewhere that
 * nobody vouches for; what comes out is a model whose every byte matched a digest, or nothing.
 * docs/admission.md has the same contract for hosts of the WebAssembly build.
 *
 * An admission holds at most one session (a model on its way) and one active model. Everything is
 * used by one thread at a time; the libgguf_file handed out may be read by any number of them.
 *
 * States of a session, and what a call does in each of them. "-" is LIBGGUF_ERR_STATE with nothing
 * changed; a session handle that is not that of the session is LIBGGUF_ERR_HANDLE everywhere.
 *
 *     call          IDLE               RECEIVING                       READY     FAILED
 *     ------------  -----------------  ------------------------------  --------  --------
 *     begin         RECEIVING          -                               -         -
 *     chunk_open    HANDLE             a chunk is open                 -         -
 *     append        HANDLE             bytes are stored and hashed     HANDLE    HANDLE
 *     chunk_close   HANDLE             the chunk is accepted, or not   HANDLE    HANDLE
 *     header        HANDLE             parsed; FAILED if not GGUF      the file  -
 *     finalize      HANDLE             READY; FAILED if not GGUF       -         -
 *     activate      HANDLE             -                               IDLE      -
 *     cancel        HANDLE             IDLE                            IDLE      IDLE
 *
 * A call that fails for another reason than the content (MEMORY, RANGE, DIGEST, STATE, HANDLE ...)
 * leaves the session as it was, and no failure at all touches the active model.
 *
 *     chunk      chunk_open       append                chunk_close
 *     ---------  ---------------  --------------------  ------------------------------------------
 *     missing    open             HANDLE                HANDLE
 *     open       STATE            open, or RANGE when   accepted; missing again with TRUNCATED
 *                                 it would not fit      (bytes lack) or DIGEST (they are others)
 *     accepted   STATE            HANDLE                HANDLE
 *
 * Nothing is parsed before its digest matched: the header is read when all chunks that it lies in
 * were accepted, and an accepted chunk cannot be written again.
 */
#ifndef LIBGGUF_ADMISSION_H
#define LIBGGUF_ADMISSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libgguf/digest.h>
#include <libgguf/file.h>

LIBGGUF_BEGIN_DECLS

/** The most bytes that one append takes. */
#define LIBGGUF_ADMISSION_WINDOW 1048576
/** The most chunks that are open at once. */
#define LIBGGUF_ADMISSION_MAX_OPEN 8
/** The most chunks of a plan, over all files: with their digests they fit into one window. */
#define LIBGGUF_ADMISSION_MAX_CHUNKS 16384
/** The artefact begins at a multiple of this many bytes. */
#define LIBGGUF_ADMISSION_ALIGNMENT 64

/** Where the bytes go. */
enum libgguf_admission_store {
    /** Into one allocation of the file's size (and ALIGNMENT - 1 bytes). */
    LIBGGUF_ADMISSION_IN_MEMORY,
    /** The host keeps them (a file): only the chunks with the header are kept here, to be parsed;
     * all others are verified in passing. */
    LIBGGUF_ADMISSION_BY_HOST,
};

/** What a session is doing. */
enum libgguf_admission_state {
    LIBGGUF_ADMISSION_IDLE,      /**< there is none */
    LIBGGUF_ADMISSION_RECEIVING, /**< chunks are opened, filled and closed */
    LIBGGUF_ADMISSION_READY,     /**< all is verified; it can be activated */
    LIBGGUF_ADMISSION_FAILED,    /**< what was verified is no GGUF file; it can be cancelled */
};

/** One chunk of a plan. Its layout is part of the WebAssembly ABI: 48 bytes, no padding. */
struct libgguf_admission_chunk {
    uint64_t offset;              /**< bytes from the start of its file */
    uint64_t size;                /**< bytes, 1 to LIBGGUF_MAX_CHUNK_SIZE */
    struct libgguf_digest sha256; /**< of its bytes */
};

/** What is to be admitted: one file of a manifest. Zero-initialise, set struct_size. */
struct libgguf_admission_plan {
    size_t struct_size; /**< sizeof(struct libgguf_admission_plan) */
    uint64_t size;      /**< bytes of the file */
    uint64_t
        header_size; /**< bytes before the tensor data: the manifest's data_offset, at most size */
    /** The chunks of all files of the manifest, in its order. Copied as far as needed. */
    const struct libgguf_admission_chunk *chunks;
    size_t chunk_count;
    size_t first;                        /**< index of the first chunk of the file */
    size_t count;                        /**< chunks of the file */
    struct libgguf_digest chunks_sha256; /**< of all digests in @c chunks, in order */
    enum libgguf_admission_store store;
};

/** How an admission is made. Zero-initialise, set struct_size, then what is wanted. */
struct libgguf_admission_options {
    size_t struct_size;    /**< sizeof(struct libgguf_admission_options) */
    uint64_t memory_limit; /**< bytes a session may allocate for the artefact; 0: no limit */
};

/** How far a session is. */
struct libgguf_admission_progress {
    enum libgguf_admission_state state;
    uint64_t size;          /**< bytes of the file */
    uint64_t verified_size; /**< bytes in accepted chunks */
    size_t chunk_count;     /**< chunks of the file */
    size_t accepted_count;  /**< those that were accepted */
    size_t open_count;      /**< those that are open */
    size_t header_count;    /**< the first chunks, which the header lies in */
    bool header_verified;   /**< all of these were accepted: libgguf_admission_header() can parse */
    uint64_t
        allocated_size; /**< bytes of the artefact here: all of the file, or its header chunks */
};

/** Opaque. */
struct libgguf_admission;

/** Makes an admission without session and without model. Statuses: ARGUMENT, MEMORY. */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_admission_create(const struct libgguf_admission_options *options,
                         struct libgguf_admission **out, struct libgguf_error *err);

/** Frees @p admission, its session and its active model; NULL is allowed. */
LIBGGUF_API void libgguf_admission_free(struct libgguf_admission *admission);

/**
 * Begins a session and stores its handle, never 0, in @p session. The whole plan is checked before
 * anything is allocated: chunk sizes, that the chunks of the file are contiguous from 0 and add up
 * to its size, that the others are contiguous too, the digest of all digests.
 * Statuses: ARGUMENT (NULL, struct_size, an unknown store), STATE (there is a session), MANIFEST
 * (the plan contradicts itself), RANGE (no chunk or more than LIBGGUF_ADMISSION_MAX_CHUNKS, a
 * number above 2^53 - 1, a chunk above LIBGGUF_MAX_CHUNK_SIZE), DIGEST (chunks_sha256 is that of
 * other digests), MEMORY (more than memory_limit, than half the address space, or than there is).
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_admission_begin(struct libgguf_admission *admission,
                        const struct libgguf_admission_plan *plan, uint32_t *session,
                        struct libgguf_error *err);

/**
 * Opens chunk @p index (0-based in the file) to be filled from its first byte, and stores a handle,
 * never 0, in @p chunk. A handle is good until its chunk is closed or the session ends, and is not
 * given out again before 2^28 others.
 * Statuses: HANDLE, STATE (the chunk is open or accepted, MAX_OPEN are open, or the session is
 * not RECEIVING), ARGUMENT (no chunk of that index).
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_admission_chunk_open(struct libgguf_admission *admission, uint32_t session, size_t index,
                             uint32_t *chunk, struct libgguf_error *err);

/**
 * Adds @p size bytes at @p data to an open chunk: all of them, or none when it fails.
 * Statuses: HANDLE, ARGUMENT (NULL), RANGE (more than LIBGGUF_ADMISSION_WINDOW, or more than the
 * chunk has left).
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_admission_append(struct libgguf_admission *admission, uint32_t chunk, const void *data,
                         size_t size, struct libgguf_error *err);

/**
 * Closes an open chunk: accepted when it is full and has the digest of the plan, otherwise missing
 * as before it was opened. Closing early is how a chunk is given up; one that is full can only be
 * judged, so who may have to give up a complete one (a transfer that ends with an error after its
 * last byte) keeps that byte back until it is sure.
 * Statuses: HANDLE, TRUNCATED (bytes lack), DIGEST (other bytes).
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_admission_chunk_close(struct libgguf_admission *admission, uint32_t chunk,
                              struct libgguf_error *err);

/**
 * Parses the header of the session's file once its chunks were accepted, and stores a file that
 * lists metadata and tensors while the rest arrives; later calls return the same one. Its strings
 * are views of verified bytes; tensor data cannot be read from it. It is valid until
 * libgguf_admission_finalize() or libgguf_admission_cancel().
 * Statuses: HANDLE, STATE (header chunks are missing, or the session is FAILED), MEMORY, and every
 * format status of error.h from NOT_GGUF on, which make the session FAILED.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_admission_header(struct libgguf_admission *admission, uint32_t session,
                         const struct libgguf_file **out, struct libgguf_error *err);

/**
 * Ends receiving: every chunk must have been accepted, and the file be valid GGUF whose tensors lie
 * inside it. Ends what libgguf_admission_header() handed out.
 * Statuses: as libgguf_admission_header(); STATE also while a chunk is open or missing.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_admission_finalize(struct libgguf_admission *admission, uint32_t session,
                           struct libgguf_error *err);

/**
 * Makes the session's model the active one in one step and frees the model that was active. The
 * session's handle becomes the model's, the handle of the old model is gone.
 * Statuses: HANDLE, STATE (not READY).
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_admission_activate(struct libgguf_admission *admission, uint32_t session,
                           struct libgguf_error *err);

/** Ends the session in any state and frees all it held. Statuses: HANDLE. */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_admission_cancel(struct libgguf_admission *admission, uint32_t session,
                         struct libgguf_error *err);

/** Frees the active model. Statuses: HANDLE (@p model is not its handle). */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_admission_release(struct libgguf_admission *admission, uint32_t model,
                          struct libgguf_error *err);

/** The handle of the active model, or 0. */
LIBGGUF_API uint32_t libgguf_admission_active(const struct libgguf_admission *admission);

/**
 * The file of @p handle: of the active model, or of a session whose header was parsed; NULL for any
 * other handle. Valid as long as the model, or as libgguf_admission_header() says.
 */
LIBGGUF_API const struct libgguf_file *
libgguf_admission_file(const struct libgguf_admission *admission, uint32_t handle);

/**
 * The bytes of the active model @p handle, aligned to LIBGGUF_ADMISSION_ALIGNMENT, and their count;
 * NULL for any other handle and for a model that the host stores.
 */
LIBGGUF_API const void *libgguf_admission_data(const struct libgguf_admission *admission,
                                               uint32_t handle, uint64_t *size);

/** Stores how far the session is. Statuses: HANDLE; @p out is then IDLE and all zeros. */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_admission_progress(const struct libgguf_admission *admission, uint32_t session,
                           struct libgguf_admission_progress *out, struct libgguf_error *err);

LIBGGUF_END_DECLS

#endif
