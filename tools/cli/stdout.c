#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/report.h"

/*
 * With one of the three closed, the next file that is opened would take its place, and messages
 * would end up in it. A descriptor that fails when used gives the error that is due instead.
 */
static void keep_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) == -1 && errno == EBADF) {
            (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        }
    }
}

void cli_stdout_begin(void)
{
    static char buffer[32768];
    keep_standard_descriptors();
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
}

/* Why stdout could not be written first: its stream only remembers that it failed. */
static int first_failure;

void cli_stdout_failed(int reason)
{
    if (first_failure == 0) {
        first_failure = reason;
    }
}

bool cli_stdout_end(void)
{
    errno = 0;
    const bool failed_before = ferror(stdout) != 0;
    if (fclose(stdout) == 0 && !failed_before) {
        return true;
    }
    const int reason = first_failure ? first_failure : errno;
    if (reason == EPIPE) {
        return false;
    }
    if (reason == 0) {
        cli_error(NULL, "standard output: not everything could be written");
    } else {
        cli_error_errno(NULL, reason, "standard output");
    }
    return false;
}

int cli_json_to_stream(void *context, const char *data, size_t size)
{
    errno = 0;
    if (fwrite(data, 1, size, context) == size) {
        return 0;
    }
    const int reason = errno ? errno : EIO;
    if (context == stdout) {
        cli_stdout_failed(reason);
    }
    return reason;
}

int cli_json_to_stdout(void *context, const char *data, size_t size)
{
    (void)context;
    return cli_json_to_stream(stdout, data, size);
}
