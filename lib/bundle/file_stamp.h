/** @file Whether a file is the one it was, and nothing was written into it since. */
#ifndef BUNDLE_FILE_STAMP_H
#define BUNDLE_FILE_STAMP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/* What tells a file from every other one, and from itself after something was written into it. */
struct file_stamp {
    uint64_t inode; /* 0: nothing is known */
    uint64_t size;
    int64_t seconds; /* when it was modified */
    int64_t nanoseconds;
};

/* The stamp of a file. */
struct file_stamp file_stamp_of(const struct stat *facts);
bool file_stamp_equal(const struct file_stamp *a, const struct file_stamp *b);

/* Dates the file @p fd back, so that whatever is written into it from now on, however soon, gives
 * it another stamp. Returns 0 or errno. */
int file_stamp_settle(int fd);
/* False for a file modified so shortly before @p seconds, a time of its file system, that what was
 * written then may not show in its stamp. */
bool file_stamp_is_settled(const struct file_stamp *stamp, int64_t seconds);

#endif
