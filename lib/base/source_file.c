#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/source.h"
#include "base/source_stream.h"

/* The header of the largest vocabulary seen is some 10 MB. */
#define PATH_RETAIN_LIMIT ((uint64_t)256 << 20)

struct file_source {
    struct libgguf_source base;
    uint64_t size;
    struct timespec modified;
    bool owns_fd;
};

static enum libgguf_status file_read_some(const struct libgguf_source *source, uint64_t offset,
                                          void *buffer, size_t size, size_t *got,
                                          struct libgguf_error *err)
{
    *got = 0;
    while (*got < size) {
        const ssize_t step =
            pread(source->fd, (unsigned char *)buffer + *got, size - *got, (off_t)(offset + *got));
        if (step < 0 && errno == EINTR) {
            continue;
        }
        if (step < 0) {
            return failure_read(err, errno, offset + *got, NULL);
        }
        if (step == 0) {
            break;
        }
        *got += (size_t)step;
    }
    return LIBGGUF_OK;
}

static uint64_t file_size(const struct libgguf_source *source)
{
    return ((const struct file_source *)source)->size;
}

static void file_close(struct libgguf_source *source)
{
    struct file_source *const file = (struct file_source *)source;
    if (file->owns_fd) {
        close(file->base.fd);
    }
    free(file);
}

static enum libgguf_status file_unchanged(const struct libgguf_source *source,
                                          struct libgguf_error *err)
{
    const struct file_source *const file = (const struct file_source *)source;
    struct stat now;
    if (fstat(source->fd, &now) != 0) {
        return failure_errno(err, errno, "looking at the file again");
    }
    if ((uint64_t)now.st_size != file->size) {
        return failure(err, LIBGGUF_ERR_CHANGED, LIBGGUF_NO_OFFSET,
                       "the file changed while it was read: it had %" PRIu64
                       " bytes and now has %" PRIu64,
                       file->size, (uint64_t)now.st_size);
    }
    if (now.st_mtim.tv_sec != file->modified.tv_sec ||
        now.st_mtim.tv_nsec != file->modified.tv_nsec) {
        return failure(err, LIBGGUF_ERR_CHANGED, LIBGGUF_NO_OFFSET,
                       "the file was written to while it was read");
    }
    return LIBGGUF_OK;
}

static const struct source_class file_class = {.read_some = file_read_some,
                                               .size = file_size,
                                               .close = file_close,
                                               .unchanged = file_unchanged};

static enum libgguf_status source_from_open_fd(int fd, bool owns_fd, uint64_t retain_limit,
                                               struct libgguf_source **out,
                                               struct libgguf_error *err)
{
    struct stat facts;
    if (fstat(fd, &facts) != 0) {
        return failure_errno(err, errno, "cannot look at the file");
    }
    if (S_ISDIR(facts.st_mode)) {
        return failure_errno(err, EISDIR, "cannot read");
    }
    if (!S_ISREG(facts.st_mode)) {
        return source_stream_create(fd, owns_fd, retain_limit, out, err);
    }
    struct file_source *const file = malloc(sizeof *file);
    if (!file) {
        return failure_memory(err);
    }
    *file = (struct file_source){.base = {.class = &file_class, .fd = fd},
                                 .size = (uint64_t)facts.st_size,
                                 .modified = facts.st_mtim,
                                 .owns_fd = owns_fd};
    *out = &file->base;
    return LIBGGUF_OK;
}

enum libgguf_status libgguf_source_from_fd(int fd, uint64_t retain_limit,
                                           struct libgguf_source **out, struct libgguf_error *err)
{
    *out = NULL;
    return source_from_open_fd(fd, false, retain_limit, out, err);
}

enum libgguf_status libgguf_source_from_path(const char *path, struct libgguf_source **out,
                                             struct libgguf_error *err)
{
    *out = NULL;
    if (!path) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET, "no path");
    }
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        return failure_errno(err, errno, "cannot open");
    }
    const enum libgguf_status status = source_from_open_fd(fd, true, PATH_RETAIN_LIMIT, out, err);
    if (status) {
        close(fd);
    }
    return status;
}
