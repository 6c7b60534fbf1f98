/* For realpath(), which POSIX has in its XSI part. */
#define _XOPEN_SOURCE 700

#include "bundle/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bundle/durable.h"
#include "bundle/place.h"

/* What a link leads to is replaced, never the link. */
static enum libgguf_status follow_link(const char *path, char **out, struct libgguf_error *err)
{
    struct stat facts;
    const bool is_link = lstat(path, &facts) == 0 && S_ISLNK(facts.st_mode);
    *out = is_link ? realpath(path, NULL) : strdup(path);
    if (*out) {
        return LIBGGUF_OK;
    }
    return is_link && errno != ENOMEM ? failure_errno(err, errno, "cannot follow the link")
                                      : failure_memory(err);
}

/* Opens the directory of @p path, and splits off the name. */
static enum libgguf_status find_place(struct output_file *output, const char *path,
                                      struct libgguf_error *err)
{
    static const char suffix[] = ".partial";
    const char *const slash = strrchr(path, '/');
    const char *const name = slash ? slash + 1 : path;
    const size_t size = strlen(name);
    char *const directory = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    output->name = strdup(name);
    output->partial = malloc(size + sizeof suffix + 1);
    enum libgguf_status status = LIBGGUF_OK;
    if (!directory || !output->name || !output->partial) {
        status = failure_memory(err);
    } else if (size == 0) {
        status = failure_errno(err, EISDIR, "cannot write");
    } else {
        output->partial[0] = '.';
        memcpy(output->partial + 1, name, size);
        memcpy(output->partial + 1 + size, suffix, sizeof suffix);
        const int failed = place_open_directory(directory, false, &output->directory, NULL);
        status = failed ? failure_errno(err, failed, "cannot open its directory") : LIBGGUF_OK;
    }
    free(directory);
    return status;
}

static enum libgguf_status refuse_input(struct libgguf_error *err)
{
    return failure(err, LIBGGUF_ERR_SAME_FILE, LIBGGUF_NO_OFFSET,
                   "is one of the files that are read");
}

/* Looks at what stands under the final name. */
static enum libgguf_status check_target(const struct output_file *output,
                                        output_file_is_input *is_input, void *context,
                                        struct libgguf_error *err)
{
    struct stat facts;
    if (fstatat(output->directory, output->name, &facts, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT ? LIBGGUF_OK : failure_errno(err, errno, "cannot look at it");
    }
    if (S_ISDIR(facts.st_mode)) {
        return failure_errno(err, EISDIR, "cannot write");
    }
    if (!S_ISREG(facts.st_mode)) {
        return failure(err, LIBGGUF_ERR_IO, LIBGGUF_NO_OFFSET, "is no regular file");
    }
    if (is_input(context, &facts)) {
        return refuse_input(err);
    }
    return output->force ? LIBGGUF_OK
                         : (enum libgguf_status)failure(err, LIBGGUF_ERR_EXISTS, LIBGGUF_NO_OFFSET,
                                                        "exists already");
}

/* Opens and locks the partial file; *again when another process named it in this moment. */
static enum libgguf_status open_partial(struct output_file *output, bool *again,
                                        output_file_is_input *is_input, void *context,
                                        struct libgguf_error *err)
{
    struct stat facts;
    struct stat named;
    *again = false;
    output->fd = openat(output->directory, output->partial,
                        O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    if (output->fd < 0) {
        return failure_errno(err, errno, "cannot write");
    }
    output->is_open = true;
    if (durable_lock(output->fd) != 0) {
        return failure(err, LIBGGUF_ERR_BUSY, LIBGGUF_NO_OFFSET,
                       "another process is writing this file");
    }
    if (fstat(output->fd, &facts) != 0) {
        return failure_errno(err, errno, "cannot write");
    }
    if (is_input(context, &facts)) {
        return refuse_input(err);
    }
    if (S_ISREG(facts.st_mode) && facts.st_nlink == 2 &&
        fstatat(output->directory, output->name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
        named.st_ino == facts.st_ino && named.st_dev == facts.st_dev) {
        /* Killed between its two names: what has the final one is complete. */
        *again = true;
        return unlinkat(output->directory, output->partial, 0) == 0
                   ? LIBGGUF_OK
                   : (enum libgguf_status)failure_errno(err, errno, "cannot write");
    }
    if (!S_ISREG(facts.st_mode) || facts.st_nlink > 1) {
        return failure(err, LIBGGUF_ERR_IO, LIBGGUF_NO_OFFSET,
                       "%.100s is not of an earlier try; remove it", output->partial);
    }
    *again = fstatat(output->directory, output->partial, &named, AT_SYMLINK_NOFOLLOW) != 0 ||
             named.st_ino != facts.st_ino || named.st_dev != facts.st_dev;
    output->found = (uint64_t)facts.st_size;
    return LIBGGUF_OK;
}

static enum libgguf_status take_partial(struct output_file *output, output_file_is_input *is_input,
                                        void *context, struct libgguf_error *err)
{
    enum libgguf_status status = LIBGGUF_OK;
    bool again = true;
    while (again) {
        status = open_partial(output, &again, is_input, context, err);
        if (status || again) {
            if (output->is_open) {
                close(output->fd);
                output->is_open = false;
            }
        }
        if (status) {
            return status;
        }
    }
    return status;
}

static enum libgguf_status set_size(struct output_file *output, uint64_t size,
                                    struct libgguf_error *err)
{
    const bool trim = !output->keep || output->found > size;
    int failed = 0;
    if (trim && ftruncate(output->fd, output->keep ? (off_t)size : 0) != 0) {
        failed = errno;
    }
    output->found = !output->keep ? 0 : output->found < size ? output->found : size;
    failed = failed ? failed : durable_allocate(output->fd, size);
    return failed ? failure_errno(err, failed, "cannot write") : LIBGGUF_OK;
}

static void release(struct output_file *output)
{
    if (output->is_open) {
        close(output->fd);
    }
    if (output->directory >= 0) {
        close(output->directory);
    }
    free(output->name);
    free(output->partial);
    *output = (struct output_file){.fd = -1, .directory = -1};
}

enum libgguf_status output_file_open(struct output_file *output, const char *path, uint64_t size,
                                     bool force, bool keep, output_file_is_input *is_input,
                                     void *context, struct libgguf_error *err)
{
    *output = (struct output_file){.fd = -1, .directory = -1, .force = force, .keep = keep};
    char *target;
    enum libgguf_status status = follow_link(path, &target, err);
    if (!status) {
        status = find_place(output, target, err);
        free(target);
    }
    if (!status) {
        status = check_target(output, is_input, context, err);
    }
    if (!status) {
        status = take_partial(output, is_input, context, err);
    }
    if (!status) {
        status = set_size(output, size, err);
    }
    if (status) {
        output_file_discard(output);
    }
    return status;
}

/* A link never replaces what somebody else put there in the meantime. Returns 0 or errno. */
static int give_name(const struct output_file *output)
{
    const int at = output->directory;
    if (!output->force && linkat(at, output->partial, at, output->name, 0) == 0) {
        return unlinkat(at, output->partial, 0) == 0 ? 0 : errno;
    }
    if (!output->force && errno != EPERM && errno != ENOTSUP) {
        return errno;
    }
    return renameat(at, output->partial, at, output->name) == 0 ? 0 : errno;
}

enum libgguf_status output_file_commit(struct output_file *output, uint64_t size, bool no_sync,
                                       struct libgguf_error *err)
{
    int failed = ftruncate(output->fd, (off_t)size) == 0 ? 0 : errno;
    if (!failed && !no_sync) {
        failed = durable_sync_file(output->fd);
    }
    if (!failed) {
        failed = give_name(output);
    }
    if (!failed && !no_sync) {
        failed = durable_sync_directory(output->directory);
    }
    if (failed == EEXIST) {
        output_file_discard(output);
        return failure(err, LIBGGUF_ERR_EXISTS, LIBGGUF_NO_OFFSET, "exists already");
    }
    if (failed) {
        output_file_discard(output);
        return failure_errno(err, failed, "cannot write");
    }
    release(output);
    return LIBGGUF_OK;
}

void output_file_discard(struct output_file *output)
{
    if (output->is_open && !output->keep) {
        (void)unlinkat(output->directory, output->partial, 0);
    }
    release(output);
}
