/*
 * Chunks that are there already: believed for their bytes, never for their name or size. A chunk of
 * the store whose bytes were proven earlier is believed for being the same file, unchanged.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "bundle/pack.h"
#include "bundle/prove.h"

/*
 * Whether the file open as @p fd has the bytes of the model that @p packed stands for. They were
 * hashed already, so that comparing proves as much as hashing again, in less time; a model that
 * changes meanwhile is noticed in the end.
 */
static enum libgguf_status is_same_as_model(const struct pack *pack, const struct packed *packed,
                                            struct crew_member *member, int fd, bool *same,
                                            struct libgguf_error *err)
{
    const struct libgguf_source *const source = pack_source(pack, packed->file);
    const size_t half = CREW_BLOCK_SIZE / 2;
    enum libgguf_status status = LIBGGUF_OK;
    *same = true;
    for (uint64_t done = 0; !status && *same && done < packed->size;) {
        const uint64_t left = packed->size - done;
        const size_t step = left < half ? (size_t)left : half;
        size_t got;
        status = libgguf_source_read(source, packed->offset + done, member->block, step, err);
        *same = !status && place_read_at(fd, member->block + half, step, done, &got) == 0 &&
                got == step && memcmp(member->block, member->block + half, step) == 0;
        done += step;
    }
    return status;
}

static enum libgguf_status has_digest(const struct packed *packed, struct crew_member *member,
                                      int fd, const char *name, bool *proven,
                                      struct libgguf_error *err)
{
    struct proof proof;
    const enum libgguf_status status =
        prove_range(member, fd, 0, packed->size, NULL, NULL, name, &proof, err);
    *proven = !status && proof.size == packed->size &&
              libgguf_digest_equal(&proof.sha256, &packed->sha256);
    /* What cannot be read is not proven, and is written again. */
    return status == LIBGGUF_ERR_IO ? LIBGGUF_OK : status;
}

/* Whether the file @p name in @p at has the bytes of @p packed, whose stamp becomes the one it had
 * before it was read: what is written into it meanwhile shows later. */
static enum libgguf_status is_proven(const struct pack *pack, int at, const char *name,
                                     struct packed *packed, bool *proven, struct libgguf_error *err)
{
    int fd;
    uint64_t size = 0;
    struct stat facts;
    const int failed = place_open_file(at, name, &fd, &size);
    *proven = false;
    if (failed) {
        return LIBGGUF_OK;
    }
    struct crew crew;
    struct crew_member member;
    enum libgguf_status status = crew_solo_begin(&crew, &member, err);
    if (!status && size == packed->size && fstat(fd, &facts) == 0) {
        packed->stamp = file_stamp_of(&facts);
        packed->is_settled = file_stamp_is_settled(&packed->stamp, pack->began);
        status = packed->is_gzip ? has_digest(packed, &member, fd, name, proven, err)
                                 : is_same_as_model(pack, packed, &member, fd, proven, err);
    }
    crew_solo_end(&member);
    close(fd);
    return status;
}

/* Links the store's file @p name to the partial name, if it has the stamp of @p packed. */
static enum libgguf_status link_shared(struct pack *pack, struct packed *packed, const char *name,
                                       bool *linked, struct libgguf_error *err)
{
    char partial[PLACE_PARTIAL_NAME_SIZE];
    char spare[PLACE_PARTIAL_NAME_SIZE];
    struct stat facts;
    *linked = false;
    place_partial_name(packed->file, packed->index, packed->is_gzip, partial);
    place_spare_name(packed->file, packed->index, packed->is_gzip, spare);
    (void)unlinkat(pack->chunks, spare, 0);
    if (linkat(pack->store, name, pack->chunks, spare, 0) != 0) {
        if (errno == EPERM || errno == ENOTSUP) {
            return pack_refuse_store(pack, errno, "is on a file system without hard links", err);
        }
        /* Pruned in this moment, or with as many links as there can be: written anew. */
        return LIBGGUF_OK;
    }
    struct file_stamp now = {0};
    if (fstatat(pack->chunks, spare, &facts, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(facts.st_mode)) {
        now = file_stamp_of(&facts);
    }
    if (!file_stamp_equal(&now, &packed->stamp) ||
        renameat(pack->chunks, spare, pack->chunks, partial) != 0) {
        (void)unlinkat(pack->chunks, spare, 0);
        return LIBGGUF_OK;
    }
    *linked = true;
    packed->is_partial = true;
    packed->is_shared = true;
    packed->is_new = false;
    return LIBGGUF_OK;
}

enum libgguf_status pack_take_from_store(struct pack *pack, struct packed *packed, bool *found,
                                         struct libgguf_error *err)
{
    char name[PLACE_CHUNK_NAME_SIZE];
    enum libgguf_status status = LIBGGUF_OK;
    *found = false;
    if (pack->store < 0) {
        return LIBGGUF_OK;
    }
    place_chunk_name(&packed->name, packed->is_gzip, name);
    if (pack_recalls_chunk(pack, packed, &packed->stamp)) {
        packed->is_settled = true;
        status = link_shared(pack, packed, name, found, err);
    }
    if (status || *found) {
        return status;
    }
    bool proven;
    status = is_proven(pack, pack->store, name, packed, &proven, err);
    return status || !proven ? status : link_shared(pack, packed, name, found, err);
}

enum libgguf_status pack_find(struct pack *pack, struct packed *packed, bool *found,
                              struct libgguf_error *err)
{
    char name[PLACE_CHUNK_NAME_SIZE];
    char partial[PLACE_PARTIAL_NAME_SIZE];
    place_chunk_name(&packed->name, packed->is_gzip, name);
    place_partial_name(packed->file, packed->index, packed->is_gzip, partial);
    enum libgguf_status status = is_proven(pack, pack->chunks, name, packed, found, err);
    packed->was_here = *found;
    if (status || *found) {
        return status;
    }
    status = pack_take_from_store(pack, packed, found, err);
    if (!status && !*found && pack->options->resume) {
        status = is_proven(pack, pack->chunks, partial, packed, found, err);
        packed->is_partial = *found;
    }
    return status;
}
