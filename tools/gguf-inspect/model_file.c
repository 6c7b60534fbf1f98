#include "model_file.h"

#include <string.h>
#include <unistd.h>

#include "cli/progress.h"

/* The header of the largest known vocabularies is some 10 MB; a stream keeps no more than this. */
#define STREAM_RETAIN_LIMIT ((uint64_t)1 << 30)

static const struct libgguf_open_options open_options = {
    .struct_size = sizeof open_options,
    .allow_missing_data = true,
    .allow_duplicates = true,
};

static enum libgguf_status open_stream(struct model_file *model, struct libgguf_error *err)
{
    struct libgguf_source *source;
    enum libgguf_status status =
        libgguf_source_from_fd(STDIN_FILENO, STREAM_RETAIN_LIMIT, &source, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    status = libgguf_open_source(source, &open_options, &model->file, err);
    if (status != LIBGGUF_OK) {
        libgguf_source_close(source);
    }
    return status;
}

/* Reads what is left of a pipe, standard input or named; a file is not read. */
static enum libgguf_status drain(const struct model_file *model, struct libgguf_error *err)
{
    struct cli_progress progress;
    cli_progress_begin(&progress, "reading", CLI_TOTAL_UNKNOWN);
    const enum libgguf_status status = libgguf_source_drain(libgguf_file_source(model->file),
                                                            cli_progress_callback, &progress, err);
    cli_progress_end(&progress);
    return status;
}

/* The length of the file that shard @p index was read from. */
static uint64_t shard_size(const struct model_file *model, size_t index)
{
    const struct libgguf_file *shard = libgguf_shard_at(model->file, index);
    return shard ? libgguf_source_size(libgguf_file_source(shard)) : 0;
}

static void add_up_files(struct model_file *model)
{
    const size_t count = libgguf_shard_count(model->file);
    for (size_t i = 0; i < count; i++) {
        const struct libgguf_file *shard = libgguf_shard_at(model->file, i);
        if (!shard) {
            model->shards_missing++;
            continue;
        }
        const uint64_t size = shard_size(model, i);
        const uint64_t data_offset = libgguf_header(shard)->data_offset;
        model->header_size += data_offset < size ? data_offset : size;
        model->size = size == LIBGGUF_SIZE_UNKNOWN ? size : model->size + size;
    }
}

uint64_t model_file_tensor_missing(const struct model_file *model,
                                   const struct libgguf_tensor *tensor)
{
    const uint64_t file_size = shard_size(model, tensor->shard);
    if (tensor->offset >= file_size) {
        return tensor->size;
    }
    const uint64_t present = file_size - tensor->offset;
    return tensor->size > present ? tensor->size - present : 0;
}

static void add_up_missing(struct model_file *model)
{
    const size_t count = libgguf_tensor_count(model->file);
    for (size_t i = 0; i < count; i++) {
        const uint64_t missing =
            model_file_tensor_missing(model, libgguf_tensor_at(model->file, i));
        model->missing_size += missing;
        model->missing_count += missing > 0;
    }
}

enum libgguf_status model_file_open(struct model_file *model, const char *path, bool to_the_end,
                                    struct libgguf_error *err)
{
    *model = (struct model_file){.label = path, .is_stream = strcmp(path, "-") == 0};
    enum libgguf_status status;
    if (model->is_stream) {
        model->label = "standard input";
        status = open_stream(model, err);
    } else {
        status = libgguf_open(path, &open_options, &model->file, err);
    }
    if (status == LIBGGUF_OK && to_the_end) {
        status = drain(model, err);
    }
    if (status != LIBGGUF_OK) {
        model_file_close(model);
        return status;
    }
    add_up_files(model);
    add_up_missing(model);
    return LIBGGUF_OK;
}

enum libgguf_status model_file_unchanged(const struct model_file *model, struct libgguf_error *err)
{
    const size_t count = libgguf_shard_count(model->file);
    for (size_t i = 0; i < count; i++) {
        const struct libgguf_file *shard = libgguf_shard_at(model->file, i);
        const enum libgguf_status status =
            shard ? libgguf_source_unchanged(libgguf_file_source(shard), err) : LIBGGUF_OK;
        if (status != LIBGGUF_OK) {
            return status;
        }
    }
    return LIBGGUF_OK;
}

void model_file_close(struct model_file *model)
{
    libgguf_close(model->file);
    model->file = NULL;
}
