#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model_header.h"

static struct libgguf_estimate_options with_ceiling(uint64_t ceiling)
{
    struct libgguf_estimate_options options = {.struct_size = sizeof options};
    options.limits[LIBGGUF_LIMIT_CEILING] = ceiling;
    options.chunk_size = 4194304;
    return options;
}

static struct libgguf_estimate again(const struct model_header *model,
                                     enum libgguf_strategy strategy,
                                     const struct libgguf_estimate_options *options)
{
    struct libgguf_estimate out;
    struct libgguf_error err;
    header_check(libgguf_estimate_load(model->footprint, strategy, options, &out, &err), &err);
    return out;
}

/* What there is to say of one kind, or NULL. */
static const struct libgguf_advice *advice_of(const struct libgguf_advice *advice, size_t count,
                                              enum libgguf_advice_kind kind)
{
    for (size_t i = 0; i < count; i++) {
        if (advice[i].kind == kind) {
            return &advice[i];
        }
    }
    return NULL;
}

static size_t advise(const struct model_header *model, enum libgguf_strategy strategy,
                     const struct libgguf_estimate_options *options,
                     struct libgguf_advice out[LIBGGUF_ADVICE_COUNT])
{
    size_t count;
    struct libgguf_error err;
    header_check(libgguf_estimate_advise(model->footprint, strategy, options, out, &count, &err),
                 &err);
    return count;
}

static void every_advice_is_what_another_estimate_says(void **state)
{
    (void)state;
    struct model_header model;
    struct libgguf_advice all[LIBGGUF_ADVICE_COUNT];
    header_tinylm(&model, 0);
    header_footprint(&model, 0);
    struct libgguf_estimate_options options = with_ceiling(80000000);
    size_t count = advise(&model, LIBGGUF_STRATEGY_CHUNKED, &options, all);

    const struct libgguf_advice *advice = advice_of(all, count, LIBGGUF_ADVICE_CHUNK_SIZE);
    assert_non_null(advice);
    options.chunk_size = advice->value;
    struct libgguf_estimate found = again(&model, LIBGGUF_STRATEGY_CHUNKED, &options);
    assert_true(found.fits);
    assert_int_equal(found.peak.size, advice->peak.size);
    options.chunk_size += LIBGGUF_MIN_CHUNK_SIZE;
    assert_false(again(&model, LIBGGUF_STRATEGY_CHUNKED, &options).fits);

    options = with_ceiling(80000000);
    advice = advice_of(all, count, LIBGGUF_ADVICE_CONTEXT);
    assert_non_null(advice);
    options.context = advice->value;
    found = again(&model, LIBGGUF_STRATEGY_CHUNKED, &options);
    assert_true(found.fits);
    assert_int_equal(found.peak.size, advice->peak.size);
    options.context++;
    assert_false(again(&model, LIBGGUF_STRATEGY_CHUNKED, &options).fits);

    options = with_ceiling(80000000);
    advice = advice_of(all, count, LIBGGUF_ADVICE_KV_TYPE);
    assert_non_null(advice);
    options.type_k = options.type_v = advice->type;
    found = again(&model, LIBGGUF_STRATEGY_CHUNKED, &options);
    assert_true(found.fits);
    assert_int_equal(found.peak.size, advice->peak.size);

    options = with_ceiling(80000000);
    advice = advice_of(all, count, LIBGGUF_ADVICE_WEIGHT_TYPE);
    assert_non_null(advice);
    assert_string_equal(advice->type->name, "F16");
    options.weight_type = advice->type;
    found = again(&model, LIBGGUF_STRATEGY_CHUNKED, &options);
    assert_true(found.fits);
    assert_int_equal(found.peak.size, advice->peak.size);
    assert_null(advice_of(all, count, LIBGGUF_ADVICE_STRATEGY));
    header_free(&model);
}

static void the_smallest_strategy_is_found(void **state)
{
    (void)state;
    struct model_header model;
    struct libgguf_advice all[LIBGGUF_ADVICE_COUNT];
    header_tinylm(&model, 0);
    header_footprint(&model, 0);
    struct libgguf_estimate_options options = with_ceiling(134217728);
    size_t count = advise(&model, LIBGGUF_STRATEGY_FULL_COPY, &options, all);
    const struct libgguf_advice *advice = advice_of(all, count, LIBGGUF_ADVICE_STRATEGY);
    assert_non_null(advice);
    assert_int_equal(advice->strategy, LIBGGUF_STRATEGY_CHUNKED);
    assert_int_equal(advice->peak.size, 85131264);
    assert_true(advice->fits);
    /* Nothing else helps: the context alone, the KV type alone. */
    assert_null(advice_of(all, count, LIBGGUF_ADVICE_CONTEXT));
    assert_null(advice_of(all, count, LIBGGUF_ADVICE_KV_TYPE));

    options = with_ceiling(1048576);
    count = advise(&model, LIBGGUF_STRATEGY_FULL_COPY, &options, all);
    advice = advice_of(all, count, LIBGGUF_ADVICE_STRATEGY);
    assert_non_null(advice);
    assert_false(advice->fits);
    header_free(&model);
}

/* The file as another type: what the writer makes of such a model. */
static void another_type_of_weights_has_the_size_of_such_a_file(void **state)
{
    (void)state;
    static const char *const types[] = {"F32", "F16", "Q8_0", "Q4_0", "Q6_K", "Q4_K", "IQ1_S"};
    struct model_header as_f32;
    header_tinylm(&as_f32, 0);
    header_footprint(&as_f32, 0);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct model_header real;
        struct libgguf_estimate_options options = {.struct_size = sizeof options};
        options.weight_type = libgguf_tensor_type_by_name(types[i]);
        header_tinylm(&real, options.weight_type->id);
        header_open(&real);
        /* The writer ends a file with the padding of the last tensor. */
        const uint64_t size = (libgguf_header(real.file)->data_end + 31) / 32 * 32;
        struct libgguf_error err;
        header_check(libgguf_footprint_create(real.file, size, &real.footprint, &err), &err);
        for (unsigned s = 0; s < LIBGGUF_STRATEGY_COUNT; s++) {
            const struct libgguf_estimate asked =
                again(&as_f32, (enum libgguf_strategy)s, &options);
            const struct libgguf_estimate found = again(&real, (enum libgguf_strategy)s, NULL);
            assert_int_equal(asked.peak.size, found.peak.size);
            assert_int_equal(asked.live_peak, found.live_peak);
        }
        header_free(&real);
    }
    header_free(&as_f32);
}

static void a_load_that_fits_learns_how_far_its_context_can_grow(void **state)
{
    (void)state;
    struct model_header model;
    struct libgguf_advice all[LIBGGUF_ADVICE_COUNT];
    header_llama(&model, 2, 131072, 512, 2048, 4, 8, 8, 260, false);
    header_footprint(&model, 0);
    struct libgguf_estimate_options options = with_ceiling(134217728);
    options.context = 512;
    const size_t count = advise(&model, LIBGGUF_STRATEGY_CHUNKED, &options, all);
    const struct libgguf_advice *advice = advice_of(all, count, LIBGGUF_ADVICE_CONTEXT);
    assert_non_null(advice);
    assert_true(advice->value > 512 && advice->value < 131072);
    options.context = advice->value + 1;
    assert_false(again(&model, LIBGGUF_STRATEGY_CHUNKED, &options).fits);
    header_free(&model);
}

static void a_context_that_cannot_grow_is_no_advice(void **state)
{
    (void)state;
    struct model_header model;
    struct libgguf_advice all[LIBGGUF_ADVICE_COUNT];
    header_tinylm(&model, 0);
    header_footprint(&model, 0);
    const struct libgguf_estimate_options options = {.struct_size = sizeof options,
                                                     .context = LIBGGUF_CONTEXT_OF_MODEL};
    const size_t count = advise(&model, LIBGGUF_STRATEGY_CHUNKED, &options, all);
    assert_true(again(&model, LIBGGUF_STRATEGY_CHUNKED, &options).fits);
    assert_null(advice_of(all, count, LIBGGUF_ADVICE_CONTEXT));
    header_free(&model);
}

static void a_context_beyond_the_models_that_fits_is_not_shrunk(void **state)
{
    (void)state;
    struct model_header model;
    struct libgguf_advice all[LIBGGUF_ADVICE_COUNT];
    header_tinylm(&model, 0);
    header_footprint(&model, 0);
    struct libgguf_estimate_options options = {.struct_size = sizeof options};
    options.context = libgguf_footprint_facts(model.footprint)->context_length + 1;
    options.limits[LIBGGUF_LIMIT_CEILING] = UINT64_C(1) << 40;
    const size_t count = advise(&model, LIBGGUF_STRATEGY_CHUNKED, &options, all);
    assert_true(again(&model, LIBGGUF_STRATEGY_CHUNKED, &options).fits);
    assert_null(advice_of(all, count, LIBGGUF_ADVICE_CONTEXT));
    header_free(&model);
}

/* In f32 the KV cache is beyond 2^63 bytes, as q4_0 it is not. */
static void a_type_beyond_63_bits_is_no_advice_and_no_error(void **state)
{
    (void)state;
    struct model_header model;
    struct libgguf_advice all[LIBGGUF_ADVICE_COUNT];
    struct libgguf_error err;
    struct libgguf_estimate other;
    header_begin(&model, "llama");
    header_u32(&model, "context_length", 4096);
    header_u32(&model, "embedding_length", 1 << 21);
    header_u32(&model, "feed_forward_length", 1 << 21);
    header_u32(&model, "block_count", 512);
    header_u32(&model, "attention.head_count", 1 << 14);
    header_u32(&model, "attention.head_count_kv", 1 << 14);
    header_u32(&model, "vocab_size", 260);
    header_tensor(&model, "a", 0, 32, 32);
    header_footprint(&model, 0);
    struct libgguf_estimate_options options = {.struct_size = sizeof options,
                                               .context = LIBGGUF_MAX_HYPERPARAMETER};
    assert_int_equal(
        libgguf_estimate_load(model.footprint, LIBGGUF_STRATEGY_CHUNKED, &options, &other, NULL),
        LIBGGUF_ERR_RANGE);
    options.type_k = options.type_v = libgguf_tensor_type_by_name("Q4_0");
    const enum libgguf_status status =
        libgguf_estimate_load(model.footprint, LIBGGUF_STRATEGY_CHUNKED, &options, &other, &err);
    header_check(status, &err);
    assert_false(other.fits);
    advise(&model, LIBGGUF_STRATEGY_CHUNKED, &options, all);
    header_free(&model);
}

/* 2^59 elements in 2^61 bytes: f32 a second time, as some strategies need it, is beyond 2^63. */
static void a_strategy_beyond_63_bits_is_no_advice_and_no_error(void **state)
{
    (void)state;
    struct model_header model;
    struct libgguf_advice all[LIBGGUF_ADVICE_COUNT];
    struct libgguf_estimate other;
    header_begin(&model, "llama");
    header_tensor(&model, "a", 0, UINT64_C(1) << 31, UINT64_C(1) << 29);
    header_footprint(&model, 0);
    assert_int_equal(
        libgguf_estimate_load(model.footprint, LIBGGUF_STRATEGY_EAGER_F32, NULL, &other, NULL),
        LIBGGUF_ERR_RANGE);
    advise(&model, LIBGGUF_STRATEGY_CHUNKED, NULL, all);
    header_free(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_advice_is_what_another_estimate_says),
        cmocka_unit_test(the_smallest_strategy_is_found),
        cmocka_unit_test(another_type_of_weights_has_the_size_of_such_a_file),
        cmocka_unit_test(a_context_that_cannot_grow_is_no_advice),
        cmocka_unit_test(a_context_beyond_the_models_that_fits_is_not_shrunk),
        cmocka_unit_test(a_type_beyond_63_bits_is_no_advice_and_no_error),
        cmocka_unit_test(a_strategy_beyond_63_bits_is_no_advice_and_no_error),
        cmocka_unit_test(a_load_that_fits_learns_how_far_its_context_can_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
