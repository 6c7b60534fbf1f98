#include "bundle/file_stamp.h"

#include <errno.h>
#include <time.h>

/* Coarser than the clock of any file system with hard links. */
#define SETTLING_SECONDS 2

struct file_stamp file_stamp_of(const struct stat *facts)
{
    return (struct file_stamp){.inode = (uint64_t)facts->st_ino,
                               .size = (uint64_t)facts->st_size,
                               .seconds = (int64_t)facts->st_mtim.tv_sec,
                               .nanoseconds = (int64_t)facts->st_mtim.tv_nsec};
}

bool file_stamp_equal(const struct file_stamp *a, const struct file_stamp *b)
{
    return a->inode == b->inode && a->size == b->size && a->seconds == b->seconds &&
           a->nanoseconds == b->nanoseconds;
}

int file_stamp_settle(int fd)
{
    struct stat facts;
    if (fstat(fd, &facts) != 0) {
        return errno;
    }
    const struct timespec times[2] = {
        {.tv_nsec = UTIME_OMIT},
        {.tv_sec = facts.st_mtim.tv_sec - SETTLING_SECONDS, .tv_nsec = facts.st_mtim.tv_nsec}};
    return futimens(fd, times) == 0 ? 0 : errno;
}

bool file_stamp_is_settled(const struct file_stamp *stamp, int64_t seconds)
{
    return stamp->seconds <= INT64_MAX - SETTLING_SECONDS &&
           stamp->seconds + SETTLING_SECONDS <= seconds;
}
