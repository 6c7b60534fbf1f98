#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <libgguf/signature.h>

#include "base/buffer.h"
#include "base/error.h"
#include "bundle/durable.h"
#include "bundle/pack.h"

static int write_file(int root, const char *name, const void *data, size_t size, bool no_sync)
{
    (void)unlinkat(root, name, 0);
    const int fd = openat(root, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0) {
        return errno;
    }
    int failed = place_write(fd, data, size);
    if (!failed && !no_sync) {
        failed = durable_sync_file(fd);
    }
    if (close(fd) != 0 && !failed) {
        failed = errno;
    }
    return failed;
}

static int sync_root(int root, bool no_sync)
{
    return no_sync ? 0 : durable_sync_directory(root);
}

/*
 * Two names cannot change at once. A manifest never stands beside the signature of another one, so
 * an old one goes away first, and the new one comes last.
 */
static int give_names(int root, bool is_signed, bool signature_changes, bool no_sync)
{
    int failed = 0;
    if (signature_changes && pack_has_file(root, LIBGGUF_BUNDLE_MANIFEST)) {
        failed = unlinkat(root, LIBGGUF_BUNDLE_MANIFEST, 0) != 0 ? errno : 0;
        failed = failed ? failed : sync_root(root, no_sync);
    }
    if (!failed && is_signed) {
        failed = renameat(root, PLACE_PARTIAL_SIGNATURE, root, LIBGGUF_BUNDLE_SIGNATURE) != 0
                     ? errno
                     : 0;
    } else if (!failed && signature_changes) {
        failed = unlinkat(root, LIBGGUF_BUNDLE_SIGNATURE, 0) != 0 ? errno : 0;
    }
    if (!failed && signature_changes) {
        failed = sync_root(root, no_sync);
    }
    if (!failed && renameat(root, PLACE_PARTIAL_MANIFEST, root, LIBGGUF_BUNDLE_MANIFEST) != 0) {
        failed = errno;
    } else if (!failed) {
        failed = sync_root(root, no_sync);
        if (failed) {
            (void)unlinkat(root, LIBGGUF_BUNDLE_MANIFEST, 0);
        }
    }
    return failed;
}

/* Without force, a manifest that is there is this one, and so is its signature. */
static bool keeps_signature(const struct pack *pack)
{
    return !pack->options->force && pack_has_file(pack->root, LIBGGUF_BUNDLE_MANIFEST) &&
           pack_has_file(pack->root, LIBGGUF_BUNDLE_SIGNATURE);
}

enum libgguf_status pack_manifest(const struct pack *pack, const struct buffer *text,
                                  struct libgguf_error *err)
{
    const struct libgguf_bundle_create_options *const options = pack->options;
    const bool keeps = keeps_signature(pack);
    const bool is_signed = options->key && !keeps;
    const bool changes =
        is_signed || (!keeps && pack_has_file(pack->root, LIBGGUF_BUNDLE_SIGNATURE));
    struct libgguf_signature signature;
    int failed = 0;
    (void)unlinkat(pack->root, PLACE_PARTIAL_SIGNATURE, 0); /* of an earlier try, perhaps */
    if (is_signed) {
        const enum libgguf_status status = libgguf_signature_make(
            text->data, text->size, options->key, options->key_size, &signature, err);
        if (status) {
            return status;
        }
        failed = write_file(pack->root, PLACE_PARTIAL_SIGNATURE, signature.bytes, signature.size,
                            options->no_sync);
    }
    if (!failed) {
        failed = write_file(pack->root, PLACE_PARTIAL_MANIFEST, text->data, text->size,
                            options->no_sync);
    }
    if (!failed) {
        failed = give_names(pack->root, is_signed, changes, options->no_sync);
    }
    if (failed) {
        (void)unlinkat(pack->root, PLACE_PARTIAL_SIGNATURE, 0);
        (void)unlinkat(pack->root, PLACE_PARTIAL_MANIFEST, 0);
        return failure_errno(err, failed, "cannot write the manifest");
    }
    return LIBGGUF_OK;
}
