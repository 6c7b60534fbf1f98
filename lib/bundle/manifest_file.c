/* Reading the manifest of a bundle: its signature first, then what it says. */
#include "bundle/manifest_file.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <libgguf/bundle.h>
#include <libgguf/signature.h>

#include "bundle/place.h"

static enum libgguf_status read_whole(int root, const char *name, uint64_t limit, char **data,
                                      size_t *size, struct libgguf_error *err)
{
    int fd;
    uint64_t there;
    *data = NULL;
    int failed = place_open_file(root, name, &fd, &there);
    if (failed == ENOENT) {
        return failure(err, LIBGGUF_ERR_NOT_FOUND, LIBGGUF_NO_OFFSET,
                       "there is no %s: no bundle, or one that was not finished", name);
    }
    if (failed) {
        return failed == ELOOP ? failure(err, LIBGGUF_ERR_IO, LIBGGUF_NO_OFFSET,
                                         "%s is a link or no file, and is not followed", name)
                               : failure_errno(err, failed, "cannot open %s", name);
    }
    enum libgguf_status status = LIBGGUF_OK;
    if (there > limit) {
        status = failure(err, LIBGGUF_ERR_MANIFEST, LIBGGUF_NO_OFFSET, "%s is too large", name);
    } else {
        *data = malloc((size_t)there + 1);
        status = *data ? LIBGGUF_OK : failure_memory(err);
    }
    if (!status) {
        failed = place_read_at(fd, *data, (size_t)there, 0, size);
        status = failed ? failure_errno(err, failed, "cannot read %s", name) : LIBGGUF_OK;
    }
    close(fd);
    if (status) {
        free(*data);
        *data = NULL;
    }
    return status;
}

enum libgguf_status manifest_file_check_signature(int root, const void *data, size_t size,
                                                  const char *key, size_t key_size,
                                                  struct libgguf_error *err)
{
    char *signature;
    size_t signature_size;
    enum libgguf_status status =
        read_whole(root, LIBGGUF_BUNDLE_SIGNATURE, 65536, &signature, &signature_size, err);
    if (status == LIBGGUF_ERR_NOT_FOUND) {
        return failure(err, LIBGGUF_ERR_SIGNATURE, LIBGGUF_NO_OFFSET,
                       "the manifest is not signed (no %s)", LIBGGUF_BUNDLE_SIGNATURE);
    }
    if (!status) {
        status = libgguf_signature_check(data, size, signature, signature_size, key, key_size, err);
    }
    free(signature);
    return status;
}

enum libgguf_status manifest_file_load(int root, char **data, size_t *size,
                                       struct libgguf_error *err)
{
    return read_whole(root, LIBGGUF_BUNDLE_MANIFEST, LIBGGUF_MANIFEST_MAX_SIZE, data, size, err);
}

enum libgguf_status manifest_file_read(int root, const char *key, size_t key_size,
                                       struct libgguf_manifest **out, struct libgguf_error *err)
{
    char *data;
    size_t size;
    *out = NULL;
    enum libgguf_status status = manifest_file_load(root, &data, &size, err);
    if (!status && key) {
        status = manifest_file_check_signature(root, data, size, key, key_size, err);
    }
    if (!status) {
        status = libgguf_manifest_parse(data, size, out, err);
    }
    free(data);
    return status;
}

enum libgguf_status libgguf_bundle_manifest(const char *directory, const char *key, size_t key_size,
                                            struct libgguf_manifest **out,
                                            struct libgguf_error *err)
{
    int root;
    *out = NULL;
    const int failed = place_open_directory(directory, false, &root, NULL);
    if (failed) {
        return failure_errno(err, failed, "cannot open the bundle");
    }
    const enum libgguf_status status = manifest_file_read(root, key, key_size, out, err);
    close(root);
    return status;
}
