/* The header of a model, estimated in every way, with options taken from its last bytes. */
#include <stdlib.h>
#include <string.h>

#include <libgguf.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(int condition)
{
    if (!condition) {
        abort();
    }
}

static struct libgguf_estimate_options choose(const uint8_t *data, size_t size)
{
    uint64_t bits = 0;
    memcpy(&bits, data + size - 8, 8);
    struct libgguf_estimate_options options = {
        .struct_size = sizeof options,
        .runtime = libgguf_runtime_at(bits % 4),
        .context = bits % 5 == 0 ? LIBGGUF_CONTEXT_OF_MODEL : bits >> 20 & 0xffff,
        .type_k = libgguf_tensor_type_at(bits >> 8 & 63),
        .type_v = libgguf_tensor_type_at(bits >> 14 & 63),
        .weight_type = bits % 3 == 0 ? libgguf_tensor_type_at(bits >> 24 & 63) : NULL,
        .chunk_size = bits >> 30 & 0xffffff,
        .parallel = (uint32_t)(bits >> 40 & 15),
        .sequences = (uint32_t)(bits >> 44 & 7),
        .ubatch = (uint32_t)(bits >> 47 & 0xfff),
        .flash_attention = bits >> 60 & 1,
        .memory64 = bits >> 61 & 1,
        .tokenizer = (enum libgguf_tokenizer_model)(bits >> 62),
    };
    options.limits[bits % LIBGGUF_LIMIT_COUNT] = bits >> 16 & 0xffffffff;
    return options;
}

/* What holds of every estimate. */
static void check(const struct libgguf_estimate *estimate)
{
    uint64_t peak = 0;
    uint64_t linear = 0;
    for (unsigned i = 0; i < LIBGGUF_PHASE_COUNT; i++) {
        const struct libgguf_phase_use *phase = &estimate->phases[i];
        uint64_t total = 0;
        for (unsigned pool = 0; pool < LIBGGUF_POOL_COUNT; pool++) {
            expect(phase->pools[pool].held >= phase->pools[pool].live);
            total += pool == LIBGGUF_POOL_MAPPED ? 0 : phase->pools[pool].held;
        }
        expect(phase->name != NULL && total == phase->total && total <= INT64_MAX);
        expect(phase->pools[LIBGGUF_POOL_LINEAR].held >= linear);
        linear = phase->pools[LIBGGUF_POOL_LINEAR].held;
        peak = total > peak ? total : peak;
    }
    expect(peak == estimate->peak.size && linear % LIBGGUF_WASM_PAGE_SIZE == 0);
    int fits = 1;
    for (unsigned i = 0; i < LIBGGUF_LIMIT_COUNT; i++) {
        const struct libgguf_limit_use *limit = &estimate->limits[i];
        const int within = limit->used.size <= limit->limit;
        fits = fits &&
               (limit->verdict == LIBGGUF_VERDICT_FITS || limit->verdict == LIBGGUF_VERDICT_NONE);
        expect(limit->verdict != LIBGGUF_VERDICT_FITS ||
               (within && limit->used.certainty != LIBGGUF_UNKNOWN));
        expect(limit->verdict != LIBGGUF_VERDICT_EXCEEDS || !within);
    }
    expect(fits == estimate->fits);
}

static void estimate_all(const struct libgguf_footprint *footprint,
                         const struct libgguf_estimate_options *options)
{
    struct libgguf_error err = {.status = LIBGGUF_OK};
    struct libgguf_estimate estimate;
    struct libgguf_advice advice[LIBGGUF_ADVICE_COUNT];
    size_t count = 0;
    for (unsigned i = 0; i < LIBGGUF_STRATEGY_COUNT; i++) {
        const enum libgguf_status status =
            libgguf_estimate_load(footprint, (enum libgguf_strategy)i, options, &estimate, &err);
        if (status == LIBGGUF_OK) {
            check(&estimate);
        } else {
            expect(err.status == status && err.text[0]);
        }
    }
    if (libgguf_estimate_advise(footprint, LIBGGUF_STRATEGY_CHUNKED, options, advice, &count,
                                &err) == LIBGGUF_OK) {
        expect(count <= LIBGGUF_ADVICE_COUNT);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct libgguf_open_options open_options = {
        .struct_size = sizeof open_options, .allow_missing_data = true, .allow_duplicates = true};
    struct libgguf_error err = {.status = LIBGGUF_OK};
    struct libgguf_file *file;
    if (size < 8 || libgguf_open_memory(data, size, &open_options, &file, &err) != LIBGGUF_OK) {
        return 0;
    }
    struct libgguf_footprint *footprint;
    const uint64_t stated = data[size - 1] % 2 ? (uint64_t)size << 12 : 0;
    const enum libgguf_status status = libgguf_footprint_create(file, stated, &footprint, &err);
    libgguf_close(file);
    if (status == LIBGGUF_OK) {
        const struct libgguf_estimate_options options = choose(data, size);
        estimate_all(footprint, NULL);
        estimate_all(footprint, &options);
    } else {
        expect(!footprint && err.status == status && err.text[0]);
    }
    libgguf_footprint_free(footprint);
    return 0;
}
