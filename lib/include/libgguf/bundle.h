/**
 * @file Bundles: a directory that any static host can serve, with manifest.json, its signature
 * manifest.json.sig if there is one, and the chunks in chunks/ (docs/bundle-format.md). Made from a
 * model, verified, unpacked into the model again.
 *
 * Nothing gets its final name before it is complete and proven, and the manifest comes last: a
 * bundle with a manifest is a complete one, also after a kill or a power cut. No call follows a
 * symbolic link below the directory it is given. Calls on different directories may run on
 * different threads; two creations in one directory exclude each other.
 */
#ifndef LIBGGUF_BUNDLE_H
#define LIBGGUF_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libgguf/file.h>
#include <libgguf/manifest.h>
#include <libgguf/source.h>

LIBGGUF_BEGIN_DECLS

/** The name of the manifest in a bundle. */
#define LIBGGUF_BUNDLE_MANIFEST "manifest.json"
/** The name of its signature. */
#define LIBGGUF_BUNDLE_SIGNATURE "manifest.json.sig"
/** The directory of the chunks, in bundles and in stores. */
#define LIBGGUF_BUNDLE_CHUNKS "chunks"

/** The empty file that says that a directory is a store. */
#define LIBGGUF_BUNDLE_STORE_MARK ".gguf-store"
/** The directory in which a store remembers the models that were bundled with it. */
#define LIBGGUF_BUNDLE_STORE_INDEX "index"

/** What is being done, for progress. */
enum libgguf_bundle_step {
    LIBGGUF_BUNDLE_SOURCE,   /**< hashing a whole file: the one that is rewritten, or one
                                  that was taken for another in the store */
    LIBGGUF_BUNDLE_PACK,     /**< reading the model, writing chunks or shards */
    LIBGGUF_BUNDLE_COMPRESS, /**< making gzip variants */
    LIBGGUF_BUNDLE_VERIFY,   /**< reading chunks or shards */
    LIBGGUF_BUNDLE_UNPACK,   /**< reading chunks, writing a file */
    LIBGGUF_BUNDLE_SYNC,     /**< waiting for the disk; bytes do not count here */
};

/** How to hear of progress. */
struct libgguf_bundle_hooks {
    size_t struct_size; /**< sizeof(struct libgguf_bundle_hooks) */
    void *context;
    /**
     * @p done of @p total bytes of @p step. Never called by two threads at once. False: stop with
     * LIBGGUF_ERR_CANCELLED. May be NULL.
     */
    bool (*progress)(void *context, enum libgguf_bundle_step step, uint64_t done, uint64_t total);
};

/** A file that a bundle carries besides, such as the loader's. */
struct libgguf_bundle_extra {
    const char *path; /**< relative to the bundle, as libgguf_manifest_path_is_safe() wants it */
    const void *data;
    size_t size; /**< bytes */
};

/** How a bundle is made. Zero-initialise, set struct_size, then what is wanted. */
struct libgguf_bundle_create_options {
    size_t struct_size; /**< sizeof(struct libgguf_bundle_create_options) */
    enum libgguf_cut cut;
    uint64_t chunk_size; /**< bytes; 0: LIBGGUF_DEFAULT_CHUNK_SIZE */
    unsigned threads;    /**< 0: LIBGGUF_DEFAULT_THREADS */
    const char *name;    /**< of the file in the manifest; NULL: from its path */
    bool no_file_digest; /**< leave out the digest of the whole file */
    bool tensor_digests; /**< a digest for every tensor as well */
    bool gzip;           /**< add compressed variants of chunks that shrink below 0.9 */
    bool no_sync;        /**< do not wait for the disk: fast, and lost with the power */
    bool resume;         /**< take over, after reading and proving them, chunks that are there */
    bool force;          /**< replace the manifest of a bundle that is there */
    const char *store;   /**< directory of a store to share chunks with, or NULL */
    /** The single file that @p model was recast from; its size and digest are recorded. */
    const struct libgguf_file *origin;
    const struct libgguf_bundle_extra *extras; /**< more files, written before the manifest */
    size_t extra_count;
    const char *key;                          /**< private key in PEM to sign with, or NULL */
    size_t key_size;                          /**< bytes */
    const struct libgguf_bundle_hooks *hooks; /**< may be NULL */
};

/** What a creation did. */
struct libgguf_bundle_created {
    uint64_t size;          /**< bytes of the model's files */
    size_t chunk_count;     /**< chunks in the manifest */
    size_t distinct_count;  /**< different ones among them: files in chunks/ */
    size_t written_count;   /**< of these, written now */
    uint64_t written_size;  /**< bytes of these */
    size_t reused_count;    /**< distinct chunks that were there, proven now or earlier */
    uint64_t reused_size;   /**< bytes of these */
    size_t shared_count;    /**< of the reused ones, taken from the store */
    size_t replaced_count;  /**< chunks that were there under their name with wrong bytes */
    size_t gzip_count;      /**< compressed variants in the manifest */
    uint64_t gzip_size;     /**< bytes of these */
    uint64_t gzip_raw_size; /**< bytes of the chunks they stand for */
};

/**
 * Makes a bundle of @p model in @p directory, which is created if it is not there. Reads the model
 * once (a second time where the store took it for another one). @p options and @p out may be NULL.
 *
 * The directory must be empty, unless options->resume or options->force. A complete bundle in it is
 * replaced with options->force only; with options->resume it has to be the one that is made, and
 * its signature, which stays, by options->key if that is given. With a store (on the same file
 * system) every chunk is a hard link to the store's file of that name, and bytes that the store has
 * are not written again; they are compared, unless they were written or compared before and inode,
 * size and time of modification are what they were then. Nor is the digest of a file computed again
 * that the store knows for the same chunks. With options->resume all is read and computed. On
 * failure what was written is removed again, except proven chunks under their final name, which a
 * later call with options->resume takes over.
 *
 * Statuses: those of libgguf_manifest_create(); EXISTS (something is there; with sys_errno
 * ENOTEMPTY nothing of a bundle, so that there is nothing to resume), BUSY (another creation
 * is under way in @p directory), SAME_FILE (something to be replaced is the model), IO, KEY,
 * CHANGED, CANCELLED, UNSUPPORTED (with a sys_errno: the file system of the store cannot share).
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_bundle_create(const struct libgguf_file *model, const char *directory,
                      const struct libgguf_bundle_create_options *options,
                      struct libgguf_bundle_created *out, struct libgguf_error *err);

/** As libgguf_bundle_create() for any bytes, with LIBGGUF_CUT_FIXED and options->name. */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_bundle_create_from_source(const struct libgguf_source *source, const char *directory,
                                  const struct libgguf_bundle_create_options *options,
                                  struct libgguf_bundle_created *out, struct libgguf_error *err);

/**
 * Splits @p model into shards of at most @p limit bytes in @p directory, instead of chunks: each a
 * GGUF file called NAME-00001-of-00003.gguf with options->name (which must be given, without
 * ".gguf"), and a manifest without paths that lists them. Gzip, store and origin do not apply.
 * With options->resume a file that is there under the name of a shard has to be that shard, with
 * options->force it is replaced. On failure the shards that were named now are removed again.
 * Statuses: those of libgguf_split_plan(), libgguf_bundle_create() and libgguf_manifest_create().
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_bundle_create_shards(const struct libgguf_file *model, const char *directory,
                             uint64_t limit, const struct libgguf_bundle_create_options *options,
                             struct libgguf_bundle_created *out, struct libgguf_error *err);

/**
 * Reads the manifest of the bundle in @p directory. With a @p key (PEM, @p key_size bytes) its
 * signature is checked before anything is parsed; NULL: it is not.
 * Statuses: NOT_FOUND (no manifest: no bundle, or an unfinished one), MANIFEST, KEY, SIGNATURE
 * (missing as well), MEMORY, IO.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_bundle_manifest(const char *directory, const char *key, size_t key_size,
                        struct libgguf_manifest **out, struct libgguf_error *err);

/** What is wrong with a file of a bundle. */
enum libgguf_bundle_fault {
    LIBGGUF_BUNDLE_MISSING,    /**< there is no such file */
    LIBGGUF_BUNDLE_UNREADABLE, /**< it cannot be read; sys_errno says why */
    LIBGGUF_BUNDLE_NOT_A_FILE, /**< a symbolic link, directory or device, or below a link */
    LIBGGUF_BUNDLE_EMPTY,      /**< it has no bytes */
    LIBGGUF_BUNDLE_TOO_SHORT,  /**< it has fewer bytes than it should */
    LIBGGUF_BUNDLE_TOO_LONG,   /**< it has more */
    LIBGGUF_BUNDLE_SWAPPED,    /**< these are the bytes of another file of the bundle */
    LIBGGUF_BUNDLE_DIFFERENT,  /**< other bytes */
    LIBGGUF_BUNDLE_BAD_GZIP,   /**< its own digest is right, but it does not decompress to the
                                    chunk */
};

/** One bad file. */
struct libgguf_bundle_finding {
    enum libgguf_bundle_fault fault;
    const char *path;  /**< relative to the bundle */
    size_t file;       /**< the first chunk that it stands for: its file and */
    size_t chunk;      /**< index in the manifest; of a shard set 0 */
    bool is_gzip;      /**< it is the compressed variant */
    uint64_t size;     /**< bytes it should have */
    uint64_t found;    /**< bytes it has; 0 when it could not be opened */
    int sys_errno;     /**< for LIBGGUF_BUNDLE_UNREADABLE */
    const char *other; /**< for LIBGGUF_BUNDLE_SWAPPED: the path of the file they belong to */
};

/** What a verification found; all is well when finding_count is 0. */
struct libgguf_bundle_report {
    struct libgguf_manifest *manifest;
    size_t checked_count;  /**< files that were read */
    uint64_t checked_size; /**< bytes of these */
    size_t finding_count;
    struct libgguf_bundle_finding *findings; /**< in the order of the manifest */
    size_t extra_count;
    char **extras;          /**< paths of what belongs to no manifest, sorted; left alone */
    bool file_digest_wrong; /**< all chunks are right, but a digest of a whole file is not */
};

/** How to verify and unpack. Zero-initialise, set struct_size, then what is wanted. */
struct libgguf_bundle_read_options {
    size_t struct_size; /**< sizeof(struct libgguf_bundle_read_options) */
    unsigned threads;   /**< 0: LIBGGUF_DEFAULT_THREADS */
    bool file_digest;   /**< verify: the digests of whole files too */
    bool force;         /**< unpack: replace an existing file */
    bool resume;        /**< unpack: keep what an earlier try left, where its digest is right */
    bool no_sync;       /**< unpack: do not wait for the disk */
    const char *key;    /**< public key in PEM that must have signed the manifest, or NULL */
    size_t key_size;    /**< bytes */
    const struct libgguf_bundle_hooks *hooks; /**< may be NULL */
};

/**
 * Reads every file that the manifest of the bundle in @p directory names, and says what is wrong.
 * Freed with libgguf_bundle_report_free(). LIBGGUF_OK means that all could be looked at; the
 * report says what was found. @p options may be NULL.
 * Statuses: those of libgguf_bundle_manifest(), CANCELLED, ARGUMENT.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_bundle_verify(const char *directory, const struct libgguf_bundle_read_options *options,
                      struct libgguf_bundle_report **out, struct libgguf_error *err);

/** Frees @p report and its manifest; NULL is allowed. */
LIBGGUF_API void libgguf_bundle_report_free(struct libgguf_bundle_report *report);

/**
 * Writes file number @p file of the bundle in @p directory, whose manifest is @p manifest, to
 * @p path. Every chunk is proven before its bytes count; where a chunk's file is missing its
 * compressed variant is taken. The output has a temporary name beside @p path until it is
 * complete. An existing file is replaced only with options->force, and never when it belongs to
 * the bundle; of a link the file that it leads to is; what is no regular file never is. @p options
 * may be NULL.
 * Statuses: DIGEST (a chunk is wrong: the text names it), NOT_FOUND (a chunk is missing), EXISTS,
 * SAME_FILE, BUSY (another process writes this output), IO (of a chunk when the error has an
 * offset, which is the chunk's; of the output when it has none), MEMORY, CANCELLED, ARGUMENT.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_bundle_unpack(const char *directory, const struct libgguf_manifest *manifest, size_t file,
                      const char *path, const struct libgguf_bundle_read_options *options,
                      struct libgguf_error *err);

/**
 * Writes the bytes of @p file, of one file or recast, to @p path, as libgguf_bundle_unpack() does;
 * @p origin is the model that it was recast from, or NULL, and is never replaced. Nothing is
 * proven. The key of @p options does not apply. Statuses: EXISTS, SAME_FILE, BUSY, IO, MEMORY,
 * CHANGED or TRUNCATED (the model was written to meanwhile), CANCELLED, ARGUMENT.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_bundle_save(const struct libgguf_file *file, const struct libgguf_file *origin,
                    const char *path, const struct libgguf_bundle_read_options *options,
                    struct libgguf_error *err);

/** What a pruning removed, or would remove. */
struct libgguf_bundle_pruned {
    size_t kept_count;
    uint64_t kept_size; /**< bytes */
    size_t removed_count;
    uint64_t removed_size; /**< bytes */
    size_t partial_count;  /**< leftovers of interrupted creations among the removed */
};

/**
 * Removes chunks that nothing uses from @p directory. In a store these are the chunks that no
 * bundle is linked to any more; in a bundle the ones that its manifest does not name. Looks at
 * nothing but files in chunks/ whose names are those of chunks, at temporary files there and beside
 * the manifest that interrupted creations left, and in a store at what its index
 * knows of models whose chunks are gone. With @p dry_run only counts. Statuses: NOT_FOUND (neither
 * store nor bundle, or no chunks/ in it), BUSY, MANIFEST, IO, MEMORY.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_bundle_prune(const char *directory, bool dry_run, struct libgguf_bundle_pruned *out,
                     struct libgguf_error *err);

LIBGGUF_END_DECLS

#endif
