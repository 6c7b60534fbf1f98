#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "bundle/durable.h"
#include "bundle/pack.h"

#define EXTRA_PARTIAL ".partial.extra"

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
        return LIBGGUF_OK;
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

/* Opens the directory that @p path lies in, making those that are not there; stores the rest. */
static int enter_parents(int root, const char *path, int *out, const char **name)
{
    char part[LIBGGUF_MANIFEST_MAX_NAME + 1];
    int failed = 0;
    int at = root;
    for (const char *slash; !failed && (slash = strchr(path, '/')) != NULL; path = slash + 1) {
        int next = -1;
        memcpy(part, path, (size_t)(slash - path));
        part[slash - path] = '\0';
        failed = place_enter(at, part, true, &next, NULL);
        if (at != root) {
            close(at);
        }
        at = next;
    }
    *name = path;
    *out = at;
    return failed;
}

static int write_extra(int at, const char *name, const struct libgguf_bundle_extra *extra,
                       bool no_sync)
{
    (void)unlinkat(at, EXTRA_PARTIAL, 0);
    const int fd =
        openat(at, EXTRA_PARTIAL, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0) {
        return errno;
    }
    int failed = place_write(fd, extra->data, extra->size);
    failed = failed || no_sync ? failed : durable_sync_file(fd);
    if (close(fd) != 0 && !failed) {
        failed = errno;
    }
    if (!failed && renameat(at, EXTRA_PARTIAL, at, name) != 0) {
        failed = errno;
    }
    if (failed) {
        (void)unlinkat(at, EXTRA_PARTIAL, 0);
    }
    return failed || no_sync ? failed : durable_sync_directory(at);
}

static enum libgguf_status add_extra(struct pack *pack, size_t index, struct libgguf_error *err)
{
    const struct libgguf_bundle_extra *const extra = &pack->options->extras[index];
    const char *name;
    int at = -1;
    int failed = enter_parents(pack->root, extra->path, &at, &name);
    enum libgguf_status status = LIBGGUF_OK;
    if (!failed) {
        status = pack_check_target(pack, at, name, err);
    }
    if (!failed && !status) {
        pack->made_extras[index] = !pack_has_file(at, name);
        failed = write_extra(at, name, extra, pack->options->no_sync);
    }
    if (at >= 0 && at != pack->root) {
        close(at);
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

void pack_remove_extras(const struct pack *pack)
{
    for (size_t i = 0; pack->made_extras && i < pack->options->extra_count; i++) {
        const char *name;
        int at = -1;
        if (pack->made_extras[i] &&
            enter_parents(pack->root, pack->options->extras[i].path, &at, &name) == 0) {
            (void)unlinkat(at, name, 0);
        }
        if (at >= 0 && at != pack->root) {
            close(at);
        }
    }
}
