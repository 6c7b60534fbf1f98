/**
 * @file The manifest: which bytes a model consists of, chunk by chunk, with digests
 * (docs/manifest-format.md). Made from a model, read strictly from JSON that nobody vouches for,
 * written as bytes that are the same everywhere, and held against the bytes that are there.
 *
 * A manifest is a transparent struct that owns all it points to; it is changed by one thread at a
 * time, and read by any number.
 */
#ifndef LIBGGUF_MANIFEST_H
#define LIBGGUF_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libgguf/digest.h>
#include <libgguf/file.h>
#include <libgguf/plan.h>
#include <libgguf/tensor.h>

LIBGGUF_BEGIN_DECLS

/** The schema that is written and read. */
#define LIBGGUF_MANIFEST_SCHEMA "gguf-manifest/1"
/** The largest number a manifest may hold: every JSON reader keeps it exact. */
#define LIBGGUF_MANIFEST_MAX_NUMBER 9007199254740991
/** More bytes of JSON than this are refused. */
#define LIBGGUF_MANIFEST_MAX_SIZE 268435456
/** More files than this are refused. */
#define LIBGGUF_MANIFEST_MAX_FILES 65536
/** The longest file name, and the longest path of a chunk: bytes. */
#define LIBGGUF_MANIFEST_MAX_NAME 4096

/** Bytes that the manifest owns, with a NUL behind them that does not count. */
struct libgguf_manifest_text {
    const char *data; /**< NULL when absent */
    size_t size;
};

/** The compressed variant of a chunk, in a bundle. */
struct libgguf_manifest_gzip {
    const char *path; /**< NULL when there is none */
    uint64_t size;    /**< bytes, compressed */
    struct libgguf_digest sha256;
};

/** One chunk. */
struct libgguf_chunk {
    struct libgguf_piece piece;
    struct libgguf_digest sha256;
    const char *path; /**< relative to the manifest, '/' between parts; NULL outside a bundle */
    const struct libgguf_manifest_gzip *gzip; /**< NULL when there is none */
};

/** A number that may be absent. */
struct libgguf_manifest_number {
    bool present;
    uint64_t value;
};

/** One tensor record. What a number of a manifest cannot hold is absent. */
struct libgguf_manifest_tensor {
    struct libgguf_manifest_text name; /**< as in the file: any bytes, NUL included */
    struct libgguf_manifest_text type; /**< "Q4_0"; absent when the type has no name */
    uint32_t type_id;                  /**< the number of a type without a name */
    uint32_t dim_count;
    uint64_t dims[LIBGGUF_MAX_DIMS];
    bool has_dims;
    struct libgguf_manifest_number offset; /**< bytes from the start of the file */
    struct libgguf_manifest_number size;   /**< bytes; absent when the type has no known size */
    bool has_chunks;                       /**< some of its bytes are in the file */
    uint64_t first_chunk;                  /**< index of the chunk with its first byte */
    uint64_t last_chunk;                   /**< index of the chunk with its last byte present */
    bool has_sha256;
    struct libgguf_digest sha256; /**< of its bytes */
};

/** Digests that say which parts of a header two files share. */
struct libgguf_identity {
    struct libgguf_digest header_sha256; /**< from byte 0 to data_offset */
    bool has_tokenizer;
    struct libgguf_digest tokenizer_sha256; /**< all of the tokenizer but the chat template */
    bool has_chat_template;
    struct libgguf_digest chat_template_sha256; /**< usually of the text of the template */
};

/** What the header says. */
struct libgguf_manifest_gguf {
    uint32_t version;
    bool big_endian;
    uint64_t alignment;
    uint64_t data_offset;
    uint64_t kv_count;
    uint64_t tensor_count;
    struct libgguf_manifest_text architecture;
    struct libgguf_manifest_text file_type;
    struct libgguf_manifest_number parameters;
    struct libgguf_identity identity;
};

/** One file of the model. */
struct libgguf_manifest_file {
    struct libgguf_manifest_text name; /**< a plain file name: no '/', not "." or ".." */
    uint64_t size;                     /**< bytes */
    bool has_sha256;
    struct libgguf_digest sha256; /**< of the whole file */
    bool has_origin;              /**< it was made from another file: */
    uint64_t origin_size;         /**< bytes of that */
    struct libgguf_digest origin_sha256;
    bool is_gguf;
    struct libgguf_manifest_gguf gguf;
    size_t chunk_count;
    struct libgguf_chunk *chunks;
    size_t tensor_count;
    struct libgguf_manifest_tensor *tensors; /**< in the order of the file */
};

/** A manifest. Allocated by the library only, so fields may be appended. */
struct libgguf_manifest {
    enum libgguf_cut cut;
    uint64_t target_size; /**< bytes */
    uint64_t max_size;    /**< bytes; no chunk is larger */
    struct libgguf_digest chunks_sha256;
    bool is_bundle; /**< chunks have paths */
    size_t file_count;
    struct libgguf_manifest_file *files;
};

/** How a manifest is made. Zero-initialise, set struct_size, then what is wanted. */
struct libgguf_manifest_options {
    size_t struct_size; /**< sizeof(struct libgguf_manifest_options) */
    enum libgguf_cut cut;
    uint64_t chunk_size;                      /**< bytes; 0: LIBGGUF_DEFAULT_CHUNK_SIZE */
    unsigned threads;                         /**< 0: LIBGGUF_DEFAULT_THREADS */
    bool no_file_digest;                      /**< leave out the digest of each whole file */
    bool tensor_digests;                      /**< a digest for every tensor as well */
    const char *name;                         /**< of the one file; NULL: from its path */
    const struct libgguf_digest_hooks *hooks; /**< may be NULL */
};

/**
 * Reads every byte of @p model once and makes its manifest: one entry for a file, one for every
 * shard of a set. Open @p model with allow_missing_data and allow_duplicates to make manifests
 * of malformed files as well. A stream is read to its end and needs options->name.
 * Nothing of @p model is kept. @p options may be NULL.
 * Statuses: ARGUMENT (no name, a name with '/'), SHARDS (one is missing), UNSUPPORTED (tensor
 * digests of overlapping tensors), and those of libgguf_plan_create() and libgguf_source_digest().
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_manifest_create(const struct libgguf_file *model,
                        const struct libgguf_manifest_options *options,
                        struct libgguf_manifest **out, struct libgguf_error *err);

/** As libgguf_manifest_create() for any bytes, with LIBGGUF_CUT_FIXED and options->name. */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_manifest_create_from_source(const struct libgguf_source *source,
                                    const struct libgguf_manifest_options *options,
                                    struct libgguf_manifest **out, struct libgguf_error *err);

/**
 * Computes the identity of @p file, one file or one shard, as docs/manifest-format.md defines it.
 * Statuses: MEMORY, IO, TRUNCATED (the file shrank), UNSUPPORTED.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status libgguf_identity(const struct libgguf_file *file,
                                                                   struct libgguf_identity *out,
                                                                   struct libgguf_error *err);

/**
 * Reads @p size bytes of JSON at @p data. Everything is checked: members, their types, sums,
 * order, and that digests agree; a manifest that was read can be relied on to describe contiguous
 * chunks that cover its files, and its paths to stay below the manifest's directory.
 * Statuses: MANIFEST (the text names the member), MEMORY.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_manifest_parse(const char *data, size_t size, struct libgguf_manifest **out,
                       struct libgguf_error *err);

/** Frees @p manifest and all it owns; NULL is allowed. */
LIBGGUF_API void libgguf_manifest_free(struct libgguf_manifest *manifest);

/**
 * Writes @p manifest as JSON, in pieces, to @p sink, which returns 0 or an errno value. The same
 * manifest gives the same bytes, and libgguf_manifest_parse() of them the same manifest.
 * Statuses: IO (the sink failed).
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_manifest_write(const struct libgguf_manifest *manifest,
                       int (*sink)(void *context, const char *data, size_t size), void *context,
                       struct libgguf_error *err);

/**
 * Gives a chunk its path in a bundle (copied). A manifest in which some chunks have paths and
 * others do not cannot be read again: give one to all.
 * Statuses: ARGUMENT (no such chunk, or a path that libgguf_manifest_path_is_safe() refuses),
 * MEMORY.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_manifest_set_path(struct libgguf_manifest *manifest, size_t file, size_t chunk,
                          const char *path, struct libgguf_error *err);

/** Gives a chunk its compressed variant (copied). Statuses: as libgguf_manifest_set_path(). */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_manifest_set_gzip(struct libgguf_manifest *manifest, size_t file, size_t chunk,
                          const struct libgguf_manifest_gzip *gzip, struct libgguf_error *err);

/**
 * True when @p path names something below the directory it is relative to: not empty, not
 * absolute, no empty, "." or ".." part, no backslash, colon, '?', '#', '%' or control character
 * (U+0000 to U+001F, U+007F to U+009F), valid UTF-8, at most LIBGGUF_MANIFEST_MAX_NAME bytes.
 */
LIBGGUF_API bool libgguf_manifest_path_is_safe(const char *path);

/** Stores the chunk that holds byte @p offset of @p file in @p out; false beyond its end. */
LIBGGUF_API bool libgguf_manifest_chunk_at(const struct libgguf_manifest_file *file,
                                           uint64_t offset, size_t *out);

/** What is wrong with a chunk. */
enum libgguf_chunk_fault {
    LIBGGUF_CHUNK_MISSING,   /**< the bytes end before it begins */
    LIBGGUF_CHUNK_CUT_SHORT, /**< the bytes end inside it */
    LIBGGUF_CHUNK_ZEROED,    /**< all its bytes are zero */
    LIBGGUF_CHUNK_MISPLACED, /**< these are the bytes of another chunk of the manifest */
    LIBGGUF_CHUNK_DIFFERENT, /**< other bytes */
};

/** One bad chunk. */
struct libgguf_bad_chunk {
    size_t index; /**< of the chunk in its file */
    enum libgguf_chunk_fault fault;
    size_t other_file;  /**< for LIBGGUF_CHUNK_MISPLACED: the file and */
    size_t other_chunk; /**< the chunk that these bytes belong to */
};

/** What a verification found. Freed with libgguf_verification_free(). */
struct libgguf_verification {
    uint64_t found_size; /**< bytes that are there; for a stream, all of them */
    size_t bad_count;
    struct libgguf_bad_chunk *bad; /**< in the order of the file */
    uint64_t zero_tail;            /**< zero bytes at the end of bytes that should not be zero */
    bool has_sha256;               /**< the whole file was hashed, and the manifest has a digest */
    bool sha256_matches;
};

/** How to verify. Zero-initialise, set struct_size, then what is wanted. */
struct libgguf_verify_options {
    size_t struct_size;                       /**< sizeof(struct libgguf_verify_options) */
    unsigned threads;                         /**< 0: LIBGGUF_DEFAULT_THREADS */
    bool file_digest;                         /**< check the digest of the whole file as well */
    const struct libgguf_digest_hooks *hooks; /**< only progress is called; may be NULL */
};

/**
 * Reads the chunks of file number @p file of @p manifest from @p source and compares. LIBGGUF_OK
 * means that all could be read; what they were is in @p out, and all is well when bad_count is 0,
 * found_size is the file's size and a checked digest matches. Bytes after the file's size are
 * counted, not read. A bundle verifies its chunk files through a source made with
 * libgguf_source_from_ops().
 * Statuses: ARGUMENT, MEMORY, IO, CHANGED, CANCELLED, UNSUPPORTED.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_manifest_verify(const struct libgguf_manifest *manifest, size_t file,
                        const struct libgguf_source *source,
                        const struct libgguf_verify_options *options,
                        struct libgguf_verification *out, struct libgguf_error *err);

/** Frees what @p verification points to and empties it. */
LIBGGUF_API void libgguf_verification_free(struct libgguf_verification *verification);

LIBGGUF_END_DECLS

#endif
