/*
 * Real vocabularies, where the test data is at hand. The ids of words are those that the models'
 * own tokenizers give, as published with them and in llama.cpp's tokenizer tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <libgguf/file.h>
#include <libgguf/model.h>
#include <libgguf/tokenizer.h>

static const char *directory;

struct vocabulary {
    struct libgguf_file *file;
    struct libgguf_tokenizer *tokenizer;
};

static struct vocabulary open_vocabulary(const char *name)
{
    char path[4096];
    struct libgguf_error err;
    struct vocabulary vocabulary;
    snprintf(path, sizeof path, "%s/models/%s.gguf", directory, name);
    if (libgguf_open(path, NULL, &vocabulary.file, &err) != LIBGGUF_OK) {
        fail_msg("%s: %s", path, err.text);
    }
    assert_int_equal(libgguf_tokenizer_create(vocabulary.file, &vocabulary.tokenizer, NULL),
                     LIBGGUF_OK);
    return vocabulary;
}

static void close_vocabulary(struct vocabulary *vocabulary)
{
    libgguf_tokenizer_free(vocabulary->tokenizer);
    libgguf_close(vocabulary->file);
}

static const struct {
    const char *name;
    uint64_t token_count;
    enum libgguf_tokenizer_kind kind;
    size_t repeated; /* ids whose display form is that of another, found in its place */
} vocabularies[] = {
    {"vocab-llama-v1", 32000, LIBGGUF_TOKENIZER_SENTENCEPIECE, 96},
    {"vocab-llama-spm", 32000, LIBGGUF_TOKENIZER_SENTENCEPIECE, 96},
    {"stories260K-f32", 512, LIBGGUF_TOKENIZER_SENTENCEPIECE, 88},
    {"vocab-falcon-v2", 65024, LIBGGUF_TOKENIZER_BYTE_BPE, 0},
    {"vocab-gpt-2", 50257, LIBGGUF_TOKENIZER_BYTE_BPE, 0},
    {"vocab-deepseek-llm", 102400, LIBGGUF_TOKENIZER_BYTE_BPE, 11},
    {"vocab-bert-bge", 30522, LIBGGUF_TOKENIZER_WORDPIECE, 0},
};

static void every_token_is_found_by_its_text_in_both_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vocabularies / sizeof vocabularies[0]; i++) {
        struct vocabulary vocabulary = open_vocabulary(vocabularies[i].name);
        const struct libgguf_tokenizer *tokenizer = vocabulary.tokenizer;
        const struct libgguf_tokenizer_info *info = libgguf_tokenizer_info(tokenizer);
        assert_int_equal(info->token_count, vocabularies[i].token_count);
        assert_int_equal(info->kind, vocabularies[i].kind);
        size_t repeated = 0;
        for (uint64_t id = 0; id < info->token_count; id++) {
            char text[1024], again[1024];
            size_t size, again_size;
            uint64_t found = UINT64_MAX;
            if (libgguf_token_text(tokenizer, id, LIBGGUF_TOKEN_RAW, text, sizeof text, &size,
                                   NULL) != LIBGGUF_OK ||
                libgguf_token_find(tokenizer, LIBGGUF_TOKEN_RAW, text, size, &found, NULL) !=
                    LIBGGUF_OK ||
                found != id) {
                fail_msg("%s: raw token %zu", vocabularies[i].name, (size_t)id);
            }
            if (libgguf_token_text(tokenizer, id, LIBGGUF_TOKEN_DISPLAY, text, sizeof text, &size,
                                   NULL) != LIBGGUF_OK ||
                libgguf_token_find(tokenizer, LIBGGUF_TOKEN_DISPLAY, text, size, &found, NULL) !=
                    LIBGGUF_OK ||
                libgguf_token_text(tokenizer, found, LIBGGUF_TOKEN_DISPLAY, again, sizeof again,
                                   &again_size, NULL) != LIBGGUF_OK ||
                again_size != size || memcmp(text, again, size) != 0) {
                fail_msg("%s: shown token %zu", vocabularies[i].name, (size_t)id);
            }
            repeated += found != id;
        }
        assert_int_equal(repeated, vocabularies[i].repeated);
        close_vocabulary(&vocabulary);
    }
}

static void well_known_words_have_their_well_known_ids(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *text;
        uint64_t id;
    } words[] = {
        {"vocab-gpt-2", "Hello", 15496},
        {"vocab-gpt-2", " world", 995},
        {"vocab-gpt-2", " the", 262},
        {"vocab-gpt-2", "\n", 198},
        {"vocab-gpt-2", "<|endoftext|>", 50256},
        {"vocab-falcon-v2", "Hello", 9856},
        {"vocab-falcon-v2", " world", 1079},
        {"vocab-falcon-v2", "<|endoftext|>", 11},
        {"vocab-deepseek-llm", "Hello", 17464},
        {"vocab-deepseek-llm", " world", 1843},
        {"vocab-deepseek-llm", "\n", 185},
        {"vocab-deepseek-llm",
         "<\xef\xbd\x9c"
         "begin\xe2\x96\x81of\xe2\x96\x81sentence\xef\xbd\x9c>",
         100000},
        {"vocab-llama-spm", " Hello", 15043},
        {"vocab-llama-spm", " world", 3186},
        {"vocab-llama-spm", " the", 278},
        {"vocab-llama-spm", " ", 29871},
        {"vocab-llama-spm", "\n", 13},
        {"vocab-llama-spm", "<s>", 1},
        {"vocab-llama-v1", " Hello", 15043},
        {"vocab-llama-v1", "\n", 13},
        {"vocab-bert-bge", " hello", 7592},
        {"vocab-bert-bge", " world", 2088},
        {"vocab-bert-bge", " the", 1996},
        {"vocab-bert-bge", "ing", 2075},
        {"vocab-bert-bge", "[CLS]", 101},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct vocabulary vocabulary = open_vocabulary(words[i].name);
        uint64_t id = 0;
        const enum libgguf_status status =
            libgguf_token_find(vocabulary.tokenizer, LIBGGUF_TOKEN_DISPLAY, words[i].text,
                               strlen(words[i].text), &id, NULL);
        if (status != LIBGGUF_OK || id != words[i].id) {
            fail_msg("%s: '%s' is %zu", words[i].name, words[i].text, (size_t)id);
        }
        close_vocabulary(&vocabulary);
    }
}

static void special_tokens_are_those_of_the_models(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum libgguf_special which;
        uint64_t id; /* LIBGGUF_ABSENT_TOKEN: none */
    } specials[] = {
        {"vocab-llama-spm", LIBGGUF_SPECIAL_BOS, 1},
        {"vocab-llama-spm", LIBGGUF_SPECIAL_EOS, 2},
        {"vocab-llama-spm", LIBGGUF_SPECIAL_UNK, 0},
        {"vocab-llama-v1", LIBGGUF_SPECIAL_BOS, LIBGGUF_ABSENT_TOKEN},
        {"vocab-gpt-2", LIBGGUF_SPECIAL_EOS, 50256},
        {"vocab-falcon-v2", LIBGGUF_SPECIAL_EOS, 11},
        {"vocab-bert-bge", LIBGGUF_SPECIAL_SEP, 102},
        {"vocab-bert-bge", LIBGGUF_SPECIAL_CLS, 101},
        {"vocab-bert-bge", LIBGGUF_SPECIAL_MASK, 103},
        {"vocab-deepseek-llm", LIBGGUF_SPECIAL_PAD, 100001},
        {"stories260K-f32", LIBGGUF_SPECIAL_PAD, LIBGGUF_ABSENT_TOKEN}, /* written as 2^32 - 1 */
    };
    for (size_t i = 0; i < sizeof specials / sizeof specials[0]; i++) {
        struct vocabulary vocabulary = open_vocabulary(specials[i].name);
        const struct libgguf_special_token special =
            libgguf_tokenizer_special(vocabulary.tokenizer, specials[i].which);
        assert_int_equal(special.present, specials[i].id != LIBGGUF_ABSENT_TOKEN);
        if (special.present) {
            assert_int_equal(special.id, specials[i].id);
        }
        close_vocabulary(&vocabulary);
    }
}

static void hyperparameters_are_those_of_the_models(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *architecture;
        uint64_t context, embedding, blocks, heads, kv_heads, key_length;
        uint64_t parameters;
        const char *file_type;
    } models[] = {
        {"vocab-llama-v1", "llama", 4096, 4096, 32, 32, 32, 128, 0, NULL},
        {"vocab-falcon-v2", "falcon", 2048, 4544, 32, 71, 1, 64, 0, "F16"},
        {"vocab-gpt-2", "gpt2", 1024, 768, 12, 12, 12, 64, 0, "F16"},
        {"vocab-bert-bge", "bert", 512, 384, 12, 12, 12, 32, 0, "F16"},
        {"stories260K-f32", "llama", 128, 64, 5, 8, 4, 8, 292800, "F32"},
        {"stories260K-F16", "llama", 128, 64, 5, 8, 4, 8, 292800, "F16"},
        {"stories260K-Q4_K_M", "llama", 128, 64, 5, 8, 4, 8, 292800, "Q4_K_M"},
    };
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++) {
        struct vocabulary vocabulary = open_vocabulary(models[i].name);
        struct libgguf_model_params params;
        struct libgguf_model_size size;
        struct libgguf_quantization quantization;
        libgguf_model_params(vocabulary.file, &params);
        assert_int_equal(params.problem.status, LIBGGUF_OK);
        assert_true(libgguf_str_equal(&params.architecture, models[i].architecture));
        assert_int_equal(params.context_length, models[i].context);
        assert_int_equal(params.embedding_length, models[i].embedding);
        assert_int_equal(params.block_count, models[i].blocks);
        assert_int_equal(params.head_count.max, models[i].heads);
        assert_int_equal(params.head_count_kv.max, models[i].kv_heads);
        assert_int_equal(params.key_length, models[i].key_length);
        assert_int_equal(libgguf_model_size(vocabulary.file, &size, NULL), LIBGGUF_OK);
        assert_int_equal(size.parameter_count, models[i].parameters);
        libgguf_model_quantization(vocabulary.file, &quantization);
        if (models[i].file_type) {
            assert_string_equal(quantization.shown->name, models[i].file_type);
        } else {
            assert_null(quantization.shown);
        }
        close_vocabulary(&vocabulary);
    }
}

int main(void)
{
    char path[4096];
    directory = getenv("GGUF_DATA");
    snprintf(path, sizeof path, "%s/models/vocab-gpt-2.gguf", directory ? directory : "");
    FILE *present = fopen(path, "rb");
    if (!present) {
        printf("skipped: no real models under %s\n", directory ? directory : "$GGUF_DATA");
        return 77;
    }
    fclose(present);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_token_is_found_by_its_text_in_both_forms),
        cmocka_unit_test(well_known_words_have_their_well_known_ids),
        cmocka_unit_test(special_tokens_are_those_of_the_models),
        cmocka_unit_test(hyperparameters_are_those_of_the_models),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
