/* What each layer keeps, where a file is unusual or cannot be read. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model_header.h"

enum { F32 = 0, CONTEXT = 32768, ROW = 2 * 2 * 4 * 64, UNKNOWN_TYPE = 99 };

/* A model with heads of 64, not yet open. */
static void make(struct model_header *model, const char *architecture, uint32_t layers)
{
    header_begin(model, architecture);
    header_u32(model, "block_count", layers);
    header_u32(model, "context_length", CONTEXT);
    header_u32(model, "embedding_length", 512);
    header_u32(model, "feed_forward_length", 2048);
    header_u32(model, "attention.head_count", 8);
}

static struct libgguf_estimate estimate(const struct model_header *model,
                                        enum libgguf_strategy strategy)
{
    const struct libgguf_estimate_options options = {
        .struct_size = sizeof options,
        .context = CONTEXT,
        .type_k = libgguf_tensor_type_by_name("F16"),
        .type_v = libgguf_tensor_type_by_name("F16"),
    };
    struct libgguf_estimate out;
    struct libgguf_error err;
    header_check(libgguf_estimate_load(model->footprint, strategy, &options, &out, &err), &err);
    return out;
}

static void one_flag_makes_all_layers_sliding_or_none(void **state)
{
    (void)state;
    static const struct {
        bool flag;
        uint64_t cells;
    } cases[] = {{true, 1536}, {false, CONTEXT}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct model_header model;
        struct libgguf_error err;
        make(&model, "gemma3", 6);
        header_u32(&model, "attention.head_count_kv", 4);
        header_u32(&model, "attention.sliding_window", 1024);
        header_check(libgguf_writer_add_bool(model.writer,
                                             "gemma3.attention.sliding_window_pattern",
                                             cases[i].flag, &err),
                     &err);
        header_footprint(&model, 0);
        assert_int_equal(estimate(&model, LIBGGUF_STRATEGY_MAPPED).terms[LIBGGUF_TERM_KV].size,
                         ROW * 6 * cases[i].cells);
        header_free(&model);
    }
}

static void an_upper_bound_believes_no_key_that_makes_it_smaller(void **state)
{
    (void)state;
    static const char *const keys[] = {"attention.shared_kv_layers", "nextn_predict_layers"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct model_header model;
        make(&model, "brand-new", 12);
        header_u32(&model, "attention.head_count_kv", 4);
        header_u32(&model, keys[i], 12);
        header_footprint(&model, 0);
        const struct libgguf_amount kv =
            estimate(&model, LIBGGUF_STRATEGY_MAPPED).terms[LIBGGUF_TERM_KV];
        assert_int_equal(kv.size, (uint64_t)ROW * 12 * CONTEXT);
        assert_int_equal(kv.certainty, LIBGGUF_BOUNDED);
        header_free(&model);
    }
}

static void a_last_tensor_of_unknown_type_is_unknown_where_no_byte_bounds_it(void **state)
{
    (void)state;
    struct model_header model;
    struct libgguf_error err;
    header_llama(&model, F32, 512, 64, 256, 1, 4, 4, 260, false);
    header_tensor(&model, "last", F32, 64, 0);
    header_open(&model);
    const struct libgguf_tensor *last = libgguf_tensor_find(model.file, "last");
    const uint64_t file_size = last->offset;
    model.bytes[last->info_offset + 8 + 4 + 4 + 8] = UNKNOWN_TYPE;
    libgguf_close(model.file);
    const struct libgguf_open_options options = {.struct_size = sizeof options,
                                                 .allow_missing_data = true};
    header_check(libgguf_open_memory(model.bytes, model.size, &options, &model.file, &err), &err);
    header_check(libgguf_footprint_create(model.file, file_size, &model.footprint, &err), &err);
    assert_int_equal(libgguf_footprint_facts(model.footprint)->weights.certainty, LIBGGUF_UNKNOWN);
    const struct libgguf_estimate found = estimate(&model, LIBGGUF_STRATEGY_CHUNKED);
    assert_int_equal(found.peak.certainty, LIBGGUF_UNKNOWN);
    assert_false(found.fits);
    header_free(&model);
}

static void tensors_of_a_set_lie_one_file_after_another(void **state)
{
    (void)state;
    char path[4096];
    snprintf(path, sizeof path, "%s/split-00001-of-00003.gguf", getenv("GGUF_FIXTURES"));
    struct model_header model = {0};
    struct libgguf_error err;
    header_check(libgguf_open(path, NULL, &model.file, &err), &err);
    header_check(libgguf_footprint_create(model.file, 0, &model.footprint, &err), &err);
    const struct libgguf_footprint_facts *facts = libgguf_footprint_facts(model.footprint);
    /* Three tensors of 128 bytes, each at the end of its file. The most is live when the first is
     * decoded: two are f32 by then, and the file is there up to the end of the first. */
    assert_int_equal(facts->weights.size, 3 * 128);
    uint64_t most = 0;
    for (size_t i = 3; i-- > 0;) {
        uint64_t end = 0;
        for (size_t j = 0; j <= i; j++) {
            end += libgguf_header(libgguf_shard_at(model.file, j))->file_size;
        }
        const uint64_t live = end + (3 - i) * 128;
        most = live > most ? live : most;
    }
    const struct libgguf_estimate found = estimate(&model, LIBGGUF_STRATEGY_LAZY_F32_RELEASE);
    assert_int_equal(found.terms[LIBGGUF_TERM_SHRINKING].size, most);
    header_free(&model);
}

/* A file of which the read number @p left fails. */
struct failing {
    const struct model_header *model;
    unsigned left;
};

static int serve(void *context, uint64_t offset, void *buffer, size_t size, size_t *got)
{
    struct failing *failing = context;
    const uint64_t all = failing->model->size;
    if (failing->left > 0 && --failing->left == 0) {
        return EIO;
    }
    *got = offset < all ? (size_t)(all - offset) : 0;
    *got = *got < size ? *got : size;
    memcpy(buffer, failing->model->bytes + (offset < all ? offset : 0), *got);
    return 0;
}

static uint64_t whole(void *context)
{
    return ((const struct failing *)context)->model->size;
}

static void a_read_error_is_none_of_the_file(void **state)
{
    (void)state;
    enum { LAYERS = 4 };
    static const uint32_t heads[LAYERS] = {4, 4, 2, 2};
    static const uint32_t widths[LAYERS] = {2048, 1024, 2048, 1024};
    struct model_header model;
    struct libgguf_error err;
    header_begin(&model, "llama");
    header_u32(&model, "block_count", LAYERS);
    header_u32(&model, "embedding_length", 512);
    header_array(&model, "feed_forward_length", LIBGGUF_VALUE_U32, widths, LAYERS);
    header_u32(&model, "attention.head_count", 8);
    header_array(&model, "attention.head_count_kv", LIBGGUF_VALUE_U32, heads, LAYERS);
    header_open(&model);
    struct failing failing = {.model = &model};
    const struct libgguf_source_ops ops = {.struct_size = sizeof ops, .read = serve, .size = whole};
    struct libgguf_source *source;
    struct libgguf_file *file;
    header_check(libgguf_source_from_ops(&ops, &failing, &source, &err), &err);
    header_check(libgguf_open_source(source, NULL, &file, &err), &err);
    unsigned failures = 0;
    for (unsigned n = 1;; n++) {
        struct libgguf_footprint *footprint;
        failing.left = n;
        const enum libgguf_status status = libgguf_footprint_create(file, 0, &footprint, &err);
        if (status == LIBGGUF_OK) {
            libgguf_footprint_free(footprint);
            break;
        }
        assert_int_equal(status, LIBGGUF_ERR_IO);
        assert_null(footprint);
        failures++;
    }
    assert_true(failures >= 3);
    libgguf_close(file);
    header_free(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_flag_makes_all_layers_sliding_or_none),
        cmocka_unit_test(an_upper_bound_believes_no_key_that_makes_it_smaller),
        cmocka_unit_test(a_last_tensor_of_unknown_type_is_unknown_where_no_byte_bounds_it),
        cmocka_unit_test(tensors_of_a_set_lie_one_file_after_another),
        cmocka_unit_test(a_read_error_is_none_of_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
