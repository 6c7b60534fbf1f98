#include "cli/values.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libgguf/digest.h>

#include "cli/report.h"
#include "cli/size.h"

enum cli_exit cli_take_threads(struct cli_args *args, unsigned *out)
{
    uint64_t number;
    if (!cli_parse_u64(args->value, &number) || number == 0 || number > LIBGGUF_MAX_THREADS) {
        return cli_usage_error(args, "%s takes a number from 1 to %d, not '%s'", args->option,
                               LIBGGUF_MAX_THREADS, args->value);
    }
    *out = (unsigned)number;
    return CLI_YES;
}

enum cli_exit cli_take_size(struct cli_args *args, uint64_t least, uint64_t most, uint64_t *out)
{
    char why[160];
    char low[CLI_NUMBER_SIZE];
    char high[CLI_NUMBER_SIZE];
    if (!cli_parse_size(args->value, out, why, sizeof why)) {
        return cli_usage_error(args, "%s: %s", args->option, why);
    }
    if (*out < least || *out > most) {
        return cli_usage_error(args, "%s must be %s to %s", args->option, cli_size_text(least, low),
                               cli_size_text(most, high));
    }
    return CLI_YES;
}

enum cli_exit cli_take_chunk_size(struct cli_args *args, uint64_t *out)
{
    return cli_take_size(args, LIBGGUF_MIN_CHUNK_SIZE, LIBGGUF_MAX_CHUNK_SIZE, out);
}

enum cli_exit cli_take_cut(struct cli_args *args, enum libgguf_cut *out)
{
    *out = strcmp(args->value, "fixed") == 0 ? LIBGGUF_CUT_FIXED : LIBGGUF_CUT_TENSOR;
    if (strcmp(args->value, libgguf_cut_name(*out)) != 0) {
        return cli_usage_error(args, "%s is 'tensor' or 'fixed', not '%s'", args->option,
                               args->value);
    }
    return CLI_YES;
}

enum cli_exit cli_take_name(struct cli_args *args, const char **out)
{
    const char *const name = args->value;
    if (name[0] == '\0' || strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        return cli_usage_error(args, "%s takes the plain name of a file, not '%s'", args->option,
                               name);
    }
    *out = name;
    return CLI_YES;
}

static bool read_all(int fd, const char *path, size_t limit, char **data, size_t *size)
{
    size_t capacity = 0;
    *data = NULL;
    *size = 0;
    for (;;) {
        if (*size == capacity) {
            capacity = capacity ? 2 * capacity : 65536;
            char *const grown = realloc(*data, capacity);
            if (!grown) {
                cli_error(path, "out of memory");
                return false;
            }
            *data = grown;
        }
        const ssize_t got = read(fd, *data + *size, capacity - *size);
        if (got == 0) {
            return true;
        }
        if (got < 0 && errno != EINTR) {
            cli_error_errno(path, errno, "cannot read");
            return false;
        }
        *size += got > 0 ? (size_t)got : 0;
        if (*size > limit) {
            cli_error(path, "has more than %zu bytes", limit);
            return false;
        }
    }
}

bool cli_read_file(const char *path, size_t limit, char **data, size_t *size)
{
    const bool is_stdin = strcmp(path, "-") == 0;
    const int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    *data = NULL;
    if (fd < 0) {
        cli_error_errno(path, errno, "cannot open");
        return false;
    }
    const bool done = read_all(fd, path, limit, data, size);
    if (!is_stdin) {
        close(fd);
    }
    if (!done) {
        free(*data);
        *data = NULL;
    }
    return done;
}
