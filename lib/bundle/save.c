#include <unistd.h>

#include <libgguf/bundle.h>

#include "base/error.h"
#include "base/source.h"
#include "bundle/crew.h"
#include "bundle/output_file.h"
#include "bundle/place.h"

/* Pieces that the threads share out. */
#define PIECE_SIZE ((uint64_t)4 << 20)

static const struct libgguf_bundle_read_options default_options = {.struct_size =
                                                                       sizeof default_options};

/* A file being written. */
struct saving {
    const struct libgguf_source *source;
    uint64_t size;
    struct output_file output;
};

static enum libgguf_status save_piece(void *context, struct crew_member *member, size_t index,
                                      struct libgguf_error *err)
{
    const struct saving *const saving = context;
    const uint64_t begin = index * PIECE_SIZE;
    const uint64_t end = saving->size - begin < PIECE_SIZE ? saving->size : begin + PIECE_SIZE;
    enum libgguf_status status = LIBGGUF_OK;
    for (uint64_t offset = begin; offset < end && !status;) {
        const size_t step =
            end - offset < CREW_BLOCK_SIZE ? (size_t)(end - offset) : CREW_BLOCK_SIZE;
        status = libgguf_source_read(saving->source, offset, member->block, step, err);
        if (!status) {
            const int failed = place_write_at(saving->output.fd, member->block, step, offset);
            status = failed ? failure_errno(err, failed, "cannot write") : LIBGGUF_OK;
        }
        if (!status) {
            status = crew_progress(member->crew, step, err);
        }
        offset += step;
    }
    return status;
}

static bool is_model(void *context, const struct stat *facts)
{
    const struct libgguf_file *const model = context;
    for (size_t i = 0; model && i < libgguf_shard_count(model); i++) {
        const struct libgguf_file *const shard = libgguf_shard_at(model, i);
        const int fd = shard ? libgguf_file_source(shard)->fd : -1;
        struct stat own;
        if (fd >= 0 && fstat(fd, &own) == 0 && own.st_ino == facts->st_ino &&
            own.st_dev == facts->st_dev) {
            return true;
        }
    }
    return false;
}

enum libgguf_status libgguf_bundle_save(const struct libgguf_file *file,
                                        const struct libgguf_file *origin, const char *path,
                                        const struct libgguf_bundle_read_options *options,
                                        struct libgguf_error *err)
{
    struct saving saving = {.source = libgguf_file_source(file)};
    options = options ? options : &default_options;
    saving.size = libgguf_source_size(saving.source);
    if (!crew_options_are_whole(options) || libgguf_shard_count(file) != 1 ||
        saving.size == LIBGGUF_SIZE_UNKNOWN) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "one file is saved, and neither a set nor a stream");
    }
    struct crew crew = {.work = save_piece,
                        .context = &saving,
                        .count = (size_t)((saving.size + PIECE_SIZE - 1) / PIECE_SIZE),
                        .threads = options->threads,
                        .hooks = options->hooks,
                        .step = LIBGGUF_BUNDLE_UNPACK,
                        .total = saving.size};
    enum libgguf_status status =
        output_file_open(&saving.output, path, saving.size, options->force, options->resume,
                         is_model, (void *)(origin ? origin : file), err);
    if (status) {
        return status;
    }
    status = crew_run(&crew, err);
    if (!status) {
        status = libgguf_source_unchanged(saving.source, err);
    }
    if (status) {
        output_file_discard(&saving.output);
        return status;
    }
    return output_file_commit(&saving.output, saving.size, options->no_sync, err);
}
