#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <libgguf/decode.h>
#include <libgguf/file.h>

/* A file with the one tensor "t", in memory, whose data bytes count up. */
struct model {
    uint8_t bytes[200000];
    size_t size;
    size_t data;
    struct libgguf_file *file;
    const struct libgguf_tensor *tensor;
};

static void put(struct model *model, bool big_endian, uint64_t value, size_t width)
{
    for (size_t i = 0; i < width; i++) {
        const size_t shift = 8 * (big_endian ? width - 1 - i : i);
        model->bytes[model->size++] = (uint8_t)(value >> shift);
    }
}

static void make_model(struct model *model, bool big_endian, uint32_t type_id, uint64_t columns,
                       uint64_t rows, size_t data_size)
{
    memset(model, 0, sizeof *model);
    memcpy(model->bytes, "GGUF", 4);
    model->size = 4;
    put(model, big_endian, 3, 4);
    put(model, big_endian, 1, 8); /* tensors */
    put(model, big_endian, 0, 8); /* metadata */
    put(model, big_endian, 1, 8);
    put(model, big_endian, 't', 1);
    put(model, big_endian, 2, 4);
    put(model, big_endian, columns, 8);
    put(model, big_endian, rows, 8);
    put(model, big_endian, type_id, 4);
    put(model, big_endian, 0, 8); /* offset */
    model->data = (model->size + 31) / 32 * 32;
    model->size = model->data + data_size;
    assert_true(model->size <= sizeof model->bytes);
    for (size_t i = 0; i < data_size; i++) {
        model->bytes[model->data + i] = (uint8_t)(i * 7 & 0x3f);
    }
}

static void open_model(struct model *model)
{
    const struct libgguf_open_options options = {.struct_size = sizeof options,
                                                 .allow_missing_data = true};
    struct libgguf_error err;
    assert_int_equal(libgguf_open_memory(model->bytes, model->size, &options, &model->file, &err),
                     LIBGGUF_OK);
    model->tensor = libgguf_tensor_at(model->file, 0);
    assert_non_null(model->tensor);
}

static struct model model;

static void a_tensor_larger_than_the_window_decodes_in_any_pieces(void **state)
{
    (void)state;
    enum { Q8_0 = 8, BLOCKS = 4000, ELEMENTS = 32 * BLOCKS };
    static float whole[ELEMENTS], pieces[ELEMENTS], wanted[ELEMENTS];
    make_model(&model, false, Q8_0, 320, BLOCKS / 10, BLOCKS * 34);
    open_model(&model);
    assert_int_equal(
        libgguf_blocks_decode(Q8_0, false, model.bytes + model.data, BLOCKS, wanted, NULL),
        LIBGGUF_OK);
    assert_int_equal(libgguf_tensor_decode(model.file, model.tensor, 0, BLOCKS, whole, NULL),
                     LIBGGUF_OK);
    assert_memory_equal(whole, wanted, sizeof wanted);
    for (size_t from = 0; from < BLOCKS; from += 999) {
        const size_t count = BLOCKS - from < 999 ? BLOCKS - from : 999;
        assert_int_equal(
            libgguf_tensor_decode(model.file, model.tensor, from, count, pieces + 32 * from, NULL),
            LIBGGUF_OK);
    }
    assert_memory_equal(pieces, wanted, sizeof wanted);
    libgguf_close(model.file);
}

static void the_byte_order_is_the_one_of_the_file(void **state)
{
    (void)state;
    enum { F32 = 0 };
    make_model(&model, true, F32, 2, 1, 8);
    memcpy(model.bytes + model.data, "\x3f\x80\x00\x00\xc0\x49\x0f\xdb", 8);
    open_model(&model);
    float out[2];
    assert_int_equal(libgguf_tensor_decode(model.file, model.tensor, 0, 2, out, NULL), LIBGGUF_OK);
    assert_true(out[0] == 1.0f && out[1] == -0x1.921fb6p+1f);
    libgguf_close(model.file);
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
         "2 blocks from block 1 asked for of tensor 't', which has 2"},
        {false, 8, 64, 68, 3, 0, LIBGGUF_ERR_ARGUMENT, "0 blocks from block 3"},
        {false, 8, 64, 68, UINT64_MAX, SIZE_MAX, LIBGGUF_ERR_ARGUMENT, "has 2"},
        {false, 8, 63, 68, 0, 1, LIBGGUF_ERR_UNSUPPORTED,
         "tensor 't' has rows of 63 elements, not whole blocks of 32"},
        {false, 4, 64, 68, 0, 1, LIBGGUF_ERR_UNSUPPORTED, "Q4_2 was removed"},
        {false, 77, 64, 68, 0, 1, LIBGGUF_ERR_UNSUPPORTED, "type 77 is unknown"},
        {true, 16, 256, 66, 0, 1, LIBGGUF_ERR_UNSUPPORTED, "no settled big-endian form"},
        {false, 8, 64, 40, 0, 2, LIBGGUF_ERR_TRUNCATED, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make_model(&model, cases[i].big_endian, cases[i].type_id, cases[i].columns, 1,
                   cases[i].data_size);
        open_model(&model);
        float out[256];
        struct libgguf_error err = {0};
        assert_int_equal(libgguf_tensor_decode(model.file, model.tensor, cases[i].first,
                                               cases[i].count, out, &err),
                         cases[i].status);
        assert_int_equal(err.status, cases[i].status);
        assert_non_null(strstr(err.text, cases[i].text));
        libgguf_close(model.file);
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
