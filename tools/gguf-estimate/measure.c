#include "measure.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/progress.h"
#include "cli/report.h"
#include "cli/text.h"

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

static enum libgguf_status open_model(const struct entry *entry, struct libgguf_file **out,
                                      struct libgguf_error *err)
{
    struct cli_progress progress;
    cli_progress_begin(&progress, "reading", CLI_TOTAL_UNKNOWN);
    const struct libgguf_open_options options = {
        .struct_size = sizeof options,
        .allow_missing_data = entry->file_size > 0,
        .allow_duplicates = true,
        .read_to_end = entry->file_size == 0,
        .progress = cli_progress_callback,
        .progress_context = &progress,
    };
    const enum libgguf_status status = strcmp(entry->path, "-") == 0
                                           ? open_stream(&options, out, err)
                                           : libgguf_open(entry->path, &options, out, err);
    cli_progress_end(&progress);
    return status;
}

static void hold_against_baseline(struct load *load, const struct entry *entry,
                                  const struct measure_rules *rules)
{
    const enum libgguf_strategy strategy = load->estimate.strategy;
    const size_t index =
        entry_count_alike(rules->entries, (size_t)(entry - rules->entries->items), entry, strategy);
    load->has_baseline = baseline_find(rules->baseline, entry, strategy, index, &load->baseline);
    if (load->has_baseline) {
        load->growth_limit = growth_limit(rules->growth, load->baseline);
        load->grown = load->estimate.peak.size > load->growth_limit;
    }
}

static void name_failing_tensor(struct load *load, const struct libgguf_file *file)
{
    const struct libgguf_tensor *tensor =
        load->estimate.failure.tensor != LIBGGUF_NONE
            ? libgguf_tensor_at(file, (size_t)load->estimate.failure.tensor)
            : NULL;
    if (tensor) {
        cli_text_escape(load->failing_tensor, sizeof load->failing_tensor, tensor->name.data,
                        (size_t)tensor->name.size);
    }
}

/* The load worth showing: one that passes before one that does not, then the smallest in a page. */
static bool is_better(const struct load *load, const struct load *other)
{
    const bool page = load->estimate.pool_peaks[LIBGGUF_POOL_LINEAR] > 0;
    const bool other_page = other->estimate.pool_peaks[LIBGGUF_POOL_LINEAR] > 0;
    if (load->passed != other->passed) {
        return load->passed;
    }
    if (page != other_page) {
        return page;
    }
    return load->estimate.peak.size < other->estimate.peak.size;
}

static enum libgguf_status estimate_loads(const struct libgguf_footprint *footprint,
                                          const struct libgguf_file *file,
                                          const struct measure_rules *rules,
                                          struct measurement *out)
{
    const struct entry *entry = out->entry;
    bool any_grown = false;
    bool any_baseline = !rules->baseline->present;
    for (unsigned i = 0; i < LIBGGUF_STRATEGY_COUNT; i++) {
        if (entry->gated && entry->strategy != (enum libgguf_strategy)i) {
            continue;
        }
        struct load *load = &out->loads[out->load_count];
        const enum libgguf_status status = libgguf_estimate_load(
            footprint, (enum libgguf_strategy)i, &entry->options, &load->estimate, &out->error);
        if (status != LIBGGUF_OK) {
            return status;
        }
        hold_against_baseline(load, entry, rules);
        name_failing_tensor(load, file);
        load->passed = load->estimate.fits && !load->grown &&
                       (!entry->strict || load->estimate.peak.certainty == LIBGGUF_EXACT);
        out->any_passes = out->any_passes || load->passed;
        any_grown = any_grown || load->grown;
        any_baseline = any_baseline || load->has_baseline;
        if (is_better(load, &out->loads[out->shown])) {
            out->shown = out->load_count;
        }
        out->load_count++;
    }
    out->passed = out->any_passes && !any_grown;
    if (!any_baseline) {
        cli_warning(entry->path, "not in the baseline: its growth is not checked");
    }
    return LIBGGUF_OK;
}

static enum libgguf_status measure_file(const struct libgguf_file *file,
                                        const struct measure_rules *rules, struct measurement *out)
{
    const struct entry *entry = out->entry;
    struct libgguf_footprint *footprint;
    enum libgguf_status status =
        libgguf_footprint_create(file, entry->file_size, &footprint, &out->error);
    if (status != LIBGGUF_OK) {
        return status;
    }
    out->facts = *libgguf_footprint_facts(footprint);
    status = estimate_loads(footprint, file, rules, out);
    const struct libgguf_estimate *shown = &out->loads[out->shown].estimate;
    if (status == LIBGGUF_OK) {
        status =
            libgguf_kv_bytes_per_token(footprint, shown->settings.type_k, shown->settings.type_v,
                                       &out->kv_per_token, &out->error);
    }
    struct libgguf_estimate_options options = entry->options;
    options.exact_advice = entry->strict;
    if (status == LIBGGUF_OK) {
        status = libgguf_estimate_advise(footprint, shown->strategy, &options, out->advice,
                                         &out->advice_count, &out->error);
    }
    libgguf_footprint_free(footprint);
    return status;
}

enum cli_exit measure(const struct entry *entry, const struct measure_rules *rules,
                      struct cli_inputs *inputs, struct measurement *out)
{
    *out = (struct measurement){.entry = entry};
    struct libgguf_file *file = NULL;
    enum libgguf_status status = open_model(entry, &file, &out->error);
    if (!cli_inputs_add_model(inputs, entry->path, file)) {
        libgguf_close(file);
        out->failed = true;
        return CLI_FAILED;
    }
    const bool incomplete = status == LIBGGUF_ERR_TENSOR_RANGE;
    if (status == LIBGGUF_OK) {
        status = measure_file(file, rules, out);
    }
    libgguf_close(file);
    if (status == LIBGGUF_OK) {
        return out->passed ? CLI_YES : CLI_NO;
    }
    out->failed = true;
    out->passed = false;
    if (incomplete) {
        const size_t used = strlen(out->error.text);
        snprintf(out->error.text + used, sizeof out->error.text - used,
                 "; --size says how large the whole is");
    }
    cli_error_status(entry->path, &out->error);
    return CLI_FAILED;
}

bool measure_blames(const struct measurement *measurement, const struct load *load)
{
    return !load->passed && !measurement->passed && (load->grown || !measurement->any_passes);
}
