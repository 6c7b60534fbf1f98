/* Chunks that are there already: believed for their bytes, never for their name or size. */
#include <errno.h>
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

/* Whether the file @p name in @p at has the bytes of @p packed. */
static enum libgguf_status is_proven(const struct pack *pack, int at, const char *name,
                                     const struct packed *packed, bool *proven,
                                     struct libgguf_error *err)
{
    int fd;
    uint64_t size = 0;
    const int failed = place_open_file(at, name, &fd, &size);
    *proven = false;
    if (failed) {
        return LIBGGUF_OK;
    }
    struct crew crew;
    struct crew_member member;
    enum libgguf_status status = crew_solo_begin(&crew, &member, err);
    if (!status && size == packed->size) {
        status = packed->is_gzip ? has_digest(packed, &member, fd, name, proven, err)
                                 : is_same_as_model(pack, packed, &member, fd, proven, err);
    }
    crew_solo_end(&member);
    close(fd);
    return status;
}

enum libgguf_status pack_take_from_store(struct pack *pack, struct packed *packed, bool *found,
                                         struct libgguf_error *err)
{
    char name[PLACE_CHUNK_NAME_SIZE];
    char partial[PLACE_PARTIAL_NAME_SIZE];
    *found = false;
    if (pack->store < 0) {
        return LIBGGUF_OK;
    }
    place_chunk_name(&packed->name, packed->is_gzip, name);
    place_partial_name(packed->file, packed->index, packed->is_gzip, partial);
    const enum libgguf_status status = is_proven(pack, pack->store, name, packed, found, err);
    if (status || !*found) {
        return status;
    }
    (void)unlinkat(pack->chunks, partial, 0);
    if (linkat(pack->store, name, pack->chunks, partial, 0) == 0) {
        packed->is_partial = true;
        packed->is_shared = true;
        packed->is_new = false;
        return LIBGGUF_OK;
    }
    *found = false;
    if (errno == EPERM || errno == ENOTSUP) {
        return failure(err, LIBGGUF_ERR_UNSUPPORTED, LIBGGUF_NO_OFFSET,
                       "the file system of the store has no hard links");
    }
    /* Pruned in this moment, or with as many links as there can be: written anew. */
    return LIBGGUF_OK;
}

enum libgguf_status pack_find(struct pack *pack, struct packed *packed, bool *found,
                              struct libgguf_error *err)
{
    char name[PLACE_CHUNK_NAME_SIZE];
    char partial[PLACE_PARTIAL_NAME_SIZE];
    place_chunk_name(&packed->name, packed->is_gzip, name);
    place_partial_name(packed->file, packed->index, packed->is_gzip, partial);
    enum libgguf_status status = is_proven(pack, pack->chunks, name, packed, found, err);
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
