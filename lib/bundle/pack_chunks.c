/*
 * Chunks are written while they are hashed, unless a chunk of the same size is there already: then
 * its digest is waited for, and the model is read again where it turns out to be another one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "bundle/durable.h"
#include "bundle/pack.h"

/* Reserving space for less costs more than it saves. */
#define WORTH_ALLOCATING ((uint64_t)1 << 20)

/* A chunk on its way. */
struct chunk_write {
    struct pack *pack;
    struct packed packed;
    struct libgguf_piece piece;
    bool deferred;
    int fd;
};

static enum libgguf_status cannot_write(const struct chunk_write *chunk, int sys_errno,
                                        struct libgguf_error *err)
{
    return failure_errno(err, sys_errno, "cannot write chunk %zu", chunk->packed.index);
}

static enum libgguf_status open_partial(struct chunk_write *chunk, struct libgguf_error *err)
{
    char name[PLACE_PARTIAL_NAME_SIZE];
    place_partial_name(chunk->packed.file, chunk->packed.index, false, name);
    (void)unlinkat(chunk->pack->chunks, name, 0);
    /* Read-only, since a chunk never changes and may be shared. */
    chunk->fd = openat(chunk->pack->chunks, name,
                       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0444);
    if (chunk->fd < 0) {
        return cannot_write(chunk, errno, err);
    }
    const int failed =
        chunk->piece.size < WORTH_ALLOCATING ? 0 : durable_allocate(chunk->fd, chunk->piece.size);
    return failed ? cannot_write(chunk, failed, err) : LIBGGUF_OK;
}

/* Where a store is, so that it can be told later that nothing was written into it since. */
static void settle(struct chunk_write *chunk)
{
    struct stat facts;
    if (chunk->pack->index >= 0 && file_stamp_settle(chunk->fd) == 0 &&
        fstat(chunk->fd, &facts) == 0) {
        chunk->packed.stamp = file_stamp_of(&facts);
        chunk->packed.is_settled = true;
    }
}

static enum libgguf_status close_partial(struct chunk_write *chunk, struct libgguf_error *err)
{
    settle(chunk);
    if (!chunk->pack->options->no_sync) {
        durable_start(chunk->fd, 0, 0);
    }
    const int failed = close(chunk->fd) != 0 ? errno : 0;
    chunk->fd = -1;
    return failed ? cannot_write(chunk, failed, err) : LIBGGUF_OK;
}

static enum libgguf_status begin_chunk(void *context, size_t file, size_t index,
                                       const struct libgguf_piece *piece, void **state,
                                       struct libgguf_error *err)
{
    struct pack *const pack = context;
    struct chunk_write *const chunk = malloc(sizeof *chunk);
    if (!chunk) {
        return failure_memory(err);
    }
    *chunk = (struct chunk_write){
        .pack = pack,
        .packed = {.file = file, .index = index, .size = piece->size, .offset = piece->offset},
        .piece = *piece,
        .deferred = pack_may_exist(pack, piece->size),
        .fd = -1};
    *state = chunk;
    const enum libgguf_status status = chunk->deferred ? LIBGGUF_OK : open_partial(chunk, err);
    if (status) {
        if (chunk->fd >= 0) {
            close(chunk->fd);
        }
        free(chunk);
    }
    return status;
}

static enum libgguf_status write_data(void *context, void *state, const void *data, size_t size,
                                      struct libgguf_error *err)
{
    (void)context;
    struct chunk_write *const chunk = state;
    const int failed = chunk->deferred ? 0 : place_write(chunk->fd, data, size);
    return failed ? cannot_write(chunk, failed, err) : LIBGGUF_OK;
}

/* The second reading, hashed as well: the model may have changed. */
static enum libgguf_status copy_again(struct chunk_write *chunk, struct crew_member *member,
                                      struct libgguf_error *err)
{
    const struct libgguf_source *const source = pack_source(chunk->pack, chunk->packed.file);
    enum libgguf_status status = LIBGGUF_OK;
    for (uint64_t done = 0; !status && done < chunk->piece.size;) {
        const uint64_t left = chunk->piece.size - done;
        const size_t step = left < CREW_BLOCK_SIZE ? (size_t)left : CREW_BLOCK_SIZE;
        status = libgguf_source_read(source, chunk->piece.offset + done, member->block, step, err);
        if (!status) {
            libgguf_hasher_update(member->hasher, member->block, step);
            const int failed = place_write(chunk->fd, member->block, step);
            status = failed ? cannot_write(chunk, failed, err) : LIBGGUF_OK;
        }
        done += step;
    }
    struct libgguf_digest digest;
    if (!status) {
        status = libgguf_hasher_finish(member->hasher, &digest, err);
    }
    if (!status && !libgguf_digest_equal(&digest, &chunk->packed.sha256)) {
        status = failure(err, LIBGGUF_ERR_CHANGED, chunk->piece.offset,
                         "the model changed while it was read");
    }
    return status;
}

static enum libgguf_status write_deferred(struct chunk_write *chunk, struct libgguf_error *err)
{
    struct crew crew;
    struct crew_member member;
    enum libgguf_status status = crew_solo_begin(&crew, &member, err);
    if (!status) {
        status = open_partial(chunk, err);
    }
    if (!status) {
        status = copy_again(chunk, &member, err);
    }
    crew_solo_end(&member);
    return status;
}

static enum libgguf_status end_chunk(void *context, void *state, const struct libgguf_piece *piece,
                                     const struct libgguf_digest *digest, struct libgguf_error *err)
{
    struct pack *const pack = context;
    struct chunk_write *const chunk = state;
    enum libgguf_status status = LIBGGUF_OK;
    bool found = false;
    chunk->packed.name = *digest;
    chunk->packed.sha256 = *digest;
    chunk->packed.size = piece->size;
    if (chunk->deferred) {
        status = pack_find(pack, &chunk->packed, &found, err);
        if (!status && !found) {
            status = write_deferred(chunk, err);
        }
    }
    if (!status && !found) {
        chunk->packed.is_partial = true;
        chunk->packed.is_new = true;
        status = close_partial(chunk, err);
    }
    if (!status) {
        status = pack_add(pack, &chunk->packed, err);
    }
    if (!status) {
        free(chunk);
    }
    return status;
}

static void abort_chunk(void *context, void *state)
{
    (void)context;
    struct chunk_write *const chunk = state;
    if (chunk->fd >= 0) {
        close(chunk->fd);
    }
    free(chunk);
}

static bool tell_progress(void *context, uint64_t bytes)
{
    const struct pack *const pack = context;
    return crew_tell(pack->options->hooks, LIBGGUF_BUNDLE_PACK, bytes, pack->total);
}

void pack_chunks_hooks(struct pack *pack, struct libgguf_digest_hooks *out)
{
    *out = (struct libgguf_digest_hooks){.struct_size = sizeof *out,
                                         .context = pack,
                                         .progress = tell_progress,
                                         .chunk_begin = begin_chunk,
                                         .chunk_data = write_data,
                                         .chunk_end = end_chunk,
                                         .chunk_abort = abort_chunk};
}
