#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model_header.h"

/* A sound model of an architecture, with one key as the case has it. */
struct hostile_case {
    const char *architecture;
    const char *key;
    uint64_t value;
    size_t count; /* elements of an array instead; 0 for a number */
};

static void build(struct model_header *model, const struct hostile_case *one)
{
    static const struct {
        const char *key;
        uint32_t value;
    } sound[] = {
        {"block_count", 4},           {"context_length", 4096},    {"embedding_length", 64},
        {"feed_forward_length", 128}, {"attention.head_count", 8}, {"attention.head_count_kv", 4},
        {"ssm.conv_kernel", 4},       {"ssm.inner_size", 64},      {"ssm.state_size", 16},
    };
    header_begin(model, one->architecture);
    for (size_t i = 0; i < sizeof sound / sizeof sound[0]; i++) {
        if (strcmp(sound[i].key, one->key) != 0) {
            header_u32(model, sound[i].key, sound[i].value);
        }
    }
    if (one->count > 0) {
        uint64_t values[16];
        for (size_t i = 0; i < 16; i++) {
            values[i] = one->value;
        }
        header_array(model, one->key, LIBGGUF_VALUE_U64, values, one->count);
    } else {
        header_u64(model, one->key, one->value);
    }
    header_tensor(model, "token_embd.weight", 0, 64, 32);
    header_open(model);
}

static void a_hyperparameter_that_cannot_be_is_refused_by_its_key(void **state)
{
    (void)state;
    static const struct hostile_case cases[] = {
        {"llama", "context_length", UINT64_MAX, 0},
        {"llama", "context_length", UINT64_C(1) << 31, 0},
        {"llama", "block_count", UINT64_MAX, 0},
        {"llama", "block_count", 65537, 0},
        {"llama", "embedding_length", UINT64_C(1) << 63, 0},
        {"llama", "feed_forward_length", UINT64_MAX, 0},
        {"llama", "feed_forward_length", 128, 3},
        {"llama", "feed_forward_length", UINT64_MAX / 2, 4},
        {"llama", "attention.head_count", 0, 0},
        {"llama", "attention.head_count", 0, 4},
        {"llama", "attention.head_count", 8, 5},
        {"llama", "attention.head_count_kv", 4, 3},
        {"llama", "attention.head_count_kv", 4, 16},
        {"llama", "attention.head_count_kv", UINT64_MAX, 4},
        {"llama", "attention.head_count_kv", 2147483647, 0},
        {"llama", "attention.key_length", UINT64_MAX, 0},
        {"llama", "attention.value_length", UINT64_C(4294967296), 0},
        {"llama", "vocab_size", UINT64_MAX, 0},
        {"llama", "expert_used_count", UINT64_MAX, 0},
        {"llama", "nextn_predict_layers", 5, 0},
        {"gemma3", "attention.sliding_window", UINT64_MAX, 0},
        {"gemma3n", "attention.shared_kv_layers", UINT64_MAX, 0},
        {"qwen3next", "full_attention_interval", 0, 0},
        {"mamba", "ssm.inner_size", UINT64_MAX, 0},
        {"mamba", "ssm.state_size", UINT64_C(1) << 40, 0},
        {"mamba", "ssm.conv_kernel", UINT64_C(1) << 31, 0},
        {"imaginary", "attention.head_count", 0, 0},
        {"imaginary", "attention.head_count_kv", 1, 7},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct model_header model;
        struct libgguf_error err = {.status = LIBGGUF_OK};
        char key[256];
        build(&model, &cases[i]);
        const enum libgguf_status status =
            libgguf_footprint_create(model.file, 0, &model.footprint, &err);
        header_key(&model, cases[i].key, key);
        if (status != LIBGGUF_ERR_RANGE || model.footprint || !strstr(err.text, key)) {
            fail_msg("case %zu: status %s: %s", i, libgguf_status_name(status), err.text);
        }
        header_free(&model);
    }
}

static void a_window_pattern_of_the_wrong_length_is_refused(void **state)
{
    (void)state;
    static const unsigned char flags[3] = {1, 0, 1};
    struct model_header model;
    struct libgguf_error err;
    header_begin(&model, "gemma3");
    header_u32(&model, "block_count", 4);
    header_u32(&model, "embedding_length", 64);
    header_u32(&model, "attention.head_count", 8);
    header_u32(&model, "attention.sliding_window", 512);
    header_array(&model, "attention.sliding_window_pattern", LIBGGUF_VALUE_BOOL, flags, 3);
    header_open(&model);
    assert_int_equal(libgguf_footprint_create(model.file, 0, &model.footprint, &err),
                     LIBGGUF_ERR_RANGE);
    assert_non_null(strstr(err.text, "gemma3.attention.sliding_window_pattern"));
    header_free(&model);
}

/* The largest numbers that are believed, all at once: nothing wraps. */
static void sums_beyond_63_bits_are_errors(void **state)
{
    (void)state;
    struct model_header model;
    struct libgguf_error err;
    struct libgguf_estimate out;
    header_begin(&model, "llama");
    header_u32(&model, "block_count", 65536);
    header_u32(&model, "context_length", 2147483647);
    header_u32(&model, "embedding_length", 2147483647);
    header_u32(&model, "feed_forward_length", 2147483647);
    header_u32(&model, "attention.head_count", 1);
    header_tensor(&model, "token_embd.weight", 0, 64, 32);
    header_footprint(&model, 0);
    for (unsigned i = 0; i < LIBGGUF_STRATEGY_COUNT; i++) {
        err.text[0] = '\0';
        assert_int_equal(
            libgguf_estimate_load(model.footprint, (enum libgguf_strategy)i, NULL, &out, &err),
            LIBGGUF_ERR_RANGE);
        assert_non_null(strstr(err.text, "llama.context_length"));
    }
    struct libgguf_advice advice[LIBGGUF_ADVICE_COUNT];
    size_t count;
    assert_int_equal(libgguf_estimate_advise(model.footprint, LIBGGUF_STRATEGY_CHUNKED, NULL,
                                             advice, &count, &err),
                     LIBGGUF_ERR_RANGE);
    header_free(&model);
}

static void the_cache_of_one_layer_is_called_so(void **state)
{
    (void)state;
    struct model_header model;
    struct libgguf_error err;
    struct libgguf_estimate out;
    const struct libgguf_estimate_options options = {.struct_size = sizeof options,
                                                     .context = LIBGGUF_CONTEXT_OF_MODEL};
    header_begin(&model, "llama");
    header_u32(&model, "block_count", 1);
    header_u32(&model, "context_length", 2147483647);
    header_u32(&model, "embedding_length", 2147483647);
    header_u32(&model, "attention.head_count", 1);
    header_tensor(&model, "token_embd.weight", 0, 64, 32);
    header_footprint(&model, 0);
    assert_int_equal(
        libgguf_estimate_load(model.footprint, LIBGGUF_STRATEGY_CHUNKED, &options, &out, &err),
        LIBGGUF_ERR_RANGE);
    assert_non_null(strstr(err.text, "the KV cache of 1 layer at 2147483647 tokens"));
    header_free(&model);
}

static void tensors_of_2_to_63_bytes_are_an_error(void **state)
{
    (void)state;
    /* 16 tensors of 2^58 elements in one bit each: small packed, too large as f32. */
    struct model_header model;
    struct libgguf_error err;
    header_begin(&model, "llama");
    for (unsigned i = 0; i < 16; i++) {
        char name[16];
        snprintf(name, sizeof name, "t%u", i);
        header_tensor(&model, name, 41, UINT64_C(1) << 31, UINT64_C(1) << 27);
    }
    header_open(&model);
    assert_int_equal(libgguf_footprint_create(model.file, 0, &model.footprint, &err),
                     LIBGGUF_ERR_RANGE);
    header_free(&model);
}

static void impossible_questions_are_refused(void **state)
{
    (void)state;
    struct model_header model;
    struct libgguf_error err;
    struct libgguf_estimate out;
    header_tinylm(&model, 0);
    header_footprint(&model, 0);
    const struct libgguf_tensor_type *removed = libgguf_tensor_type_find(4);
    struct libgguf_runtime unpadded = *libgguf_runtime_at(0);
    unpadded.context_pad = 0;
    const struct {
        struct libgguf_estimate_options options;
        enum libgguf_status status;
    } cases[] = {
        {{.type_k = removed}, LIBGGUF_ERR_UNSUPPORTED},
        {{.type_v = removed}, LIBGGUF_ERR_UNSUPPORTED},
        {{.weight_type = removed}, LIBGGUF_ERR_UNSUPPORTED},
        {{.context = 2147483648}, LIBGGUF_ERR_RANGE},
        {{.sequences = UINT32_MAX}, LIBGGUF_ERR_RANGE},
        {{.tokenizer = (enum libgguf_tokenizer_model)99}, LIBGGUF_ERR_ARGUMENT},
        {{.runtime = &unpadded}, LIBGGUF_ERR_ARGUMENT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct libgguf_estimate_options options = cases[i].options;
        options.struct_size = sizeof options;
        assert_int_equal(
            libgguf_estimate_load(model.footprint, LIBGGUF_STRATEGY_CHUNKED, &options, &out, &err),
            cases[i].status);
    }
    assert_int_equal(
        libgguf_estimate_load(model.footprint, LIBGGUF_STRATEGY_COUNT, NULL, &out, &err),
        LIBGGUF_ERR_ARGUMENT);
    const struct libgguf_estimate_options unsized = {.chunk_size = 65536};
    struct libgguf_advice advice[LIBGGUF_ADVICE_COUNT];
    size_t count;
    assert_int_equal(
        libgguf_estimate_load(model.footprint, LIBGGUF_STRATEGY_CHUNKED, &unsized, &out, &err),
        LIBGGUF_ERR_ARGUMENT);
    assert_int_equal(libgguf_estimate_advise(model.footprint, LIBGGUF_STRATEGY_CHUNKED, &unsized,
                                             advice, &count, &err),
                     LIBGGUF_ERR_ARGUMENT);
    uint64_t bytes;
    assert_int_equal(libgguf_kv_bytes_per_token(model.footprint, removed, removed, &bytes, &err),
                     LIBGGUF_ERR_UNSUPPORTED);
    struct libgguf_footprint *none;
    assert_int_equal(libgguf_footprint_create(NULL, 0, &none, &err), LIBGGUF_ERR_ARGUMENT);
    assert_null(none);
    header_free(&model);

    header_begin(&model, "llama");
    header_tensor(&model, "t", 0, 64, 32);
    header_footprint(&model, 0);
    const struct libgguf_estimate_options of_model = {.struct_size = sizeof of_model,
                                                      .context = LIBGGUF_CONTEXT_OF_MODEL};
    assert_int_equal(
        libgguf_estimate_load(model.footprint, LIBGGUF_STRATEGY_CHUNKED, &of_model, &out, &err),
        LIBGGUF_ERR_RANGE);
    assert_non_null(strstr(err.text, "llama.context_length"));
    header_free(&model);
}

static void a_vocabulary_beyond_31_bits_is_refused(void **state)
{
    (void)state;
    struct model_header model;
    struct libgguf_error err;
    header_begin(&model, "llama");
    header_tensor(&model, "output.weight", 0, 8, UINT64_C(1) << 32);
    header_open(&model);
    assert_int_equal(libgguf_footprint_create(model.file, 0, &model.footprint, &err),
                     LIBGGUF_ERR_RANGE);
    assert_non_null(strstr(err.text, "a vocabulary of 4294967296 tokens"));
    header_free(&model);
}

static void a_size_below_the_tensors_is_refused(void **state)
{
    (void)state;
    struct model_header model;
    struct libgguf_error err;
    header_tinylm(&model, 0);
    header_open(&model);
    assert_int_equal(libgguf_footprint_create(model.file, 68195103, &model.footprint, &err),
                     LIBGGUF_ERR_RANGE);
    assert_null(model.footprint);
    header_free(&model);
}

static void tensors_of_unknown_type_are_bounded_by_the_next(void **state)
{
    (void)state;
    struct model_header model;
    struct libgguf_error err;
    header_begin(&model, "llama");
    header_tensor(&model, "a", 0, 8, 0);
    header_tensor(&model, "b", 0, 24, 0);
    header_tensor(&model, "c", 0, 8, 0);
    header_open(&model);
    /* The type of the second record becomes one that nobody knows. */
    const struct libgguf_tensor *tensor = libgguf_tensor_at(model.file, 1);
    model.bytes[tensor->info_offset + 8 + 1 + 4 + 8] = 99;
    libgguf_close(model.file);
    const struct libgguf_open_options options = {.struct_size = sizeof options,
                                                 .allow_missing_data = true};
    header_check(libgguf_open_memory(model.bytes, model.size, &options, &model.file, &err), &err);
    header_check(libgguf_footprint_create(model.file, 0, &model.footprint, &err), &err);
    const struct libgguf_footprint_facts *facts = libgguf_footprint_facts(model.footprint);
    assert_int_equal(facts->weights.size, 32 + 96 + 32);
    assert_int_equal(facts->weights.certainty, LIBGGUF_BOUNDED);
    assert_true(facts->notes >> LIBGGUF_NOTE_UNSIZED_TENSORS & 1);
    header_free(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hyperparameter_that_cannot_be_is_refused_by_its_key),
        cmocka_unit_test(a_window_pattern_of_the_wrong_length_is_refused),
        cmocka_unit_test(sums_beyond_63_bits_are_errors),
        cmocka_unit_test(the_cache_of_one_layer_is_called_so),
        cmocka_unit_test(tensors_of_2_to_63_bytes_are_an_error),
        cmocka_unit_test(impossible_questions_are_refused),
        cmocka_unit_test(a_vocabulary_beyond_31_bits_is_refused),
        cmocka_unit_test(a_size_below_the_tensors_is_refused),
        cmocka_unit_test(tensors_of_unknown_type_are_bounded_by_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
