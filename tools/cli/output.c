/* For realpath(), which POSIX has in its XSI part. */
#define _XOPEN_SOURCE 700

#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/report.h"

#define STDOUT_NAME "standard output"

/* Names that a signal handler removes: written before the flag is set, read only when it is. */
#define SLOT_COUNT 8
static struct {
    volatile sig_atomic_t in_use;
    char path[PATH_MAX];
} slots[SLOT_COUNT];

static void remove_temporaries(int signal_number)
{
    for (size_t i = 0; i < SLOT_COUNT; i++) {
        if (slots[i].in_use) {
            unlink(slots[i].path);
        }
    }
    /* SA_RESETHAND put the default action back: the parent sees what really happened. */
    raise(signal_number);
}

static void watch_signals(void)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGTERM};
    static bool watching;
    if (watching) {
        return;
    }
    watching = true;
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct sigaction action;
        if (sigaction(signals[i], NULL, &action) != 0 || action.sa_handler != SIG_DFL) {
            continue;
        }
        memset(&action, 0, sizeof action);
        action.sa_handler = remove_temporaries;
        action.sa_flags = (int)SA_RESETHAND;
        sigemptyset(&action.sa_mask);
        sigaction(signals[i], &action, NULL);
    }
}

static int slot_take(const char *path)
{
    for (int i = 0; i < SLOT_COUNT; i++) {
        if (!slots[i].in_use && strlen(path) < sizeof slots[i].path) {
            strcpy(slots[i].path, path);
            slots[i].in_use = 1;
            return i;
        }
    }
    return -1;
}

static void slot_release(int slot)
{
    if (slot >= 0) {
        slots[slot].in_use = 0;
    }
}

static void forget(struct cli_output *output)
{
    slot_release(output->slot);
    free(output->target);
    free(output->temporary);
    *output = (struct cli_output){.slot = -1};
}

/* "dir/name" → "dir/.name.XXXXXX", with the name cut so that it stays a legal one. */
static char *temporary_name(const char *target)
{
    static const char pattern[] = ".XXXXXX";
    const char *slash = strrchr(target, '/');
    const size_t directory = slash ? (size_t)(slash - target) + 1 : 0;
    const size_t name = strnlen(target + directory, 200);
    char *out = malloc(directory + 1 + name + sizeof pattern);
    if (out) {
        memcpy(out, target, directory);
        out[directory] = '.';
        memcpy(out + directory + 1, target + directory, name);
        memcpy(out + directory + 1 + name, pattern, sizeof pattern);
    }
    return out;
}

static mode_t new_file_mode(void)
{
    const mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

static bool open_temporary(struct cli_output *output, mode_t mode)
{
    output->temporary = temporary_name(output->target);
    const int fd = output->temporary ? mkstemp(output->temporary) : -1;
    if (fd < 0) {
        cli_error_errno(output->path, errno, "cannot create a file in its directory");
        return false;
    }
    watch_signals();
    output->slot = slot_take(output->temporary);
    if (fchmod(fd, mode) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) != -1) {
        output->stream = fdopen(fd, "w");
    }
    if (!output->stream) {
        cli_error_errno(output->path, errno, "cannot write");
        close(fd);
        unlink(output->temporary);
        return false;
    }
    return true;
}

static bool open_directly(struct cli_output *output)
{
    output->stream = fopen(output->path, "w");
    if (!output->stream) {
        cli_error_errno(output->path, errno, "cannot write");
        return false;
    }
    return true;
}

bool cli_output_check(const char *path, const struct cli_inputs *inputs)
{
    struct stat status;
    const bool is_stdout = strcmp(path, "-") == 0;
    if ((is_stdout ? fstat(STDOUT_FILENO, &status) : stat(path, &status)) == 0 &&
        cli_inputs_contain(inputs, &status)) {
        cli_error(is_stdout ? STDOUT_NAME : path, "is one of the files that are read");
        return false;
    }
    return true;
}

bool cli_output_open(struct cli_output *output, const char *path, enum cli_output_mode mode,
                     const struct cli_inputs *inputs)
{
    *output = (struct cli_output){.path = path, .mode = mode, .slot = -1};
    if (!cli_output_check(path, inputs)) {
        return false;
    }
    if (strcmp(path, "-") == 0) {
        output->path = STDOUT_NAME;
        output->stream = stdout;
        return true;
    }
    struct stat status;
    const bool exists = stat(path, &status) == 0;
    if (!exists && lstat(path, &status) == 0 && S_ISLNK(status.st_mode)) {
        cli_error_errno(path, ENOENT, "cannot follow the link");
        return false;
    }
    if (exists && S_ISDIR(status.st_mode)) {
        cli_error(path, "is a directory");
        return false;
    }
    if (exists && !S_ISREG(status.st_mode)) {
        return open_directly(output);
    }
    if (exists && mode == CLI_OUTPUT_NEW) {
        cli_error(path, "exists already");
        return false;
    }
    output->target = exists ? realpath(path, NULL) : strdup(path);
    if (!output->target) {
        cli_error_errno(path, errno, "cannot write");
        return false;
    }
    if (!open_temporary(output, exists ? status.st_mode & 0777 : new_file_mode())) {
        forget(output);
        return false;
    }
    return true;
}

/* Makes a rename survive a power cut. Not every file system can, and then there is no better. */
static void sync_directory(const char *target)
{
    const char *slash = strrchr(target, '/');
    char *directory = slash ? strndup(target, (size_t)(slash - target) + 1) : strdup(".");
    const int fd = directory ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(directory);
}

static bool is_pointless_sync(int sys_errno)
{
    return sys_errno == EINVAL || sys_errno == ENOTSUP || sys_errno == EROFS;
}

/* A link, unlike a rename, never replaces what somebody else put there in the meantime. */
static int give_final_name(const struct cli_output *output)
{
    if (output->mode == CLI_OUTPUT_REPLACE) {
        return rename(output->temporary, output->target);
    }
    if (link(output->temporary, output->target) == 0) {
        unlink(output->temporary);
        return 0;
    }
    if (errno == EEXIST || access(output->target, F_OK) == 0) {
        errno = EEXIST;
        return -1;
    }
    return rename(output->temporary, output->target);
}

void cli_output_failed(struct cli_output *output, int reason)
{
    if (output->reason == 0) {
        output->reason = reason ? reason : EIO;
    }
}

/* Writes what the stream still holds; false, and the reason is kept, when it could not take all. */
static bool flush(struct cli_output *output)
{
    errno = 0;
    if (fflush(output->stream) != 0 || ferror(output->stream)) {
        cli_output_failed(output, errno);
    }
    return output->reason == 0;
}

static bool commit_direct(struct cli_output *output)
{
    FILE *stream = output->stream;
    bool written = flush(output);
    if (stream == stdout) {
        if (!written) {
            cli_stdout_failed(output->reason);
        }
    } else {
        if (fclose(stream) != 0) {
            written = false;
            cli_output_failed(output, errno);
        }
        if (!written) {
            cli_error_errno(output->path, output->reason, "cannot write");
        }
    }
    forget(output);
    return written;
}

bool cli_output_commit(struct cli_output *output)
{
    if (!output->target) {
        return commit_direct(output);
    }
    if (flush(output) && fsync(fileno(output->stream)) != 0 && !is_pointless_sync(errno)) {
        cli_output_failed(output, errno);
    }
    if (fclose(output->stream) != 0) {
        cli_output_failed(output, errno);
    }
    if (output->reason == 0 && give_final_name(output) != 0) {
        cli_output_failed(output, errno);
    }
    const bool written = output->reason == 0;
    if (written) {
        sync_directory(output->target);
    } else {
        unlink(output->temporary);
        cli_error_errno(output->path, output->reason, "cannot write");
    }
    forget(output);
    return written;
}

void cli_output_discard(struct cli_output *output)
{
    if (output->stream && output->stream != stdout) {
        fclose(output->stream);
    }
    if (output->temporary) {
        unlink(output->temporary);
    }
    forget(output);
}
