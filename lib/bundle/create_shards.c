#include <libgguf/bundle.h>
#include <libgguf/recast.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "bundle/durable.h"
#include "bundle/pack.h"
#include "bundle/prove.h"

/* "-00001-of-00003.gguf" and its NUL. */
#define SUFFIX_SIZE 32
#define NAME_MAX_SIZE (LIBGGUF_MANIFEST_MAX_NAME + 1)

/* Shards in the making. */
struct sharding {
    struct pack pack;
    const char *directory;
    const struct libgguf_split *split;
    struct libgguf_digest *digests; /* of the shards as they were written */
    bool *is_named;                 /* those that have their names, and had not */
    uint64_t done;                  /* bytes of the shards before this one */
    int fd;                         /* of the shard being written */
};

static void shard_name(const struct sharding *sharding, size_t index, char out[NAME_MAX_SIZE])
{
    snprintf(out, NAME_MAX_SIZE, "%s-%05zu-of-%05zu.gguf", sharding->pack.options->name, index + 1,
             sharding->split->count);
}

static enum libgguf_status write_piece(void *context, void *state, const void *data, size_t size,
                                       struct libgguf_error *err)
{
    (void)state;
    const struct sharding *const sharding = context;
    const int failed = place_write(sharding->fd, data, size);
    return failed ? failure_errno(err, failed, "cannot write a shard") : LIBGGUF_OK;
}

static bool tell_progress(void *context, uint64_t bytes)
{
    const struct sharding *const sharding = context;
    return crew_tell(sharding->pack.options->hooks, LIBGGUF_BUNDLE_PACK, bytes,
                     sharding->pack.total);
}

/* One read feeds the file and its digest. */
static enum libgguf_status copy_shard(struct sharding *sharding, size_t index,
                                      const struct libgguf_source *source,
                                      struct libgguf_error *err)
{
    const struct libgguf_digest_hooks hooks = {.struct_size = sizeof hooks,
                                               .context = sharding,
                                               .progress = tell_progress,
                                               .chunk_data = write_piece};
    const struct libgguf_digest_options options = {.struct_size = sizeof options,
                                                   .threads = sharding->pack.options->threads,
                                                   .progress_base = sharding->done,
                                                   .hooks = &hooks};
    const struct libgguf_plan_options plan_options = {.struct_size = sizeof plan_options,
                                                      .cut = LIBGGUF_CUT_FIXED,
                                                      .chunk_size = LIBGGUF_MAX_CHUNK_SIZE};
    const uint64_t size = libgguf_source_size(source);
    struct libgguf_plan *plan;
    struct libgguf_source_digests digests;
    enum libgguf_status status = libgguf_plan_create(NULL, size, &plan_options, &plan, err);
    if (status) {
        return status;
    }
    status = libgguf_source_digest(source, plan, &options, &digests, err);
    if (!status) {
        sharding->digests[index] = digests.source;
        sharding->done += size;
        libgguf_source_digests_free(&digests);
    }
    libgguf_plan_free(plan);
    return status;
}

static enum libgguf_status write_shard(struct sharding *sharding, size_t index,
                                       struct libgguf_error *err)
{
    char partial[PLACE_PARTIAL_NAME_SIZE];
    struct libgguf_file *shard;
    place_partial_name(index, 0, false, partial);
    enum libgguf_status status =
        libgguf_recast_shard(sharding->pack.model, sharding->split, index, &shard, err);
    if (status) {
        return status;
    }
    sharding->fd = openat(sharding->pack.root, partial,
                          O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (sharding->fd < 0) {
        status = failure_errno(err, errno, "cannot write a shard");
    } else {
        status = copy_shard(sharding, index, libgguf_file_source(shard), err);
        if (!sharding->pack.options->no_sync) {
            durable_start(sharding->fd, 0, 0);
        }
        if (close(sharding->fd) != 0 && !status) {
            status = failure_errno(err, errno, "cannot write a shard");
        }
    }
    libgguf_close(shard);
    return status;
}

static int sync_shards(const struct sharding *sharding)
{
    const int root = sharding->pack.root;
    int failed = durable_sync_all(root);
    if (failed != ENOSYS) {
        return failed;
    }
    failed = 0;
    for (size_t i = 0; i < sharding->split->count && !failed; i++) {
        char partial[PLACE_PARTIAL_NAME_SIZE];
        place_partial_name(i, 0, false, partial);
        const int fd = openat(root, partial, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        failed = fd < 0 ? errno : durable_sync_file(fd);
        if (fd >= 0) {
            close(fd);
        }
    }
    return failed;
}

static enum libgguf_status refuse_existing(const char *name, struct libgguf_error *err)
{
    char shown[ERROR_NAME_SIZE];
    return failure(err, LIBGGUF_ERR_EXISTS, LIBGGUF_NO_OFFSET, "%s is there, and is another file",
                   error_name(shown, name, strlen(name)));
}

static enum libgguf_status cannot_look(const char *name, int sys_errno, struct libgguf_error *err)
{
    char shown[ERROR_NAME_SIZE];
    return failure_errno(err, sys_errno, "cannot look at %s",
                         error_name(shown, name, strlen(name)));
}

/* Without force, what has the name of a shard must be that shard, of an earlier try. */
static enum libgguf_status check_existing(const struct sharding *sharding,
                                          struct libgguf_error *err)
{
    struct crew crew;
    struct crew_member member;
    enum libgguf_status status = crew_solo_begin(&crew, &member, err);
    crew.hooks = sharding->pack.options->hooks;
    crew.step = LIBGGUF_BUNDLE_VERIFY;
    crew.total = sharding->pack.total;
    for (size_t i = 0; i < sharding->split->count && !status; i++) {
        char name[NAME_MAX_SIZE];
        struct proof proof;
        uint64_t size;
        int fd;
        shard_name(sharding, i, name);
        const int failed = place_open_file(sharding->pack.root, name, &fd, &size);
        if (failed == ENOENT) {
            continue;
        }
        if (failed) {
            status = failed == ELOOP ? refuse_existing(name, err) : cannot_look(name, failed, err);
            break;
        }
        status =
            prove_range(&member, fd, 0, sharding->split->size[i], NULL, NULL, name, &proof, err);
        close(fd);
        if (!status && (size != sharding->split->size[i] ||
                        !libgguf_digest_equal(&proof.sha256, &sharding->digests[i]))) {
            status = refuse_existing(name, err);
        }
    }
    crew_solo_end(&member);
    return status;
}

static enum libgguf_status name_shards(const struct sharding *sharding, struct libgguf_error *err)
{
    const int root = sharding->pack.root;
    const bool no_sync = sharding->pack.options->no_sync;
    char name[NAME_MAX_SIZE];
    if (!sharding->pack.options->force) {
        const enum libgguf_status status = check_existing(sharding, err);
        if (status) {
            return status;
        }
    }
    int failed = no_sync ? 0 : sync_shards(sharding);
    /* A manifest never stands beside shards of another set. */
    if (!failed && unlinkat(root, LIBGGUF_BUNDLE_MANIFEST, 0) != 0 && errno != ENOENT) {
        failed = errno;
    }
    if (!failed && !no_sync) {
        failed = durable_sync_directory(root);
    }
    for (size_t i = 0; i < sharding->split->count && !failed; i++) {
        char partial[PLACE_PARTIAL_NAME_SIZE];
        place_partial_name(i, 0, false, partial);
        shard_name(sharding, i, name);
        const bool is_new = sharding->pack.options->force || !pack_has_file(root, name);
        failed = renameat(root, partial, root, name) == 0 ? 0 : errno;
        sharding->is_named[i] = is_new && !failed;
    }
    if (!failed && !no_sync) {
        failed = durable_sync_directory(root);
    }
    return failed ? failure_errno(err, failed, "cannot finish the shards") : LIBGGUF_OK;
}

/* What was written, opened as a reader would. */
static enum libgguf_status open_shards(const struct sharding *sharding, struct libgguf_file **out,
                                       struct libgguf_error *err)
{
    char name[NAME_MAX_SIZE];
    shard_name(sharding, 0, name);
    const size_t before = strlen(sharding->directory);
    const size_t size = strlen(name);
    char *const path = malloc(before + 1 + size + 1);
    *out = NULL;
    if (!path) {
        return failure_memory(err);
    }
    memcpy(path, sharding->directory, before);
    path[before] = '/';
    memcpy(path + before + 1, name, size + 1);
    const enum libgguf_status status = libgguf_open(path, NULL, out, err);
    free(path);
    return status;
}

static bool tell_verify(void *context, uint64_t bytes)
{
    const struct sharding *const sharding = context;
    return crew_tell(sharding->pack.options->hooks, LIBGGUF_BUNDLE_VERIFY, bytes,
                     sharding->pack.total);
}

static enum libgguf_status compare(const struct sharding *sharding,
                                   const struct libgguf_manifest *manifest,
                                   struct libgguf_error *err)
{
    for (size_t i = 0; i < manifest->file_count; i++) {
        if (manifest->files[i].has_sha256 &&
            !libgguf_digest_equal(&manifest->files[i].sha256, &sharding->digests[i])) {
            return failure(err, LIBGGUF_ERR_CHANGED, LIBGGUF_NO_OFFSET,
                           "shard %zu is not what was written", i + 1);
        }
    }
    return LIBGGUF_OK;
}

static enum libgguf_status list_shards(const struct sharding *sharding,
                                       struct libgguf_bundle_created *out,
                                       struct libgguf_error *err)
{
    const struct libgguf_digest_hooks hooks = {
        .struct_size = sizeof hooks, .context = (void *)sharding, .progress = tell_verify};
    const struct libgguf_manifest_options manifest_options =
        pack_manifest_options(&sharding->pack, &hooks);
    struct libgguf_file *set;
    struct libgguf_manifest *manifest = NULL;
    struct buffer text = {0};
    enum libgguf_status status = open_shards(sharding, &set, err);
    if (!status) {
        status = libgguf_manifest_create(set, &manifest_options, &manifest, err);
    }
    if (status == LIBGGUF_ERR_IO && err) {
        /* Of what was written, not of the model. */
        error_prefix(err, "what was written, ");
        err->offset = LIBGGUF_NO_OFFSET;
    }
    if (!status) {
        status = compare(sharding, manifest, err);
    }
    if (!status) {
        status = pack_manifest_text(&sharding->pack, manifest, &text, err);
    }
    if (!status) {
        status = pack_manifest(&sharding->pack, &text, err);
    }
    for (size_t i = 0; !status && i < manifest->file_count; i++) {
        out->chunk_count += manifest->files[i].chunk_count;
    }
    free(text.data);
    libgguf_manifest_free(manifest);
    libgguf_close(set);
    return status;
}

/* Better known before all is written. */
static enum libgguf_status check_shard(const struct sharding *sharding, size_t index,
                                       struct libgguf_error *err)
{
    const struct pack *const pack = &sharding->pack;
    char name[NAME_MAX_SIZE];
    struct stat facts;
    shard_name(sharding, index, name);
    const enum libgguf_status status = pack_check_target(pack, pack->root, name, err);
    if (status) {
        return status;
    }
    if (fstatat(pack->root, name, &facts, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT ? LIBGGUF_OK : cannot_look(name, errno, err);
    }
    const bool same =
        S_ISREG(facts.st_mode) && (uint64_t)facts.st_size == sharding->split->size[index];
    return same || pack->options->force ? LIBGGUF_OK : refuse_existing(name, err);
}

static enum libgguf_status check_targets(struct sharding *sharding, struct libgguf_error *err)
{
    struct pack *const pack = &sharding->pack;
    enum libgguf_status status = pack_add_inputs(pack, pack->model, err);
    if (!status) {
        status = pack_open_root(sharding->directory, &pack->root, &pack->made_root, err);
    }
    if (!status) {
        status = pack_check_vacant(pack->root, pack->options, err);
    }
    if (!status && !pack->options->force && pack_has_file(pack->root, LIBGGUF_BUNDLE_MANIFEST)) {
        /* Whoever has a manifest is complete: there is nothing to finish. */
        status = failure(err, LIBGGUF_ERR_EXISTS, LIBGGUF_NO_OFFSET,
                         "there is a bundle in this directory already");
    }
    if (!status) {
        status = pack_check_target(pack, pack->root, LIBGGUF_BUNDLE_MANIFEST, err);
    }
    for (size_t i = 0; i < sharding->split->count && !status; i++) {
        status = check_shard(sharding, i, err);
    }
    if (!status) {
        status = pack_check_partials(pack, pack->root, err);
    }
    if (status) {
        return status;
    }
    const int failed = pack_remove_partials(pack, pack->root);
    return failed ? failure_errno(err, failed, "cannot list the directory") : LIBGGUF_OK;
}

/* Those that were named now; never below a manifest. */
static void remove_shards(const struct sharding *sharding)
{
    if (pack_has_file(sharding->pack.root, LIBGGUF_BUNDLE_MANIFEST)) {
        return;
    }
    for (size_t i = 0; i < sharding->split->count; i++) {
        char name[NAME_MAX_SIZE];
        shard_name(sharding, i, name);
        if (sharding->is_named[i]) {
            (void)unlinkat(sharding->pack.root, name, 0);
        }
    }
}

static enum libgguf_status make_shards(struct sharding *sharding,
                                       struct libgguf_bundle_created *out,
                                       struct libgguf_error *err)
{
    enum libgguf_status status = check_targets(sharding, err);
    for (size_t i = 0; i < sharding->split->count && !status; i++) {
        status = write_shard(sharding, i, err);
    }
    if (!status) {
        status = name_shards(sharding, err);
        if (!status) {
            status = list_shards(sharding, out, err);
        }
        if (status) {
            remove_shards(sharding);
        }
    }
    if (!status) {
        out->size = sharding->pack.total;
        out->distinct_count = sharding->split->count;
        out->written_count = sharding->split->count;
        out->written_size = sharding->pack.total;
    }
    if (status && sharding->pack.root >= 0) {
        (void)pack_remove_partials(&sharding->pack, sharding->pack.root);
    }
    return status;
}

static bool is_plain_name(const char *name)
{
    return name && name[0] != '\0' && !strchr(name, '/') &&
           strlen(name) + SUFFIX_SIZE <= LIBGGUF_MANIFEST_MAX_NAME;
}

enum libgguf_status
libgguf_bundle_create_shards(const struct libgguf_file *model, const char *directory,
                             uint64_t limit, const struct libgguf_bundle_create_options *options,
                             struct libgguf_bundle_created *out, struct libgguf_error *err)
{
    struct libgguf_bundle_created ignored;
    struct libgguf_split *split;
    out = out ? out : &ignored;
    *out = (struct libgguf_bundle_created){0};
    if (!options || options->struct_size < sizeof *options || !is_plain_name(options->name)) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "shards need options and a plain name");
    }
    enum libgguf_status status = pack_check_options(options, err);
    if (!status) {
        status = libgguf_split_plan(model, limit, &split, NULL, err);
    }
    if (status) {
        return status;
    }
    struct sharding sharding = {.pack = pack_of(options, model, NULL),
                                .directory = directory,
                                .split = split,
                                .digests = calloc(split->count, sizeof *sharding.digests),
                                .is_named = calloc(split->count, sizeof *sharding.is_named)};
    for (size_t i = 0; i < split->count; i++) {
        sharding.pack.total += split->size[i];
    }
    if (sharding.digests && sharding.is_named) {
        status = make_shards(&sharding, out, err);
    } else {
        status = failure_memory(err);
    }
    pack_close(&sharding.pack, directory, status);
    free(sharding.digests);
    free(sharding.is_named);
    libgguf_split_free(split);
    return status;
}
