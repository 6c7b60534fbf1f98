/*
 * Removing what nothing uses. Only files in chunks/ with the names of chunks are looked at, and
 * temporary files there and beside the manifest, whatever a manifest says, so that the worst a
 * manifest can do is to protect a chunk.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libgguf/bundle.h>

#include "base/error.h"
#include "bundle/durable.h"
#include "bundle/manifest_file.h"
#include "bundle/place.h"
#include "bundle/store_record.h"
#include "bundle/stored.h"

struct pruning {
    int root;
    int chunks;
    bool is_store;
    bool is_bundle;            /* perhaps besides */
    struct stored_list stored; /* of a bundle */
    bool dry_run;
    int failed; /* errno of the first removal that did */
    struct libgguf_bundle_pruned *out;
};

/* In a store, what a bundle uses has a name there as well. */
static bool is_used(const struct pruning *pruning, const char *name, const struct stat *facts)
{
    char path[PLACE_CHUNK_PATH_SIZE];
    if (place_is_partial_name(name)) {
        return false;
    }
    if (pruning->is_store && facts->st_nlink > 1) {
        return true;
    }
    if (!pruning->is_bundle) {
        return false;
    }
    memcpy(path, "chunks/", 7);
    memcpy(path + 7, name, strlen(name) + 1);
    return stored_with_path(&pruning->stored, path) != NULL;
}

static bool prune_file(void *context, const char *name)
{
    struct pruning *const pruning = context;
    struct libgguf_bundle_pruned *const out = pruning->out;
    struct stat facts;
    if (!(place_is_chunk_name(name) || place_is_partial_name(name)) ||
        fstatat(pruning->chunks, name, &facts, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(facts.st_mode)) {
        return true;
    }
    if (is_used(pruning, name, &facts)) {
        out->kept_count++;
        out->kept_size += (uint64_t)facts.st_size;
        return true;
    }
    if (!pruning->dry_run && unlinkat(pruning->chunks, name, 0) != 0 && errno != ENOENT) {
        pruning->failed = errno;
        return false;
    }
    out->removed_count++;
    out->removed_size += (uint64_t)facts.st_size;
    out->partial_count += place_is_partial_name(name);
    return true;
}

/* What interrupted creations left beside the manifest. */
static bool prune_leftover(void *context, const char *name)
{
    struct pruning *const pruning = context;
    struct libgguf_bundle_pruned *const out = pruning->out;
    struct stat facts;
    if (!place_is_partial_name(name) ||
        fstatat(pruning->root, name, &facts, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(facts.st_mode)) {
        return true;
    }
    if (!pruning->dry_run && unlinkat(pruning->root, name, 0) != 0 && errno != ENOENT) {
        pruning->failed = errno;
        return false;
    }
    out->removed_count++;
    out->removed_size += (uint64_t)facts.st_size;
    out->partial_count++;
    return true;
}

static enum libgguf_status no_chunks(int root, struct libgguf_error *err)
{
    struct libgguf_manifest *manifest;
    const bool is_read = manifest_file_read(root, NULL, 0, &manifest, NULL) == LIBGGUF_OK;
    const char *const what = !is_read ? "neither a store nor a bundle: there is no directory chunks"
                             : manifest->is_bundle ? "the bundle has no directory chunks"
                                                   : "a bundle of shards has nothing to prune";
    libgguf_manifest_free(manifest);
    return failure(err, LIBGGUF_ERR_NOT_FOUND, LIBGGUF_NO_OFFSET, "%s", what);
}

static enum libgguf_status open_chunks(int root, int *chunks, struct libgguf_error *err)
{
    const int failed = place_enter(root, LIBGGUF_BUNDLE_CHUNKS, false, chunks, NULL);
    if (failed == ENOENT) {
        return no_chunks(root, err);
    }
    if (failed == ELOOP) {
        return failure(err, LIBGGUF_ERR_IO, LIBGGUF_NO_OFFSET,
                       "chunks is a link or no directory, and is not followed");
    }
    return failed ? failure_errno(err, failed, "cannot open the chunks") : LIBGGUF_OK;
}

static bool is_store(int root)
{
    struct stat facts;
    return fstatat(root, LIBGGUF_BUNDLE_STORE_MARK, &facts, AT_SYMLINK_NOFOLLOW) == 0;
}

/* What a store remembers of models whose chunks are gone is of no use. */
static void prune_index(int root, int chunks)
{
    int index;
    if (place_enter(root, LIBGGUF_BUNDLE_STORE_INDEX, false, &index, NULL) == 0) {
        store_record_prune(index, chunks);
        close(index);
    }
}

static enum libgguf_status prune(int root, struct pruning *pruning, struct libgguf_error *err)
{
    struct libgguf_manifest *manifest = NULL;
    enum libgguf_status status = open_chunks(root, &pruning->chunks, err);
    if (status) {
        return status;
    }
    pruning->root = root;
    pruning->is_store = is_store(root);
    status = manifest_file_read(root, NULL, 0, &manifest, err);
    if (!status) {
        pruning->is_bundle = true;
        status = stored_list(manifest, &pruning->stored, err);
    } else if (status == LIBGGUF_ERR_NOT_FOUND && pruning->is_store) {
        status = LIBGGUF_OK;
    }
    if (!status) {
        int failed = place_list(pruning->chunks, prune_file, pruning);
        if (!failed && !pruning->failed) {
            failed = place_list(root, prune_leftover, pruning);
        }
        pruning->failed = pruning->failed ? pruning->failed : failed;
        if (pruning->failed) {
            status = failure_errno(err, pruning->failed, "cannot remove a chunk");
        }
    }
    if (!status && !pruning->dry_run) {
        const int failed = durable_sync_directory(pruning->chunks);
        status = failed ? failure_errno(err, failed, "cannot sync the directory") : LIBGGUF_OK;
    }
    if (!status && !pruning->dry_run && pruning->is_store) {
        prune_index(root, pruning->chunks);
    }
    stored_free(&pruning->stored);
    libgguf_manifest_free(manifest);
    close(pruning->chunks);
    return status;
}

enum libgguf_status libgguf_bundle_prune(const char *directory, bool dry_run,
                                         struct libgguf_bundle_pruned *out,
                                         struct libgguf_error *err)
{
    int root;
    struct pruning pruning = {.dry_run = dry_run, .out = out};
    *out = (struct libgguf_bundle_pruned){0};
    const int failed = place_open_directory(directory, false, &root, NULL);
    if (failed) {
        return failure_errno(err, failed, "cannot open the directory");
    }
    enum libgguf_status status = LIBGGUF_OK;
    if (durable_lock(root) != 0) {
        status = failure(err, LIBGGUF_ERR_BUSY, LIBGGUF_NO_OFFSET,
                         "another process is writing into this directory");
    }
    if (!status) {
        status = prune(root, &pruning, err);
    }
    close(root);
    return status;
}
