#include "memory/limits.h"

static enum libgguf_verdict verdict(struct libgguf_amount used, uint64_t limit, bool applies)
{
    if (!applies) {
        return LIBGGUF_VERDICT_NONE;
    }
    if (used.size > limit) {
        return LIBGGUF_VERDICT_EXCEEDS;
    }
    return used.certainty == LIBGGUF_UNKNOWN ? LIBGGUF_VERDICT_UNKNOWN : LIBGGUF_VERDICT_FITS;
}

/* The bytes of one call into the module, and of the largest ArrayBuffer. */
static void handed_over(const struct strategy_row *row, const struct weights_total *total,
                        const struct libgguf_estimate *estimate, uint64_t *call, uint64_t *buffer)
{
    const struct libgguf_estimate_settings *settings = &estimate->settings;
    *buffer = settings->runtime->streamed ? settings->window : settings->chunk_size;
    switch (row->transfer) {
    case TRANSFER_WHOLE:
        *call = *buffer = total->largest_file;
        return;
    case TRANSFER_WINDOWS:
        *call = settings->window;
        return;
    case TRANSFER_CHUNKS:
        *call = settings->chunk_size;
        return;
    case TRANSFER_NONE:
        break;
    }
    *call = *buffer = 0;
}

void limits_check(const struct strategy_row *row, const struct weights_total *total,
                  struct libgguf_estimate *estimate)
{
    struct libgguf_limit_use *limits = estimate->limits;
    uint64_t call;
    uint64_t buffer;
    handed_over(row, total, estimate, &call, &buffer);
    const bool in_page = row->transfer != TRANSFER_NONE;
    const bool wide = estimate->settings.memory64;
    limits[LIBGGUF_LIMIT_CEILING].used = estimate->peak;
    limits[LIBGGUF_LIMIT_TRANSFER].used = (struct libgguf_amount){call, LIBGGUF_EXACT};
    limits[LIBGGUF_LIMIT_ADDRESS].used = (struct libgguf_amount){
        estimate->pool_peaks[LIBGGUF_POOL_LINEAR], estimate->peak.certainty};
    limits[LIBGGUF_LIMIT_JS_BUFFER].used = (struct libgguf_amount){buffer, LIBGGUF_EXACT};
    limits[LIBGGUF_LIMIT_TENSOR].used =
        row->form == TENSOR_F32 ? (struct libgguf_amount){total->largest_f32, LIBGGUF_EXACT}
                                : (struct libgguf_amount){total->largest, total->packed.certainty};
    const bool applies[LIBGGUF_LIMIT_COUNT] = {
        [LIBGGUF_LIMIT_CEILING] = true,
        [LIBGGUF_LIMIT_TRANSFER] = in_page,
        [LIBGGUF_LIMIT_ADDRESS] = in_page,
        [LIBGGUF_LIMIT_JS_BUFFER] = in_page,
        [LIBGGUF_LIMIT_TENSOR] = in_page && !wide && row->form != TENSOR_MAPPED,
    };
    estimate->fits = true;
    for (unsigned i = 0; i < LIBGGUF_LIMIT_COUNT; i++) {
        limits[i].limit = estimate->settings.limits[i];
        limits[i].verdict = verdict(limits[i].used, limits[i].limit, applies[i]);
        estimate->fits = estimate->fits && (limits[i].verdict == LIBGGUF_VERDICT_FITS ||
                                            limits[i].verdict == LIBGGUF_VERDICT_NONE);
    }
}
