/* Tokenizers over files on disk: every version and byte order, many threads, a file that changes.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include <libgguf/tokenizer.h>

#include "built_model.h"
#include "model/token_table.h"

#define TOKEN_COUNT 3000

/* Token 7 is "w7" and so on; its type and score follow from its id. */
static size_t token_name(uint64_t id, char out[16])
{
    return (size_t)snprintf(out, 16, "w%u", (unsigned)id);
}

static void add_tokens(struct built_model *model)
{
    static char names[TOKEN_COUNT][16];
    static const char *texts[TOKEN_COUNT];
    static int32_t types[TOKEN_COUNT];
    static float scores[TOKEN_COUNT];
    for (size_t i = 0; i < TOKEN_COUNT; i++) {
        token_name(i, names[i]);
        texts[i] = names[i];
        types[i] = (int32_t)(i % 7);
        scores[i] = -(float)i;
    }
    built_model_str(model, "tokenizer.ggml.model", "llama");
    built_model_strings(model, "tokenizer.ggml.tokens", texts, TOKEN_COUNT);
    built_model_array(model, "tokenizer.ggml.token_type", LIBGGUF_VALUE_I32, TOKEN_COUNT, types);
    built_model_array(model, "tokenizer.ggml.scores", LIBGGUF_VALUE_F32, TOKEN_COUNT, scores);
}

struct model_file {
    char path[64];
    size_t size;
    struct libgguf_file *file;
    struct libgguf_tokenizer *tokenizer;
};

static void make_file(struct model_file *out, uint32_t version, bool big_endian)
{
    const struct libgguf_writer_options options = {
        .struct_size = sizeof options, .version = version, .big_endian = big_endian};
    struct built_model model = {0};
    must(libgguf_writer_create(&options, &model.writer, NULL));
    add_tokens(&model);
    built_model_open(&model);
    snprintf(out->path, sizeof out->path, "/tmp/gguf-tokenizer-XXXXXX");
    const int fd = mkstemp(out->path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, model.bytes, model.size), model.size);
    close(fd);
    out->size = model.size;
    built_model_end(&model);
    must(libgguf_open(out->path, NULL, &out->file, NULL));
    must(libgguf_tokenizer_create(out->file, &out->tokenizer, NULL));
}

static void end_file(struct model_file *file)
{
    libgguf_tokenizer_free(file->tokenizer);
    libgguf_close(file->file);
    unlink(file->path);
}

/* 0 when everything about token @p id is as it was written. */
static int token_differs(const struct libgguf_tokenizer *tokenizer, uint64_t id)
{
    char expected[16], text[16];
    size_t length = 0;
    uint64_t found = UINT64_MAX;
    enum libgguf_token_type type = LIBGGUF_TOKEN_UNDEFINED;
    float score = 0;
    const size_t size = token_name(id, expected);
    return libgguf_token_text(tokenizer, id, LIBGGUF_TOKEN_DISPLAY, text, sizeof text, &length,
                              NULL) != LIBGGUF_OK ||
           length != size || memcmp(text, expected, size) != 0 ||
           libgguf_token_find(tokenizer, LIBGGUF_TOKEN_RAW, expected, size, &found, NULL) !=
               LIBGGUF_OK ||
           found != id || libgguf_token_type(tokenizer, id, &type, NULL) != LIBGGUF_OK ||
           type != (enum libgguf_token_type)(id % 7) ||
           libgguf_token_score(tokenizer, id, &score, NULL) != LIBGGUF_OK || score != -(float)id;
}

static void every_version_and_byte_order_reads_the_same(void **state)
{
    (void)state;
    for (uint32_t version = 1; version <= 3; version++) {
        for (int big_endian = 0; big_endian <= 1; big_endian++) {
            struct model_file file;
            make_file(&file, version, big_endian != 0);
            for (uint64_t id = 0; id < TOKEN_COUNT; id += 97) {
                assert_int_equal(token_differs(file.tokenizer, id), 0);
            }
            struct libgguf_str raw;
            must(libgguf_token_raw(file.tokenizer, 5, &raw, NULL));
            assert_null(raw.data);
            end_file(&file);
        }
    }
}

struct job {
    pthread_t thread;
    const struct libgguf_tokenizer *tokenizer;
    uint64_t first;
    int differences;
};

static void *run_job(void *context)
{
    struct job *job = context;
    for (uint64_t id = job->first; id < TOKEN_COUNT; id += 101) {
        job->differences += token_differs(job->tokenizer, id);
    }
    return NULL;
}

static void many_threads_share_one_tokenizer(void **state)
{
    (void)state;
    enum { JOBS = 8 };
    struct model_file file;
    make_file(&file, 3, false);
    struct job jobs[JOBS];
    for (uint64_t i = 0; i < JOBS; i++) {
        jobs[i] = (struct job){.tokenizer = file.tokenizer, .first = i};
        assert_int_equal(pthread_create(&jobs[i].thread, NULL, run_job, &jobs[i]), 0);
    }
    for (size_t i = 0; i < JOBS; i++) {
        assert_int_equal(pthread_join(jobs[i].thread, NULL), 0);
        assert_int_equal(jobs[i].differences, 0);
    }
    end_file(&file);
}

static void a_file_cut_short_while_open_is_an_error(void **state)
{
    (void)state;
    struct model_file file;
    make_file(&file, 3, false);
    assert_int_equal(truncate(file.path, 4096), 0);
    struct libgguf_str raw;
    struct libgguf_error err;
    uint64_t id;
    enum libgguf_token_type type;
    float score;
    assert_int_equal(libgguf_token_raw(file.tokenizer, 0, &raw, &err), LIBGGUF_ERR_TRUNCATED);
    assert_int_equal(libgguf_token_find(file.tokenizer, LIBGGUF_TOKEN_RAW, "w1", 2, &id, &err),
                     LIBGGUF_ERR_TRUNCATED);
    assert_int_equal(libgguf_token_type(file.tokenizer, 2900, &type, &err), LIBGGUF_ERR_TRUNCATED);
    assert_int_equal(libgguf_token_score(file.tokenizer, 2900, &score, &err),
                     LIBGGUF_ERR_TRUNCATED);
    end_file(&file);
}

static void a_file_cut_short_after_the_tables_were_built_is_an_error(void **state)
{
    (void)state;
    struct model_file file;
    make_file(&file, 3, false);
    assert_int_equal(token_differs(file.tokenizer, 2900), 0);
    assert_int_equal(truncate(file.path, 4096), 0);
    char text[16];
    size_t length;
    uint64_t id;
    assert_int_equal(libgguf_token_text(file.tokenizer, 2900, LIBGGUF_TOKEN_RAW, text, sizeof text,
                                        &length, NULL),
                     LIBGGUF_ERR_TRUNCATED);
    assert_int_equal(libgguf_token_find(file.tokenizer, LIBGGUF_TOKEN_RAW, "w2900", 5, &id, NULL),
                     LIBGGUF_ERR_TRUNCATED);
    end_file(&file);
}

static void types_that_cannot_be_read_are_an_error(void **state)
{
    (void)state;
    struct model_file file;
    make_file(&file, 3, false);
    const struct libgguf_array *types = libgguf_tokenizer_info(file.tokenizer)->types;
    assert_int_equal(truncate(file.path, (off_t)types->offset + 100), 0);
    uint64_t id;
    assert_int_equal(libgguf_token_find(file.tokenizer, LIBGGUF_TOKEN_DISPLAY, "w10", 3, &id, NULL),
                     LIBGGUF_ERR_TRUNCATED);
    /* Raw texts need no types. */
    assert_int_equal(libgguf_token_find(file.tokenizer, LIBGGUF_TOKEN_RAW, "w2900", 5, &id, NULL),
                     LIBGGUF_OK);
    assert_int_equal(id, 2900);
    end_file(&file);
}

static void at_most_half_of_the_slots_are_used(void **state)
{
    (void)state;
    struct model_file file;
    struct token_offsets *offsets;
    struct token_hash *hash;
    make_file(&file, 3, false);
    must(token_offsets_build(libgguf_tokenizer_info(file.tokenizer)->tokens, &offsets, NULL));
    must(token_hash_build(file.tokenizer, offsets, LIBGGUF_TOKEN_RAW, &hash, NULL));
    assert_true(hash->mask + UINT64_C(1) >= 2 * TOKEN_COUNT);
    free(hash);
    free(offsets);
    end_file(&file);
}

static void a_list_of_tokens_that_changed_is_an_error(void **state)
{
    (void)state;
    struct model_file file;
    make_file(&file, 3, false);
    const struct libgguf_array *tokens = libgguf_tokenizer_info(file.tokenizer)->tokens;
    FILE *stream = fopen(file.path, "r+b");
    assert_non_null(stream);
    assert_int_equal(fseek(stream, (long)tokens->offset, SEEK_SET), 0);
    assert_int_equal(fputc(9, stream), 9); /* the length of token 0 was 2 */
    fclose(stream);
    struct libgguf_str raw;
    const enum libgguf_status status = libgguf_token_raw(file.tokenizer, 0, &raw, NULL);
    assert_true(status == LIBGGUF_ERR_CHANGED || status == LIBGGUF_ERR_TRUNCATED);
    end_file(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_version_and_byte_order_reads_the_same),
        cmocka_unit_test(many_threads_share_one_tokenizer),
        cmocka_unit_test(a_file_cut_short_while_open_is_an_error),
        cmocka_unit_test(a_file_cut_short_after_the_tables_were_built_is_an_error),
        cmocka_unit_test(types_that_cannot_be_read_are_an_error),
        cmocka_unit_test(at_most_half_of_the_slots_are_used),
        cmocka_unit_test(a_list_of_tokens_that_changed_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
