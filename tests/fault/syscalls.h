/**
 * @file System calls that fail or never return, put in place of those that the library's own
 * objects make (not libc or other libraries). Calls are counted over all threads of the process.
 */
#ifndef FAULT_SYSCALLS_H
#define FAULT_SYSCALLS_H

#include <stddef.h>
#include <stdint.h>

/** Kinds of calls, to be combined. */
enum syscalls_kind {
    SYSCALLS_OPEN = 1,    /**< open, openat */
    SYSCALLS_READ = 2,    /**< pread, and listing directories */
    SYSCALLS_WRITE = 4,   /**< write, pwrite */
    SYSCALLS_SYNC = 8,    /**< fsync, syncfs */
    SYSCALLS_NAME = 16,   /**< renameat, linkat */
    SYSCALLS_UNLINK = 32, /**< unlinkat */
    SYSCALLS_MKDIR = 64,  /**< mkdirat */
    SYSCALLS_SIZE = 128,  /**< ftruncate, fallocate */
    SYSCALLS_CLOSE = 256, /**< close, which closes all the same */
    SYSCALLS_STAT = 512,  /**< fstat, fstatat */
    SYSCALLS_ALL = 1023,
};

/** What happens to the chosen call. */
enum syscalls_effect {
    SYSCALLS_FAILS,       /**< it returns an error */
    SYSCALLS_FAILS_HALF,  /**< as that, but a write writes half of it first */
    SYSCALLS_KILL_BEFORE, /**< the process is killed instead of it */
    SYSCALLS_KILL_HALF,   /**< as that, but a write writes half of it first */
    SYSCALLS_KILL_AFTER,  /**< the process is killed when it is done */
};

/** Starts counting calls of the @p kinds anew; call number @p nth (from 1) has the @p effect. 0:
 * none has. @p sys_errno is for those that fail. */
void syscalls_plan(unsigned kinds, size_t nth, enum syscalls_effect effect, int sys_errno);

/** How many calls of the kinds there were since the plan. */
size_t syscalls_count(void);

/** One call that the safety on a disk depends on. */
struct syscalls_note {
    enum syscalls_kind kind; /**< SYSCALLS_SYNC or SYSCALLS_NAME */
    uint64_t inode;          /**< of what was synced, 0: a whole file system; or of the directory */
    char name[80];           /**< that was given in it, or empty */
};

/** From now on writes down those calls, in their order, in @p notes, as far as @p capacity goes.
 * NULL, 0: no more. */
void syscalls_record(struct syscalls_note *notes, size_t capacity);

/** How many were written down. */
size_t syscalls_recorded(void);

#endif
