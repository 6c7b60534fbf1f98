#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "bundle/durable.h"
#include "bundle/pack.h"

static bool is_allowed(const char *path)
{
    const size_t chunks = sizeof LIBGGUF_BUNDLE_CHUNKS - 1;
    return libgguf_manifest_path_is_safe(path) && strcmp(path, LIBGGUF_BUNDLE_MANIFEST) != 0 &&
           strcmp(path, LIBGGUF_BUNDLE_SIGNATURE) != 0 &&
           !(strncmp(path, LIBGGUF_BUNDLE_CHUNKS, chunks) == 0 &&
             (path[chunks] == '/' || path[chunks] == '\0'));
}

/* Returns 0 or errno. */
static int compare_bytes(int fd, const struct libgguf_bundle_extra *extra, bool *same)
{
    const unsigned char *const expected = extra->data;
    unsigned char bytes[16384];
    int failed = 0;
    *same = true;
    for (size_t at = 0; at < extra->size && *same && !failed;) {
        const size_t left = extra->size - at;
        const size_t step = left < sizeof bytes ? left : sizeof bytes;
        size_t got;
        failed = place_read_at(fd, bytes, step, at, &got);
        *same = !failed && got == step && memcmp(bytes, expected + at, step) == 0;
        at += step;
    }
    return failed;
}

static enum libgguf_status check_extra(const struct pack *pack,
                                       const struct libgguf_bundle_extra *extra,
                                       struct libgguf_error *err)
{
    int fd;
    uint64_t size;
    bool same = false;
    if (!is_allowed(extra->path)) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "a file of a bundle cannot be called that");
    }
    if (pack->options->force) {
        return strchr(extra->path, '/') ? LIBGGUF_OK
                                        : pack_check_target(pack, pack->root, extra->path, err);
    }
    int failed = place_open_file(pack->root, extra->path, &fd, &size);
    if (failed == ENOENT) {
        return LIBGGUF_OK;
    }
    if (!failed) {
        failed = size == extra->size ? compare_bytes(fd, extra, &same) : 0;
        close(fd);
    }
    if (failed && failed != ELOOP) {
        return failure_errno(err, failed, "cannot read %.100s", extra->path);
    }
    return same ? LIBGGUF_OK
                : (enum libgguf_status)failure(err, LIBGGUF_ERR_EXISTS, LIBGGUF_NO_OFFSET,
                                               "%.100s is there, and is another file", extra->path);
}

enum libgguf_status pack_check_extras(const struct pack *pack, struct libgguf_error *err)
{
    enum libgguf_status status = LIBGGUF_OK;
    for (size_t i = 0; i < pack->options->extra_count && !status; i++) {
        status = check_extra(pack, &pack->options->extras[i], err);
    }
    return status;
}

/* The first part of @p path, up to its first slash; what comes after that, or NULL. */
static const char *split_path(const char *path, char part[LIBGGUF_MANIFEST_MAX_NAME + 1])
{
    const char *const slash = strchr(path, '/');
    if (slash) {
        memcpy(part, path, (size_t)(slash - path));
        part[slash - path] = '\0';
    }
    return slash ? slash + 1 : NULL;
}

/* Opens the directory that @p extra lies in, making those that are not there; stores the name. */
static int enter_parents(int root, const struct libgguf_bundle_extra *extra, struct pack_made *made,
                         int *out, const char **name)
{
    char part[LIBGGUF_MANIFEST_MAX_NAME + 1];
    int failed = 0;
    int at = root;
    *name = extra->path;
    for (const char *rest; !failed && (rest = split_path(*name, part)) != NULL; *name = rest) {
        int next = -1;
        bool is_made = false;
        failed = place_enter(at, part, true, &next, &is_made);
        if (is_made && !made->path) {
            made->path = *name;
        }
        if (at != root) {
            close(at);
        }
        at = next;
    }
    *out = at;
    return failed;
}

/* Written in @p root, where what an interrupted creation leaves is looked for. */
static int write_extra(int root, int at, const char *name, const struct libgguf_bundle_extra *extra,
                       bool no_sync)
{
    (void)unlinkat(root, PLACE_PARTIAL_EXTRA, 0);
    const int fd = openat(root, PLACE_PARTIAL_EXTRA,
                          O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0) {
        return errno;
    }
    int failed = place_write(fd, extra->data, extra->size);
    failed = failed || no_sync ? failed : durable_sync_file(fd);
    if (close(fd) != 0 && !failed) {
        failed = errno;
    }
    if (!failed && renameat(root, PLACE_PARTIAL_EXTRA, at, name) != 0) {
        failed = errno;
    }
    if (failed) {
        (void)unlinkat(root, PLACE_PARTIAL_EXTRA, 0);
    }
    return failed || no_sync ? failed : durable_sync_directory(at);
}

static enum libgguf_status add_extra(struct pack *pack, size_t index, struct libgguf_error *err)
{
    const struct libgguf_bundle_extra *const extra = &pack->options->extras[index];
    struct pack_made *const made = &pack->made_extras[index];
    const char *name;
    int at = -1;
    /* Again: much time has passed. */
    enum libgguf_status status = check_extra(pack, extra, err);
    if (status) {
        return status;
    }
    int failed = enter_parents(pack->root, extra, made, &at, &name);
    if (!failed) {
        status = pack_check_target(pack, at, name, err);
    }
    if (!failed && !status) {
        made->is_file = !pack_has_file(at, name);
        failed = write_extra(pack->root, at, name, extra, pack->options->no_sync);
    }
    if (at >= 0 && at != pack->root) {
        close(at);
    }
    if (failed == ELOOP) {
        return failure(err, LIBGGUF_ERR_IO, LIBGGUF_NO_OFFSET,
                       "%.100s: there is no directory to write it into", extra->path);
    }
    if (failed) {
        return failure_errno(err, failed, "cannot write %.100s", extra->path);
    }
    return status;
}

enum libgguf_status pack_extras(struct pack *pack, struct libgguf_error *err)
{
    const size_t count = pack->options->extra_count;
    enum libgguf_status status = LIBGGUF_OK;
    pack->made_extras = calloc(count + 1, sizeof *pack->made_extras);
    if (!pack->made_extras) {
        return failure_memory(err);
    }
    for (size_t i = 0; i < count && !status; i++) {
        status = add_extra(pack, i, err);
    }
    return status;
}

/* Removes what was made of @p path in the directory @p at: the file, and directories if empty. */
static void remove_made(int at, const char *path, const struct pack_made *made)
{
    char part[LIBGGUF_MANIFEST_MAX_NAME + 1];
    const char *const rest = split_path(path, part);
    int next;
    if (!rest) {
        if (made->is_file) {
            (void)unlinkat(at, path, 0);
        }
        return;
    }
    if (place_enter(at, part, false, &next, NULL) == 0) {
        remove_made(next, rest, made);
        close(next);
    }
    if (made->path && path >= made->path) {
        (void)unlinkat(at, part, AT_REMOVEDIR);
    }
}

void pack_remove_extras(const struct pack *pack)
{
    for (size_t i = pack->made_extras ? pack->options->extra_count : 0; i > 0; i--) {
        remove_made(pack->root, pack->options->extras[i - 1].path, &pack->made_extras[i - 1]);
    }
}
