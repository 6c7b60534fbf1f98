#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <libgguf/decode.h>

#include "small_model.h"

static void a_tensor_larger_than_the_window_decodes_in_any_pieces(void **state)
{
    (void)state;
    enum { Q8_0 = 8, BLOCKS = 4000, ELEMENTS = 32 * BLOCKS };
    static float whole[ELEMENTS], pieces[ELEMENTS], wanted[ELEMENTS];
    const struct small_tensor tensor = {Q8_0, 320, BLOCKS / 10, BLOCKS * 34};
    struct small_model model;
    small_model_make(&model, false, &tensor, 1);
    for (size_t i = 0; i < tensor.size; i++) {
        model.data[0][i] = (uint8_t)(i * 7 & 0x3f);
    }
    small_model_open(&model);
    assert_int_equal(libgguf_blocks_decode(Q8_0, false, model.data[0], BLOCKS, wanted, NULL),
                     LIBGGUF_OK);
    assert_int_equal(libgguf_tensor_decode(model.file, model.tensors[0], 0, BLOCKS, whole, NULL),
                     LIBGGUF_OK);
    assert_memory_equal(whole, wanted, sizeof wanted);
    for (size_t from = 0; from < BLOCKS; from += 999) {
        const size_t count = BLOCKS - from < 999 ? BLOCKS - from : 999;
        assert_int_equal(libgguf_tensor_decode(model.file, model.tensors[0], from, count,
                                               pieces + 32 * from, NULL),
                         LIBGGUF_OK);
    }
    assert_memory_equal(pieces, wanted, sizeof wanted);
    small_model_free(&model);
}

static void the_byte_order_is_the_one_of_the_file(void **state)
{
    (void)state;
    enum { F32 = 0 };
    const struct small_tensor tensor = {F32, 2, 1, 8};
    struct small_model model;
    small_model_make(&model, true, &tensor, 1);
    memcpy(model.data[0], "\x3f\x80\x00\x00\xc0\x49\x0f\xdb", 8);
    small_model_open(&model);
    float out[2];
    assert_int_equal(libgguf_tensor_decode(model.file, model.tensors[0], 0, 2, out, NULL),
                     LIBGGUF_OK);
    assert_true(out[0] == 1.0f && out[1] == -0x1.921fb6p+1f);
    small_model_free(&model);
}

static void what_cannot_be_decoded_says_why(void **state)
{
    (void)state;
    static const struct {
        bool big_endian;
        uint32_t type_id;
        uint64_t columns;
        size_t data_size;
        uint64_t first;
        size_t count;
        enum libgguf_status status;
        const char *text;
    } cases[] = {
        {false, 8, 64, 68, 1, 2, LIBGGUF_ERR_ARGUMENT,
         "2 blocks from block 1 asked for of tensor 't0', which has 2"},
        {false, 8, 64, 68, 3, 0, LIBGGUF_ERR_ARGUMENT, "0 blocks from block 3"},
        {false, 8, 64, 68, UINT64_MAX, SIZE_MAX, LIBGGUF_ERR_ARGUMENT, "has 2"},
        {false, 8, 63, 68, 0, 1, LIBGGUF_ERR_UNSUPPORTED,
         "tensor 't0' has rows of 63 elements, not whole blocks of 32"},
        {false, 4, 64, 68, 0, 1, LIBGGUF_ERR_UNSUPPORTED, "Q4_2 was removed"},
        {false, 77, 64, 68, 0, 1, LIBGGUF_ERR_UNSUPPORTED, "type 77 is unknown"},
        {true, 16, 256, 66, 0, 1, LIBGGUF_ERR_UNSUPPORTED, "no settled big-endian form"},
        {false, 8, 64, 40, 0, 2, LIBGGUF_ERR_TRUNCATED, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct small_tensor tensor = {cases[i].type_id, cases[i].columns, 1,
                                            cases[i].data_size};
        struct small_model model;
        small_model_make(&model, cases[i].big_endian, &tensor, 1);
        small_model_open(&model);
        float out[256];
        struct libgguf_error err = {0};
        assert_int_equal(libgguf_tensor_decode(model.file, model.tensors[0], cases[i].first,
                                               cases[i].count, out, &err),
                         cases[i].status);
        assert_int_equal(err.status, cases[i].status);
        assert_non_null(strstr(err.text, cases[i].text));
        small_model_free(&model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tensor_larger_than_the_window_decodes_in_any_pieces),
        cmocka_unit_test(the_byte_order_is_the_one_of_the_file),
        cmocka_unit_test(what_cannot_be_decoded_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
