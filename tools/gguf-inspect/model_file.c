#include "model_file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/progress.h"
#include "cli/size.h"

/* The header of the largest known vocabularies is some 10 MB; a stream keeps no more than this. */
#define STREAM_RETAIN_LIMIT ((uint64_t)1 << 30)

static enum libgguf_status open_stream(const struct libgguf_open_options *options,
                                       struct libgguf_file **out, struct libgguf_error *err)
{
    struct libgguf_source *source;
    enum libgguf_status status =
        libgguf_source_from_fd(STDIN_FILENO, STREAM_RETAIN_LIMIT, &source, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    status = libgguf_open_source(source, options, out, err);
    if (status != LIBGGUF_OK) {
        libgguf_source_close(source);
    }
    return status;
}

/* The bytes of a stream that were kept, as a source of their own; its size is the whole stream's.
 */
static int read_kept(void *context, uint64_t offset, void *buffer, size_t size, size_t *got)
{
    struct libgguf_error err;
    const struct libgguf_source *stream = libgguf_file_source(context);
    switch (libgguf_source_read_some(stream, offset, buffer, size, got, &err)) {
    case LIBGGUF_OK:
        return 0;
    case LIBGGUF_ERR_RANGE: /* what comes after was not kept */
        *got = 0;
        return 0;
    default:
        return err.sys_errno != 0 ? err.sys_errno : EIO;
    }
}

static uint64_t stream_size(void *context)
{
    return libgguf_source_size(libgguf_file_source(context));
}

static enum libgguf_status open_kept(struct libgguf_file *passed,
                                     const struct libgguf_open_options *options,
                                     struct libgguf_file **out, struct libgguf_error *err)
{
    const struct libgguf_source_ops ops = {
        .struct_size = sizeof ops, .read = read_kept, .size = stream_size};
    struct libgguf_source *source;
    enum libgguf_status status = libgguf_source_from_ops(&ops, passed, &source, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    status = libgguf_open_source(source, options, out, err);
    if (status != LIBGGUF_OK) {
        libgguf_source_close(source);
    }
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
        cli_sum_add(&model->size, size);
    }
}

static void add_up_missing(struct model_file *model)
{
    const size_t count = libgguf_tensor_count(model->file);
    for (size_t i = 0; i < count; i++) {
        const uint64_t missing = libgguf_tensor_at(model->file, i)->missing_size;
        cli_sum_add(&model->missing_size, missing);
        model->missing_count += missing > 0;
    }
}

static void add_up(struct model_file *model)
{
    model->size = 0;
    model->header_size = 0;
    add_up_files(model);
    add_up_missing(model);
}

static struct libgguf_open_options open_options(struct cli_progress *progress, bool to_the_end)
{
    return (struct libgguf_open_options){
        .struct_size = sizeof(struct libgguf_open_options),
        .allow_missing_data = true,
        .allow_duplicates = true,
        .read_to_end = to_the_end,
        .progress = cli_progress_callback,
        .progress_context = progress,
    };
}

enum libgguf_status model_file_open(struct model_file *model, const char *path, bool to_the_end,
                                    struct libgguf_error *err)
{
    struct cli_progress progress;
    const struct libgguf_open_options options = open_options(&progress, to_the_end);
    *model = (struct model_file){.label = path, .is_stream = strcmp(path, "-") == 0};
    cli_progress_begin(&progress, "reading", CLI_TOTAL_UNKNOWN);
    enum libgguf_status status;
    if (model->is_stream) {
        model->label = "standard input";
        status = open_stream(&options, &model->file, err);
    } else {
        status = libgguf_open(path, &options, &model->file, err);
    }
    cli_progress_end(&progress);
    if (status == LIBGGUF_OK) {
        add_up(model);
    }
    return status;
}

enum libgguf_status model_file_reach_end(struct model_file *model, struct libgguf_error *err)
{
    if (model->size != LIBGGUF_SIZE_UNKNOWN || libgguf_shard_count(model->file) > 1) {
        return LIBGGUF_OK;
    }
    struct cli_progress progress;
    const struct libgguf_open_options options = open_options(&progress, true);
    struct libgguf_file *whole;
    cli_progress_begin(&progress, "reading", CLI_TOTAL_UNKNOWN);
    enum libgguf_status status = libgguf_source_drain(libgguf_file_source(model->file),
                                                      cli_progress_callback, &progress, err);
    cli_progress_end(&progress);
    if (status == LIBGGUF_OK) {
        status = open_kept(model->file, &options, &whole, err);
    }
    if (status == LIBGGUF_OK) {
        model->passed = model->file;
        model->file = whole;
        add_up(model);
    }
    return status;
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
    libgguf_close(model->passed);
    model->file = NULL;
    model->passed = NULL;
}
