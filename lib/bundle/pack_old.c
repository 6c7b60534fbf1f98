/*
 * Whether the complete bundle that is there is the one that is made. Whoever finishes a bundle
 * means this one, and replaces no other.
 */
#include <stdlib.h>
#include <string.h>

#include <libgguf/signature.h>

#include "base/buffer.h"
#include "base/error.h"
#include "bundle/manifest_file.h"
#include "bundle/pack.h"

static enum libgguf_status refuse(struct libgguf_error *err)
{
    return failure(err, LIBGGUF_ERR_EXISTS, LIBGGUF_NO_OFFSET,
                   "there is another bundle in this directory already");
}

static bool has_tensor_digests(const struct libgguf_manifest_file *file)
{
    for (size_t i = 0; i < file->tensor_count; i++) {
        if (file->tensors[i].has_sha256) {
            return true;
        }
    }
    return false;
}

static bool has_name(const struct pack *pack, size_t index, const struct libgguf_manifest_text *old)
{
    const char *name = pack_file_count(pack) == 1 ? pack->options->name : NULL;
    if (!name && pack->model) {
        const char *const path = libgguf_shard_path(pack->model, index);
        const char *const slash = path ? strrchr(path, '/') : NULL;
        name = slash ? slash + 1 : path;
    }
    return name && strlen(name) == old->size && memcmp(name, old->data, old->size) == 0;
}

static bool is_cut_so(const struct libgguf_plan *plan, const struct libgguf_manifest_file *old)
{
    bool same = libgguf_plan_count(plan) == old->chunk_count;
    for (size_t i = 0; same && i < old->chunk_count; i++) {
        struct libgguf_piece piece;
        const struct libgguf_piece *const there = &old->chunks[i].piece;
        same = libgguf_plan_at(plan, i, &piece) && piece.offset == there->offset &&
               piece.size == there->size && piece.role == there->role;
    }
    return same;
}

/* All that is known of a file before it is read. */
static enum libgguf_status compare_file(const struct pack *pack, size_t index,
                                        const struct libgguf_manifest_file *old,
                                        struct libgguf_error *err)
{
    const struct libgguf_bundle_create_options *const options = pack->options;
    const struct libgguf_plan_options plan_options = {
        .struct_size = sizeof plan_options, .cut = options->cut, .chunk_size = options->chunk_size};
    const uint64_t size = libgguf_source_size(pack_source(pack, index));
    struct libgguf_plan *plan;
    if (size != old->size || !has_name(pack, index, &old->name) ||
        old->has_sha256 == options->no_file_digest ||
        old->has_origin != (options->origin != NULL) ||
        (has_tensor_digests(old) && !options->tensor_digests)) {
        return refuse(err);
    }
    enum libgguf_status status = libgguf_plan_create(
        pack->model ? libgguf_shard_at(pack->model, index) : NULL, size, &plan_options, &plan, err);
    if (status) {
        return status;
    }
    status = is_cut_so(plan, old) ? LIBGGUF_OK : refuse(err);
    libgguf_plan_free(plan);
    return status;
}

enum libgguf_status pack_compare_old(const struct pack *pack, struct libgguf_error *err)
{
    struct libgguf_manifest *old;
    const uint64_t chunk_size =
        pack->options->chunk_size ? pack->options->chunk_size : LIBGGUF_DEFAULT_CHUNK_SIZE;
    if (pack->options->force || !pack_has_file(pack->root, LIBGGUF_BUNDLE_MANIFEST)) {
        return LIBGGUF_OK;
    }
    enum libgguf_status status = manifest_file_read(pack->root, NULL, 0, &old, err);
    if (status) {
        return status;
    }
    if (!old->is_bundle || old->cut != pack->options->cut || old->target_size != chunk_size ||
        old->file_count != pack_file_count(pack)) {
        status = refuse(err);
    }
    for (size_t i = 0; i < old->file_count && !status; i++) {
        status = compare_file(pack, i, &old->files[i], err);
    }
    libgguf_manifest_free(old);
    return status;
}

/* A signature of @p text that is there stays, so it has to be that of the key. */
static enum libgguf_status check_signature(const struct pack *pack, const struct buffer *text,
                                           struct libgguf_error *err)
{
    if (!pack->options->key || !pack_has_file(pack->root, LIBGGUF_BUNDLE_SIGNATURE)) {
        return LIBGGUF_OK;
    }
    const enum libgguf_status status = manifest_file_check_signature(
        pack->root, text->data, text->size, pack->options->key, pack->options->key_size, err);
    return status == LIBGGUF_ERR_SIGNATURE
               ? (enum libgguf_status)failure(err, LIBGGUF_ERR_EXISTS, LIBGGUF_NO_OFFSET,
                                              "%s is there, and was not made with this key",
                                              LIBGGUF_BUNDLE_SIGNATURE)
               : status;
}

static enum libgguf_status check_old(const struct pack *pack, const struct buffer *text,
                                     struct libgguf_error *err)
{
    char *old = NULL;
    size_t size;
    enum libgguf_status status = manifest_file_load(pack->root, &old, &size, err);
    if (status == LIBGGUF_ERR_NOT_FOUND) {
        return LIBGGUF_OK;
    }
    if (!status && (size != text->size || memcmp(old, text->data, size) != 0)) {
        status = refuse(err);
    }
    free(old);
    return status ? status : check_signature(pack, text, err);
}

static int append(void *context, const char *data, size_t size)
{
    return buffer_append(context, data, size);
}

enum libgguf_status pack_manifest_text(const struct pack *pack,
                                       const struct libgguf_manifest *manifest, struct buffer *text,
                                       struct libgguf_error *err)
{
    enum libgguf_status status = libgguf_manifest_write(manifest, append, text, err);
    if (!status && text->size > LIBGGUF_MANIFEST_MAX_SIZE) {
        status = failure(err, LIBGGUF_ERR_RANGE, LIBGGUF_NO_OFFSET,
                         "the manifest would have %zu bytes, and none can have more than %d: "
                         "larger chunks make it shorter",
                         text->size, LIBGGUF_MANIFEST_MAX_SIZE);
    }
    if (!status && !pack->options->force) {
        status = check_old(pack, text, err);
    }
    if (status) {
        free(text->data);
        *text = (struct buffer){0};
    }
    return status;
}
