#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include <libgguf/check.h>
#include <libgguf/model.h>
#include <libgguf/tokenizer.h>

#include "../unit/built_model.h"
#include "allocator.h"

static const struct libgguf_file *make_model(struct built_model *model)
{
    static const char *const tokens[] = {"<unk>", "<0x41>", "A", "b"};
    static const uint32_t heads[] = {4, 2};
    built_model_begin(model);
    built_model_str(model, "general.architecture", "llama");
    built_model_u32(model, "llama.block_count", 2);
    built_model_u32(model, "llama.embedding_length", 0);
    built_model_array(model, "llama.attention.head_count", LIBGGUF_VALUE_U32, 2, heads);
    built_model_str(model, "tokenizer.ggml.model", "llama");
    built_model_strings(model, "tokenizer.ggml.tokens", tokens, 4);
    built_model_tensor(model, "t", 0, 4, 4);
    return built_model_open(model);
}

static enum libgguf_status look_up(void *context, struct libgguf_error *err)
{
    const struct libgguf_file *const file = context;
    struct libgguf_tokenizer *tokenizer;
    uint64_t id;
    struct libgguf_str raw;
    enum libgguf_status status = libgguf_tokenizer_create(file, &tokenizer, err);
    if (status != LIBGGUF_OK) {
        assert_null(tokenizer);
        return status;
    }
    status = libgguf_token_raw(tokenizer, 3, &raw, err);
    if (status == LIBGGUF_OK) {
        status = libgguf_token_find(tokenizer, LIBGGUF_TOKEN_RAW, "b", 1, &id, err);
    }
    if (status == LIBGGUF_OK) {
        status = libgguf_token_find(tokenizer, LIBGGUF_TOKEN_DISPLAY, "A", 1, &id, err);
        assert_true(status != LIBGGUF_OK || id == 2);
    }
    libgguf_tokenizer_free(tokenizer);
    return status;
}

static void every_failed_allocation_of_a_tokenizer_is_reported(void **state)
{
    (void)state;
    struct built_model model;
    make_model(&model);
    /* The view, the offsets, a table for each form. */
    assert_int_equal(allocator_fail_each(allocator_fail_from, look_up, model.file), 4);
    built_model_end(&model);
}

static enum libgguf_status prepare(void *context, struct libgguf_error *err)
{
    const struct libgguf_file *const file = context;
    struct libgguf_tokenizer *tokenizer;
    uint64_t id;
    enum libgguf_status status = libgguf_tokenizer_create(file, &tokenizer, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    status = libgguf_tokenizer_prepare(tokenizer, err);
    if (status == LIBGGUF_OK) {
        const size_t live = allocator_live();
        allocator_fail_from(1);
        must(libgguf_token_find(tokenizer, LIBGGUF_TOKEN_RAW, "b", 1, &id, NULL));
        must(libgguf_token_find(tokenizer, LIBGGUF_TOKEN_DISPLAY, "A", 1, &id, NULL));
        must(libgguf_tokenizer_prepare(tokenizer, NULL));
        assert_int_equal(allocator_reset(), 0);
        assert_int_equal(allocator_live(), live);
    }
    libgguf_tokenizer_free(tokenizer);
    return status;
}

static void a_prepared_tokenizer_needs_no_more_memory(void **state)
{
    (void)state;
    struct built_model model;
    make_model(&model);
    allocator_fail_each(allocator_fail_from, prepare, model.file);
    built_model_end(&model);
}

static void a_lookup_works_again_after_memory_came_back(void **state)
{
    (void)state;
    struct built_model model;
    const struct libgguf_file *file = make_model(&model);
    struct libgguf_tokenizer *tokenizer;
    uint64_t id;
    must(libgguf_tokenizer_create(file, &tokenizer, NULL));
    for (size_t n = 2; n > 0; n--) { /* twice the table: the offsets stay */
        allocator_fail_once(n);
        assert_int_equal(libgguf_token_find(tokenizer, LIBGGUF_TOKEN_RAW, "b", 1, &id, NULL),
                         LIBGGUF_ERR_MEMORY);
        allocator_reset();
    }
    must(libgguf_token_find(tokenizer, LIBGGUF_TOKEN_RAW, "b", 1, &id, NULL));
    assert_int_equal(id, 3);
    libgguf_tokenizer_free(tokenizer);
    built_model_end(&model);
}

static bool keep_going(void *context, const struct libgguf_finding *finding)
{
    size_t *count = context;
    *count += finding != NULL;
    return true;
}

static void numbers_sizes_and_checks_of_a_model_need_no_memory(void **state)
{
    (void)state;
    struct built_model model;
    const struct libgguf_file *file = make_model(&model);
    struct libgguf_model_params params;
    struct libgguf_model_size size;
    struct libgguf_type_usage lines[LIBGGUF_MAX_TYPE_USAGES];
    struct libgguf_quantization quantization;
    struct libgguf_layers layers;
    struct libgguf_chat_template template;
    size_t count, position = 0;
    uint64_t value;
    allocator_fail_from(1);
    libgguf_model_params(file, &params);
    must(libgguf_model_size(file, &size, NULL));
    must(libgguf_model_types(file, lines, &count, NULL));
    libgguf_model_quantization(file, &quantization);
    must(libgguf_param_layers(file, "attention.head_count", 2, &layers, NULL));
    must(libgguf_layers_at(&layers, 1, &value, NULL));
    assert_false(libgguf_chat_template_next(file, &position, &template));
    assert_int_equal(allocator_reset(), 0);
    assert_int_equal(value, 2);
    assert_int_equal(params.problem.status, LIBGGUF_OK);
    built_model_end(&model);
}

static void a_check_without_memory_finds_the_same_or_fails(void **state)
{
    (void)state;
    struct built_model model;
    const struct libgguf_file *file = make_model(&model);
    const struct libgguf_check_options options = {.struct_size = sizeof options};
    size_t all = 0;
    must(libgguf_check(file, &options, keep_going, &all, NULL));
    assert_true(all > 0);
    for (size_t n = 1;; n++) {
        size_t found = 0;
        allocator_fail_from(n);
        const enum libgguf_status status = libgguf_check(file, &options, keep_going, &found, NULL);
        const int failed = allocator_has_failed();
        allocator_reset();
        assert_int_equal(status, failed ? LIBGGUF_ERR_MEMORY : LIBGGUF_OK);
        if (!failed) {
            assert_int_equal(found, all);
            break;
        }
    }
    built_model_end(&model);
}

/* A vocabulary as large as the largest that are published, on disk. */
#define TOKEN_COUNT 262144

static void write_vocabulary(char path[64])
{
    struct libgguf_str *tokens = calloc(TOKEN_COUNT, sizeof *tokens);
    char *names = malloc((size_t)TOKEN_COUNT * 24);
    float *scores = calloc(TOKEN_COUNT, sizeof *scores);
    struct built_model model;
    assert_true(tokens && names && scores);
    for (size_t i = 0; i < TOKEN_COUNT; i++) {
        char *name = names + 24 * i;
        tokens[i] = (struct libgguf_str){name, (uint64_t)snprintf(name, 24, "token-%06zu", i), 0};
    }
    built_model_begin(&model);
    built_model_str(&model, "tokenizer.ggml.model", "gpt2");
    built_model_array(&model, "tokenizer.ggml.tokens", LIBGGUF_VALUE_STRING, TOKEN_COUNT, tokens);
    built_model_array(&model, "tokenizer.ggml.scores", LIBGGUF_VALUE_F32, TOKEN_COUNT, scores);
    built_model_open(&model);
    snprintf(path, 64, "/tmp/gguf-vocabulary-XXXXXX");
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, model.bytes, model.size), model.size);
    close(fd);
    built_model_end(&model);
    free(scores);
    free(names);
    free(tokens);
}

static void a_large_vocabulary_costs_little_until_it_is_asked_for(void **state)
{
    (void)state;
    char path[64];
    write_vocabulary(path);
    struct libgguf_file *file;
    struct libgguf_tokenizer *tokenizer;
    struct libgguf_str raw;
    uint64_t id;
    allocator_fail_from(0);
    must(libgguf_open(path, NULL, &file, NULL));
    must(libgguf_tokenizer_create(file, &tokenizer, NULL));
    assert_int_equal(libgguf_tokenizer_info(tokenizer)->token_count, TOKEN_COUNT);
    assert_in_range(allocator_bytes(), 1, 131072);
    must(libgguf_token_raw(tokenizer, 4711, &raw, NULL));
    assert_in_range(allocator_bytes(), 1, 131072 + 4 * TOKEN_COUNT);
    must(libgguf_token_find(tokenizer, LIBGGUF_TOKEN_RAW, "token-004711", 12, &id, NULL));
    assert_int_equal(id, 4711);
    assert_in_range(allocator_bytes(), 1, 131072 + 12 * TOKEN_COUNT);
    assert_in_range(allocator_bytes(), 1, 4194304);
    libgguf_tokenizer_free(tokenizer);
    libgguf_close(file);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failed_allocation_of_a_tokenizer_is_reported),
        cmocka_unit_test(a_prepared_tokenizer_needs_no_more_memory),
        cmocka_unit_test(a_lookup_works_again_after_memory_came_back),
        cmocka_unit_test(numbers_sizes_and_checks_of_a_model_need_no_memory),
        cmocka_unit_test(a_check_without_memory_finds_the_same_or_fails),
        cmocka_unit_test(a_large_vocabulary_costs_little_until_it_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
