#include "bundle/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libgguf/manifest.h>

#define PARTIAL_PREFIX ".partial."

static int open_directory(int at, const char *path, int flags, bool create, int *fd, bool *created)
{
    bool made = false;
    if (create && mkdirat(at, path, 0777) == 0) {
        made = true;
    } else if (create && errno != EEXIST) {
        return errno;
    }
    *fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
    if (created) {
        *created = made;
    }
    return *fd < 0 ? errno : 0;
}

int place_open_directory(const char *path, bool create, int *fd, bool *created)
{
    return open_directory(AT_FDCWD, path, 0, create, fd, created);
}

int place_enter(int at, const char *name, bool create, int *fd, bool *created)
{
    const int failed = open_directory(at, name, O_NOFOLLOW, create, fd, created);
    return failed == ENOTDIR ? ELOOP : failed;
}

static int open_regular(int at, const char *name, int *fd, uint64_t *size)
{
    /* Not waiting for the other end of a pipe. */
    *fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (*fd < 0) {
        return errno == ENXIO || errno == EMLINK ? ELOOP : errno;
    }
    struct stat facts;
    const int failed = fstat(*fd, &facts) != 0 ? errno : S_ISREG(facts.st_mode) ? 0 : ELOOP;
    if (failed) {
        close(*fd);
        *fd = -1;
        return failed;
    }
    *size = (uint64_t)facts.st_size;
    return 0;
}

int place_open_file(int root, const char *path, int *fd, uint64_t *size)
{
    char part[LIBGGUF_MANIFEST_MAX_NAME + 1];
    int at = root;
    int failed = 0;
    *fd = -1;
    const char *slash;
    while (!failed && (slash = strchr(path, '/')) != NULL) {
        int next = -1;
        const size_t length = (size_t)(slash - path);
        if (length >= sizeof part) {
            failed = ENAMETOOLONG;
            break;
        }
        memcpy(part, path, length);
        part[length] = '\0';
        failed = place_enter(at, part, false, &next, NULL);
        if (at != root) {
            close(at);
        }
        at = next;
        path = slash + 1;
    }
    if (!failed) {
        failed = open_regular(at, path, fd, size);
    }
    if (at != root && at >= 0) {
        close(at);
    }
    return failed;
}

int place_write(int fd, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    while (size > 0) {
        const ssize_t step = write(fd, bytes, size);
        if (step < 0 && errno != EINTR) {
            return errno;
        }
        bytes += step > 0 ? step : 0;
        size -= step > 0 ? (size_t)step : 0;
    }
    return 0;
}

int place_write_at(int fd, const void *data, size_t size, uint64_t offset)
{
    const unsigned char *bytes = data;
    while (size > 0) {
        const ssize_t step = pwrite(fd, bytes, size, (off_t)offset);
        if (step < 0 && errno != EINTR) {
            return errno;
        }
        bytes += step > 0 ? step : 0;
        size -= step > 0 ? (size_t)step : 0;
        offset += step > 0 ? (uint64_t)step : 0;
    }
    return 0;
}

int place_read_at(int fd, void *data, size_t size, uint64_t offset, size_t *got)
{
    *got = 0;
    while (*got < size) {
        const ssize_t step =
            pread(fd, (unsigned char *)data + *got, size - *got, (off_t)(offset + *got));
        if (step < 0 && errno != EINTR) {
            return errno;
        }
        if (step == 0) {
            break;
        }
        *got += step > 0 ? (size_t)step : 0;
    }
    return 0;
}

void place_chunk_name(const struct libgguf_digest *digest, bool is_gzip,
                      char out[PLACE_CHUNK_NAME_SIZE])
{
    libgguf_digest_hex(digest, out);
    memcpy(out + LIBGGUF_DIGEST_HEX_SIZE - 1, is_gzip ? ".gz" : ".bin", is_gzip ? 4 : 5);
}

void place_chunk_path(const struct libgguf_digest *digest, bool is_gzip,
                      char out[PLACE_CHUNK_PATH_SIZE])
{
    memcpy(out, "chunks/", 7);
    place_chunk_name(digest, is_gzip, out + 7);
}

bool place_is_chunk_name(const char *name)
{
    struct libgguf_digest digest;
    const size_t digits = LIBGGUF_DIGEST_HEX_SIZE - 1;
    return strlen(name) > digits && libgguf_digest_from_hex(name, digits, &digest) &&
           (strcmp(name + digits, ".bin") == 0 || strcmp(name + digits, ".gz") == 0);
}

void place_partial_name(size_t file, size_t index, bool is_gzip, char out[PLACE_PARTIAL_NAME_SIZE])
{
    snprintf(out, PLACE_PARTIAL_NAME_SIZE, PARTIAL_PREFIX "%zu.%zu%s", file, index,
             is_gzip ? ".gz" : "");
}

void place_spare_name(size_t file, size_t index, bool is_gzip, char out[PLACE_PARTIAL_NAME_SIZE])
{
    snprintf(out, PLACE_PARTIAL_NAME_SIZE, PARTIAL_PREFIX "%zu.%zu%s.store", file, index,
             is_gzip ? ".gz" : "");
}

bool place_is_partial_name(const char *name)
{
    static const char digits[] = "0123456789";
    if (strcmp(name, PLACE_PARTIAL_EXTRA) == 0 || strcmp(name, PLACE_PARTIAL_MANIFEST) == 0 ||
        strcmp(name, PLACE_PARTIAL_SIGNATURE) == 0) {
        return true;
    }
    if (strncmp(name, PARTIAL_PREFIX, sizeof PARTIAL_PREFIX - 1) != 0) {
        return false;
    }
    name += sizeof PARTIAL_PREFIX - 1;
    const size_t file = strspn(name, digits);
    const size_t index = name[file] == '.' ? strspn(name + file + 1, digits) : 0;
    const char *const rest = name + file + 1 + index;
    return file > 0 && index > 0 &&
           (strcmp(rest, "") == 0 || strcmp(rest, ".gz") == 0 || strcmp(rest, ".store") == 0 ||
            strcmp(rest, ".gz.store") == 0);
}

int place_list(int fd, bool (*visit)(void *context, const char *name), void *context)
{
    /* A descriptor of its own, so that the caller's keeps its position, and stays open. */
    const int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *const stream = own < 0 ? NULL : fdopendir(own);
    if (!stream) {
        const int failed = errno;
        if (own >= 0) {
            close(own);
        }
        return failed;
    }
    errno = 0;
    for (const struct dirent *entry; (entry = readdir(stream)) != NULL; errno = 0) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            !visit(context, entry->d_name)) {
            errno = 0;
            break;
        }
    }
    const int failed = errno;
    closedir(stream);
    return failed;
}
