#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <libgguf/check.h>

#include "built_model.h"

#define MAX_FINDINGS 16

struct findings {
    size_t count;
    struct libgguf_finding list[MAX_FINDINGS];
};

static bool keep(void *context, const struct libgguf_finding *finding)
{
    struct findings *findings = context;
    assert_true(findings->count < MAX_FINDINGS);
    findings->list[findings->count++] = *finding;
    return true;
}

static void check_built(struct built_model *model, struct findings *findings)
{
    const struct libgguf_check_options options = {.struct_size = sizeof options,
                                                  .profile = LIBGGUF_PROFILE_SPEC};
    findings->count = 0;
    must(libgguf_check(built_model_open(model), &options, keep, findings, NULL));
}

static void assert_one(const struct findings *findings, const char *rule, const char *text)
{
    for (size_t i = 0; findings->count != 1 && i < findings->count; i++) {
        print_error("%s: %s\n", findings->list[i].rule->id, findings->list[i].text);
    }
    assert_int_equal(findings->count, 1);
    assert_string_equal(findings->list[0].rule->id, rule);
    assert_int_equal(findings->list[0].severity, LIBGGUF_SEVERITY_ERROR);
    if (!strstr(findings->list[0].text, text)) {
        fail_msg("'%s' is not in '%s'", text, findings->list[0].text);
    }
}

/* All that a llama needs but the key @p without, and a tensor. */
static void add_llama(struct built_model *model, const char *without)
{
    static const char *const numbers[] = {
        "llama.context_length",      "llama.embedding_length",     "llama.block_count",
        "llama.feed_forward_length", "llama.attention.head_count",
    };
    built_model_begin(model);
    built_model_str(model, "general.architecture", "llama");
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (strcmp(numbers[i], without) != 0) {
            built_model_u32(model, numbers[i], 2);
        }
    }
    if (strcmp(without, "llama.attention.layer_norm_rms_epsilon") != 0) {
        must(libgguf_writer_add_f32(model->writer, "llama.attention.layer_norm_rms_epsilon", 1e-5F,
                                    NULL));
    }
    built_model_tensor(model, "token_embd.weight", 0, 2, 2);
}

static void a_complete_model_has_no_findings(void **state)
{
    (void)state;
    struct built_model model;
    struct findings findings;
    add_llama(&model, "");
    check_built(&model, &findings);
    assert_int_equal(findings.count, 0);
    built_model_end(&model);
}

static void each_required_hyperparameter_is_missed(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "llama.context_length",       "llama.embedding_length",
        "llama.block_count",          "llama.feed_forward_length",
        "llama.attention.head_count", "llama.attention.layer_norm_rms_epsilon",
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct built_model model;
        struct findings findings;
        add_llama(&model, keys[i]);
        check_built(&model, &findings);
        assert_one(&findings, "hyperparameter-missing", keys[i]);
        assert_true(findings.list[0].offset == LIBGGUF_NO_OFFSET);
        built_model_end(&model);
    }
}

/* What is missing in a model of @p architecture with what all need and @p keys, all numbers. */
static void check_architecture(const char *architecture, const char *const *keys,
                               struct findings *findings)
{
    static const char *const common[] = {"context_length", "embedding_length", "block_count"};
    struct built_model model;
    char key[100];
    built_model_begin(&model);
    built_model_str(&model, "general.architecture", architecture);
    for (size_t i = 0; i < 3; i++) {
        snprintf(key, sizeof key, "%s.%s", architecture, common[i]);
        built_model_u32(&model, key, 2);
    }
    for (size_t i = 0; keys[i]; i++) {
        snprintf(key, sizeof key, "%s.%s", architecture, keys[i]);
        if (strstr(keys[i], "epsilon")) {
            must(libgguf_writer_add_f32(model.writer, key, 1e-5F, NULL));
        } else {
            built_model_u32(&model, key, 4);
        }
    }
    built_model_tensor(&model, "token_embd.weight", 0, 2, 2);
    check_built(&model, findings);
    built_model_end(&model);
    size_t kept = 0;
    for (size_t i = 0; i < findings->count; i++) {
        if (strcmp(findings->list[i].rule->id, "hyperparameter-missing") == 0) {
            findings->list[kept++] = findings->list[i];
        }
    }
    findings->count = kept;
}

#define RMS "attention.layer_norm_rms_epsilon"
#define LAYER "attention.layer_norm_epsilon"

/* What some versions of llama.cpp's loader read as required, or none does. */
static void each_architecture_needs_what_it_needs_and_no_more(void **state)
{
    (void)state;
    static const struct {
        const char *architecture;
        const char *keys[8]; /* all that are needed */
    } rows[] = {
        {"mamba",
         {RMS, "ssm.conv_kernel", "ssm.inner_size", "ssm.state_size", "ssm.time_step_rank"}},
        {"bert", {LAYER, "feed_forward_length", "attention.head_count"}},
        {"nomic-bert", {LAYER, "feed_forward_length", "attention.head_count"}},
        {"command-r", {LAYER, "feed_forward_length", "attention.head_count"}},
        {"gpt-oss",
         {RMS, "attention.head_count", "expert_feed_forward_length", "attention.sliding_window"}},
        {"qwen3moe", {RMS, "attention.head_count"}},
        {"qwen2vl", {"feed_forward_length", "attention.head_count", "rope.dimension_sections"}},
        {"deepseek",
         {RMS, "attention.head_count", "expert_feed_forward_length", "expert_shared_count"}},
        {"deepseek2",
         {RMS, "attention.head_count", "attention.kv_lora_rank", "expert_feed_forward_length",
          "expert_shared_count"}},
        {"rwkv6", {"wkv.head_size", "time_mix_extra_dim", "time_decay_extra_dim"}},
        {"rwkv7",
         {"wkv.head_size", "attention.decay_lora_rank", "attention.iclr_lora_rank",
          "attention.value_residual_mix_lora_rank"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct findings findings;
        check_architecture(rows[i].architecture, rows[i].keys, &findings);
        if (findings.count > 0) {
            fail_msg("%s: %s", rows[i].architecture, findings.list[0].text);
        }
        for (size_t j = 0; rows[i].keys[j]; j++) {
            const char *fewer[8] = {NULL};
            size_t count = 0;
            for (size_t k = 0; rows[i].keys[k]; k++) {
                if (k != j) {
                    fewer[count++] = rows[i].keys[k];
                }
            }
            check_architecture(rows[i].architecture, fewer, &findings);
            assert_one(&findings, "hyperparameter-missing", rows[i].keys[j]);
        }
    }
}

static void vocabularies_adapters_and_unknown_architectures_need_no_hyperparameters(void **state)
{
    (void)state;
    static const struct {
        const char *architecture;
        const char *type;
        bool tensors;
    } cases[] = {
        {"llama", "model", false}, {"llama", "adapter", true}, {"brand-new", "model", true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct built_model model;
        struct findings findings;
        built_model_begin(&model);
        built_model_str(&model, "general.architecture", cases[i].architecture);
        built_model_str(&model, "general.type", cases[i].type);
        if (cases[i].tensors) {
            built_model_tensor(&model, "t", 0, 2, 2);
        }
        check_built(&model, &findings);
        assert_int_equal(findings.count, 0);
        built_model_end(&model);
    }
}

static void an_architecture_must_be_there_and_be_a_name(void **state)
{
    (void)state;
    struct built_model model;
    struct findings findings;
    built_model_begin(&model);
    check_built(&model, &findings);
    assert_one(&findings, "architecture-missing", "'general.architecture' is missing");
    built_model_end(&model);
    built_model_begin(&model);
    built_model_str(&model, "general.architecture", "");
    check_built(&model, &findings);
    assert_one(&findings, "hyperparameter-invalid", "'general.architecture' has 0 bytes");
    built_model_end(&model);
}

static void a_later_shard_alone_needs_no_architecture(void **state)
{
    (void)state;
    struct built_model model;
    struct findings findings;
    built_model_begin(&model);
    must(libgguf_writer_add_u16(model.writer, "split.no", 1, NULL));
    must(libgguf_writer_add_u16(model.writer, "split.count", 2, NULL));
    check_built(&model, &findings);
    for (size_t i = 0; i < findings.count; i++) {
        assert_string_not_equal(findings.list[i].rule->id, "architecture-missing");
    }
    built_model_end(&model);
}

static void unusable_hyperparameters_are_found_at_their_value(void **state)
{
    (void)state;
    static const uint32_t heads[] = {1, 2, 3};
    enum which { ZERO, STRING, ARRAY, MANY_LAYERS, WHICH_COUNT };
    static const char *const keys[] = {
        [ZERO] = "llama.embedding_length",
        [STRING] = "llama.context_length",
        [ARRAY] = "llama.attention.head_count",
        [MANY_LAYERS] = "llama.block_count",
    };
    for (int which = 0; which < WHICH_COUNT; which++) {
        struct built_model model;
        struct findings findings;
        add_llama(&model, keys[which]);
        if (which == ARRAY) {
            built_model_array(&model, keys[which], LIBGGUF_VALUE_U32, 3, heads);
        } else if (which == STRING) {
            built_model_str(&model, keys[which], "long");
        } else {
            built_model_u32(&model, keys[which], which == ZERO ? 0 : 4000000000);
        }
        check_built(&model, &findings);
        assert_one(&findings, "hyperparameter-invalid", keys[which]);
        assert_int_equal(findings.list[0].offset,
                         libgguf_kv_find(model.file, keys[which])->value.offset);
        built_model_end(&model);
    }
}

/* Each key once as a string, in a model that has all that its architecture needs. */
static void hyperparameters_of_the_wrong_type_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *architecture;
        const char *name;
    } cases[] = {
        {"llama", "attention.layer_norm_rms_epsilon"},
        {"llama", "attention.layer_norm_epsilon"},
        {"llama", "rope.freq_base"},
        {"llama", "rope.scaling.factor"},
        {"llama", "rope.dimension_count"},
        {"llama", "vocab_size"},
        {"llama", "attention.key_length"},
        {"llama", "attention.value_length"},
        {"llama", "attention.sliding_window"},
        {"llama", "attention.head_count_kv"},
        {"llama", "expert_count"},
        {"mamba", "ssm.conv_kernel"},
        {"talkie", "logit_scale"},
        {"gptneox", "use_parallel_residual"},
        {"qwen2vl", "rope.dimension_sections"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct built_model model;
        struct findings findings;
        char key[100];
        built_model_begin(&model);
        built_model_str(&model, "general.architecture", cases[i].architecture);
        snprintf(key, sizeof key, "%s.block_count", cases[i].architecture);
        built_model_u32(&model, key, 2);
        snprintf(key, sizeof key, "%s.%s", cases[i].architecture, cases[i].name);
        built_model_str(&model, key, "8");
        check_built(&model, &findings);
        assert_one(&findings, "hyperparameter-invalid", key);
        built_model_end(&model);
    }
}

static void a_list_may_be_a_number_or_an_array_of_any_length(void **state)
{
    (void)state;
    static const int32_t sections[] = {16, 24, 24, 0};
    static const float fractions[] = {0.5F};
    for (int which = 0; which < 3; which++) {
        struct built_model model;
        struct findings findings;
        built_model_begin(&model);
        built_model_str(&model, "general.architecture", "qwen2vl");
        if (which == 0) {
            built_model_u32(&model, "qwen2vl.rope.dimension_sections", 4);
        } else if (which == 1) {
            built_model_array(&model, "qwen2vl.rope.dimension_sections", LIBGGUF_VALUE_I32, 4,
                              sections);
        } else {
            built_model_array(&model, "qwen2vl.rope.dimension_sections", LIBGGUF_VALUE_F32, 1,
                              fractions);
        }
        check_built(&model, &findings);
        if (which < 2) {
            assert_int_equal(findings.count, 0);
        } else {
            assert_one(&findings, "hyperparameter-invalid", "rope.dimension_sections");
        }
        built_model_end(&model);
    }
}

static const char *const tokens[] = {"a", "b", "c"};

static void begin_tokenizer(struct built_model *model, const char *name)
{
    built_model_begin(model);
    built_model_str(model, "general.architecture", "any");
    built_model_str(model, "tokenizer.ggml.model", name);
}

static void tokenizer_arrays_have_the_length_of_the_tokens(void **state)
{
    (void)state;
    static const float scores[] = {1, 2, 3, 4};
    static const int32_t types[] = {1, 1, 1, 1};
    static const struct {
        size_t scores, types;
        const char *text; /* NULL: nothing found */
    } cases[] = {{3, 3, NULL},
                 {2, 3, "'tokenizer.ggml.scores' has 2 elements for 3 tokens"},
                 {3, 4, "'tokenizer.ggml.token_type' has 4 elements for 3 tokens"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct built_model model;
        struct findings findings;
        begin_tokenizer(&model, "llama");
        built_model_strings(&model, "tokenizer.ggml.tokens", tokens, 3);
        built_model_array(&model, "tokenizer.ggml.scores", LIBGGUF_VALUE_F32, cases[i].scores,
                          scores);
        built_model_array(&model, "tokenizer.ggml.token_type", LIBGGUF_VALUE_I32, cases[i].types,
                          types);
        check_built(&model, &findings);
        if (cases[i].text) {
            assert_one(&findings, "tokenizer-array-length", cases[i].text);
        } else {
            assert_int_equal(findings.count, 0);
        }
        built_model_end(&model);
    }
}

static void tokenizer_arrays_have_the_expected_elements(void **state)
{
    (void)state;
    static const double doubles[] = {1, 2, 3};
    static const char *const keys[] = {"tokenizer.ggml.scores", "tokenizer.ggml.token_type",
                                       "tokenizer.ggml.merges"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct built_model model;
        struct findings findings;
        begin_tokenizer(&model, "llama");
        built_model_strings(&model, "tokenizer.ggml.tokens", tokens, 3);
        built_model_array(&model, keys[i], LIBGGUF_VALUE_F64, 3, doubles);
        check_built(&model, &findings);
        assert_one(&findings, "tokenizer-element-type", keys[i]);
        built_model_end(&model);
    }
    struct built_model model;
    struct findings findings;
    begin_tokenizer(&model, "llama");
    built_model_u32(&model, "tokenizer.ggml.tokens", 3);
    check_built(&model, &findings);
    assert_one(&findings, "tokenizer-element-type",
               "'tokenizer.ggml.tokens' is of type u32, needed an array of strings");
    built_model_end(&model);
}

static void a_tokenizer_misses_the_arrays_it_needs(void **state)
{
    (void)state;
    static const struct {
        const char *model;
        bool tokens;
        const char *text; /* NULL: nothing found */
    } cases[] = {{"gpt2", false, "'tokenizer.ggml.tokens' is missing"},
                 {"gpt2", true, "'tokenizer.ggml.merges' is missing"},
                 {"llama", true, NULL},
                 {"none", false, NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct built_model model;
        struct findings findings;
        begin_tokenizer(&model, cases[i].model);
        if (cases[i].tokens) {
            built_model_strings(&model, "tokenizer.ggml.tokens", tokens, 3);
        }
        check_built(&model, &findings);
        if (cases[i].text) {
            assert_one(&findings, "tokenizer-incomplete", cases[i].text);
        } else {
            assert_int_equal(findings.count, 0);
        }
        built_model_end(&model);
    }
}

static void special_ids_lie_in_the_vocabulary_or_say_that_there_is_none(void **state)
{
    (void)state;
    static const struct {
        uint32_t id;
        const char *text; /* NULL: nothing found */
    } cases[] = {{2, NULL},
                 {3, "'tokenizer.ggml.eos_token_id' is 3, but the vocabulary has 3 tokens"},
                 {UINT32_MAX, NULL},
                 {UINT32_MAX - 1, "'tokenizer.ggml.eos_token_id' is 4294967294"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct built_model model;
        struct findings findings;
        begin_tokenizer(&model, "llama");
        built_model_strings(&model, "tokenizer.ggml.tokens", tokens, 3);
        built_model_u32(&model, "tokenizer.ggml.eos_token_id", cases[i].id);
        must(libgguf_writer_add_i32(model.writer, "tokenizer.ggml.bos_token_id", -1, NULL));
        check_built(&model, &findings);
        if (cases[i].text) {
            assert_one(&findings, "tokenizer-special-id", cases[i].text);
        } else {
            assert_int_equal(findings.count, 0);
        }
        built_model_end(&model);
    }
    struct built_model model;
    struct findings findings;
    begin_tokenizer(&model, "llama");
    built_model_strings(&model, "tokenizer.ggml.tokens", tokens, 3);
    built_model_str(&model, "tokenizer.ggml.eos_token_id", "2");
    check_built(&model, &findings);
    assert_one(&findings, "tokenizer-special-id", "'tokenizer.ggml.eos_token_id' is no token id");
    built_model_end(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_complete_model_has_no_findings),
        cmocka_unit_test(each_required_hyperparameter_is_missed),
        cmocka_unit_test(each_architecture_needs_what_it_needs_and_no_more),
        cmocka_unit_test(vocabularies_adapters_and_unknown_architectures_need_no_hyperparameters),
        cmocka_unit_test(an_architecture_must_be_there_and_be_a_name),
        cmocka_unit_test(a_later_shard_alone_needs_no_architecture),
        cmocka_unit_test(unusable_hyperparameters_are_found_at_their_value),
        cmocka_unit_test(hyperparameters_of_the_wrong_type_are_found),
        cmocka_unit_test(a_list_may_be_a_number_or_an_array_of_any_length),
        cmocka_unit_test(tokenizer_arrays_have_the_length_of_the_tokens),
        cmocka_unit_test(tokenizer_arrays_have_the_expected_elements),
        cmocka_unit_test(a_tokenizer_misses_the_arrays_it_needs),
        cmocka_unit_test(special_ids_lie_in_the_vocabulary_or_say_that_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
