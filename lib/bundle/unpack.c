#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <libgguf/bundle.h>

#include "base/error.h"
#include "bundle/crew.h"
#include "bundle/durable.h"
#include "bundle/output_file.h"
#include "bundle/place.h"
#include "bundle/prove.h"
#include "bundle/stored.h"

/* Bytes that the disk is given to write at once: every block by itself took a sixth more time. */
#define START_SIZE ((uint64_t)4194304)

static const struct libgguf_bundle_read_options default_options = {.struct_size =
                                                                       sizeof default_options};

/* A file on its way out of its bundle. */
struct unpacking {
    int root;
    const struct libgguf_bundle_read_options *options;
    const struct libgguf_manifest_file *file;
    struct output_file output;
};

/* Where the bytes of one chunk go. */
struct chunk_output {
    const struct unpacking *unpacking;
    uint64_t offset;
    uint64_t size;
    uint64_t started; /* bytes that the disk has been given to write */
    bool failed;      /* and not the reading of the chunk */
};

/* The disk has its time while the next bytes are hashed. */
static void start_writing(struct chunk_output *chunk, uint64_t written)
{
    if (written - chunk->started >= START_SIZE || written == chunk->size) {
        durable_start(chunk->unpacking->output.fd, chunk->offset + chunk->started,
                      written - chunk->started);
        chunk->started = written;
    }
}

static enum libgguf_status write_piece(void *context, const void *data, size_t size,
                                       uint64_t offset, struct libgguf_error *err)
{
    struct chunk_output *const chunk = context;
    const int failed =
        place_write_at(chunk->unpacking->output.fd, data, size, chunk->offset + offset);
    if (!failed && !chunk->unpacking->options->no_sync) {
        start_writing(chunk, offset + size);
    }
    chunk->failed = failed != 0;
    return failed ? failure_errno(err, failed, "cannot write") : LIBGGUF_OK;
}

/* A failure to read has a place, one to write has none. */
static void place_failure(const struct libgguf_chunk *chunk, enum libgguf_status status,
                          struct libgguf_error *err)
{
    if (status == LIBGGUF_ERR_IO && err) {
        err->offset = chunk->piece.offset;
    }
}

static enum libgguf_status wrong_chunk(const char *path, size_t index, const char *what,
                                       struct libgguf_error *err)
{
    char name[ERROR_NAME_SIZE];
    return failure(err, LIBGGUF_ERR_DIGEST, LIBGGUF_NO_OFFSET, "chunk %zu, %s, %s", index,
                   error_name(name, path, strlen(path)), what);
}

static enum libgguf_status cannot_open(const char *path, size_t index, int sys_errno,
                                       struct libgguf_error *err)
{
    char name[ERROR_NAME_SIZE];
    error_name(name, path, strlen(path));
    if (sys_errno == ENOENT) {
        return failure(err, LIBGGUF_ERR_NOT_FOUND, LIBGGUF_NO_OFFSET, "chunk %zu, %s, is missing",
                       index, name);
    }
    if (sys_errno == ELOOP) {
        return failure(err, LIBGGUF_ERR_DIGEST, LIBGGUF_NO_OFFSET,
                       "chunk %zu, %s, is no regular file of the bundle", index, name);
    }
    return failure_errno(err, sys_errno, "chunk %zu, %s, cannot be opened", index, name);
}

/* Whether the output has this chunk already, from an earlier try. */
static enum libgguf_status is_there(const struct unpacking *unpacking, struct crew_member *member,
                                    const struct libgguf_chunk *chunk, bool *there,
                                    struct libgguf_error *err)
{
    struct proof proof;
    *there = false;
    if (chunk->piece.offset >= unpacking->output.found ||
        chunk->piece.size > unpacking->output.found - chunk->piece.offset) {
        return LIBGGUF_OK;
    }
    struct crew crew;
    struct crew_member alone;
    enum libgguf_status status = crew_solo_begin(&crew, &alone, err);
    if (!status) {
        status = prove_range(&alone, unpacking->output.fd, chunk->piece.offset, chunk->piece.size,
                             NULL, NULL, "the output", &proof, err);
    }
    crew_solo_end(&alone);
    *there = !status && libgguf_digest_equal(&proof.sha256, &chunk->sha256);
    return status || !*there ? status : crew_progress(member->crew, chunk->piece.size, err);
}

static enum libgguf_status unpack_gzip(struct chunk_output *output, struct crew_member *member,
                                       const struct libgguf_chunk *chunk, size_t index,
                                       struct libgguf_error *err)
{
    const char *const path = chunk->gzip->path;
    struct proof proof;
    uint64_t size;
    bool good;
    int fd;
    const int failed = place_open_file(output->unpacking->root, path, &fd, &size);
    if (failed) {
        return cannot_open(path, index, failed, err);
    }
    const enum libgguf_status status =
        prove_gzip(member, fd, chunk->piece.size, write_piece, output, path, &good, &proof, err);
    close(fd);
    if (!status && (!good || !libgguf_digest_equal(&proof.sha256, &chunk->sha256))) {
        return wrong_chunk(path, index, "does not decompress to the right bytes", err);
    }
    return status;
}

static enum libgguf_status unpack_plain(struct chunk_output *output, struct crew_member *member,
                                        const struct libgguf_chunk *chunk, size_t index,
                                        struct libgguf_error *err)
{
    int fd;
    uint64_t size;
    const int failed = place_open_file(output->unpacking->root, chunk->path, &fd, &size);
    if (failed == ENOENT && chunk->gzip) {
        return unpack_gzip(output, member, chunk, index, err);
    }
    if (failed) {
        return cannot_open(chunk->path, index, failed, err);
    }
    if (size != chunk->piece.size) {
        close(fd);
        return wrong_chunk(chunk->path, index, "has the wrong size", err);
    }
    struct proof proof;
    const enum libgguf_status status =
        prove_range(member, fd, 0, size, write_piece, output, chunk->path, &proof, err);
    close(fd);
    if (!status && (proof.size != size || !libgguf_digest_equal(&proof.sha256, &chunk->sha256))) {
        return wrong_chunk(chunk->path, index, "has the wrong bytes", err);
    }
    return status;
}

static enum libgguf_status unpack_chunk(void *context, struct crew_member *member, size_t index,
                                        struct libgguf_error *err)
{
    const struct unpacking *const unpacking = context;
    const struct libgguf_chunk *const chunk = &unpacking->file->chunks[index];
    struct chunk_output output = {
        .unpacking = unpacking, .offset = chunk->piece.offset, .size = chunk->piece.size};
    bool there;
    enum libgguf_status status = is_there(unpacking, member, chunk, &there, err);
    if (status || there) {
        return status;
    }
    status = unpack_plain(&output, member, chunk, index, err);
    if (!output.failed) {
        place_failure(chunk, status, err);
    }
    return status;
}

/* The files of a bundle, as what stands at the output's name is compared with them. */
struct input_files {
    int root;
    const struct stored_list *stored;
};

static bool is_same(int root, const char *path, const struct stat *facts)
{
    struct stat own;
    return fstatat(root, path, &own, 0) == 0 && own.st_ino == facts->st_ino &&
           own.st_dev == facts->st_dev;
}

static bool is_input(void *context, const struct stat *facts)
{
    const struct input_files *const inputs = context;
    if (is_same(inputs->root, LIBGGUF_BUNDLE_MANIFEST, facts) ||
        is_same(inputs->root, LIBGGUF_BUNDLE_SIGNATURE, facts)) {
        return true;
    }
    for (size_t i = 0; i < inputs->stored->count; i++) {
        if (is_same(inputs->root, inputs->stored->files[i].path, facts)) {
            return true;
        }
    }
    return false;
}

static enum libgguf_status open_output(struct unpacking *unpacking,
                                       const struct libgguf_manifest *manifest, const char *path,
                                       struct libgguf_error *err)
{
    struct stored_list stored;
    enum libgguf_status status = stored_list(manifest, &stored, err);
    if (status) {
        return status;
    }
    struct input_files inputs = {.root = unpacking->root, .stored = &stored};
    status =
        output_file_open(&unpacking->output, path, unpacking->file->size, unpacking->options->force,
                         unpacking->options->resume, is_input, &inputs, err);
    stored_free(&stored);
    return status;
}

static enum libgguf_status unpack(struct unpacking *unpacking, struct libgguf_error *err)
{
    const struct libgguf_bundle_read_options *const options = unpacking->options;
    struct crew crew = {.work = unpack_chunk,
                        .context = unpacking,
                        .count = unpacking->file->chunk_count,
                        .threads = options->threads,
                        .hooks = options->hooks,
                        .step = LIBGGUF_BUNDLE_UNPACK,
                        .total = unpacking->file->size};
    enum libgguf_status status = crew_run(&crew, err);
    if (!status && !options->no_sync &&
        !crew_tell(options->hooks, LIBGGUF_BUNDLE_SYNC, 0, crew.total)) {
        status = failure(err, LIBGGUF_ERR_CANCELLED, LIBGGUF_NO_OFFSET, "cancelled");
    }
    if (status) {
        output_file_discard(&unpacking->output);
        return status;
    }
    return output_file_commit(&unpacking->output, unpacking->file->size, options->no_sync, err);
}

enum libgguf_status libgguf_bundle_unpack(const char *directory,
                                          const struct libgguf_manifest *manifest, size_t file,
                                          const char *path,
                                          const struct libgguf_bundle_read_options *options,
                                          struct libgguf_error *err)
{
    struct unpacking unpacking = {.options = options ? options : &default_options};
    if (!crew_options_are_whole(unpacking.options) || file >= manifest->file_count) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "the bundle has no file %zu, or options are incomplete", file);
    }
    unpacking.file = &manifest->files[file];
    if (!manifest->is_bundle && unpacking.file->chunk_count > 0) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "the manifest names no files of chunks");
    }
    const int failed = place_open_directory(directory, false, &unpacking.root, NULL);
    if (failed) {
        return failure_errno(err, failed, "cannot open the bundle");
    }
    enum libgguf_status status = open_output(&unpacking, manifest, path, err);
    if (!status) {
        status = unpack(&unpacking, err);
    }
    close(unpacking.root);
    return status;
}
