/* For flock(), and on Linux for syncfs(), sync_file_range() and fallocate(). */
#define _GNU_SOURCE
#define _DARWIN_C_SOURCE

#include "bundle/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

int durable_lock(int fd)
{
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            return EBUSY;
        }
        if (errno != EINTR) {
            return 0;
        }
    }
    return 0;
}

void durable_start(int fd, uint64_t offset, uint64_t size)
{
#if defined(__linux__)
    (void)sync_file_range(fd, (off_t)offset, (off_t)size, SYNC_FILE_RANGE_WRITE);
#else
    (void)fd;
    (void)offset;
    (void)size;
#endif
}

/* What a file system answers that has nothing to sync. */
static bool is_pointless(int sys_errno)
{
    return sys_errno == EINVAL || sys_errno == ENOTSUP || sys_errno == EROFS;
}

int durable_sync_file(int fd)
{
    while (fsync(fd) != 0) {
        if (errno != EINTR) {
            return is_pointless(errno) ? 0 : errno;
        }
    }
    return 0;
}

int durable_sync_directory(int fd)
{
    return durable_sync_file(fd);
}

int durable_sync_all(int fd)
{
#if defined(__linux__)
    while (syncfs(fd) != 0) {
        if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
#else
    (void)fd;
    return ENOSYS;
#endif
}

int durable_allocate(int fd, uint64_t size)
{
#if defined(__linux__)
    /* Not posix_fallocate(): where the file system cannot, it writes every block. */
    while (size > 0 && fallocate(fd, 0, 0, (off_t)size) != 0) {
        if (errno != EINTR) {
            return errno == EOPNOTSUPP || errno == ENOSYS ? 0 : errno;
        }
    }
#else
    (void)fd;
    (void)size;
#endif
    return 0;
}
