#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "bundle_tool.h"
#include "cli/size.h"

/* Keys are smaller by far. */
#define KEY_MAX 65536

bool input_key(const char *path, char **data, size_t *size)
{
    FILE *const stream = fopen(path, "rb");
    *data = malloc(KEY_MAX + 1);
    *size = 0;
    if (!stream) {
        cli_error_errno(path, errno, "cannot be opened");
    } else if (!*data) {
        cli_error(path, "out of memory");
    } else {
        errno = 0;
        *size = fread(*data, 1, KEY_MAX + 1, stream);
        if (ferror(stream)) {
            cli_error_errno(path, errno, "cannot be read");
        } else if (*size > KEY_MAX) {
            cli_error(path, "has more than %d bytes, and is no key", KEY_MAX);
        } else {
            fclose(stream);
            return true;
        }
    }
    if (stream) {
        fclose(stream);
    }
    free(*data);
    *data = NULL;
    return false;
}

bool option_threads(struct cli_args *args, unsigned *threads, enum cli_exit *exit)
{
    uint64_t number;
    if (!cli_parse_u64(args->value, &number) || number == 0 || number > LIBGGUF_MAX_THREADS) {
        *exit = cli_usage_error(args, "--threads wants a number from 1 to %d, not '%s'",
                                LIBGGUF_MAX_THREADS, args->value);
        return false;
    }
    *threads = (unsigned)number;
    return true;
}

bool option_size(struct cli_args *args, uint64_t least, uint64_t most, uint64_t *out,
                 enum cli_exit *exit)
{
    char why[160];
    char low[CLI_NUMBER_SIZE];
    char high[CLI_NUMBER_SIZE];
    if (!cli_parse_size(args->value, out, why, sizeof why)) {
        *exit = cli_usage_error(args, "%s: %s", args->option, why);
        return false;
    }
    if (*out < least || *out > most) {
        *exit = cli_usage_error(args, "%s must be %s to %s bytes", args->option,
                                cli_count_text(least, low), cli_count_text(most, high));
        return false;
    }
    return true;
}

enum cli_exit report_failure(const char *file, enum libgguf_status status,
                             const struct libgguf_error *err)
{
    switch (status) {
    case LIBGGUF_ERR_CANCELLED:
        /* By a signal, which says it all. */
        return CLI_FAILED;
    case LIBGGUF_ERR_EXISTS:
        cli_error(file, "%s; --force replaces it", err->text);
        return CLI_FAILED;
    case LIBGGUF_ERR_SIGNATURE:
        cli_error(file, "%s", err->text);
        return CLI_NO;
    case LIBGGUF_ERR_DIGEST:
        cli_error(file, "%s", err->text);
        return CLI_NO;
    default:
        cli_error_status(file, err);
        return CLI_FAILED;
    }
}
