/* For syncfs() and fallocate(). */
#define _GNU_SOURCE

#include "syscalls.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
    unsigned kinds;
    size_t nth;
    enum syscalls_effect effect;
    int sys_errno;
} plan;
static atomic_size_t count;

void syscalls_plan(unsigned kinds, size_t nth, enum syscalls_effect effect, int sys_errno)
{
    plan.kinds = kinds;
    plan.nth = nth;
    plan.effect = effect;
    plan.sys_errno = sys_errno;
    atomic_store(&count, 0);
}

size_t syscalls_count(void)
{
    return atomic_load(&count);
}

static struct {
    struct syscalls_note *notes;
    size_t capacity;
} record;
static atomic_size_t recorded;

void syscalls_record(struct syscalls_note *notes, size_t capacity)
{
    record.notes = notes;
    record.capacity = capacity;
    atomic_store(&recorded, 0);
}

size_t syscalls_recorded(void)
{
    const size_t all = atomic_load(&recorded);
    return all < record.capacity ? all : record.capacity;
}

int __real_fstat64(int fd, struct stat *facts);

/* @p fd: of what the call is about, or -1. */
static void note(enum syscalls_kind kind, int fd, const char *name)
{
    struct stat facts;
    if (!record.notes) {
        return;
    }
    const size_t at = atomic_fetch_add(&recorded, 1);
    if (at < record.capacity) {
        struct syscalls_note *const out = &record.notes[at];
        *out = (struct syscalls_note){.kind = kind};
        out->inode = fd >= 0 && __real_fstat64(fd, &facts) == 0 ? facts.st_ino : 0;
        strncpy(out->name, name, sizeof out->name - 1);
    }
}

/* True for the chosen call. */
static bool is_chosen(unsigned kind)
{
    return (plan.kinds & kind) != 0 && atomic_fetch_add(&count, 1) + 1 == plan.nth;
}

static void die(void)
{
    kill(getpid(), SIGKILL);
    for (;;) {
        pause();
    }
}

/* What comes before the chosen call; true when it is not made. */
static bool before(bool chosen)
{
    if (chosen && (plan.effect == SYSCALLS_KILL_BEFORE || plan.effect == SYSCALLS_KILL_HALF)) {
        die();
    }
    if (chosen && plan.effect != SYSCALLS_KILL_AFTER) {
        errno = plan.sys_errno;
        return true;
    }
    return false;
}

static void after(bool chosen)
{
    if (chosen && plan.effect == SYSCALLS_KILL_AFTER) {
        die();
    }
}

static bool is_half(void)
{
    return plan.effect == SYSCALLS_FAILS_HALF || plan.effect == SYSCALLS_KILL_HALF;
}

/* The real functions, as the linker's --wrap names them. */
#define CALL(kind, type, name, parameters, arguments)                                              \
    NOTED_CALL(kind, type, name, parameters, arguments, (void)0)
#define NOTED_CALL(kind, type, name, parameters, arguments, noting)                                \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        noting;                                                                                    \
        const bool chosen = is_chosen(kind);                                                       \
        if (before(chosen)) {                                                                      \
            return -1;                                                                             \
        }                                                                                          \
        const type result = __real_##name arguments;                                               \
        after(chosen);                                                                             \
        return result;                                                                             \
    }

CALL(SYSCALLS_READ, ssize_t, pread64, (int fd, void *data, size_t size, off_t offset),
     (fd, data, size, offset))
NOTED_CALL(SYSCALLS_SYNC, int, fsync, (int fd), (fd), note(SYSCALLS_SYNC, fd, ""))
NOTED_CALL(SYSCALLS_SYNC, int, syncfs, (int fd), (fd), note(SYSCALLS_SYNC, -1, ""))
NOTED_CALL(SYSCALLS_NAME, int, renameat, (int from, const char *old, int to, const char *new),
           (from, old, to, new), note(SYSCALLS_NAME, to, new))
NOTED_CALL(SYSCALLS_NAME, int, linkat,
           (int from, const char *old, int to, const char *new, int flags),
           (from, old, to, new, flags), note(SYSCALLS_NAME, to, new))
CALL(SYSCALLS_UNLINK, int, unlinkat, (int at, const char *name, int flags), (at, name, flags))
CALL(SYSCALLS_MKDIR, int, mkdirat, (int at, const char *name, mode_t mode), (at, name, mode))
CALL(SYSCALLS_SIZE, int, ftruncate64, (int fd, off_t size), (fd, size))
CALL(SYSCALLS_SIZE, int, fallocate64, (int fd, int mode, off_t offset, off_t size),
     (fd, mode, offset, size))
CALL(SYSCALLS_STAT, int, fstat64, (int fd, struct stat *facts), (fd, facts))
CALL(SYSCALLS_STAT, int, fstatat64, (int at, const char *name, struct stat *facts, int flags),
     (at, name, facts, flags))

ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size)
{
    const bool chosen = is_chosen(SYSCALLS_WRITE);
    if (chosen && is_half()) {
        (void)!__real_write(fd, data, size / 2);
    }
    if (before(chosen)) {
        return -1;
    }
    const ssize_t result = __real_write(fd, data, size);
    after(chosen);
    return result;
}

ssize_t __real_pwrite64(int fd, const void *data, size_t size, off_t offset);
ssize_t __wrap_pwrite64(int fd, const void *data, size_t size, off_t offset);
ssize_t __wrap_pwrite64(int fd, const void *data, size_t size, off_t offset)
{
    const bool chosen = is_chosen(SYSCALLS_WRITE);
    if (chosen && is_half()) {
        (void)!__real_pwrite64(fd, data, size / 2, offset);
    }
    if (before(chosen)) {
        return -1;
    }
    const ssize_t result = __real_pwrite64(fd, data, size, offset);
    after(chosen);
    return result;
}

int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
    const bool chosen = is_chosen(SYSCALLS_CLOSE);
    const bool fails = before(chosen);
    const int result = __real_close(fd);
    after(chosen);
    return fails ? (errno = plan.sys_errno, -1) : result;
}

int __real_openat64(int at, const char *name, int flags, ...);
int __wrap_openat64(int at, const char *name, int flags, ...);
int __wrap_openat64(int at, const char *name, int flags, ...)
{
    mode_t mode = 0;
    if (flags & O_CREAT) {
        va_list list;
        va_start(list, flags);
        mode = va_arg(list, mode_t);
        va_end(list);
    }
    const bool chosen = is_chosen(SYSCALLS_OPEN);
    if (before(chosen)) {
        return -1;
    }
    const int result = __real_openat64(at, name, flags, mode);
    after(chosen);
    return result;
}

struct dirent *__real_readdir64(DIR *stream);
struct dirent *__wrap_readdir64(DIR *stream);
struct dirent *__wrap_readdir64(DIR *stream)
{
    const bool chosen = is_chosen(SYSCALLS_READ);
    if (before(chosen)) {
        return NULL;
    }
    struct dirent *const result = __real_readdir64(stream);
    after(chosen);
    return result;
}
