/**
 * @file Making files survive: locks, and bytes that are on the disk before a name promises them.
 * POSIX has what is needed; where the system has a cheaper way it is used here and nowhere else.
 * Functions return 0 or an errno value.
 */
#ifndef BUNDLE_DURABLE_H
#define BUNDLE_DURABLE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Takes the lock of the file or directory @p fd until it is closed, without waiting: EBUSY when
 * somebody else has it. Where the file system knows no locks, there is nothing to take.
 */
int durable_lock(int fd);

/*
 * Starts writing to the disk what was written to @p size bytes of @p fd, from @p offset on (0: to
 * its end), and does not wait. A hint.
 */
void durable_start(int fd, uint64_t offset, uint64_t size);

/* Waits until the bytes of @p fd are on the disk. */
int durable_sync_file(int fd);

/* Waits until the names in the directory @p fd are on the disk, where the file system can say. */
int durable_sync_directory(int fd);

/*
 * Waits until everything written to the file system of @p fd, opened before that, is on the disk.
 * ENOSYS where it cannot be told apart from trying: then every file is to be synced.
 */
int durable_sync_all(int fd);

/* Has @p size bytes reserved for @p fd: later writes are cheaper, a full disk shows at once. */
int durable_allocate(int fd, uint64_t size);

#endif
