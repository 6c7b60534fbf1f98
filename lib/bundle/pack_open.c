#include "bundle/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libgguf/signature.h>

#include "base/error.h"
#include "base/list.h"
#include "bundle/durable.h"
#include "bundle/manifest_file.h"

struct pack pack_of(const struct libgguf_bundle_create_options *options,
                    const struct libgguf_file *model, const struct libgguf_source *source)
{
    return (struct pack){.options = options,
                         .model = model,
                         .source = source,
                         .root = -1,
                         .chunks = -1,
                         .store = -1,
                         .index = -1};
}

enum libgguf_status pack_check_options(const struct libgguf_bundle_create_options *options,
                                       struct libgguf_error *err)
{
    struct libgguf_signature signature;
    if (options->struct_size < sizeof *options ||
        (options->hooks && options->hooks->struct_size < sizeof *options->hooks)) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "bundle options are incomplete");
    }
    return options->key
               ? libgguf_signature_make("", 0, options->key, options->key_size, &signature, err)
               : LIBGGUF_OK;
}

enum libgguf_status pack_open_root(const char *directory, int *root, bool *made,
                                   struct libgguf_error *err)
{
    int failed = place_open_directory(directory, true, root, made);
    if (failed) {
        return failure_errno(err, failed, "cannot make or open the directory");
    }
    failed = durable_lock(*root);
    if (failed == EBUSY) {
        /* Whoever has the lock has the directory. */
        *made = false;
        return failure(err, LIBGGUF_ERR_BUSY, LIBGGUF_NO_OFFSET,
                       "another process is writing into this directory");
    }
    return failed ? failure_errno(err, failed, "cannot lock the directory") : LIBGGUF_OK;
}

/* What was seen in a directory. */
struct contents {
    bool any;
    bool manifest; /* a file of that name, which others use too */
    bool begun;    /* what an interrupted creation leaves */
};

static bool note_entry(void *context, const char *name)
{
    struct contents *const contents = context;
    contents->any = true;
    contents->manifest = contents->manifest || strcmp(name, LIBGGUF_BUNDLE_MANIFEST) == 0;
    contents->begun =
        contents->begun || strcmp(name, LIBGGUF_BUNDLE_CHUNKS) == 0 || place_is_partial_name(name);
    return true;
}

/* Whether the manifest in @p root is one of ours. */
static enum libgguf_status find_bundle(int root, bool *found, struct libgguf_error *err)
{
    struct libgguf_manifest *manifest;
    const enum libgguf_status status = manifest_file_read(root, NULL, 0, &manifest, err);
    libgguf_manifest_free(manifest);
    *found = status == LIBGGUF_OK;
    return status == LIBGGUF_ERR_MEMORY || status == LIBGGUF_ERR_IO ? status : LIBGGUF_OK;
}

static enum libgguf_status refuse_contents(const struct contents *contents, bool is_bundle,
                                           struct libgguf_error *err)
{
    if (is_bundle || contents->begun) {
        return failure(err, LIBGGUF_ERR_EXISTS, LIBGGUF_NO_OFFSET, "there is %s in this directory",
                       is_bundle ? "a bundle" : "an unfinished bundle");
    }
    error_set(err, LIBGGUF_ERR_EXISTS, LIBGGUF_NO_OFFSET,
              "the directory is not empty and holds no bundle");
    if (err) {
        err->sys_errno = ENOTEMPTY;
    }
    return LIBGGUF_ERR_EXISTS;
}

enum libgguf_status pack_check_vacant(int root, const struct libgguf_bundle_create_options *options,
                                      struct libgguf_error *err)
{
    struct contents contents = {0};
    bool is_bundle = false;
    const int failed = place_list(root, note_entry, &contents);
    if (failed) {
        return failure_errno(err, failed, "cannot list the directory");
    }
    if (options->force || !contents.any) {
        return LIBGGUF_OK;
    }
    if (contents.manifest) {
        const enum libgguf_status status = find_bundle(root, &is_bundle, err);
        if (status) {
            return status;
        }
    }
    if (!options->resume) {
        return refuse_contents(&contents, is_bundle, err);
    }
    if (contents.manifest && !is_bundle) {
        return failure(err, LIBGGUF_ERR_EXISTS, LIBGGUF_NO_OFFSET,
                       "%s is there, and not that of a bundle", LIBGGUF_BUNDLE_MANIFEST);
    }
    return LIBGGUF_OK;
}

bool pack_has_file(int at, const char *name)
{
    struct stat facts;
    return fstatat(at, name, &facts, AT_SYMLINK_NOFOLLOW) == 0;
}

/* A directory whose chunks are counted by size. */
struct size_scan {
    struct pack *pack;
    int fd;
    bool failed; /* out of memory */
};

static bool note_size(void *context, const char *name)
{
    struct size_scan *const scan = context;
    struct pack *const pack = scan->pack;
    struct stat facts;
    if (!(place_is_chunk_name(name) || place_is_partial_name(name)) ||
        fstatat(scan->fd, name, &facts, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(facts.st_mode)) {
        return true;
    }
    uint64_t *const sizes =
        list_room(pack->sizes, pack->size_count, &pack->size_capacity, sizeof *sizes);
    if (!sizes) {
        scan->failed = true;
        return false;
    }
    pack->sizes = sizes;
    sizes[pack->size_count++] = (uint64_t)facts.st_size;
    return true;
}

static int by_size(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a;
    const uint64_t right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

size_t pack_file_count(const struct pack *pack)
{
    return pack->model ? libgguf_shard_count(pack->model) : 1;
}

const struct libgguf_source *pack_source(const struct pack *pack, size_t file)
{
    return pack->model ? libgguf_file_source(libgguf_shard_at(pack->model, file)) : pack->source;
}

bool pack_may_exist(const struct pack *pack, uint64_t size)
{
    return pack->size_count > 0 &&
           bsearch(&size, pack->sizes, pack->size_count, sizeof size, by_size);
}

static enum libgguf_status scan_sizes(struct pack *pack, struct libgguf_error *err)
{
    const int directories[] = {pack->chunks, pack->store};
    for (size_t i = 0; i < 2; i++) {
        struct size_scan scan = {.pack = pack, .fd = directories[i]};
        const int failed = scan.fd < 0 ? 0 : place_list(scan.fd, note_size, &scan);
        if (failed) {
            char shown[ERROR_NAME_SIZE];
            return i == 0 ? failure_errno(err, failed, "cannot list the chunks")
                          : failure_errno(err, failed, "cannot list the store %s",
                                          pack_store_name(pack, shown));
        }
        if (scan.failed) {
            return failure_memory(err);
        }
    }
    if (pack->size_count > 1) {
        qsort(pack->sizes, pack->size_count, sizeof *pack->sizes, by_size);
    }
    return LIBGGUF_OK;
}

const char *pack_store_name(const struct pack *pack, char shown[ERROR_NAME_SIZE])
{
    return error_name(shown, pack->options->store, strlen(pack->options->store));
}

enum libgguf_status pack_refuse_store(const struct pack *pack, int sys_errno, const char *why,
                                      struct libgguf_error *err)
{
    char shown[ERROR_NAME_SIZE];
    error_set(err, LIBGGUF_ERR_UNSUPPORTED, LIBGGUF_NO_OFFSET, "the store %s %s",
              pack_store_name(pack, shown), why);
    if (err) {
        err->sys_errno = sys_errno;
    }
    return LIBGGUF_ERR_UNSUPPORTED;
}

/* What cannot be a store is not made one. */
static enum libgguf_status check_store(const struct pack *pack, int store, const char *shown,
                                       struct libgguf_error *err)
{
    struct stat here;
    struct stat there;
    if (fstat(pack->root, &here) != 0 || fstat(store, &there) != 0) {
        return failure_errno(err, errno, "cannot look at the store %s", shown);
    }
    if (here.st_dev != there.st_dev) {
        return pack_refuse_store(
            pack, EXDEV, "is on another file system, and chunks are shared by hard links", err);
    }
    if (here.st_ino == there.st_ino) {
        return failure(err, LIBGGUF_ERR_SAME_FILE, LIBGGUF_NO_OFFSET,
                       "the store %s is the bundle itself", shown);
    }
    return LIBGGUF_OK;
}

static enum libgguf_status open_store(struct pack *pack, struct libgguf_error *err)
{
    bool made = false;
    int store = -1;
    char shown[ERROR_NAME_SIZE];
    pack_store_name(pack, shown);
    int failed = place_open_directory(pack->options->store, true, &store, &made);
    if (failed) {
        return failure_errno(err, failed, "cannot open the store %s", shown);
    }
    enum libgguf_status status = check_store(pack, store, shown, err);
    if (!status) {
        failed = place_enter(store, LIBGGUF_BUNDLE_CHUNKS, true, &pack->store, NULL);
    }
    if (!status && !failed) {
        /* One that cannot be had is done without. */
        (void)place_enter(store, LIBGGUF_BUNDLE_STORE_INDEX, true, &pack->index, NULL);
    }
    if (!status && !failed) {
        const int mark = openat(store, LIBGGUF_BUNDLE_STORE_MARK,
                                O_RDONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0444);
        failed = mark < 0 ? errno : close(mark) != 0 ? errno : 0;
    }
    close(store);
    if (failed == ELOOP) {
        status = failure(err, LIBGGUF_ERR_IO, LIBGGUF_NO_OFFSET,
                         "the store %s has something in the place of its chunks", shown);
    } else if (failed) {
        status = failure_errno(err, failed, "cannot open the store %s", shown);
    }
    if (status && made) {
        (void)rmdir(pack->options->store);
    }
    return status;
}

static enum libgguf_status open_chunks(struct pack *pack, struct libgguf_error *err)
{
    int failed =
        place_enter(pack->root, LIBGGUF_BUNDLE_CHUNKS, true, &pack->chunks, &pack->made_chunks);
    if (failed == ELOOP) {
        return failure(err, LIBGGUF_ERR_IO, LIBGGUF_NO_OFFSET,
                       "chunks is there, and is no directory");
    }
    if (!failed) {
        const enum libgguf_status status = pack_check_partials(pack, pack->chunks, err);
        if (status) {
            return status;
        }
    }
    if (!failed && !pack->options->resume) {
        failed = pack_remove_partials(pack, pack->chunks);
    }
    if (!failed) {
        failed = pack_remove_partials(pack, pack->root);
    }
    return failed ? failure_errno(err, failed, "cannot make the directory chunks") : LIBGGUF_OK;
}

enum libgguf_status pack_open(struct pack *pack, const char *directory, struct libgguf_error *err)
{
    enum libgguf_status status = pack_add_inputs(pack, pack->model, err);
    if (!status && pack->options->origin) {
        status = pack_add_inputs(pack, pack->options->origin, err);
    }
    if (!status) {
        status = pack_open_root(directory, &pack->root, &pack->made_root, err);
    }
    if (!status) {
        status = pack_check_vacant(pack->root, pack->options, err);
    }
    if (!status) {
        status = pack_compare_old(pack, err);
    }
    if (!status) {
        status = pack_check_extras(pack, err);
    }
    if (!status) {
        status = pack_check_target(pack, pack->root, LIBGGUF_BUNDLE_MANIFEST, err);
    }
    if (!status) {
        status = pack_check_target(pack, pack->root, LIBGGUF_BUNDLE_SIGNATURE, err);
    }
    if (!status) {
        status = pack_check_partials(pack, pack->root, err);
    }
    if (!status) {
        status = open_chunks(pack, err);
    }
    if (!status && pack->options->store) {
        status = open_store(pack, err);
    }
    return status ? status : scan_sizes(pack, err);
}

void pack_close(struct pack *pack, const char *directory, enum libgguf_status status)
{
    /* Nobody resumes what is not to take the place of another bundle. */
    const bool resumable = pack->options->resume && status != LIBGGUF_ERR_EXISTS;
    if (status && !resumable && pack->chunks >= 0) {
        (void)pack_remove_partials(pack, pack->chunks);
    }
    if (status && !pack->options->resume) {
        pack_remove_extras(pack);
    }
    /* Only what is empty goes away. */
    if (status && pack->made_chunks) {
        (void)unlinkat(pack->root, LIBGGUF_BUNDLE_CHUNKS, AT_REMOVEDIR);
    }
    if (status && pack->made_root) {
        (void)rmdir(directory);
    }
    const int directories[] = {pack->chunks, pack->store, pack->index, pack->root};
    for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++) {
        if (directories[i] >= 0) {
            close(directories[i]);
        }
    }
    pack_recall_free(pack);
    free(pack->made_extras);
    free(pack->inputs);
    free(pack->sizes);
    free(pack->packed);
}

struct libgguf_manifest_options pack_manifest_options(const struct pack *pack,
                                                      const struct libgguf_digest_hooks *hooks)
{
    const struct libgguf_bundle_create_options *const options = pack->options;
    return (struct libgguf_manifest_options){.struct_size = sizeof(struct libgguf_manifest_options),
                                             .cut = options->cut,
                                             .chunk_size = options->chunk_size,
                                             .threads = options->threads,
                                             .no_file_digest = options->no_file_digest,
                                             .tensor_digests = options->tensor_digests,
                                             .hooks = hooks};
}

enum libgguf_status pack_add(struct pack *pack, const struct packed *packed,
                             struct libgguf_error *err)
{
    pthread_mutex_lock(&pack->lock);
    struct packed *const list =
        list_room(pack->packed, pack->packed_count, &pack->packed_capacity, sizeof *list);
    if (list) {
        pack->packed = list;
        list[pack->packed_count++] = *packed;
    }
    pthread_mutex_unlock(&pack->lock);
    return list ? LIBGGUF_OK : failure_memory(err);
}
