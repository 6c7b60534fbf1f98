#include <stdlib.h>

#include <libgguf/bundle.h>

#include "base/error.h"
#include "bundle/pack.h"

static const struct libgguf_bundle_create_options default_options = {.struct_size =
                                                                         sizeof default_options};

/* Everything that can be refused is, before a directory is made. */
static enum libgguf_status measure(struct pack *pack, struct libgguf_error *err)
{
    const size_t count = pack_file_count(pack);
    for (size_t i = 0; i < count; i++) {
        const struct libgguf_file *const shard =
            pack->model ? libgguf_shard_at(pack->model, i) : NULL;
        if (pack->model && !shard) {
            return failure(err, LIBGGUF_ERR_SHARDS, LIBGGUF_NO_OFFSET,
                           "shard %zu of %zu is missing", i + 1, count);
        }
        const struct libgguf_source *const source =
            shard ? libgguf_file_source(shard) : pack->source;
        const struct libgguf_plan_options plan_options = {.struct_size = sizeof plan_options,
                                                          .cut = pack->options->cut,
                                                          .chunk_size = pack->options->chunk_size};
        const uint64_t size = libgguf_source_size(source);
        if (size == LIBGGUF_SIZE_UNKNOWN) {
            return failure(err, LIBGGUF_ERR_UNSUPPORTED, LIBGGUF_NO_OFFSET,
                           "a bundle is made of a file, not of a stream");
        }
        struct libgguf_plan *plan;
        const enum libgguf_status status =
            libgguf_plan_create(shard, size, &plan_options, &plan, err);
        if (status) {
            return status;
        }
        libgguf_plan_free(plan);
        pack->total += size;
    }
    return LIBGGUF_OK;
}

static enum libgguf_status hash_and_write(struct pack *pack, struct libgguf_manifest **manifest,
                                          struct libgguf_error *err)
{
    struct libgguf_digest_hooks hooks;
    pack_chunks_hooks(pack, &hooks);
    struct libgguf_manifest_options options = pack_manifest_options(pack, &hooks);
    options.name = pack->options->name;
    /* With digests of tensors there is one chain as well. */
    const bool recall =
        !options.no_file_digest && !options.tensor_digests && pack_recalls_files(pack);
    options.no_file_digest = options.no_file_digest || recall;
    enum libgguf_status status =
        pack->model ? libgguf_manifest_create(pack->model, &options, manifest, err)
                    : libgguf_manifest_create_from_source(pack->source, &options, manifest, err);
    if (!status && recall) {
        status = pack_recall_digests(pack, *manifest, err);
        if (status) {
            libgguf_manifest_free(*manifest);
        }
    }
    return status;
}

static enum libgguf_status set_paths(struct libgguf_manifest *manifest, struct libgguf_error *err)
{
    manifest->is_bundle = true;
    for (size_t i = 0; i < manifest->file_count; i++) {
        for (size_t j = 0; j < manifest->files[i].chunk_count; j++) {
            char path[PLACE_CHUNK_PATH_SIZE];
            place_chunk_path(&manifest->files[i].chunks[j].sha256, false, path);
            const enum libgguf_status status = libgguf_manifest_set_path(manifest, i, j, path, err);
            if (status) {
                return status;
            }
        }
    }
    return LIBGGUF_OK;
}

struct telling {
    const struct pack *pack;
    uint64_t total;
};

static bool tell_whole(void *context, uint64_t bytes)
{
    const struct telling *const telling = context;
    return crew_tell(telling->pack->options->hooks, LIBGGUF_BUNDLE_SOURCE, bytes, telling->total);
}

enum libgguf_status pack_hash_whole(const struct pack *pack, const struct libgguf_source *source,
                                    struct libgguf_digest *sha256, struct libgguf_error *err)
{
    struct telling telling = {.pack = pack, .total = libgguf_source_size(source)};
    const struct libgguf_plan_options plan_options = {.struct_size = sizeof plan_options,
                                                      .cut = LIBGGUF_CUT_FIXED,
                                                      .chunk_size = LIBGGUF_MAX_CHUNK_SIZE};
    const struct libgguf_digest_hooks hooks = {
        .struct_size = sizeof hooks, .context = &telling, .progress = tell_whole};
    const struct libgguf_digest_options options = {
        .struct_size = sizeof options, .threads = pack->options->threads, .hooks = &hooks};
    struct libgguf_plan *plan;
    struct libgguf_source_digests digests;
    enum libgguf_status status =
        libgguf_plan_create(NULL, telling.total, &plan_options, &plan, err);
    if (status) {
        return status;
    }
    status = libgguf_source_digest(source, plan, &options, &digests, err);
    libgguf_plan_free(plan);
    if (!status) {
        *sha256 = digests.source;
        libgguf_source_digests_free(&digests);
    }
    return status;
}

static enum libgguf_status set_origin(struct pack *pack, struct libgguf_manifest *manifest,
                                      struct libgguf_error *err)
{
    const struct libgguf_source *const source = libgguf_file_source(pack->options->origin);
    struct libgguf_manifest_file *const file = &manifest->files[0];
    const enum libgguf_status status = pack_hash_whole(pack, source, &file->origin_sha256, err);
    file->has_origin = !status;
    file->origin_size = libgguf_source_size(source);
    return status;
}

static void describe(const struct libgguf_manifest *manifest, const struct pack *pack,
                     struct libgguf_bundle_created *out)
{
    out->size = pack->total;
    out->replaced_count = pack->replaced_count;
    for (size_t i = 0; i < manifest->file_count; i++) {
        const struct libgguf_manifest_file *const file = &manifest->files[i];
        out->chunk_count += file->chunk_count;
        for (size_t j = 0; j < file->chunk_count; j++) {
            if (file->chunks[j].gzip) {
                out->gzip_count++;
                out->gzip_size += file->chunks[j].gzip->size;
                out->gzip_raw_size += file->chunks[j].piece.size;
            }
        }
    }
}

/* Names all that is there by now; the manifest last. */
static enum libgguf_status finish(struct pack *pack, const struct libgguf_manifest *manifest,
                                  struct libgguf_bundle_created *out, struct libgguf_error *err)
{
    struct buffer text = {0};
    enum libgguf_status status = pack_manifest_text(pack, manifest, &text, err);
    if (!status) {
        status = pack_commit(pack, out, err);
    }
    if (!status) {
        status = pack_extras(pack, err);
    }
    if (!status) {
        status = pack_manifest(pack, &text, err);
    }
    free(text.data);
    return status;
}

static enum libgguf_status pack_all(struct pack *pack, struct libgguf_bundle_created *out,
                                    struct libgguf_error *err)
{
    struct libgguf_manifest *manifest;
    enum libgguf_status status = hash_and_write(pack, &manifest, err);
    if (status) {
        return status;
    }
    status = set_paths(manifest, err);
    if (!status && pack->options->origin) {
        status = set_origin(pack, manifest, err);
    }
    if (!status && pack->options->gzip) {
        status = pack_gzip(pack, manifest, err);
    }
    if (!status) {
        status = finish(pack, manifest, out, err);
    }
    if (!status) {
        pack_remember(pack, manifest);
        describe(manifest, pack, out);
    }
    libgguf_manifest_free(manifest);
    return status;
}

static enum libgguf_status create(struct pack *pack, const char *directory,
                                  struct libgguf_bundle_created *out, struct libgguf_error *err)
{
    enum libgguf_status status = pack_check_options(pack->options, err);
    if (!status) {
        status = measure(pack, err);
    }
    if (status) {
        return status;
    }
    if (pthread_mutex_init(&pack->lock, NULL) != 0) {
        return failure_memory(err);
    }
    struct libgguf_bundle_created ignored = {0};
    status = pack_open(pack, directory, err);
    if (!status) {
        status = pack_recall(pack, err);
    }
    if (!status) {
        status = pack_all(pack, out ? out : &ignored, err);
    }
    pack_close(pack, directory, status);
    pthread_mutex_destroy(&pack->lock);
    return status;
}

enum libgguf_status libgguf_bundle_create(const struct libgguf_file *model, const char *directory,
                                          const struct libgguf_bundle_create_options *options,
                                          struct libgguf_bundle_created *out,
                                          struct libgguf_error *err)
{
    struct pack pack = pack_of(options ? options : &default_options, model, NULL);
    if (out) {
        *out = (struct libgguf_bundle_created){0};
    }
    return create(&pack, directory, out, err);
}

enum libgguf_status
libgguf_bundle_create_from_source(const struct libgguf_source *source, const char *directory,
                                  const struct libgguf_bundle_create_options *options,
                                  struct libgguf_bundle_created *out, struct libgguf_error *err)
{
    struct pack pack = pack_of(options ? options : &default_options, NULL, source);
    if (out) {
        *out = (struct libgguf_bundle_created){0};
    }
    return create(&pack, directory, out, err);
}
