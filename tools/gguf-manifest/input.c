#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libgguf/signature.h>

#include "cli/model_path.h"
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

bool input_is_model(const char *path)
{
    char magic[4];
    struct stat facts;
    /* A pipe cannot be looked into. */
    FILE *const file = stat(path, &facts) == 0 && S_ISREG(facts.st_mode) ? fopen(path, "rb") : NULL;
    const bool found = file && fread(magic, 1, sizeof magic, file) == sizeof magic &&
                       memcmp(magic, "GGUF", 4) == 0;
    if (file) {
        fclose(file);
    }
    return found;
}

bool input_read(const char *path, char **data, size_t *size)
{
    struct stat facts;
    *data = NULL;
    if (strcmp(path, "-") != 0 && stat(path, &facts) == 0 && S_ISDIR(facts.st_mode)) {
        cli_error(path, "is a directory; name the manifest in it: manifest.json in a bundle");
        return false;
    }
    if (strcmp(path, "-") != 0 && input_is_model(path)) {
        cli_error(path, "is a GGUF file, and a manifest is needed; 'create' makes one of it");
        return false;
    }
    return cli_read_file(path, LIBGGUF_MANIFEST_MAX_SIZE, data, size);
}

struct libgguf_manifest *input_manifest(const char *path)
{
    char *data;
    size_t size;
    if (!input_read(path, &data, &size)) {
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
                           const char *signature, bool is_default)
{
    char *key_data = NULL;
    char *signature_data = NULL;
    size_t key_size;
    size_t signature_size;
    enum cli_exit exit = CLI_FAILED;
    if (!cli_read_file(key, CLI_KEY_MAX, &key_data, &key_size)) {
        return CLI_FAILED;
    }
    if (is_default && access(signature, F_OK) != 0 && errno == ENOENT) {
        cli_error(path, "the manifest is not signed (no %s; --signature names another)",
                  cli_file_name(signature));
        free(key_data);
        return CLI_NO;
    }
    if (cli_read_file(signature, CLI_KEY_MAX, &signature_data, &signature_size)) {
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
    const enum cli_exit exit =
        check(path, data, size, key, signature ? signature : default_path, !signature);
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
    if (!input_read(path, &data, &size)) {
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
