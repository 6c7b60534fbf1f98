#include <string.h>

#include "base/arithmetic.h"
#include "base/error.h"
#include "memory/failure_point.h"
#include "memory/footprint.h"
#include "memory/limits.h"
#include "memory/runtime_state.h"
#include "memory/settings.h"
#include "memory/strategy.h"
#include "memory/weights.h"

static void worsen(enum libgguf_certainty *certainty, enum libgguf_certainty other)
{
    *certainty = other > *certainty ? other : *certainty;
}

/* The entries that follow from weights and from how they are handed over. */
static bool weight_terms(const struct libgguf_footprint *footprint,
                         const struct weights_total *total,
                         const struct libgguf_estimate_settings *settings,
                         struct libgguf_amount terms[])
{
    const enum libgguf_certainty sizes = total->packed.certainty;
    const uint64_t fetch = settings->runtime->streamed ? settings->window : settings->chunk_size;
    const struct {
        enum libgguf_term term;
        uint64_t size;
        enum libgguf_certainty certainty;
    } rows[] = {
        {LIBGGUF_TERM_FILE, total->file_size,
         sizes == LIBGGUF_UNKNOWN ? LIBGGUF_UNKNOWN : LIBGGUF_EXACT},
        {LIBGGUF_TERM_HEADER, footprint->facts.data_offset, LIBGGUF_EXACT},
        {LIBGGUF_TERM_WEIGHTS, total->packed.size, sizes},
        {LIBGGUF_TERM_WEIGHTS_F32, total->f32, sizes == LIBGGUF_UNKNOWN ? sizes : LIBGGUF_EXACT},
        {LIBGGUF_TERM_CACHE_F32, total->f32, sizes == LIBGGUF_UNKNOWN ? sizes : LIBGGUF_EXACT},
        {LIBGGUF_TERM_STAGING, total->largest, sizes},
        {LIBGGUF_TERM_SHRINKING, total->shrinking,
         sizes == LIBGGUF_UNKNOWN ? sizes : LIBGGUF_EXACT},
        {LIBGGUF_TERM_CHUNK, settings->chunk_size, LIBGGUF_EXACT},
        {LIBGGUF_TERM_WINDOW, settings->window, LIBGGUF_EXACT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        terms[rows[i].term] = (struct libgguf_amount){rows[i].size, rows[i].certainty};
    }
    if (settings->runtime->repacks && total->q4_0 > 0) {
        terms[LIBGGUF_TERM_REPACKED] = (struct libgguf_amount){total->q4_0, LIBGGUF_BOUNDED};
    }
    return checked_mul_u64(total->longest_row, 4, &terms[LIBGGUF_TERM_ROW].size) &&
           checked_mul_u64(fetch, settings->parallel, &terms[LIBGGUF_TERM_FETCHES].size) &&
           checked_align_u64(total->file_size, LIBGGUF_MAPPED_PAGE_SIZE,
                             &terms[LIBGGUF_TERM_MAPPED_PAGES].size);
}

static bool sum_terms(const struct libgguf_amount terms[], uint32_t mask, uint64_t *out)
{
    *out = 0;
    for (unsigned i = 0; i < LIBGGUF_TERM_COUNT; i++) {
        if ((mask >> i & 1) != 0 && !checked_add_u64(*out, terms[i].size, out)) {
            return false;
        }
    }
    return *out <= INT64_MAX;
}

/* What a pool takes when @p live bytes of it are in use, after @p before. */
static bool hold(enum libgguf_pool pool, uint64_t base, uint64_t live, uint64_t before,
                 uint64_t *out)
{
    *out = live;
    if (pool != LIBGGUF_POOL_LINEAR || (live == 0 && before == 0)) {
        return true;
    }
    if (!checked_add_u64(live, base, out) ||
        !checked_align_u64(*out, LIBGGUF_WASM_PAGE_SIZE, out)) {
        return false;
    }
    *out = *out > before ? *out : before;
    return true;
}

static bool fill_phase(const struct phase_row *row, const struct libgguf_phase_use *before,
                       struct libgguf_estimate *out, struct libgguf_phase_use *phase)
{
    phase->name = row->name;
    for (unsigned pool = 0; pool < LIBGGUF_POOL_COUNT; pool++) {
        struct libgguf_pool_use *use = &phase->pools[pool];
        use->terms = row->live[pool];
        if (!sum_terms(out->terms, use->terms, &use->live) ||
            !hold((enum libgguf_pool)pool, out->terms[LIBGGUF_TERM_BASE].size, use->live,
                  before ? before->pools[pool].held : 0, &use->held)) {
            return false;
        }
        if (pool != LIBGGUF_POOL_MAPPED &&
            !checked_add_u64(phase->total, use->held, &phase->total)) {
            return false;
        }
        if (use->held > out->pool_peaks[pool]) {
            out->pool_peaks[pool] = use->held;
        }
    }
    return phase->total <= INT64_MAX;
}

/* What every model that runs needs: unknown, it leaves even those strategies open whose formula
 * does without it. */
#define ALWAYS (TERM(KV) | TERM(STATE) | TERM(SCRATCH) | TERM(LOGITS))

static bool fill_phases(const struct strategy_row *row, struct libgguf_estimate *out)
{
    uint32_t used = ALWAYS;
    for (unsigned i = 0; i < LIBGGUF_PHASE_COUNT; i++) {
        struct libgguf_phase_use *phase = &out->phases[i];
        if (!fill_phase(&row->phases[i], i > 0 ? &out->phases[i - 1] : NULL, out, phase)) {
            return false;
        }
        if (phase->total > out->peak.size) {
            out->peak.size = phase->total;
            out->peak_phase = (enum libgguf_phase)i;
        }
        if (phase->pools[LIBGGUF_POOL_LINEAR].live > out->live_peak) {
            out->live_peak = phase->pools[LIBGGUF_POOL_LINEAR].live;
        }
        used |= phase->pools[LIBGGUF_POOL_JS].terms | phase->pools[LIBGGUF_POOL_LINEAR].terms |
                phase->pools[LIBGGUF_POOL_HOST].terms;
    }
    for (unsigned i = 0; i < LIBGGUF_TERM_COUNT; i++) {
        if ((used >> i & 1) != 0) {
            worsen(&out->peak.certainty, out->terms[i].certainty);
        }
    }
    if (row->fragments) {
        worsen(&out->peak.certainty, LIBGGUF_BOUNDED);
        out->notes |= UINT32_C(1) << LIBGGUF_NOTE_FRAGMENTS;
    }
    return true;
}

enum libgguf_status libgguf_estimate_load(const struct libgguf_footprint *footprint,
                                          enum libgguf_strategy strategy,
                                          const struct libgguf_estimate_options *options,
                                          struct libgguf_estimate *out, struct libgguf_error *err)
{
    static const struct libgguf_estimate_options defaults = {.struct_size = sizeof defaults};
    const struct strategy_row *row = strategy_row(strategy);
    if (!footprint || !row || !out) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET, "no such strategy");
    }
    options = options ? options : &defaults;
    if (options->struct_size < sizeof *options) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET, "options without struct_size");
    }
    *out = (struct libgguf_estimate){.strategy = strategy, .notes = footprint->facts.notes};
    struct weights_total total;
    enum libgguf_status status = LIBGGUF_OK;
    if (options->weight_type && options->weight_type->block_elements == 0) {
        return failure(err, LIBGGUF_ERR_UNSUPPORTED, LIBGGUF_NO_OFFSET,
                       "a tensor type without a size cannot hold weights");
    }
    total = footprint->as_in_file;
    if (options->weight_type) {
        status = weights_sum(footprint, options->weight_type, &total, err);
    }
    if (status == LIBGGUF_OK) {
        status = settings_resolve(footprint, row, options, total.file_size, &out->settings, err);
    }
    if (status == LIBGGUF_OK) {
        status = state_terms(footprint, &out->settings, out->terms, &out->notes, err);
    }
    if (status != LIBGGUF_OK) {
        return status;
    }
    if (!weight_terms(footprint, &total, &out->settings, out->terms) || !fill_phases(row, out)) {
        return failure(err, LIBGGUF_ERR_RANGE, LIBGGUF_NO_OFFSET,
                       "the memory of %s exceeds 2^63 bytes ('%s.context_length', chunk size or "
                       "fetches)",
                       row->name, footprint->facts.architecture);
    }
    limits_check(row, &total, out);
    return failure_point_find(footprint, row, out, err);
}
