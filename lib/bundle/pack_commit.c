/*
 * From partial files to a bundle: what was written is put on the disk once, for all files together,
 * and only then gets its names.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "bundle/durable.h"
#include "bundle/pack.h"

/* Those of one name together, the ones that are there first. */
static int by_name(const void *a, const void *b)
{
    const struct packed *const left = a;
    const struct packed *const right = b;
    const int order = memcmp(left->name.bytes, right->name.bytes, sizeof left->name.bytes);
    if (order != 0) {
        return order;
    }
    if (left->is_gzip != right->is_gzip) {
        return left->is_gzip ? 1 : -1;
    }
    if (left->is_partial != right->is_partial) {
        return left->is_partial ? 1 : -1;
    }
    if (left->is_new != right->is_new) {
        return left->is_new ? 1 : -1;
    }
    if (left->file != right->file) {
        return left->file < right->file ? -1 : 1;
    }
    return left->index < right->index ? -1 : left->index > right->index;
}

static bool is_twin(const struct packed *packed)
{
    const struct packed *const before = packed - 1;
    return before->is_gzip == packed->is_gzip && libgguf_digest_equal(&before->name, &packed->name);
}

static int sync_one(const struct pack *pack, const char *name)
{
    const int fd = openat(pack->chunks, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    const int failed = fd < 0 ? errno : durable_sync_file(fd);
    if (fd >= 0) {
        close(fd);
    }
    return failed;
}

/* Also what was found: an earlier try may not have waited for the disk. */
static int sync_each(const struct pack *pack)
{
    for (size_t i = 0; i < pack->packed_count; i++) {
        char partial[PLACE_PARTIAL_NAME_SIZE];
        char name[PLACE_CHUNK_NAME_SIZE];
        const struct packed *const packed = &pack->packed[i];
        place_partial_name(packed->file, packed->index, packed->is_gzip, partial);
        place_chunk_name(&packed->name, packed->is_gzip, name);
        const int failed = sync_one(pack, packed->is_partial ? partial : name);
        if (failed) {
            return failed;
        }
    }
    return 0;
}

static enum libgguf_status sync_chunks(const struct pack *pack, struct libgguf_error *err)
{
    if (pack->options->no_sync) {
        return LIBGGUF_OK;
    }
    if (!crew_tell(pack->options->hooks, LIBGGUF_BUNDLE_SYNC, 0, pack->total)) {
        return failure(err, LIBGGUF_ERR_CANCELLED, LIBGGUF_NO_OFFSET, "cancelled");
    }
    int failed = durable_sync_all(pack->root);
    if (failed == ENOSYS) {
        failed = sync_each(pack);
    }
    return failed ? failure_errno(err, failed, "cannot put the chunks on the disk") : LIBGGUF_OK;
}

static enum libgguf_status name_failure(int sys_errno, const char *name, struct libgguf_error *err)
{
    return failure_errno(err, sys_errno, "cannot name %.12s...", name);
}

/* Shares @p name with the store, or takes the store's file of this name instead. */
static enum libgguf_status share(struct pack *pack, struct packed *packed, const char *partial,
                                 const char *name, struct libgguf_error *err)
{
    if (pack->store < 0 || packed->is_shared) {
        return LIBGGUF_OK;
    }
    const char *const from = packed->is_partial ? partial : name;
    if (linkat(pack->chunks, from, pack->store, name, 0) == 0) {
        return LIBGGUF_OK;
    }
    if (errno != EEXIST) {
        /* As many links as there can be: the bundle keeps a file of its own. */
        if (errno == EMLINK) {
            return LIBGGUF_OK;
        }
        char shown[ERROR_NAME_SIZE];
        return failure_errno(err, errno, "cannot share %.12s... with the store %s", name,
                             pack_store_name(pack, shown));
    }
    bool found = false;
    enum libgguf_status status = pack_take_from_store(pack, packed, &found, err);
    if (!status && found && !pack->options->no_sync) {
        /* Whoever put it there since may not have waited for the disk. */
        const int failed = sync_one(pack, partial);
        status = failed ? name_failure(failed, name, err) : LIBGGUF_OK;
    }
    if (status || found) {
        return status;
    }
    if (packed->is_gzip) {
        /* Compressed by another zlib, maybe: both are right. */
        return LIBGGUF_OK;
    }
    /* The store's file is damaged. Other bundles keep it until they are made anew. */
    char spare[PLACE_PARTIAL_NAME_SIZE];
    place_spare_name(packed->file, packed->index, packed->is_gzip, spare);
    (void)unlinkat(pack->chunks, spare, 0);
    if (linkat(pack->chunks, from, pack->chunks, spare, 0) != 0 ||
        renameat(pack->chunks, spare, pack->store, name) != 0) {
        return name_failure(errno, name, err);
    }
    return LIBGGUF_OK;
}

static enum libgguf_status give_name(struct pack *pack, struct packed *packed, bool twin,
                                     struct libgguf_error *err)
{
    char partial[PLACE_PARTIAL_NAME_SIZE];
    char name[PLACE_CHUNK_NAME_SIZE];
    place_partial_name(packed->file, packed->index, packed->is_gzip, partial);
    place_chunk_name(&packed->name, packed->is_gzip, name);
    if (twin) {
        if (packed->is_partial && unlinkat(pack->chunks, partial, 0) != 0) {
            return name_failure(errno, name, err);
        }
        return LIBGGUF_OK;
    }
    enum libgguf_status status = share(pack, packed, partial, name, err);
    if (!status && packed->is_partial) {
        status = pack_check_target(pack, pack->chunks, name, err);
    }
    if (status || !packed->is_partial) {
        return status;
    }
    pack->replaced_count += !packed->was_here && pack_has_file(pack->chunks, name);
    return renameat(pack->chunks, partial, pack->chunks, name) == 0
               ? LIBGGUF_OK
               : name_failure(errno, name, err);
}

static void count(const struct packed *packed, struct libgguf_bundle_created *created)
{
    if (packed->is_gzip) {
        return;
    }
    created->distinct_count++;
    created->shared_count += packed->is_shared;
    if (packed->is_new) {
        created->written_count++;
        created->written_size += packed->size;
    } else {
        created->reused_count++;
        created->reused_size += packed->size;
    }
}

static int sync_directories(const struct pack *pack)
{
    int failed = durable_sync_directory(pack->chunks);
    if (!failed && pack->store >= 0) {
        failed = durable_sync_directory(pack->store);
    }
    return failed ? failed : durable_sync_directory(pack->root);
}

enum libgguf_status pack_commit(struct pack *pack, struct libgguf_bundle_created *created,
                                struct libgguf_error *err)
{
    enum libgguf_status status = sync_chunks(pack, err);
    if (pack->packed_count > 1) {
        qsort(pack->packed, pack->packed_count, sizeof *pack->packed, by_name);
    }
    for (size_t i = 0; i < pack->packed_count && !status; i++) {
        const bool twin = i > 0 && is_twin(&pack->packed[i]);
        status = give_name(pack, &pack->packed[i], twin, err);
        if (!twin) {
            count(&pack->packed[i], created);
        }
    }
    if (status) {
        return status;
    }
    /* What an earlier try left and nobody took. */
    int failed = pack_remove_partials(pack, pack->chunks);
    if (!failed && !pack->options->no_sync) {
        failed = sync_directories(pack);
    }
    if (failed) {
        return failure_errno(err, failed, "cannot put the names of chunks on the disk");
    }
    return LIBGGUF_OK;
}
