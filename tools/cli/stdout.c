#include "cli/output.h"

#include <errno.h>
#include <stdio.h>

#include "cli/report.h"

void cli_stdout_begin(void)
{
    static char buffer[32768];
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
}

bool cli_stdout_end(void)
{
    errno = 0;
    const bool failed_before = ferror(stdout) != 0;
    if (fclose(stdout) == 0 && !failed_before) {
        return true;
    }
    const int reason = errno;
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
    return errno ? errno : EIO;
}

int cli_json_to_stdout(void *context, const char *data, size_t size)
{
    (void)context;
    return cli_json_to_stream(stdout, data, size);
}
