#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libgguf/signature.h>

#include "cli/report.h"
#include "cli/size.h"
#include "manifest_tool.h"

/* Keys and signatures are smaller by far. */
#define SMALL_FILE_MAX 65536

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
            cli_error_errno(path, errno, "cannot be read");
            return false;
        }
        *size += got > 0 ? (size_t)got : 0;
        if (*size > limit) {
            cli_error(path, "has more than %zu bytes", limit);
            return false;
        }
    }
}

bool input_read(const char *path, size_t limit, char **data, size_t *size)
{
    const bool is_stdin = strcmp(path, "-") == 0;
    const int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    *data = NULL;
    if (fd < 0) {
        cli_error_errno(path, errno, "cannot be opened");
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

static struct libgguf_manifest *parse(const char *path, const char *data, size_t size)
{
    struct libgguf_manifest *manifest;
    struct libgguf_error err;
    if (libgguf_manifest_parse(data, size, &manifest, &err)) {
        cli_error_status(path, &err);
    }
    return manifest;
}

struct libgguf_manifest *input_manifest(const char *path)
{
    char *data;
    size_t size;
    if (!input_read(path, LIBGGUF_MANIFEST_MAX_SIZE, &data, &size)) {
        return NULL;
    }
    struct libgguf_manifest *const manifest = parse(path, data, size);
    free(data);
    return manifest;
}

/* "PATH.sig"; NULL when out of memory, which is reported. */
static char *signature_path(const char *path)
{
    const size_t size = strlen(path);
    char *const name = malloc(size + sizeof ".sig");
    if (!name) {
        cli_error(path, "out of memory");
        return NULL;
    }
    memcpy(name, path, size);
    memcpy(name + size, ".sig", sizeof ".sig");
    return name;
}

static enum cli_exit check(const char *path, const char *data, size_t size, const char *key,
                           const char *signature)
{
    char *key_data = NULL;
    char *signature_data = NULL;
    size_t key_size;
    size_t signature_size;
    enum cli_exit exit = CLI_FAILED;
    if (input_read(key, SMALL_FILE_MAX, &key_data, &key_size) &&
        input_read(signature, SMALL_FILE_MAX, &signature_data, &signature_size)) {
        struct libgguf_error err;
        const enum libgguf_status status = libgguf_signature_check(
            data, size, signature_data, signature_size, key_data, key_size, &err);
        exit = status == LIBGGUF_OK              ? CLI_YES
               : status == LIBGGUF_ERR_SIGNATURE ? CLI_NO
                                                 : CLI_FAILED;
        if (status == LIBGGUF_ERR_SIGNATURE) {
            cli_error(path, "the signature does not match: another key, other bytes, or cut short");
        } else if (status) {
            cli_error_status(key, &err);
        }
    }
    free(signature_data);
    free(key_data);
    return exit;
}

enum cli_exit input_check_signature(const char *path, const char *data, size_t size,
                                    const char *key, const char *signature)
{
    char *const default_path = signature ? NULL : signature_path(path);
    if (!signature && !default_path) {
        return CLI_FAILED;
    }
    const enum cli_exit exit = check(path, data, size, key, signature ? signature : default_path);
    free(default_path);
    return exit;
}

struct libgguf_manifest *input_signed_manifest(const char *path, const char *key,
                                               const char *signature, enum cli_exit *exit)
{
    char *data;
    size_t size;
    struct libgguf_manifest *manifest = NULL;
    *exit = CLI_FAILED;
    if (!input_read(path, LIBGGUF_MANIFEST_MAX_SIZE, &data, &size)) {
        return NULL;
    }
    *exit = input_check_signature(path, data, size, key, signature);
    if (*exit == CLI_YES) {
        manifest = parse(path, data, size);
        *exit = manifest ? CLI_YES : CLI_FAILED;
    }
    free(data);
    return manifest;
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
