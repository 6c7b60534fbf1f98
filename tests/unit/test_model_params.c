#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <libgguf/model.h>

#include "built_model.h"

static void add_architecture(struct built_model *model, uint32_t block_count)
{
    built_model_begin(model);
    built_model_str(model, "general.architecture", "test");
    built_model_u32(model, "test.block_count", block_count);
}

static void numbers_are_found_behind_the_architecture(void **state)
{
    (void)state;
    struct built_model model;
    add_architecture(&model, 3);
    must(libgguf_writer_add_i64(model.writer, "test.context_length", 4096, NULL));
    must(libgguf_writer_add_f32(model.writer, "test.rope.freq_base", 10000.0F, NULL));
    must(libgguf_writer_add_bool(model.writer, "test.attention.causal", false, NULL));
    built_model_str(&model, "test.rope.scaling.type", "yarn");
    const struct libgguf_file *file = built_model_open(&model);
    uint64_t number = 0;
    double real = 0;
    bool flag = true;
    struct libgguf_str text;
    must(libgguf_param_u64(file, "context_length", &number, NULL));
    assert_int_equal(number, 4096);
    must(libgguf_param_f64(file, "rope.freq_base", &real, NULL));
    assert_true(real == 10000.0);
    must(libgguf_param_f64(file, "context_length", &real, NULL));
    assert_true(real == 4096.0);
    must(libgguf_param_bool(file, "attention.causal", &flag, NULL));
    assert_false(flag);
    must(libgguf_param_str(file, "rope.scaling.type", &text, NULL));
    assert_true(libgguf_str_equal(&text, "yarn"));
    built_model_end(&model);
}

static void an_unusable_number_fails_with_its_own_status_and_whole_key(void **state)
{
    (void)state;
    struct built_model model;
    add_architecture(&model, 3);
    built_model_str(&model, "test.context_length", "many");
    must(libgguf_writer_add_i32(model.writer, "test.expert_count", -1, NULL));
    must(libgguf_writer_add_f32(model.writer, "test.vocab_size", 2.0F, NULL));
    const struct libgguf_file *file = built_model_open(&model);
    static const struct {
        const char *name;
        const char *key;
        enum libgguf_status status;
    } cases[] = {
        {"context_length", "'test.context_length' is of type string", LIBGGUF_ERR_WRONG_TYPE},
        {"expert_count", "'test.expert_count' is negative", LIBGGUF_ERR_RANGE},
        {"vocab_size", "'test.vocab_size' is of type f32", LIBGGUF_ERR_WRONG_TYPE},
        {"embedding_length", "test.embedding_length", LIBGGUF_ERR_NOT_FOUND},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct libgguf_error err;
        uint64_t number = 7;
        assert_int_equal(libgguf_param_u64(file, cases[i].name, &number, &err), cases[i].status);
        assert_int_equal(err.status, cases[i].status);
        assert_non_null(strstr(err.text, cases[i].key));
        assert_int_equal(number, 7);
    }
    bool flag;
    struct libgguf_str text;
    double real;
    assert_int_equal(libgguf_param_bool(file, "expert_count", &flag, NULL), LIBGGUF_ERR_WRONG_TYPE);
    assert_int_equal(libgguf_param_str(file, "expert_count", &text, NULL), LIBGGUF_ERR_WRONG_TYPE);
    assert_int_equal(libgguf_param_f64(file, "context_length", &real, NULL),
                     LIBGGUF_ERR_WRONG_TYPE);
    assert_int_equal(libgguf_param_bool(file, "none", &flag, NULL), LIBGGUF_ERR_NOT_FOUND);
    assert_int_equal(libgguf_param_str(file, "none", &text, NULL), LIBGGUF_ERR_NOT_FOUND);
    assert_int_equal(libgguf_param_f64(file, "none", &real, NULL), LIBGGUF_ERR_NOT_FOUND);
    built_model_end(&model);
}

static void a_name_of_a_hyperparameter_has_a_limit(void **state)
{
    (void)state;
    struct built_model model;
    add_architecture(&model, 1);
    char name[LIBGGUF_MAX_PARAM_NAME_SIZE + 2];
    memset(name, 'n', sizeof name);
    name[LIBGGUF_MAX_PARAM_NAME_SIZE + 1] = '\0';
    const struct libgguf_file *file = built_model_open(&model);
    const struct libgguf_kv *kv;
    assert_int_equal(libgguf_param_lookup(file, name, &kv, NULL), LIBGGUF_ERR_ARGUMENT);
    name[LIBGGUF_MAX_PARAM_NAME_SIZE] = '\0';
    assert_int_equal(libgguf_param_lookup(file, name, &kv, NULL), LIBGGUF_ERR_NOT_FOUND);
    built_model_end(&model);
}

static void an_architecture_that_cannot_begin_a_key_is_refused(void **state)
{
    (void)state;
    char longest[LIBGGUF_MAX_ARCHITECTURE_SIZE + 1];
    memset(longest, 'a', sizeof longest);
    const struct {
        const char *data;
        size_t size;
        enum libgguf_status status;
    } cases[] = {
        {"", 0, LIBGGUF_ERR_RANGE},
        {"a\0b", 3, LIBGGUF_ERR_RANGE},
        {longest, LIBGGUF_MAX_ARCHITECTURE_SIZE + 1, LIBGGUF_ERR_RANGE},
        {longest, LIBGGUF_MAX_ARCHITECTURE_SIZE, LIBGGUF_OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct built_model model;
        built_model_begin(&model);
        must(libgguf_writer_add_str(model.writer, "general.architecture", cases[i].data,
                                    cases[i].size, NULL));
        const struct libgguf_file *file = built_model_open(&model);
        struct libgguf_str architecture;
        assert_int_equal(libgguf_model_architecture(file, &architecture, NULL), cases[i].status);
        built_model_end(&model);
    }
    struct built_model model;
    built_model_begin(&model);
    built_model_u32(&model, "general.architecture", 1);
    const struct libgguf_file *file = built_model_open(&model);
    struct libgguf_str architecture;
    uint64_t number;
    assert_int_equal(libgguf_model_architecture(file, &architecture, NULL), LIBGGUF_ERR_WRONG_TYPE);
    assert_int_equal(libgguf_param_u64(file, "block_count", &number, NULL), LIBGGUF_ERR_WRONG_TYPE);
    built_model_end(&model);
}

static void a_number_for_all_layers_is_the_same_in_each(void **state)
{
    (void)state;
    struct built_model model;
    add_architecture(&model, 3);
    built_model_u32(&model, "test.attention.head_count_kv", 4);
    const struct libgguf_file *file = built_model_open(&model);
    struct libgguf_layers layers;
    must(libgguf_param_layers(file, "attention.head_count_kv", 3, &layers, NULL));
    assert_false(layers.per_layer);
    assert_false(layers.boolean);
    struct libgguf_layers_iter iter;
    uint64_t value;
    size_t count = 0;
    for (libgguf_layers_begin(&iter, &layers); libgguf_layers_next(&iter, &value); count++) {
        assert_int_equal(value, 4);
    }
    assert_int_equal(count, 3);
    must(libgguf_layers_status(&iter));
    must(libgguf_layers_at(&layers, 2, &value, NULL));
    assert_int_equal(value, 4);
    assert_int_equal(libgguf_layers_at(&layers, 3, &value, NULL), LIBGGUF_ERR_ARGUMENT);
    built_model_end(&model);
}

static void a_number_per_layer_is_walked_in_order_with_its_extremes(void **state)
{
    (void)state;
    static const int32_t kv_heads[] = {8, 0, 2, 8};
    static const uint8_t pattern[] = {1, 1, 0, 1};
    struct built_model model;
    add_architecture(&model, 4);
    built_model_array(&model, "test.attention.head_count_kv", LIBGGUF_VALUE_I32, 4, kv_heads);
    built_model_array(&model, "test.attention.sliding_window_pattern", LIBGGUF_VALUE_BOOL, 4,
                      pattern);
    const struct libgguf_file *file = built_model_open(&model);
    struct libgguf_layers layers;
    must(libgguf_param_layers(file, "attention.head_count_kv", 4, &layers, NULL));
    assert_true(layers.per_layer);
    assert_int_equal(layers.min, 0);
    assert_int_equal(layers.max, 8);
    struct libgguf_layers_iter iter;
    uint64_t value;
    size_t layer = 0;
    for (libgguf_layers_begin(&iter, &layers); libgguf_layers_next(&iter, &value); layer++) {
        assert_int_equal(value, kv_heads[layer]);
        must(libgguf_layers_at(&layers, layer, &value, NULL));
        assert_int_equal(value, kv_heads[layer]);
    }
    assert_int_equal(layer, 4);
    must(libgguf_param_layers(file, "attention.sliding_window_pattern", 4, &layers, NULL));
    assert_true(layers.boolean);
    must(libgguf_layers_at(&layers, 2, &value, NULL));
    assert_int_equal(value, 0);
    must(libgguf_layers_at(&layers, 3, &value, NULL));
    assert_int_equal(value, 1);
    built_model_end(&model);
}

static void an_unusable_array_of_layers_names_its_key(void **state)
{
    (void)state;
    static const int16_t negative[] = {1, -2, 3};
    static const float floats[] = {1, 2, 3};
    struct built_model model;
    add_architecture(&model, 3);
    built_model_array(&model, "test.negative", LIBGGUF_VALUE_I16, 3, negative);
    built_model_array(&model, "test.short", LIBGGUF_VALUE_I16, 2, negative);
    built_model_array(&model, "test.floats", LIBGGUF_VALUE_F32, 3, floats);
    built_model_array(&model, "test.empty", LIBGGUF_VALUE_U32, 0, NULL);
    must(libgguf_writer_add_i8(model.writer, "test.scalar", -1, NULL));
    const struct libgguf_file *file = built_model_open(&model);
    static const struct {
        const char *name;
        const char *text;
        enum libgguf_status status;
    } cases[] = {
        {"negative", "'test.negative': element 1 is negative", LIBGGUF_ERR_RANGE},
        {"short", "'test.short' has 2 elements, needed one for each of 3 layers",
         LIBGGUF_ERR_RANGE},
        {"floats", "'test.floats' is an array of f32", LIBGGUF_ERR_WRONG_TYPE},
        {"empty", "'test.empty' has 0 elements", LIBGGUF_ERR_RANGE},
        {"scalar", "'test.scalar' is negative", LIBGGUF_ERR_RANGE},
        {"none", "test.none", LIBGGUF_ERR_NOT_FOUND},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct libgguf_layers layers;
        struct libgguf_error err;
        assert_int_equal(libgguf_param_layers(file, cases[i].name, 3, &layers, &err),
                         cases[i].status);
        assert_non_null(strstr(err.text, cases[i].text));
    }
    struct libgguf_layers none;
    must(libgguf_param_layers(file, "empty", 0, &none, NULL));
    assert_int_equal(none.min, 0);
    assert_int_equal(none.max, 0);
    built_model_end(&model);
}

static void a_claim_of_very_many_layers_is_not_believed(void **state)
{
    (void)state;
    static const struct {
        uint32_t count;
        enum libgguf_status status;
    } cases[] = {{0, LIBGGUF_OK},
                 {LIBGGUF_MAX_LAYERS, LIBGGUF_OK},
                 {LIBGGUF_MAX_LAYERS + 1, LIBGGUF_ERR_RANGE},
                 {UINT32_MAX, LIBGGUF_ERR_RANGE}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct built_model model;
        add_architecture(&model, cases[i].count);
        built_model_u32(&model, "test.attention.head_count", 2);
        const struct libgguf_file *file = built_model_open(&model);
        struct libgguf_layers layers;
        struct libgguf_error err;
        uint64_t count = 0;
        assert_int_equal(libgguf_model_layer_count(file, &count, &err), cases[i].status);
        assert_int_equal(
            libgguf_param_layers(file, "attention.head_count", cases[i].count, &layers, NULL),
            cases[i].status);
        if (cases[i].status != LIBGGUF_OK) {
            assert_non_null(strstr(err.text, "'test.block_count'"));
        } else {
            assert_int_equal(count, cases[i].count);
        }
        built_model_end(&model);
    }
}

static void the_usual_numbers_have_the_usual_defaults(void **state)
{
    (void)state;
    static const char *const tokens[] = {"a", "b", "c"};
    struct built_model model;
    add_architecture(&model, 2);
    built_model_str(&model, "general.name", "Tiny");
    built_model_u32(&model, "test.embedding_length", 64);
    built_model_u32(&model, "test.attention.head_count", 8);
    must(
        libgguf_writer_add_f32(model.writer, "test.attention.layer_norm_rms_epsilon", 1e-5F, NULL));
    built_model_strings(&model, "tokenizer.ggml.tokens", tokens, 3);
    struct libgguf_model_params params;
    libgguf_model_params(built_model_open(&model), &params);
    assert_int_equal(params.problem.status, LIBGGUF_OK);
    assert_true(libgguf_str_equal(&params.architecture, "test"));
    assert_true(libgguf_str_equal(&params.name, "Tiny"));
    assert_int_equal(params.block_count, 2);
    assert_int_equal(params.head_count.max, 8);
    assert_int_equal(params.head_count_kv.min, 8);
    assert_int_equal(params.key_length, 8);
    assert_int_equal(params.value_length, 8);
    assert_int_equal(params.vocab_size, 3);
    assert_true(params.context_length == LIBGGUF_ABSENT);
    assert_true(params.feed_forward_length.max == LIBGGUF_ABSENT);
    assert_true(params.norm_is_rms);
    assert_true((float)params.norm_epsilon == 1e-5F);
    assert_true(isnan(params.rope_freq_base));
    built_model_end(&model);
}

static void zero_heads_leave_the_length_of_a_head_open(void **state)
{
    (void)state;
    struct built_model model;
    add_architecture(&model, 2);
    built_model_u32(&model, "test.embedding_length", 64);
    built_model_u32(&model, "test.attention.head_count", 0);
    struct libgguf_model_params params;
    libgguf_model_params(built_model_open(&model), &params);
    assert_int_equal(params.head_count.max, 0);
    assert_true(params.key_length == LIBGGUF_ABSENT);
    built_model_end(&model);
}

static void the_first_unusable_number_is_the_problem(void **state)
{
    (void)state;
    static const uint32_t heads[] = {1, 2, 3};
    struct built_model model;
    add_architecture(&model, 2);
    built_model_array(&model, "test.attention.head_count", LIBGGUF_VALUE_U32, 3, heads);
    built_model_str(&model, "test.vocab_size", "none");
    struct libgguf_model_params params;
    libgguf_model_params(built_model_open(&model), &params);
    assert_int_equal(params.problem.status, LIBGGUF_ERR_RANGE);
    assert_non_null(strstr(params.problem.text, "'test.attention.head_count'"));
    assert_true(params.head_count.max == LIBGGUF_ABSENT);
    assert_true(params.vocab_size == LIBGGUF_ABSENT);
    built_model_end(&model);
}

static void a_default_does_not_stand_in_for_what_cannot_be_used(void **state)
{
    (void)state;
    static const uint32_t heads[] = {2, 2, 2};
    struct built_model model;
    add_architecture(&model, 2);
    built_model_u32(&model, "test.embedding_length", 64);
    built_model_u32(&model, "test.attention.head_count", 8);
    built_model_array(&model, "test.attention.head_count_kv", LIBGGUF_VALUE_U32, 3, heads);
    built_model_str(&model, "test.attention.key_length", "x");
    built_model_str(&model, "test.attention.value_length", "y");
    built_model_str(&model, "test.vocab_size", "many");
    built_model_str(&model, "test.attention.layer_norm_rms_epsilon", "small");
    must(libgguf_writer_add_f32(model.writer, "test.attention.layer_norm_epsilon", 1, NULL));
    built_model_strings(&model, "tokenizer.ggml.tokens", (const char *const[]){"a", "b"}, 2);
    struct libgguf_model_params params;
    libgguf_model_params(built_model_open(&model), &params);
    assert_int_equal(params.head_count.max, 8);
    assert_true(params.head_count_kv.max == LIBGGUF_ABSENT);
    assert_true(params.key_length == LIBGGUF_ABSENT);
    assert_true(params.value_length == LIBGGUF_ABSENT);
    assert_true(params.vocab_size == LIBGGUF_ABSENT);
    assert_true(isnan(params.norm_epsilon));
    assert_non_null(strstr(params.problem.text, "'test.attention.head_count_kv'"));
    built_model_end(&model);
}

static void without_a_count_of_layers_arrays_are_taken_at_their_own_length(void **state)
{
    (void)state;
    static const uint32_t heads[] = {4, 2, 4};
    struct built_model model;
    built_model_begin(&model);
    built_model_str(&model, "general.architecture", "test");
    built_model_array(&model, "test.attention.head_count", LIBGGUF_VALUE_U32, 3, heads);
    struct libgguf_model_params params;
    libgguf_model_params(built_model_open(&model), &params);
    assert_int_equal(params.head_count.min, 2);
    assert_int_equal(params.head_count.max, 4);
    assert_true(params.head_count.per_layer);
    built_model_end(&model);
}

static void a_file_without_metadata_has_no_numbers_and_no_problem(void **state)
{
    (void)state;
    struct built_model model;
    built_model_begin(&model);
    struct libgguf_model_params params;
    libgguf_model_params(built_model_open(&model), &params);
    assert_int_equal(params.problem.status, LIBGGUF_OK);
    assert_int_equal(params.architecture.size, 0);
    assert_true(params.block_count == LIBGGUF_ABSENT);
    built_model_end(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_found_behind_the_architecture),
        cmocka_unit_test(an_unusable_number_fails_with_its_own_status_and_whole_key),
        cmocka_unit_test(a_name_of_a_hyperparameter_has_a_limit),
        cmocka_unit_test(an_architecture_that_cannot_begin_a_key_is_refused),
        cmocka_unit_test(a_default_does_not_stand_in_for_what_cannot_be_used),
        cmocka_unit_test(a_number_for_all_layers_is_the_same_in_each),
        cmocka_unit_test(a_number_per_layer_is_walked_in_order_with_its_extremes),
        cmocka_unit_test(an_unusable_array_of_layers_names_its_key),
        cmocka_unit_test(a_claim_of_very_many_layers_is_not_believed),
        cmocka_unit_test(the_usual_numbers_have_the_usual_defaults),
        cmocka_unit_test(zero_heads_leave_the_length_of_a_head_open),
        cmocka_unit_test(the_first_unusable_number_is_the_problem),
        cmocka_unit_test(without_a_count_of_layers_arrays_are_taken_at_their_own_length),
        cmocka_unit_test(a_file_without_metadata_has_no_numbers_and_no_problem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
