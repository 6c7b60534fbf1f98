#include "bundle/prove.h"

#include <string.h>

#include "base/error.h"
#include "bundle/gzip.h"
#include "bundle/place.h"

static enum libgguf_status cannot_read(const char *path, int sys_errno, struct libgguf_error *err)
{
    char name[ERROR_NAME_SIZE];
    return failure_errno(err, sys_errno, "%s: cannot read", error_name(name, path, strlen(path)));
}

enum libgguf_status
prove_range(struct crew_member *member, int fd, uint64_t offset, uint64_t size,
            enum libgguf_status (*sink)(void *context, const void *data, size_t size,
                                        uint64_t offset, struct libgguf_error *err),
            void *context, const char *path, struct proof *out, struct libgguf_error *err)
{
    enum libgguf_status status = LIBGGUF_OK;
    out->size = 0;
    while (!status && out->size < size) {
        const uint64_t left = size - out->size;
        const size_t wanted = left < CREW_BLOCK_SIZE ? (size_t)left : CREW_BLOCK_SIZE;
        size_t got;
        const int failed = place_read_at(fd, member->block, wanted, offset + out->size, &got);
        if (failed) {
            status = cannot_read(path, failed, err);
            break;
        }
        libgguf_hasher_update(member->hasher, member->block, got);
        if (sink && got > 0) {
            status = sink(context, member->block, got, out->size, err);
        }
        out->size += got;
        if (!status) {
            status = crew_progress(member->crew, got, err);
        }
        if (got < wanted) {
            break;
        }
    }
    /* Also after a failure: the next file begins with a fresh hasher. */
    const enum libgguf_status finished =
        libgguf_hasher_finish(member->hasher, &out->sha256, status ? NULL : err);
    return status ? status : finished;
}

/* A gzip file on its way through the hasher. */
struct unzipping {
    struct crew_member *member;
    int fd;
    uint64_t offset;
    enum libgguf_status (*sink)(void *context, const void *data, size_t size, uint64_t offset,
                                struct libgguf_error *err);
    void *context;
    const char *path;
    struct proof *out;
};

static enum libgguf_status take_compressed(void *context, unsigned char *data, size_t size,
                                           size_t *got, struct libgguf_error *err)
{
    struct unzipping *const unzipping = context;
    const int failed = place_read_at(unzipping->fd, data, size, unzipping->offset, got);
    unzipping->offset += *got;
    return failed ? cannot_read(unzipping->path, failed, err) : LIBGGUF_OK;
}

static enum libgguf_status give_plain(void *context, const unsigned char *data, size_t size,
                                      struct libgguf_error *err)
{
    struct unzipping *const unzipping = context;
    libgguf_hasher_update(unzipping->member->hasher, data, size);
    enum libgguf_status status = LIBGGUF_OK;
    if (unzipping->sink) {
        status = unzipping->sink(unzipping->context, data, size, unzipping->out->size, err);
    }
    unzipping->out->size += size;
    return status ? status : crew_progress(unzipping->member->crew, size, err);
}

enum libgguf_status prove_gzip(struct crew_member *member, int fd, uint64_t size,
                               enum libgguf_status (*sink)(void *context, const void *data,
                                                           size_t size, uint64_t offset,
                                                           struct libgguf_error *err),
                               void *context, const char *path, bool *good, struct proof *out,
                               struct libgguf_error *err)
{
    struct unzipping unzipping = {
        .member = member, .fd = fd, .sink = sink, .context = context, .path = path, .out = out};
    const size_t half = CREW_BLOCK_SIZE / 2;
    const struct gzip_pipe pipe = {.source = take_compressed,
                                   .sink = give_plain,
                                   .context = &unzipping,
                                   .in = member->block,
                                   .out = member->block + half,
                                   .block_size = half};
    out->size = 0;
    const enum libgguf_status status = gzip_inflate(&pipe, size, good, err);
    const enum libgguf_status finished =
        libgguf_hasher_finish(member->hasher, &out->sha256, status ? NULL : err);
    return status ? status : finished;
}
