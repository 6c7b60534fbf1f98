/** @file Estimating one model: everything that reports are made of. */
#ifndef ESTIMATE_MEASURE_H
#define ESTIMATE_MEASURE_H

#include "baseline.h"
#include "cli/inputs.h"
#include "cli/program.h"
#include "entries.h"

/** One way of loading, held against limits and against an earlier run. */
struct load {
    struct libgguf_estimate estimate;
    char failing_tensor[84]; /**< where linear memory ends; empty for no tensor */
    bool has_baseline;
    uint64_t baseline;     /**< peak of the earlier run */
    uint64_t growth_limit; /**< the peak that was allowed */
    bool grown;            /**< above that */
    bool passed;
};

/** One model. */
struct measurement {
    const struct entry *entry;
    bool failed; /**< could not be estimated: see error */
    struct libgguf_error error;
    struct libgguf_footprint_facts facts;
    uint64_t kv_per_token; /**< bytes */
    struct load loads[LIBGGUF_STRATEGY_COUNT];
    size_t load_count;
    bool any_passes;
    size_t shown; /**< the load that is shown in detail: the gate, or the best */
    struct libgguf_advice advice[LIBGGUF_ADVICE_COUNT]; /**< about that load */
    size_t advice_count;
    bool passed;
};

/** What all models are held against. */
struct measure_rules {
    const struct entry_list *entries; /**< of which those that are alike are told by their order */
    const struct baseline *baseline;
    const struct growth *growth;
};

/**
 * Estimates @p entry. What goes wrong is reported and noted in @p out; the files that were read are
 * added to @p inputs.
 */
enum cli_exit measure(const struct entry *entry, const struct measure_rules *rules,
                      struct cli_inputs *inputs, struct measurement *out);

/** Whether the load fails the model: in a gate, or when nothing passes. */
bool measure_blames(const struct measurement *measurement, const struct load *load);

#endif
