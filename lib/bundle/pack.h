/** @file A bundle in the making: its directories, and the files that wait for their names. */
#ifndef BUNDLE_PACK_H
#define BUNDLE_PACK_H

#include <pthread.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "base/error.h"
#include "bundle/crew.h"
#include "bundle/place.h"
#include "bundle/store_record.h"

/* A file that is there, or written and waiting for its name, for one chunk of the manifest. */
struct packed {
    size_t file;
    size_t index;
    bool is_gzip;
    bool is_partial; /* it has its partial name; otherwise it is there under its own */
    bool is_new;     /* written now, not found */
    bool was_here;   /* proven under its name in this bundle */
    bool is_shared;  /* a link to a file of the store */
    uint64_t size;
    uint64_t offset;              /* of the chunk in its file */
    struct libgguf_digest name;   /* of the chunk */
    struct libgguf_digest sha256; /* of this file's bytes: for gzip another one */
    struct file_stamp stamp;      /* when its bytes were proven */
    bool is_settled;              /* what is written into it later gives it another one */
};

/* Which file is which, whatever its names. */
struct file_identity {
    dev_t device;
    ino_t inode;
};

/* What the store remembers of a file of the model. */
struct pack_recalled {
    struct libgguf_digest key;
    struct store_record record;
};

/* What was made for an additional file, and was not there. */
struct pack_made {
    bool is_file;
    const char *path; /* the part of the file's path with the directories that were made, or NULL */
};

/* Where a bundle is made, and from what. */
struct pack {
    const struct libgguf_bundle_create_options *options;
    const struct libgguf_file *model;    /* NULL for plain bytes */
    const struct libgguf_source *source; /* when there is no model */
    uint64_t total;                      /* bytes */

    int root;                      /* the directory, locked */
    int chunks;                    /* chunks/ in it, or -1 */
    int store;                     /* chunks/ in the store, or -1 */
    int index;                     /* index/ in the store, or -1 */
    int64_t began;                 /* seconds, by the clock of the file system */
    struct pack_made *made_extras; /* for each additional file, or NULL */
    bool made_root;
    bool made_chunks;

    struct pack_recalled *recalled; /* for each file, or NULL without a store */

    struct file_identity *inputs;
    size_t input_count;

    uint64_t *sizes; /* of chunks that are there already, sorted */
    size_t size_count;
    size_t size_capacity;

    pthread_mutex_t lock; /* of all below */
    struct packed *packed;
    size_t packed_count;
    size_t packed_capacity;
    size_t replaced_count;
};

/* Nothing is open yet. @p model or @p source may be NULL. pack_open.c */
struct pack pack_of(const struct libgguf_bundle_create_options *options,
                    const struct libgguf_file *model, const struct libgguf_source *source);

/*
 * ARGUMENT for options that are not whole; a key that cannot sign is better known before the model
 * is read, too. pack_open.c
 */
enum libgguf_status pack_check_options(const struct libgguf_bundle_create_options *options,
                                       struct libgguf_error *err);

/* Opens, locks and looks through the directories. pack_open.c */
enum libgguf_status pack_open(struct pack *pack, const char *directory, struct libgguf_error *err);
/* Releases all; after a failure removes what was made, unless it is to be resumed. */
void pack_close(struct pack *pack, const char *directory, enum libgguf_status status);

/*
 * EXISTS unless @p root is empty or may be written into. Shards and chunks alike. What holds no
 * bundle, and none that was begun, is told apart by the error's sys_errno: ENOTEMPTY.
 */
enum libgguf_status pack_check_vacant(int root, const struct libgguf_bundle_create_options *options,
                                      struct libgguf_error *err);
/* The store as errors name it; there is one. */
const char *pack_store_name(const struct pack *pack, char shown[ERROR_NAME_SIZE]);
/* UNSUPPORTED: the store and @p why. @p sys_errno tells it from what is wrong with a model. */
enum libgguf_status pack_refuse_store(const struct pack *pack, int sys_errno, const char *why,
                                      struct libgguf_error *err);
/* True when a file of this name is in the directory @p at. */
bool pack_has_file(int at, const char *name);
/* Makes or opens @p directory and takes its lock. */
enum libgguf_status pack_open_root(const char *directory, int *root, bool *made,
                                   struct libgguf_error *err);
/* Removes all partial files from the directory @p at, but never an input. Returns 0 or errno.
 * pack_inputs.c */
int pack_remove_partials(const struct pack *pack, int at);
/* Adds the files that @p model is read from to the inputs. */
enum libgguf_status pack_add_inputs(struct pack *pack, const struct libgguf_file *model,
                                    struct libgguf_error *err);
/* SAME_FILE when an input has the name of a temporary file in the directory @p at, and would be
 * removed. */
enum libgguf_status pack_check_partials(const struct pack *pack, int at, struct libgguf_error *err);
/* SAME_FILE when @p name in @p at is one of the inputs. */
enum libgguf_status pack_check_target(const struct pack *pack, int at, const char *name,
                                      struct libgguf_error *err);

/* What the manifest is made with; the options have no name yet. */
struct libgguf_manifest_options pack_manifest_options(const struct pack *pack,
                                                      const struct libgguf_digest_hooks *hooks);

/* How many files the model has, and what number @p file of them is read from. */
size_t pack_file_count(const struct pack *pack);
const struct libgguf_source *pack_source(const struct pack *pack, size_t file);

/* True when a chunk of this size is there that may be the one. */
bool pack_may_exist(const struct pack *pack, uint64_t size);
/* Remembers a file; thread-safe. */
enum libgguf_status pack_add(struct pack *pack, const struct packed *packed,
                             struct libgguf_error *err);

/* What libgguf_source_digest() calls for every chunk. pack_chunks.c */
void pack_chunks_hooks(struct pack *pack, struct libgguf_digest_hooks *out);

/*
 * Looks for a file with the bytes of @p packed: under its name here, in the store, or as
 * a partial file of an earlier try. What was found is proven, and stored in @p packed.
 * pack_find.c
 */
enum libgguf_status pack_find(struct pack *pack, struct packed *packed, bool *found,
                              struct libgguf_error *err);
/* Takes the store's file in the place of the partial one, if it is the same. */
enum libgguf_status pack_take_from_store(struct pack *pack, struct packed *packed, bool *found,
                                         struct libgguf_error *err);

/* Reads what the store remembers of the model. pack_recall.c */
enum libgguf_status pack_recall(struct pack *pack, struct libgguf_error *err);
/* True when the digests of its files are likely to be known once those of the chunks are. */
bool pack_recalls_files(const struct pack *pack);
/* Gives the files of @p manifest, which has none, the digests that are remembered, after comparing
 * all chunks; hashes a file that turns out to be another one. */
enum libgguf_status pack_recall_digests(const struct pack *pack, struct libgguf_manifest *manifest,
                                        struct libgguf_error *err);
/* True when the store's file for @p packed was proven before and looked like @p stamp then. */
bool pack_recalls_chunk(const struct pack *pack, const struct packed *packed,
                        struct file_stamp *stamp);
/* Has the store remember the bundle that was made. @p pack has been committed. */
void pack_remember(const struct pack *pack, const struct libgguf_manifest *manifest);
void pack_recall_free(struct pack *pack);

/* Hashes all of @p source, with progress. create.c */
enum libgguf_status pack_hash_whole(const struct pack *pack, const struct libgguf_source *source,
                                    struct libgguf_digest *sha256, struct libgguf_error *err);

/* Adds compressed variants of the chunks in @p manifest. pack_gzip.c */
enum libgguf_status pack_gzip(struct pack *pack, struct libgguf_manifest *manifest,
                              struct libgguf_error *err);

/* Syncs and names all files. pack_commit.c */
enum libgguf_status pack_commit(struct pack *pack, struct libgguf_bundle_created *created,
                                struct libgguf_error *err);

/* EXISTS when an additional file would replace one with other bytes. pack_extras.c */
enum libgguf_status pack_check_extras(const struct pack *pack, struct libgguf_error *err);
/* Writes the additional files. */
enum libgguf_status pack_extras(struct pack *pack, struct libgguf_error *err);
/* Removes those that were not there before. */
void pack_remove_extras(const struct pack *pack);

/* EXISTS when a complete bundle is in the directory and cannot be the one to be made, as far as is
 * known before the model is read. pack_old.c */
enum libgguf_status pack_compare_old(const struct pack *pack, struct libgguf_error *err);
/* The bytes of @p manifest, freed by the caller. EXISTS when a manifest is there that is not to be
 * replaced, or the signature of another key. pack_old.c */
enum libgguf_status pack_manifest_text(const struct pack *pack,
                                       const struct libgguf_manifest *manifest, struct buffer *text,
                                       struct libgguf_error *err);

/*
 * Signs and writes the manifest @p text, in one step as seen from outside; a signature that is
 * there and good stays. pack_manifest.c
 */
enum libgguf_status pack_manifest(const struct pack *pack, const struct buffer *text,
                                  struct libgguf_error *err);

#endif
