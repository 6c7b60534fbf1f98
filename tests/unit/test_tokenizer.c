#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <libgguf/tokenizer.h>

#include "built_model.h"

static const char *const words[] = {"<unk>",        "<0x41>", "A",      "\xe2\x96\x81the",
                                    "\xe2\x96\x81", "A",      "<0x42>", ""};
static const int32_t word_types[] = {2, 6, 1, 1, 1, 1, 6, 1};
static const float word_scores[] = {0, 0, -1, -2.5F, -3, -4, 0, 1e-5F};
#define WORD_COUNT (sizeof words / sizeof words[0])

static struct libgguf_tokenizer *make_tokenizer(struct built_model *model)
{
    struct libgguf_tokenizer *tokenizer;
    must(libgguf_tokenizer_create(built_model_open(model), &tokenizer, NULL));
    return tokenizer;
}

static struct libgguf_tokenizer *make_words(struct built_model *model)
{
    built_model_begin(model);
    built_model_str(model, "tokenizer.ggml.model", "llama");
    built_model_str(model, "tokenizer.ggml.pre", "default");
    built_model_strings(model, "tokenizer.ggml.tokens", words, WORD_COUNT);
    built_model_array(model, "tokenizer.ggml.scores", LIBGGUF_VALUE_F32, WORD_COUNT, word_scores);
    built_model_array(model, "tokenizer.ggml.token_type", LIBGGUF_VALUE_I32, WORD_COUNT,
                      word_types);
    return make_tokenizer(model);
}

static void the_index_tells_what_there_is(void **state)
{
    (void)state;
    struct built_model model;
    struct libgguf_tokenizer *tokenizer = make_words(&model);
    const struct libgguf_tokenizer_info *info = libgguf_tokenizer_info(tokenizer);
    assert_true(libgguf_str_equal(&info->model, "llama"));
    assert_true(libgguf_str_equal(&info->pre, "default"));
    assert_int_equal(info->kind, LIBGGUF_TOKENIZER_SENTENCEPIECE);
    assert_int_equal(info->token_count, WORD_COUNT);
    assert_int_equal(info->tokens->count, WORD_COUNT);
    assert_int_equal(info->scores->count, WORD_COUNT);
    assert_int_equal(info->types->count, WORD_COUNT);
    assert_null(info->merges);
    assert_int_equal(info->add_bos, LIBGGUF_FLAG_ABSENT);
    libgguf_tokenizer_free(tokenizer);
    built_model_end(&model);
}

static void a_token_has_bytes_a_type_and_a_score(void **state)
{
    (void)state;
    struct built_model model;
    struct libgguf_tokenizer *tokenizer = make_words(&model);
    for (uint64_t id = 0; id < WORD_COUNT; id++) {
        char text[16];
        size_t length;
        must(
            libgguf_token_text(tokenizer, id, LIBGGUF_TOKEN_RAW, text, sizeof text, &length, NULL));
        assert_int_equal(length, strlen(words[id]));
        assert_memory_equal(text, words[id], length);
        struct libgguf_str raw;
        must(libgguf_token_raw(tokenizer, id, &raw, NULL));
        assert_int_equal(raw.size, length);
        assert_memory_equal(raw.data, words[id], length);
        enum libgguf_token_type type;
        must(libgguf_token_type(tokenizer, id, &type, NULL));
        assert_int_equal(type, word_types[id]);
        float score;
        must(libgguf_token_score(tokenizer, id, &score, NULL));
        assert_true(score == word_scores[id]);
    }
    libgguf_tokenizer_free(tokenizer);
    built_model_end(&model);
}

static void the_display_form_is_what_the_token_stands_for(void **state)
{
    (void)state;
    static const char *const shown[] = {"<unk>", "A", "A", " the", " ", "A", "B", ""};
    struct built_model model;
    struct libgguf_tokenizer *tokenizer = make_words(&model);
    for (uint64_t id = 0; id < WORD_COUNT; id++) {
        char text[16];
        size_t length;
        must(libgguf_token_text(tokenizer, id, LIBGGUF_TOKEN_DISPLAY, text, sizeof text, &length,
                                NULL));
        assert_int_equal(length, strlen(shown[id]));
        assert_memory_equal(text, shown[id], length);
    }
    libgguf_tokenizer_free(tokenizer);
    built_model_end(&model);
}

static void a_text_is_found_as_the_lowest_id_and_byte_tokens_last(void **state)
{
    (void)state;
    static const struct {
        enum libgguf_token_form form;
        const char *text;
        uint64_t id;
    } cases[] = {
        {LIBGGUF_TOKEN_RAW, "<0x41>", 1},
        {LIBGGUF_TOKEN_RAW, "A", 2},
        {LIBGGUF_TOKEN_DISPLAY, "A", 2},
        {LIBGGUF_TOKEN_DISPLAY, "B", 6},
        {LIBGGUF_TOKEN_DISPLAY, " the", 3},
        {LIBGGUF_TOKEN_DISPLAY, " ", 4},
        {LIBGGUF_TOKEN_DISPLAY, "<unk>", 0},
        {LIBGGUF_TOKEN_RAW, "\xe2\x96\x81the", 3},
        {LIBGGUF_TOKEN_RAW, "", 7},
        {LIBGGUF_TOKEN_DISPLAY, "", 7},
        {LIBGGUF_TOKEN_RAW, " the", 99},
        {LIBGGUF_TOKEN_RAW, "a", 99},
        {LIBGGUF_TOKEN_DISPLAY, "<0x41>", 99},
    };
    struct built_model model;
    struct libgguf_tokenizer *tokenizer = make_words(&model);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t id = 99;
        const enum libgguf_status status = libgguf_token_find(
            tokenizer, cases[i].form, cases[i].text, strlen(cases[i].text), &id, NULL);
        assert_int_equal(id, cases[i].id);
        assert_int_equal(status, id == 99 ? LIBGGUF_ERR_NOT_FOUND : LIBGGUF_OK);
    }
    uint64_t id;
    assert_int_equal(libgguf_token_find(tokenizer, (enum libgguf_token_form)2, "A", 1, &id, NULL),
                     LIBGGUF_ERR_ARGUMENT);
    libgguf_tokenizer_free(tokenizer);
    built_model_end(&model);
}

static void what_is_not_there_is_not_found(void **state)
{
    (void)state;
    struct built_model model;
    struct libgguf_tokenizer *tokenizer = make_words(&model);
    struct libgguf_str raw;
    enum libgguf_token_type type;
    float score;
    char text[8];
    size_t length;
    static const uint64_t ids[] = {WORD_COUNT, UINT32_MAX, UINT64_C(1) << 32, UINT64_MAX};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        assert_int_equal(libgguf_token_raw(tokenizer, ids[i], &raw, NULL), LIBGGUF_ERR_NOT_FOUND);
        assert_int_equal(libgguf_token_text(tokenizer, ids[i], LIBGGUF_TOKEN_RAW, text, sizeof text,
                                            &length, NULL),
                         LIBGGUF_ERR_NOT_FOUND);
        assert_int_equal(libgguf_token_type(tokenizer, ids[i], &type, NULL), LIBGGUF_ERR_NOT_FOUND);
        assert_int_equal(libgguf_token_score(tokenizer, ids[i], &score, NULL),
                         LIBGGUF_ERR_NOT_FOUND);
    }
    libgguf_tokenizer_free(tokenizer);
    built_model_end(&model);
}

static void a_buffer_too_small_is_told_the_size_it_needs(void **state)
{
    (void)state;
    struct built_model model;
    struct libgguf_tokenizer *tokenizer = make_words(&model);
    char text[6];
    size_t length = 0;
    assert_int_equal(
        libgguf_token_text(tokenizer, 3, LIBGGUF_TOKEN_DISPLAY, text, 5, &length, NULL),
        LIBGGUF_ERR_RANGE);
    assert_int_equal(length, 6);
    must(libgguf_token_text(tokenizer, 3, LIBGGUF_TOKEN_DISPLAY, text, length, &length, NULL));
    assert_int_equal(length, 4);
    libgguf_tokenizer_free(tokenizer);
    built_model_end(&model);
}

static void a_file_without_a_vocabulary_has_an_empty_view(void **state)
{
    (void)state;
    struct built_model model;
    built_model_begin(&model);
    static const float floats[] = {1, 2};
    built_model_array(&model, "tokenizer.ggml.tokens", LIBGGUF_VALUE_F32, 2, floats);
    built_model_array(&model, "tokenizer.ggml.token_type", LIBGGUF_VALUE_F32, 2, floats);
    built_model_u32(&model, "tokenizer.ggml.scores", 3);
    built_model_u32(&model, "tokenizer.ggml.model", 3);
    struct libgguf_tokenizer *tokenizer = make_tokenizer(&model);
    const struct libgguf_tokenizer_info *info = libgguf_tokenizer_info(tokenizer);
    assert_int_equal(info->token_count, 0);
    assert_null(info->tokens);
    assert_null(info->types);
    assert_null(info->scores);
    assert_int_equal(info->model.size, 0);
    uint64_t id;
    struct libgguf_str raw;
    assert_int_equal(libgguf_token_find(tokenizer, LIBGGUF_TOKEN_RAW, "a", 1, &id, NULL),
                     LIBGGUF_ERR_NOT_FOUND);
    assert_int_equal(libgguf_token_raw(tokenizer, 0, &raw, NULL), LIBGGUF_ERR_NOT_FOUND);
    must(libgguf_tokenizer_prepare(tokenizer, NULL));
    libgguf_tokenizer_free(tokenizer);
    libgguf_tokenizer_free(NULL);
    built_model_end(&model);
}

static void an_empty_vocabulary_finds_nothing(void **state)
{
    (void)state;
    struct built_model model;
    built_model_begin(&model);
    built_model_strings(&model, "tokenizer.ggml.tokens", NULL, 0);
    struct libgguf_tokenizer *tokenizer = make_tokenizer(&model);
    uint64_t id;
    assert_int_equal(libgguf_token_find(tokenizer, LIBGGUF_TOKEN_RAW, "", 0, &id, NULL),
                     LIBGGUF_ERR_NOT_FOUND);
    must(libgguf_tokenizer_prepare(tokenizer, NULL));
    libgguf_tokenizer_free(tokenizer);
    built_model_end(&model);
}

static void shorter_arrays_beside_the_tokens_leave_the_rest_open(void **state)
{
    (void)state;
    static const int64_t types[] = {-1, 77};
    struct built_model model;
    built_model_begin(&model);
    built_model_strings(&model, "tokenizer.ggml.tokens", words, 4);
    built_model_array(&model, "tokenizer.ggml.scores", LIBGGUF_VALUE_F32, 2, word_scores);
    built_model_array(&model, "tokenizer.ggml.token_type", LIBGGUF_VALUE_I64, 2, types);
    struct libgguf_tokenizer *tokenizer = make_tokenizer(&model);
    for (uint64_t id = 0; id < 4; id++) {
        enum libgguf_token_type type;
        float score;
        must(libgguf_token_type(tokenizer, id, &type, NULL));
        assert_int_equal(type, LIBGGUF_TOKEN_UNDEFINED);
        assert_int_equal(libgguf_token_score(tokenizer, id, &score, NULL),
                         id < 2 ? LIBGGUF_OK : LIBGGUF_ERR_NOT_FOUND);
    }
    libgguf_tokenizer_free(tokenizer);
    built_model_end(&model);
}

static void token_types_may_have_any_integer_type(void **state)
{
    (void)state;
    static const uint8_t u8[] = {1, 6};
    static const uint16_t u16[] = {1, 6};
    static const uint32_t u32[] = {1, 6};
    static const uint64_t u64[] = {1, 6};
    static const struct {
        enum libgguf_value_type type;
        const void *elements;
    } cases[] = {{LIBGGUF_VALUE_U8, u8},
                 {LIBGGUF_VALUE_I16, u16},
                 {LIBGGUF_VALUE_U32, u32},
                 {LIBGGUF_VALUE_I64, u64}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct built_model model;
        built_model_begin(&model);
        built_model_strings(&model, "tokenizer.ggml.tokens", words, 2);
        built_model_array(&model, "tokenizer.ggml.token_type", cases[i].type, 2, cases[i].elements);
        struct libgguf_tokenizer *tokenizer = make_tokenizer(&model);
        enum libgguf_token_type type;
        must(libgguf_token_type(tokenizer, 1, &type, NULL));
        assert_int_equal(type, LIBGGUF_TOKEN_BYTE);
        libgguf_tokenizer_free(tokenizer);
        built_model_end(&model);
    }
}

static void special_tokens_are_present_when_the_vocabulary_has_them(void **state)
{
    (void)state;
    struct built_model model;
    built_model_begin(&model);
    built_model_strings(&model, "tokenizer.ggml.tokens", words, 4);
    built_model_u32(&model, "tokenizer.ggml.bos_token_id", 3);
    built_model_u32(&model, "tokenizer.ggml.eos_token_id", 4);
    built_model_u32(&model, "tokenizer.ggml.padding_token_id", UINT32_MAX);
    must(libgguf_writer_add_i32(model.writer, "tokenizer.ggml.seperator_token_id", -1, NULL));
    built_model_u32(&model, "tokenizer.ggml.prefix_token_id", 1);
    must(libgguf_writer_add_bool(model.writer, "tokenizer.ggml.add_bos_token", true, NULL));
    must(libgguf_writer_add_bool(model.writer, "tokenizer.ggml.add_eos_token", false, NULL));
    struct libgguf_tokenizer *tokenizer = make_tokenizer(&model);
    static const struct {
        enum libgguf_special which;
        const char *name;
        bool given;
        bool present;
        uint64_t id;
    } cases[] = {
        {LIBGGUF_SPECIAL_BOS, "bos", true, true, 3},
        {LIBGGUF_SPECIAL_EOS, "eos", true, false, 4},
        {LIBGGUF_SPECIAL_PAD, "pad", true, false, UINT32_MAX},
        {LIBGGUF_SPECIAL_SEP, "sep", true, false, LIBGGUF_ABSENT_TOKEN},
        {LIBGGUF_SPECIAL_FIM_PRE, "fim_pre", true, true, 1},
        {LIBGGUF_SPECIAL_UNK, "unk", false, false, LIBGGUF_ABSENT_TOKEN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct libgguf_special_token special =
            libgguf_tokenizer_special(tokenizer, cases[i].which);
        assert_string_equal(libgguf_special_name(cases[i].which), cases[i].name);
        assert_int_equal(special.kv != NULL, cases[i].given);
        assert_int_equal(special.present, cases[i].present);
        assert_true(special.id == cases[i].id);
    }
    assert_false(libgguf_tokenizer_special(tokenizer, LIBGGUF_SPECIAL_COUNT).present);
    assert_null(libgguf_special_name(LIBGGUF_SPECIAL_COUNT));
    for (int i = 0; i < LIBGGUF_SPECIAL_COUNT; i++) {
        assert_non_null(libgguf_special_name((enum libgguf_special)i));
    }
    assert_int_equal(libgguf_tokenizer_info(tokenizer)->add_bos, LIBGGUF_FLAG_TRUE);
    assert_int_equal(libgguf_tokenizer_info(tokenizer)->add_eos, LIBGGUF_FLAG_FALSE);
    libgguf_tokenizer_free(tokenizer);
    built_model_end(&model);
}

static void token_types_have_names(void **state)
{
    (void)state;
    assert_string_equal(libgguf_token_type_name(LIBGGUF_TOKEN_NORMAL), "normal");
    assert_string_equal(libgguf_token_type_name(LIBGGUF_TOKEN_BYTE), "byte");
    assert_null(libgguf_token_type_name((enum libgguf_token_type)7));
}

static void chat_templates_come_in_file_order_with_their_names(void **state)
{
    (void)state;
    static const char *const names[] = {"tool_use"};
    struct built_model model;
    built_model_begin(&model);
    built_model_str(&model, "tokenizer.chat_template.tool_use", "{{tools}}");
    built_model_strings(&model, "tokenizer.chat_templates", names, 1);
    built_model_str(&model, "tokenizer.chat_template", "{{messages}}");
    built_model_u32(&model, "tokenizer.chat_template.number", 1);
    built_model_str(&model, "tokenizer.chat_template.", "no name");
    built_model_str(&model, "tokenizer.chat_templated", "another key");
    const struct libgguf_file *file = built_model_open(&model);
    size_t position = 0;
    struct libgguf_chat_template found;
    assert_true(libgguf_chat_template_next(file, &position, &found));
    assert_true(libgguf_str_equal(&found.name, "tool_use"));
    assert_true(libgguf_str_equal(&found.text, "{{tools}}"));
    assert_true(libgguf_chat_template_next(file, &position, &found));
    assert_int_equal(found.name.size, 0);
    assert_true(libgguf_str_equal(&found.text, "{{messages}}"));
    assert_false(libgguf_chat_template_next(file, &position, &found));
    assert_false(libgguf_chat_template_next(file, &position, &found));
    built_model_end(&model);
}

static void a_very_long_token_is_read_but_not_found(void **state)
{
    (void)state;
    struct built_model model;
    built_model_begin(&model);
    const size_t size = 40000;
    char *longest = malloc(size + 1);
    assert_non_null(longest);
    memset(longest, 'x', size);
    longest[size] = '\0';
    const char *const texts[] = {longest, longest + size - LIBGGUF_MAX_TOKEN_TEXT, "y"};
    built_model_strings(&model, "tokenizer.ggml.tokens", texts, 3);
    struct libgguf_tokenizer *tokenizer = make_tokenizer(&model);
    uint64_t id = 0;
    assert_int_equal(libgguf_token_find(tokenizer, LIBGGUF_TOKEN_RAW, longest, size, &id, NULL),
                     LIBGGUF_ERR_NOT_FOUND);
    must(libgguf_token_find(tokenizer, LIBGGUF_TOKEN_DISPLAY, longest, LIBGGUF_MAX_TOKEN_TEXT, &id,
                            NULL));
    assert_int_equal(id, 1);
    must(libgguf_token_find(tokenizer, LIBGGUF_TOKEN_RAW, "y", 1, &id, NULL));
    assert_int_equal(id, 2);
    memset(longest, 0, size);
    size_t length;
    must(libgguf_token_text(tokenizer, 0, LIBGGUF_TOKEN_RAW, longest, size, &length, NULL));
    assert_int_equal(length, size);
    assert_int_equal(longest[size - 1], 'x');
    libgguf_tokenizer_free(tokenizer);
    free(longest);
    built_model_end(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_index_tells_what_there_is),
        cmocka_unit_test(a_token_has_bytes_a_type_and_a_score),
        cmocka_unit_test(the_display_form_is_what_the_token_stands_for),
        cmocka_unit_test(a_text_is_found_as_the_lowest_id_and_byte_tokens_last),
        cmocka_unit_test(what_is_not_there_is_not_found),
        cmocka_unit_test(a_buffer_too_small_is_told_the_size_it_needs),
        cmocka_unit_test(a_file_without_a_vocabulary_has_an_empty_view),
        cmocka_unit_test(an_empty_vocabulary_finds_nothing),
        cmocka_unit_test(shorter_arrays_beside_the_tokens_leave_the_rest_open),
        cmocka_unit_test(token_types_may_have_any_integer_type),
        cmocka_unit_test(special_tokens_are_present_when_the_vocabulary_has_them),
        cmocka_unit_test(token_types_have_names),
        cmocka_unit_test(chat_templates_come_in_file_order_with_their_names),
        cmocka_unit_test(a_very_long_token_is_read_but_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
