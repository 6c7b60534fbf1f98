#include "data_stats.h"

#include <stdlib.h>
#include <unistd.h>

#include "cli/progress.h"
#include "cli/report.h"
#include "tensor_text.h"

/* One for each processor; the results do not depend on it. */
static unsigned thread_count(void)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (processors < 1) {
        return 1;
    }
    return processors < LIBGGUF_STATS_MAX_THREADS ? (unsigned)processors
                                                  : LIBGGUF_STATS_MAX_THREADS;
}

/* The bytes that will be read. */
static uint64_t choose(const struct model_file *model, const char *glob, struct data_stats *out)
{
    uint64_t size = 0;
    for (size_t i = 0; i < libgguf_tensor_count(model->file); i++) {
        const struct libgguf_tensor *tensor = libgguf_tensor_at(model->file, i);
        if (tensor_is_wanted(tensor, glob)) {
            out->tensors[out->count++] = tensor;
            const bool readable = tensor->missing_size == 0 &&
                                  libgguf_tensor_decodable(model->file, tensor, NULL) == LIBGGUF_OK;
            size += readable ? tensor->size : 0;
        }
    }
    return size;
}

enum cli_exit data_stats_compute(const struct model_file *model, const char *glob,
                                 struct data_stats *out)
{
    const size_t total = libgguf_tensor_count(model->file);
    *out = (struct data_stats){.model = model};
    out->tensors = calloc(total > 0 ? total : 1, sizeof *out->tensors);
    out->stats = calloc(total > 0 ? total : 1, sizeof *out->stats);
    if (!out->tensors || !out->stats) {
        cli_error(model->label, "out of memory");
        data_stats_free(out);
        return CLI_FAILED;
    }
    struct cli_progress progress;
    cli_progress_begin(&progress, "decoding", choose(model, glob, out));
    const struct libgguf_stats_options options = {
        .struct_size = sizeof options,
        .threads = thread_count(),
        .progress = cli_progress_callback,
        .context = &progress,
    };
    struct libgguf_error err;
    const enum libgguf_status status =
        libgguf_tensors_stats(model->file, out->tensors, out->count, &options, out->stats, &err);
    cli_progress_end(&progress);
    if (status != LIBGGUF_OK) {
        cli_error_status(model->label, &err);
        data_stats_free(out);
        return CLI_FAILED;
    }
    return CLI_YES;
}

void data_stats_free(struct data_stats *stats)
{
    free(stats->tensors);
    free(stats->stats);
    *stats = (struct data_stats){0};
}

bool data_stats_is_sound(const struct libgguf_tensor_stats *stats)
{
    return stats->status == LIBGGUF_OK && stats->nan_count == 0 && stats->inf_count == 0 &&
           stats->faults.count == 0;
}

struct data_tally data_stats_tally(const struct data_stats *stats)
{
    struct data_tally tally = {.shards_missing = stats->model->shards_missing};
    for (size_t i = 0; i < stats->count; i++) {
        if (data_stats_is_sound(&stats->stats[i])) {
            tally.sound++;
            tally.sound_size += stats->tensors[i]->size;
        } else if (stats->stats[i].status == LIBGGUF_OK) {
            tally.unsound++;
        } else if (stats->stats[i].status == LIBGGUF_ERR_TRUNCATED) {
            tally.missing++;
        } else {
            tally.unsupported++;
        }
    }
    return tally;
}

enum cli_exit data_tally_verdict(const struct data_tally *tally)
{
    if (tally->unsound > 0 || tally->missing > 0 || tally->shards_missing > 0) {
        return CLI_NO;
    }
    return tally->unsupported > 0 ? CLI_FAILED : CLI_YES;
}
