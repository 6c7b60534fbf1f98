#include <stddef.h>
#include <stdlib.h>

#include "base/error.h"
#include "memory/footprint.h"
#include "memory/strategy.h"
#include "memory/weights.h"

#include <libgguf/plan.h>

/* The question that is asked again and again with one thing changed. */
struct question {
    const struct libgguf_footprint *footprint;
    enum libgguf_strategy strategy;
    struct libgguf_estimate_options options;
    struct libgguf_estimate now;
    struct libgguf_error *err;
};

static enum libgguf_status ask(const struct question *question, struct libgguf_estimate *out)
{
    return libgguf_estimate_load(question->footprint, question->strategy, &question->options, out,
                                 question->err);
}

/* As ask() for what might be advised: what cannot be comes back as what never fits. */
static enum libgguf_status ask_other(const struct question *question, struct libgguf_estimate *out)
{
    const enum libgguf_status status = ask(question, out);
    const bool inexact = status == LIBGGUF_OK && question->options.exact_advice &&
                         out->peak.certainty != LIBGGUF_EXACT;
    if (status == LIBGGUF_ERR_RANGE || inexact) {
        *out = (struct libgguf_estimate){.peak = {.size = UINT64_MAX}};
        return LIBGGUF_OK;
    }
    return status;
}

/* Mapping needs a host that can, and 64-bit addresses a runtime that has them: no advice. */
static bool is_advisable(enum libgguf_strategy strategy)
{
    const struct strategy_row *row = strategy_row(strategy);
    return row->transfer != TRANSFER_NONE && !row->memory64;
}

static enum libgguf_status advise_strategy(struct question question, struct libgguf_advice *out,
                                           bool *found)
{
    const enum libgguf_strategy asked = question.strategy;
    out->peak = question.now.peak;
    out->fits = question.now.fits;
    for (unsigned i = 0; i < LIBGGUF_STRATEGY_COUNT; i++) {
        struct libgguf_estimate other;
        question.strategy = (enum libgguf_strategy)i;
        if (question.strategy == asked || !is_advisable(question.strategy)) {
            continue;
        }
        const enum libgguf_status status = ask_other(&question, &other);
        if (status != LIBGGUF_OK) {
            return status;
        }
        const bool better = other.fits != out->fits ? other.fits : other.peak.size < out->peak.size;
        if (better) {
            *found = true;
            out->strategy = question.strategy;
            out->peak = other.peak;
            out->fits = other.fits;
        }
    }
    return LIBGGUF_OK;
}

/* The setting that a search changes, in units of @p step. */
static void set_value(struct question *question, enum libgguf_advice_kind kind, uint64_t value)
{
    if (kind == LIBGGUF_ADVICE_CHUNK_SIZE) {
        question->options.chunk_size = value * LIBGGUF_MIN_CHUNK_SIZE;
    } else {
        question->options.context = value;
    }
}

/* The largest value of 1 to @p most with which the load fits; 0 for none. */
static enum libgguf_status search(struct question *question, enum libgguf_advice_kind kind,
                                  uint64_t most, uint64_t *value, struct libgguf_estimate *best)
{
    uint64_t fits = 0;
    uint64_t beyond = most + 1;
    while (beyond - fits > 1) {
        /* The most is tried first: it often fits. */
        const uint64_t middle = beyond == most + 1 && fits == 0 ? most : fits + (beyond - fits) / 2;
        struct libgguf_estimate other;
        set_value(question, kind, middle);
        const enum libgguf_status status = ask_other(question, &other);
        if (status != LIBGGUF_OK) {
            return status;
        }
        if (other.fits) {
            fits = middle;
            *best = other;
        } else {
            beyond = middle;
        }
    }
    *value = fits;
    return LIBGGUF_OK;
}

static enum libgguf_status advise_chunk_size(struct question question, struct libgguf_advice *out,
                                             bool *found)
{
    const enum transfer transfer = strategy_row(question.strategy)->transfer;
    const uint64_t now = question.now.settings.chunk_size;
    if (question.now.fits || (transfer != TRANSFER_WINDOWS && transfer != TRANSFER_CHUNKS)) {
        return LIBGGUF_OK;
    }
    struct libgguf_estimate best;
    uint64_t most = LIBGGUF_MAX_CHUNK_SIZE / LIBGGUF_MIN_CHUNK_SIZE;
    if (now / LIBGGUF_MIN_CHUNK_SIZE < most) {
        most = now / LIBGGUF_MIN_CHUNK_SIZE;
    }
    uint64_t value = 0;
    const enum libgguf_status status =
        search(&question, LIBGGUF_ADVICE_CHUNK_SIZE, most, &value, &best);
    if (status == LIBGGUF_OK && value > 0) {
        *found = true;
        out->value = value * LIBGGUF_MIN_CHUNK_SIZE;
        out->peak = best.peak;
        out->fits = true;
    }
    return status;
}

static enum libgguf_status advise_context(struct question question, struct libgguf_advice *out,
                                          bool *found)
{
    const uint64_t now = question.now.settings.context;
    const uint64_t of_model = question.footprint->facts.context_length;
    const uint64_t most = question.now.fits ? of_model : now;
    if (most == 0 || most > LIBGGUF_MAX_HYPERPARAMETER || (question.now.fits && most <= now) ||
        strategy_row(question.strategy)->phases[LIBGGUF_PHASE_RUNTIME].live[LIBGGUF_POOL_LINEAR] &
            TERM(KV_MAX)) {
        return LIBGGUF_OK;
    }
    struct libgguf_estimate best;
    uint64_t value = 0;
    const enum libgguf_status status =
        search(&question, LIBGGUF_ADVICE_CONTEXT, most, &value, &best);
    if (status == LIBGGUF_OK && value > 0 && value != now) {
        *found = true;
        out->value = value;
        out->peak = best.peak;
        out->fits = true;
    }
    return status;
}

/* What llama.cpp offers for the KV cache, the widest first. */
static const char *const kv_types[] = {"F32",  "F16",  "BF16", "Q8_0",  "Q5_1",
                                       "Q5_0", "Q4_1", "Q4_0", "IQ4_NL"};

static enum libgguf_status advise_kv_type(struct question question, struct libgguf_advice *out,
                                          bool *found)
{
    if (question.now.fits) {
        return LIBGGUF_OK;
    }
    for (size_t i = 0; i < sizeof kv_types / sizeof kv_types[0]; i++) {
        struct libgguf_estimate other;
        const struct libgguf_tensor_type *type = libgguf_tensor_type_by_name(kv_types[i]);
        question.options.type_k = question.options.type_v = type;
        const enum libgguf_status status = ask_other(&question, &other);
        if (status != LIBGGUF_OK) {
            return status;
        }
        if (other.fits) {
            *found = true;
            out->type = type;
            out->peak = other.peak;
            out->fits = true;
            return LIBGGUF_OK;
        }
    }
    return LIBGGUF_OK;
}

/* What quantisers make of matrices. */
static const char *const weight_types[] = {
    "F32",     "F16",  "BF16",  "Q8_0",   "Q6_K",    "Q5_1",  "Q5_K",  "Q5_0",
    "Q4_1",    "Q4_K", "Q4_0",  "IQ4_NL", "IQ4_XS",  "MXFP4", "Q3_K",  "IQ3_S",
    "IQ3_XXS", "Q2_K", "IQ2_S", "IQ2_XS", "IQ2_XXS", "IQ1_M", "IQ1_S",
};

static enum libgguf_status advise_weight_type(struct question question, struct libgguf_advice *out,
                                              bool *found)
{
    const uint64_t now = question.now.terms[LIBGGUF_TERM_WEIGHTS].size;
    const size_t count = sizeof weight_types / sizeof weight_types[0];
    struct libgguf_estimate other;
    /* Sums over all tensors are not free: first, whether even the narrowest fits. */
    question.options.weight_type = libgguf_tensor_type_by_name(weight_types[count - 1]);
    enum libgguf_status status = ask_other(&question, &other);
    for (size_t i = 0; i < count && status == LIBGGUF_OK && other.fits; i++) {
        const struct libgguf_tensor_type *type = libgguf_tensor_type_by_name(weight_types[i]);
        struct libgguf_estimate wider;
        question.options.weight_type = type;
        status = ask_other(&question, &wider);
        if (status != LIBGGUF_OK || !wider.fits) {
            continue;
        }
        /* A type that the model already has, or one that would shrink what fits, is no advice. */
        const uint64_t size = wider.terms[LIBGGUF_TERM_WEIGHTS].size;
        *found = wider.peak.size != question.now.peak.size &&
                 (question.now.fits ? size > now : size < now);
        out->type = type;
        out->peak = wider.peak;
        out->fits = true;
        break;
    }
    return status;
}

enum libgguf_status libgguf_estimate_advise(const struct libgguf_footprint *footprint,
                                            enum libgguf_strategy strategy,
                                            const struct libgguf_estimate_options *options,
                                            struct libgguf_advice out[LIBGGUF_ADVICE_COUNT],
                                            size_t *count, struct libgguf_error *err)
{
    typedef enum libgguf_status advisor(struct question, struct libgguf_advice *, bool *);
    static advisor *const advisors[LIBGGUF_ADVICE_COUNT] = {
        [LIBGGUF_ADVICE_STRATEGY] = advise_strategy,
        [LIBGGUF_ADVICE_CHUNK_SIZE] = advise_chunk_size,
        [LIBGGUF_ADVICE_KV_TYPE] = advise_kv_type,
        [LIBGGUF_ADVICE_CONTEXT] = advise_context,
        [LIBGGUF_ADVICE_WEIGHT_TYPE] = advise_weight_type,
    };
    struct question question = {.footprint = footprint, .strategy = strategy, .err = err};
    *count = 0;
    if (options && options->struct_size < sizeof *options) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET, "options without struct_size");
    }
    question.options = options ? *options
                               : (struct libgguf_estimate_options){
                                     .struct_size = sizeof(struct libgguf_estimate_options)};
    enum libgguf_status status = ask(&question, &question.now);
    /* What is not exact does not pass: then how to make it fit is asked, not how far it can go. */
    question.now.fits = question.now.fits && (!question.options.exact_advice ||
                                              question.now.peak.certainty == LIBGGUF_EXACT);
    for (unsigned kind = 0; kind < LIBGGUF_ADVICE_COUNT && status == LIBGGUF_OK; kind++) {
        bool found = false;
        struct libgguf_advice *advice = &out[*count];
        *advice =
            (struct libgguf_advice){.kind = (enum libgguf_advice_kind)kind, .strategy = strategy};
        status = advisors[kind](question, advice, &found);
        *count += found;
    }
    return status;
}
