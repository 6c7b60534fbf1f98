#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model_header.h"

enum { F32 = 0, F16 = 1, Q4_0 = 2, Q8_0 = 8 };

static struct libgguf_estimate_options asked(uint64_t context, const char *kv_type)
{
    return (struct libgguf_estimate_options){
        .struct_size = sizeof(struct libgguf_estimate_options),
        .context = context,
        .type_k = libgguf_tensor_type_by_name(kv_type),
        .type_v = libgguf_tensor_type_by_name(kv_type),
    };
}

static struct libgguf_estimate estimate(const struct model_header *model,
                                        enum libgguf_strategy strategy,
                                        const struct libgguf_estimate_options *options)
{
    struct libgguf_estimate out;
    struct libgguf_error err;
    header_check(libgguf_estimate_load(model->footprint, strategy, options, &out, &err), &err);
    return out;
}

static uint64_t per_token(const struct model_header *model, const char *kv_type)
{
    uint64_t out;
    struct libgguf_error err;
    const struct libgguf_tensor_type *type = libgguf_tensor_type_by_name(kv_type);
    header_check(libgguf_kv_bytes_per_token(model->footprint, type, type, &out, &err), &err);
    return out;
}

/* facts: the TinyLM table. Sizes in MB are compared in the digits it gives. */
static void tinylm_is_estimated_to_the_byte(void **state)
{
    (void)state;
    static const struct {
        uint32_t type_id;
        uint64_t file_size;
        enum libgguf_strategy strategy;
        uint64_t live;
        uint64_t linear;
        uint64_t total;
    } cases[] = {
        {F32, 68195104, LIBGGUF_STRATEGY_FULL_COPY, 144825360, 144900096, 213095200},
        {F32, 68195104, LIBGGUF_STRATEGY_CHUNKED, 80827408, 80936960, 85131264},
        {Q8_0, 18129952, LIBGGUF_STRATEGY_FULL_COPY_F32, 94760208, 94830592, 112960544},
        {Q8_0, 18129952, LIBGGUF_STRATEGY_FULL_COPY, 44695056, 44826624, 62956576},
        {Q8_0, 18129952, LIBGGUF_STRATEGY_CHUNKED, 30762256, 30867456, 35061760},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct model_header model;
        header_tinylm(&model, cases[i].type_id);
        header_footprint(&model, 0);
        const struct libgguf_footprint_facts *facts = libgguf_footprint_facts(model.footprint);
        assert_int_equal(facts->parameter_count, 17048064);
        assert_int_equal(facts->weights_f32, 68192256);
        assert_int_equal(facts->data_offset, 2848);
        assert_int_equal(facts->file_size, cases[i].file_size);
        struct libgguf_estimate_options options = asked(512, "F32");
        options.chunk_size = 4194304;
        const struct libgguf_estimate found = estimate(&model, cases[i].strategy, &options);
        assert_int_equal(found.terms[LIBGGUF_TERM_KV].size, 8388608);
        assert_int_equal(found.terms[LIBGGUF_TERM_SCRATCH].size, 47104);
        assert_int_equal(found.terms[LIBGGUF_TERM_LOGITS].size, 1040);
        assert_int_equal(found.live_peak, cases[i].live);
        assert_int_equal(found.pool_peaks[LIBGGUF_POOL_LINEAR], cases[i].linear);
        assert_int_equal(found.peak.size, cases[i].total);
        assert_int_equal(found.peak.certainty, LIBGGUF_EXACT);
        header_free(&model);
    }
}

static void passing_a_transfer_says_nothing_about_the_ceiling(void **state)
{
    (void)state;
    struct model_header model;
    header_tinylm(&model, F32);
    header_footprint(&model, 0);
    struct libgguf_estimate_options options = asked(512, "F32");
    options.chunk_size = 4194304;
    const struct libgguf_estimate whole = estimate(&model, LIBGGUF_STRATEGY_FULL_COPY, &options);
    assert_int_equal(whole.limits[LIBGGUF_LIMIT_TRANSFER].verdict, LIBGGUF_VERDICT_FITS);
    assert_int_equal(whole.limits[LIBGGUF_LIMIT_TRANSFER].used.size, 68195104);
    assert_int_equal(whole.limits[LIBGGUF_LIMIT_CEILING].verdict, LIBGGUF_VERDICT_EXCEEDS);
    assert_false(whole.fits);
    const struct libgguf_estimate chunked = estimate(&model, LIBGGUF_STRATEGY_CHUNKED, &options);
    assert_true(chunked.fits);
    const struct libgguf_estimate mapped = estimate(&model, LIBGGUF_STRATEGY_MAPPED, &options);
    assert_int_equal(mapped.limits[LIBGGUF_LIMIT_TRANSFER].verdict, LIBGGUF_VERDICT_NONE);
    assert_int_equal(mapped.pool_peaks[LIBGGUF_POOL_MAPPED] % LIBGGUF_MAPPED_PAGE_SIZE, 0);
    assert_int_equal(mapped.peak.size, 8388608 + 48144 + 1248);
    header_free(&model);
}

static void the_limits_are_those_of_the_host(void **state)
{
    (void)state;
    struct model_header model;
    header_tinylm(&model, F32);
    header_footprint(&model, 134217728);
    struct libgguf_estimate found = estimate(&model, LIBGGUF_STRATEGY_FULL_COPY, NULL);
    assert_int_equal(found.limits[LIBGGUF_LIMIT_TRANSFER].verdict, LIBGGUF_VERDICT_FITS);
    assert_int_equal(found.limits[LIBGGUF_LIMIT_ADDRESS].limit, UINT64_C(4294967296));
    assert_int_equal(found.limits[LIBGGUF_LIMIT_JS_BUFFER].limit, 2147483647);
    assert_int_equal(found.limits[LIBGGUF_LIMIT_TENSOR].limit, UINT64_C(4294967295));
    found = estimate(&model, LIBGGUF_STRATEGY_MEMORY64, NULL);
    assert_int_equal(found.limits[LIBGGUF_LIMIT_ADDRESS].limit, UINT64_C(17179869184));
    assert_int_equal(found.limits[LIBGGUF_LIMIT_TENSOR].verdict, LIBGGUF_VERDICT_NONE);
    header_free(&model);
    header_tinylm(&model, F32);
    header_footprint(&model, 134217729);
    found = estimate(&model, LIBGGUF_STRATEGY_FULL_COPY, NULL);
    assert_int_equal(found.limits[LIBGGUF_LIMIT_TRANSFER].verdict, LIBGGUF_VERDICT_EXCEEDS);
    header_free(&model);
}

static void make_tinyllama(struct model_header *model, uint32_t type_id, uint64_t file_size)
{
    header_llama(model, type_id, 2048, 2048, 5632, 22, 32, 4, 32000, false);
    header_footprint(model, file_size);
}

static void tinyllama_in_f32_is_more_than_wasm32_can_address(void **state)
{
    (void)state;
    struct model_header model;
    make_tinyllama(&model, F32, 0);
    const struct libgguf_footprint_facts *facts = libgguf_footprint_facts(model.footprint);
    assert_int_equal(facts->parameter_count, 1100048384);
    assert_int_equal(facts->weights_f32, UINT64_C(4400193536));
    for (unsigned i = 0; i < LIBGGUF_STRATEGY_COUNT; i++) {
        const enum libgguf_strategy strategy = (enum libgguf_strategy)i;
        const bool in_wasm32 =
            strategy != LIBGGUF_STRATEGY_MAPPED && strategy != LIBGGUF_STRATEGY_MEMORY64;
        assert_int_equal(estimate(&model, strategy, NULL).failure.fails, in_wasm32);
    }
    assert_int_equal(per_token(&model, "F16"), 22528);
    assert_int_equal(per_token(&model, "F32"), 45056);
    header_free(&model);
}

static void eager_loading_of_tinyllama_fails_at_layer_20(void **state)
{
    (void)state;
    struct model_header model;
    make_tinyllama(&model, Q4_0, 668788096);
    const struct libgguf_estimate_options options = asked(2048, "F32");
    const struct libgguf_estimate found = estimate(&model, LIBGGUF_STRATEGY_EAGER_F32, &options);
    assert_true(found.failure.fails);
    assert_int_equal(found.failure.phase, LIBGGUF_PHASE_MATERIALISE);
    assert_int_equal(found.failure.layer, 20);
    assert_int_equal(found.limits[LIBGGUF_LIMIT_ADDRESS].verdict, LIBGGUF_VERDICT_EXCEEDS);
    assert_int_equal(found.terms[LIBGGUF_TERM_KV].size, 92274688);
    header_free(&model);
}

/* The hyperparameters of each model are those of its published config.json. */
static void kv_caches_have_their_golden_sizes(void **state)
{
    (void)state;
    struct model_header model;
    header_llama(&model, F16, 131072, 2048, 8192, 16, 32, 8, 128256, true);
    header_footprint(&model, 0);
    assert_int_equal(per_token(&model, "F16"), 32768);
    assert_int_equal(per_token(&model, "F32"), 65536);
    assert_int_equal(per_token(&model, "Q8_0"), 17408);
    const struct libgguf_estimate_options options = asked(24, "F32");
    const struct libgguf_estimate found = estimate(&model, LIBGGUF_STRATEGY_MAPPED, &options);
    assert_int_equal(found.terms[LIBGGUF_TERM_KV].size, 1572864);
    header_free(&model);

    header_begin(&model, "qwen3");
    header_u32(&model, "block_count", 28);
    header_u32(&model, "context_length", 40960);
    header_u32(&model, "embedding_length", 1024);
    header_u32(&model, "feed_forward_length", 3072);
    header_u32(&model, "attention.head_count", 16);
    header_u32(&model, "attention.head_count_kv", 8);
    header_u32(&model, "attention.key_length", 128);
    header_u32(&model, "attention.value_length", 128);
    header_footprint(&model, 0);
    assert_int_equal(per_token(&model, "F16"), 114688);
    header_free(&model);

    header_begin(&model, "deepseek2");
    header_u32(&model, "block_count", 27);
    header_u32(&model, "context_length", 163840);
    header_u32(&model, "embedding_length", 2048);
    header_u32(&model, "feed_forward_length", 10944);
    header_u32(&model, "attention.head_count", 16);
    header_u32(&model, "attention.head_count_kv", 1);
    header_u32(&model, "attention.kv_lora_rank", 512);
    header_u32(&model, "attention.key_length", 576);
    header_u32(&model, "attention.value_length", 512);
    header_u32(&model, "attention.key_length_mla", 192);
    header_u32(&model, "attention.value_length_mla", 128);
    header_footprint(&model, 0);
    assert_int_equal(per_token(&model, "F16"), 31104);
    header_free(&model);
}

/* A model of @p architecture with heads of 64 and @p layers layers, not yet open. */
static void make_heads(struct model_header *model, const char *architecture, uint32_t layers,
                       uint32_t heads, uint32_t heads_kv)
{
    header_begin(model, architecture);
    header_u32(model, "block_count", layers);
    header_u32(model, "context_length", 32768);
    header_u32(model, "embedding_length", 64 * heads);
    header_u32(model, "feed_forward_length", 256 * heads);
    header_u32(model, "attention.head_count", heads);
    if (heads_kv) {
        header_u32(model, "attention.head_count_kv", heads_kv);
    }
}

static uint64_t kv_at(const struct model_header *model, uint64_t context)
{
    const struct libgguf_estimate_options options = asked(context, "F16");
    return estimate(model, LIBGGUF_STRATEGY_MAPPED, &options).terms[LIBGGUF_TERM_KV].size;
}

static void sliding_layers_hold_a_window_and_a_batch(void **state)
{
    (void)state;
    static const struct {
        const char *architecture;
        uint32_t layers;
        uint32_t window;
        uint64_t cells;
        uint64_t sliding;
    } cases[] = {
        {"gemma2", 26, 4096, 4608, 13},  /* every other layer, the first is sliding */
        {"gemma3", 26, 512, 1024, 22},   /* five of six */
        {"gpt-oss", 24, 128, 768, 12},   /* 640 cells, in steps of 256 */
        {"cohere2", 32, 4096, 4608, 24}, /* three of four */
        {"smallthinker", 33, 4096, 4608, 24} /* all but the first of four */,
        {"llama4", 48, 8192, 8704, 36},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct model_header model;
        make_heads(&model, cases[i].architecture, cases[i].layers, 8, 4);
        header_u32(&model, "attention.sliding_window", cases[i].window);
        header_footprint(&model, 0);
        const uint64_t row = 2 * 2 * 4 * 64;
        const uint64_t full = cases[i].layers - cases[i].sliding;
        assert_int_equal(kv_at(&model, 32768),
                         row * (full * 32768 + cases[i].sliding * cases[i].cells));
        assert_int_equal(kv_at(&model, 100), row * cases[i].layers * 100);
        header_free(&model);
    }
}

static void a_window_is_held_for_each_sequence(void **state)
{
    (void)state;
    struct model_header model;
    make_heads(&model, "gemma3", 6, 8, 4);
    header_u32(&model, "attention.sliding_window", 1024);
    header_footprint(&model, 0);
    struct libgguf_estimate_options options = asked(32768, "F16");
    options.sequences = 3;
    options.ubatch = 1000;
    const struct libgguf_estimate found = estimate(&model, LIBGGUF_STRATEGY_MAPPED, &options);
    /* 3 · 1,024 + 1,000 = 4,072 cells, in steps of 256. */
    assert_int_equal(found.terms[LIBGGUF_TERM_KV].size, 2 * 2 * 4 * 64 * (32768 + 5 * 4096));
    header_free(&model);
}

static void a_pattern_in_the_file_wins(void **state)
{
    (void)state;
    const uint64_t row = 2 * 2 * 4 * 64;
    static const unsigned char flags[6] = {1, 1, 0, 1, 1, 1};
    struct model_header model;
    make_heads(&model, "gemma3", 6, 8, 4);
    header_u32(&model, "attention.sliding_window", 1024);
    header_array(&model, "attention.sliding_window_pattern", LIBGGUF_VALUE_BOOL, flags, 6);
    header_footprint(&model, 0);
    assert_int_equal(kv_at(&model, 32768), row * (32768 + 5 * 1536));
    header_free(&model);

    static const struct {
        uint32_t pattern;
        uint64_t sliding;
    } periods[] = {{0, 6}, {1, 0}, {3, 4}};
    for (size_t i = 0; i < sizeof periods / sizeof periods[0]; i++) {
        make_heads(&model, "gemma3", 6, 8, 4);
        header_u32(&model, "attention.sliding_window", 1024);
        header_u32(&model, "attention.sliding_window_pattern", periods[i].pattern);
        header_footprint(&model, 0);
        assert_int_equal(kv_at(&model, 32768),
                         row * ((6 - periods[i].sliding) * 32768 + periods[i].sliding * 1536));
        header_free(&model);
    }

    make_heads(&model, "llama", 6, 8, 4);
    header_u32(&model, "attention.sliding_window", 1024);
    header_footprint(&model, 0);
    assert_int_equal(kv_at(&model, 32768), row * 6 * 32768);
    assert_true(libgguf_footprint_facts(model.footprint)->notes >> LIBGGUF_NOTE_WINDOW_IGNORED & 1);
    header_free(&model);
}

static void heads_per_layer_are_all_counted(void **state)
{
    (void)state;
    static const uint32_t heads_kv[4] = {0, 4, 2, 1};
    struct model_header model;
    make_heads(&model, "deci", 4, 8, 0);
    header_array(&model, "attention.head_count_kv", LIBGGUF_VALUE_U32, heads_kv, 4);
    header_footprint(&model, 0);
    assert_int_equal(per_token(&model, "F16"), 7 * 2 * 2 * 64);
    assert_int_equal(libgguf_footprint_facts(model.footprint)->kv_layer_count, 3);
    header_free(&model);
    make_heads(&model, "llama", 4, 8, 0);
    header_footprint(&model, 0);
    assert_int_equal(per_token(&model, "F16"), 4 * 8 * 2 * 2 * 64);
    header_free(&model);
}

static uint64_t state_of(const struct model_header *model, uint32_t sequences)
{
    struct libgguf_estimate_options options = asked(512, "F16");
    options.sequences = sequences;
    return estimate(model, LIBGGUF_STRATEGY_MAPPED, &options).terms[LIBGGUF_TERM_STATE].size;
}

static void recurrent_layers_keep_a_state_per_sequence(void **state)
{
    (void)state;
    struct model_header model;
    header_begin(&model, "mamba");
    header_u32(&model, "block_count", 24);
    header_u32(&model, "embedding_length", 768);
    header_u32(&model, "attention.head_count", 0);
    header_u32(&model, "ssm.conv_kernel", 4);
    header_u32(&model, "ssm.inner_size", 1536);
    header_u32(&model, "ssm.state_size", 16);
    header_footprint(&model, 0);
    assert_int_equal(state_of(&model, 1), 4 * 24 * (3 * 1536 + 16 * 1536));
    assert_int_equal(state_of(&model, 3), 3 * 4 * 24 * (3 * 1536 + 16 * 1536));
    assert_int_equal(kv_at(&model, 4096), 0);
    header_free(&model);

    header_begin(&model, "mamba2");
    header_u32(&model, "block_count", 24);
    header_u32(&model, "embedding_length", 768);
    header_u32(&model, "ssm.conv_kernel", 4);
    header_u32(&model, "ssm.inner_size", 1536);
    header_u32(&model, "ssm.state_size", 128);
    header_u32(&model, "ssm.group_count", 1);
    header_footprint(&model, 0);
    assert_int_equal(state_of(&model, 1), 4 * 24 * (3 * (1536 + 2 * 128) + 128 * 1536));
    header_free(&model);

    header_begin(&model, "rwkv6");
    header_u32(&model, "block_count", 24);
    header_u32(&model, "embedding_length", 2048);
    header_u32(&model, "wkv.head_size", 64);
    header_footprint(&model, 0);
    assert_int_equal(state_of(&model, 1), 4 * 24 * (2 * 2048 + 2048 * 64));
    assert_int_equal(kv_at(&model, 4096), 0);
    header_free(&model);
}

static void hybrid_models_have_both(void **state)
{
    (void)state;
    static const uint32_t lfm2[16] = {0, 0, 8, 0, 0, 8, 0, 0, 8, 0, 8, 0, 8, 0, 8, 0};
    struct model_header model;
    make_heads(&model, "lfm2", 16, 16, 0);
    header_array(&model, "attention.head_count_kv", LIBGGUF_VALUE_U32, lfm2, 16);
    header_u32(&model, "shortconv.l_cache", 3);
    header_footprint(&model, 0);
    assert_int_equal(per_token(&model, "F16"), 6 * 8 * 64 * 2 * 2);
    assert_int_equal(state_of(&model, 1), 4 * 10 * 1024 * 2);
    header_free(&model);

    make_heads(&model, "qwen3next", 48, 16, 2);
    header_u32(&model, "attention.key_length", 256);
    header_u32(&model, "attention.value_length", 256);
    header_u32(&model, "ssm.conv_kernel", 4);
    header_u32(&model, "ssm.inner_size", 4096);
    header_u32(&model, "ssm.state_size", 128);
    header_u32(&model, "ssm.group_count", 16);
    header_footprint(&model, 0);
    assert_int_equal(per_token(&model, "F16"), 12 * 2 * 256 * 2 * 2);
    assert_int_equal(state_of(&model, 1),
                     UINT64_C(4) * 36 * (3 * (4096 + 2 * 16 * 128) + 128 * 4096));
    header_free(&model);

    /* Of five layers the fourth is the only one with attention. */
    make_heads(&model, "qwen3next", 5, 16, 2);
    header_u32(&model, "ssm.conv_kernel", 4);
    header_u32(&model, "ssm.inner_size", 4096);
    header_u32(&model, "ssm.state_size", 128);
    header_footprint(&model, 0);
    assert_int_equal(libgguf_footprint_facts(model.footprint)->kv_layer_count, 1);
    assert_int_equal(libgguf_footprint_facts(model.footprint)->recurrent_layer_count, 4);
    header_free(&model);

    make_heads(&model, "falcon-h1", 4, 8, 2);
    header_u32(&model, "ssm.conv_kernel", 4);
    header_u32(&model, "ssm.inner_size", 1024);
    header_u32(&model, "ssm.state_size", 16);
    header_footprint(&model, 0);
    assert_int_equal(per_token(&model, "F16"), 4 * 2 * 64 * 2 * 2);
    assert_int_equal(state_of(&model, 1), 4 * 4 * (3 * 1024 + 16 * 1024));
    header_free(&model);

    static const uint32_t nemotron_kv[4] = {0, 0, 2, 0};
    static const uint32_t nemotron_ff[4] = {0, 512, 0, 0};
    header_begin(&model, "nemotron_h");
    header_u32(&model, "block_count", 4);
    header_u32(&model, "embedding_length", 512);
    header_u32(&model, "attention.head_count", 8);
    header_array(&model, "attention.head_count_kv", LIBGGUF_VALUE_U32, nemotron_kv, 4);
    header_array(&model, "feed_forward_length", LIBGGUF_VALUE_U32, nemotron_ff, 4);
    header_u32(&model, "ssm.conv_kernel", 4);
    header_u32(&model, "ssm.inner_size", 1024);
    header_u32(&model, "ssm.state_size", 16);
    header_footprint(&model, 0);
    assert_int_equal(state_of(&model, 1), 4 * 2 * (3 * 1024 + 16 * 1024));
    assert_int_equal(libgguf_footprint_facts(model.footprint)->kv_layer_count, 1);
    header_free(&model);
}

static void shared_and_predicting_layers_have_no_cache(void **state)
{
    (void)state;
    struct model_header model;
    make_heads(&model, "gemma3n", 30, 8, 2);
    header_u32(&model, "attention.shared_kv_layers", 10);
    header_footprint(&model, 0);
    assert_int_equal(libgguf_footprint_facts(model.footprint)->kv_layer_count, 20);
    header_free(&model);
    make_heads(&model, "glm4moe", 47, 8, 2);
    header_u32(&model, "nextn_predict_layers", 1);
    header_footprint(&model, 0);
    assert_int_equal(libgguf_footprint_facts(model.footprint)->kv_layer_count, 46);
    header_free(&model);
    make_heads(&model, "bert", 12, 12, 0);
    header_footprint(&model, 0);
    assert_int_equal(kv_at(&model, 512), 0);
    header_free(&model);
}

static void an_unknown_architecture_gets_an_upper_bound_and_a_note(void **state)
{
    (void)state;
    struct model_header model;
    make_heads(&model, "brand-new", 12, 8, 2);
    header_u32(&model, "attention.sliding_window", 128);
    header_footprint(&model, 0);
    const struct libgguf_estimate_options options = asked(4096, "F16");
    const struct libgguf_estimate found = estimate(&model, LIBGGUF_STRATEGY_CHUNKED, &options);
    assert_int_equal(found.terms[LIBGGUF_TERM_KV].size, 12 * 2 * 64 * 2 * 2 * 4096);
    assert_int_equal(found.terms[LIBGGUF_TERM_KV].certainty, LIBGGUF_BOUNDED);
    assert_int_equal(found.peak.certainty, LIBGGUF_UNKNOWN); /* no vocabulary: no logits */
    assert_true(found.notes >> LIBGGUF_NOTE_UNKNOWN_ARCHITECTURE & 1);
    header_free(&model);
}

static void a_bound_counts_cache_and_state_on_every_layer(void **state)
{
    (void)state;
    struct model_header model;
    make_heads(&model, "kimi-linear", 27, 32, 1);
    header_u32(&model, "attention.key_length", 576);
    header_u32(&model, "attention.value_length", 512);
    header_u32(&model, "attention.key_length_mla", 192);
    header_u32(&model, "kda.head_dim", 128);
    header_u32(&model, "ssm.conv_kernel", 4);
    header_footprint(&model, 0);
    assert_int_equal(per_token(&model, "F16"), 27 * 2 * (576 + 512));
    assert_int_equal(state_of(&model, 1), UINT64_C(4) * 27 * 32 * 128 * (3 * 3 + 128));
    assert_true(libgguf_footprint_facts(model.footprint)->notes >> LIBGGUF_NOTE_FULL_UPPER_BOUND &
                1);
    header_free(&model);
}

static void what_is_missing_is_unknown_and_never_fits(void **state)
{
    (void)state;
    struct model_header model;
    header_begin(&model, "llama");
    header_tensor(&model, "token_embd.weight", F32, 64, 64);
    header_footprint(&model, 0);
    const struct libgguf_estimate found = estimate(&model, LIBGGUF_STRATEGY_CHUNKED, NULL);
    assert_int_equal(found.peak.certainty, LIBGGUF_UNKNOWN);
    assert_int_equal(found.limits[LIBGGUF_LIMIT_CEILING].verdict, LIBGGUF_VERDICT_UNKNOWN);
    assert_false(found.fits);
    assert_true(found.notes >> LIBGGUF_NOTE_NO_HYPERPARAMETERS & 1);
    header_free(&model);
}

static void the_graph_of_llama_cpp_follows_its_formula(void **state)
{
    (void)state;
    struct model_header model;
    make_tinyllama(&model, F16, 0);
    struct libgguf_estimate_options options = asked(2048, "F16");
    options.runtime = libgguf_runtime_find("llama.cpp");
    struct libgguf_estimate found = estimate(&model, LIBGGUF_STRATEGY_MAPPED, &options);
    const uint64_t mask = 4 * 2048 * 512;
    assert_int_equal(found.terms[LIBGGUF_TERM_SCRATCH].size,
                     mask + 4 * 512 * (32 * 2048 + 4 * 2048));
    assert_int_equal(found.terms[LIBGGUF_TERM_SCRATCH].certainty, LIBGGUF_BOUNDED);
    assert_int_equal(found.terms[LIBGGUF_TERM_LOGITS].size, 4 * 32000);
    options.flash_attention = true;
    found = estimate(&model, LIBGGUF_STRATEGY_MAPPED, &options);
    assert_int_equal(found.terms[LIBGGUF_TERM_SCRATCH].size, 4 * 512 * (32000 + 2048));
    options.context = 100;
    found = estimate(&model, LIBGGUF_STRATEGY_MAPPED, &options);
    assert_int_equal(found.settings.cells, 256);
    assert_int_equal(found.terms[LIBGGUF_TERM_KV].size, 256 * 22528);
    header_free(&model);
    make_tinyllama(&model, Q4_0, 0);
    found = estimate(&model, LIBGGUF_STRATEGY_MAPPED, &options);
    /* All matrices: every parameter but those of 45 norms. */
    assert_int_equal(found.terms[LIBGGUF_TERM_REPACKED].size,
                     (UINT64_C(1100048384) - 45 * 2048) / 32 * 18);
    header_free(&model);
}

static void a_file_that_shrinks_peaks_somewhere_in_between(void **state)
{
    (void)state;
    /* From the end: 640 f32, 64 q8_0 in 68 bytes, 32 f32; each at a multiple of 32. */
    struct model_header model;
    header_begin(&model, "llama");
    header_tensor(&model, "a", F32, 32, 0);
    header_tensor(&model, "b", Q8_0, 64, 0);
    header_tensor(&model, "c", F32, 640, 0);
    header_footprint(&model, 0);
    const struct libgguf_footprint_facts *facts = libgguf_footprint_facts(model.footprint);
    const uint64_t c = facts->data_offset + 128 + 96;
    assert_int_equal(facts->file_size, c + 2560);
    const struct libgguf_estimate found = estimate(&model, LIBGGUF_STRATEGY_LAZY_F32_RELEASE, NULL);
    /* The most is live when the first is decoded, with all of the file there. */
    assert_int_equal(found.terms[LIBGGUF_TERM_SHRINKING].size, c + 2560 + 2560);
    assert_int_equal(found.phases[LIBGGUF_PHASE_RUNTIME].pools[LIBGGUF_POOL_LINEAR].live,
                     facts->weights_f32 + found.terms[LIBGGUF_TERM_INDEX].size +
                         found.terms[LIBGGUF_TERM_KV].size +
                         found.terms[LIBGGUF_TERM_SCRATCH].size);
    header_free(&model);
}

static void tokenizers_cost_what_they_hold(void **state)
{
    (void)state;
    struct model_header model;
    struct libgguf_error err;
    struct libgguf_str tokens[5];
    for (size_t i = 0; i < 5; i++) {
        tokens[i] = (struct libgguf_str){.data = "token", .size = i + 1};
    }
    header_begin(&model, "llama");
    const struct libgguf_array_input input = {
        .type = LIBGGUF_VALUE_STRING, .count = 5, .elements = tokens};
    header_check(libgguf_writer_add_array(model.writer, "tokenizer.ggml.tokens", &input, &err),
                 &err);
    header_footprint(&model, 0);
    struct libgguf_estimate_options options = asked(512, "F16");
    struct libgguf_estimate found = estimate(&model, LIBGGUF_STRATEGY_CHUNKED, &options);
    assert_int_equal(found.terms[LIBGGUF_TERM_TOKENIZER].size, 15 + 5 * 8 + 4 * 2 * 8);
    options.memory64 = true;
    found = estimate(&model, LIBGGUF_STRATEGY_CHUNKED, &options);
    assert_int_equal(found.terms[LIBGGUF_TERM_TOKENIZER].size, 15 + 5 * 16 + 4 * 2 * 8);
    options.tokenizer = LIBGGUF_TOKENIZER_MODEL_LLAMA_CPP;
    found = estimate(&model, LIBGGUF_STRATEGY_CHUNKED, &options);
    assert_int_equal(found.terms[LIBGGUF_TERM_TOKENIZER].size, 5 * 337);
    assert_int_equal(found.terms[LIBGGUF_TERM_TOKENIZER_LOAD].size, 5 * 337);
    options.tokenizer = LIBGGUF_TOKENIZER_MODEL_NONE;
    found = estimate(&model, LIBGGUF_STRATEGY_CHUNKED, &options);
    assert_int_equal(found.terms[LIBGGUF_TERM_TOKENIZER].size, 0);
    /* The admission module looks tokens up, whoever encodes texts. */
    options.memory64 = false;
    const uint64_t index =
        estimate(&model, LIBGGUF_STRATEGY_CHUNKED, &options).terms[LIBGGUF_TERM_INDEX].size;
    assert_int_equal(index % 32, 0);
    options.runtime = libgguf_runtime_find("admission");
    found = estimate(&model, LIBGGUF_STRATEGY_CHUNKED, &options);
    assert_int_equal(found.terms[LIBGGUF_TERM_INDEX].size, index / 32 * 304 + 5 * 4 + 2 * 4 * 16);
    header_free(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tinylm_is_estimated_to_the_byte),
        cmocka_unit_test(passing_a_transfer_says_nothing_about_the_ceiling),
        cmocka_unit_test(the_limits_are_those_of_the_host),
        cmocka_unit_test(tinyllama_in_f32_is_more_than_wasm32_can_address),
        cmocka_unit_test(eager_loading_of_tinyllama_fails_at_layer_20),
        cmocka_unit_test(kv_caches_have_their_golden_sizes),
        cmocka_unit_test(sliding_layers_hold_a_window_and_a_batch),
        cmocka_unit_test(a_window_is_held_for_each_sequence),
        cmocka_unit_test(a_pattern_in_the_file_wins),
        cmocka_unit_test(heads_per_layer_are_all_counted),
        cmocka_unit_test(recurrent_layers_keep_a_state_per_sequence),
        cmocka_unit_test(hybrid_models_have_both),
        cmocka_unit_test(shared_and_predicting_layers_have_no_cache),
        cmocka_unit_test(an_unknown_architecture_gets_an_upper_bound_and_a_note),
        cmocka_unit_test(a_bound_counts_cache_and_state_on_every_layer),
        cmocka_unit_test(what_is_missing_is_unknown_and_never_fits),
        cmocka_unit_test(the_graph_of_llama_cpp_follows_its_formula),
        cmocka_unit_test(a_file_that_shrinks_peaks_somewhere_in_between),
        cmocka_unit_test(tokenizers_cost_what_they_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
