#include <stdlib.h>
#include <string.h>

#include <libgguf/signature.h>

#include "cli/report.h"
#include "cli/values.h"
#include "manifest_tool.h"

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
    if (!cli_read_file(path, LIBGGUF_MANIFEST_MAX_SIZE, &data, &size)) {
        return NULL;
    }
    struct libgguf_manifest *const manifest = parse(path, data, size);
    free(data);
    return manifest;
}

char *input_signature_path(const char *path)
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
    if (cli_read_file(key, CLI_KEY_MAX, &key_data, &key_size) &&
        cli_read_file(signature, CLI_KEY_MAX, &signature_data, &signature_size)) {
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
    char *const default_path = signature ? NULL : input_signature_path(path);
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
    if (!cli_read_file(path, LIBGGUF_MANIFEST_MAX_SIZE, &data, &size)) {
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
