#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <libgguf/model.h>

#include "built_model.h"

enum {
    F32 = 0,
    F16 = 1,
    Q4_0 = 2,
    Q5_0 = 6,
    Q8_0 = 8,
    Q3_K = 11,
    Q4_K = 12,
    Q5_K = 13,
    Q6_K = 14,
    I2_S = 36, /* removed from ggml */
    IQ2_S = 22,
    IQ3_S = 21,
    I8 = 24,
};

static void parameters_and_bytes_are_summed_over_all_tensors(void **state)
{
    (void)state;
    struct built_model model;
    built_model_begin(&model);
    built_model_tensor(&model, "a", Q4_0, 64, 10);
    built_model_tensor(&model, "b", F32, 100, 0);
    struct libgguf_model_size size;
    must(libgguf_model_size(built_model_open(&model), &size, NULL));
    assert_int_equal(size.tensor_count, 2);
    assert_int_equal(size.parameter_count, 740);
    assert_int_equal(size.sized_parameter_count, 740);
    assert_int_equal(size.tensor_size, 360 + 400);
    assert_int_equal(size.unsized_tensor_count, 0);
    assert_true(size.bits_per_weight == 8.0 * 760 / 740);
    built_model_end(&model);
}

static void a_model_without_elements_has_no_bits_per_weight(void **state)
{
    (void)state;
    struct built_model model;
    built_model_begin(&model);
    built_model_tensor(&model, "empty", F32, 0, 0);
    struct libgguf_model_size size;
    must(libgguf_model_size(built_model_open(&model), &size, NULL));
    assert_int_equal(size.parameter_count, 0);
    assert_true(size.bits_per_weight == 0.0);
    built_model_end(&model);
}

/* Little-endian integers behind each other, for files that the writer refuses to make. */
struct image {
    unsigned char bytes[1024];
    size_t size;
};

static void put(struct image *image, uint64_t value, size_t width)
{
    for (size_t i = 0; i < width; i++) {
        image->bytes[image->size++] = (unsigned char)(value >> (8 * i));
    }
}

static void put_tensor(struct image *image, char name, uint64_t elements, uint32_t type)
{
    put(image, 1, 8);
    put(image, (unsigned char)name, 1);
    put(image, 1, 4);
    put(image, elements, 8);
    put(image, type, 4);
    put(image, 0, 8);
}

static struct libgguf_file *open_image(struct image *image)
{
    const struct libgguf_open_options options = {.struct_size = sizeof options,
                                                 .allow_missing_data = true};
    struct libgguf_file *file;
    must(libgguf_open_memory(image->bytes, image->size, &options, &file, NULL));
    return file;
}

static void begin_image(struct image *image, uint64_t tensor_count)
{
    memset(image, 0, sizeof *image);
    memcpy(image->bytes, "GGUF", 4);
    image->size = 4;
    put(image, 3, 4);
    put(image, tensor_count, 8);
    put(image, 0, 8);
}

static void a_sum_beyond_64_bits_is_an_error_that_names_the_tensor(void **state)
{
    (void)state;
    struct image image;
    begin_image(&image, 3);
    put_tensor(&image, 'a', UINT64_C(0x7ffffffffffff000), I8);
    put_tensor(&image, 'b', UINT64_C(0x7ffffffffffff000), I8);
    put_tensor(&image, 'c', UINT64_C(0x7ffffffffffff000), I8);
    struct libgguf_file *file = open_image(&image);
    struct libgguf_model_size size;
    struct libgguf_type_usage lines[LIBGGUF_MAX_TYPE_USAGES];
    size_t count;
    struct libgguf_error err;
    assert_int_equal(libgguf_model_size(file, &size, &err), LIBGGUF_ERR_RANGE);
    assert_non_null(strstr(err.text, "'c'"));
    assert_int_equal(libgguf_model_types(file, lines, &count, &err), LIBGGUF_ERR_RANGE);
    assert_non_null(strstr(err.text, "'c'"));
    struct libgguf_quantization quantization;
    libgguf_model_quantization(file, &quantization);
    libgguf_close(file);
}

static void tensors_of_unknown_size_count_as_parameters_but_not_as_bytes(void **state)
{
    (void)state;
    struct image image;
    begin_image(&image, 3);
    put_tensor(&image, 'a', 32, I8);
    put_tensor(&image, 'b', 100, I2_S);
    put_tensor(&image, 'c', 1000, 4711);
    struct libgguf_file *file = open_image(&image);
    struct libgguf_model_size size;
    must(libgguf_model_size(file, &size, NULL));
    assert_int_equal(size.parameter_count, 1132);
    assert_int_equal(size.sized_parameter_count, 32);
    assert_int_equal(size.tensor_size, 32);
    assert_int_equal(size.unsized_tensor_count, 2);
    assert_true(size.bits_per_weight == 8.0);
    libgguf_close(file);
}

static void types_are_listed_by_bytes_with_all_unknown_ones_in_a_line(void **state)
{
    (void)state;
    struct image image;
    begin_image(&image, 5);
    put_tensor(&image, 'a', 4711, 4711);
    put_tensor(&image, 'b', 1, 4712);
    put_tensor(&image, 'c', 10, F32);
    put_tensor(&image, 'd', 10, F32);
    put_tensor(&image, 'e', 100, I8);
    struct libgguf_file *file = open_image(&image);
    struct libgguf_type_usage lines[LIBGGUF_MAX_TYPE_USAGES];
    size_t count;
    must(libgguf_model_types(file, lines, &count, NULL));
    assert_int_equal(count, 3);
    assert_int_equal(lines[0].type_id, I8);
    assert_int_equal(lines[0].tensor_size, 100);
    assert_int_equal(lines[1].type_id, F32);
    assert_int_equal(lines[1].tensor_count, 2);
    assert_int_equal(lines[1].parameter_count, 20);
    assert_int_equal(lines[1].tensor_size, 80);
    assert_null(lines[2].type);
    assert_int_equal(lines[2].tensor_count, 2);
    assert_int_equal(lines[2].parameter_count, 4712);
    assert_int_equal(lines[2].tensor_size, 0);
    libgguf_close(file);
}

static void every_known_type_has_room_in_a_histogram(void **state)
{
    (void)state;
    size_t count = 0;
    while (libgguf_tensor_type_at(count)) {
        count++;
    }
    assert_true(count + 1 <= LIBGGUF_MAX_TYPE_USAGES);
}

static void file_types_are_found_by_id_and_by_either_name(void **state)
{
    (void)state;
    assert_string_equal(libgguf_file_type_find(15)->name, "Q4_K_M");
    assert_string_equal(libgguf_file_type_find(15)->ggml_name, "MOSTLY_Q4_K_M");
    assert_string_equal(libgguf_file_type_find(0)->ggml_name, "ALL_F32");
    assert_ptr_equal(libgguf_file_type_by_name("q4_k_m"), libgguf_file_type_find(15));
    assert_ptr_equal(libgguf_file_type_by_name("MOSTLY_BF16"), libgguf_file_type_find(32));
    assert_null(libgguf_file_type_by_name("Q4_K_"));
    assert_null(libgguf_file_type_by_name(""));
    size_t count = 0;
    for (const struct libgguf_file_type *row; (row = libgguf_file_type_at(count)); count++) {
        assert_int_equal(row->id, count);
        assert_ptr_equal(libgguf_file_type_find(row->id), row);
        assert_non_null(libgguf_tensor_type_find(row->tensor_type));
    }
    assert_int_equal(count, 42);
    assert_null(libgguf_file_type_find(42));
}

static const char *name_or_none(const struct libgguf_file_type *type)
{
    return type ? type->name : "none";
}

static void the_declared_file_type_is_believed_unless_no_weight_has_it(void **state)
{
    (void)state;
    static const struct {
        uint32_t declared; /* UINT32_MAX: not given */
        uint32_t weight_type;
        const char *shown;
        bool contradicted;
    } cases[] = {
        {15, Q4_K, "Q4_K_M", false},
        {15, Q5_0, "Q4_K_M", false}, /* rows that are no multiple of 256 */
        {15, F16, "F16", true},
        {7, Q8_0, "Q8_0", false},
        {7, Q4_0, "Q4_0", true},
        {1024 + 7, Q8_0, "Q8_0", false},
        {9999, Q8_0, "Q8_0", false},
        {UINT32_MAX, Q8_0, "Q8_0", false},
        {UINT32_MAX, IQ2_S, "IQ2_M", false},
        {UINT32_MAX, IQ3_S, "IQ3_S", false},
        {UINT32_MAX, I8, "none", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct built_model model;
        built_model_begin(&model);
        if (cases[i].declared != UINT32_MAX) {
            built_model_u32(&model, "general.file_type", cases[i].declared);
        }
        built_model_tensor(&model, "norm", F32, 4096, 0);
        built_model_tensor(&model, "weight", cases[i].weight_type, 256, 4);
        struct libgguf_quantization quantization;
        libgguf_model_quantization(built_model_open(&model), &quantization);
        assert_string_equal(name_or_none(quantization.shown), cases[i].shown);
        assert_int_equal(quantization.contradicted, cases[i].contradicted);
        assert_int_equal(quantization.declared_guess, cases[i].declared == 1031);
        assert_true(
            quantization.declared_id ==
            (cases[i].declared == UINT32_MAX ? LIBGGUF_ABSENT : (uint64_t)cases[i].declared));
        built_model_end(&model);
    }
}

static void the_better_types_in_the_blocks_tell_the_recipe(void **state)
{
    (void)state;
    static const struct {
        uint32_t most;
        uint32_t other;
        size_t others;
        const char *name;
    } cases[] = {
        {Q4_K, Q6_K, 1, "Q4_K_S"}, {Q4_K, Q6_K, 2, "Q4_K_M"}, {Q5_K, Q6_K, 1, "Q5_K_S"},
        {Q5_K, Q6_K, 2, "Q5_K_M"}, {Q3_K, Q6_K, 1, "Q3_K_S"}, {Q3_K, Q4_K, 1, "Q3_K_M"},
        {Q3_K, Q5_K, 2, "Q3_K_L"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct built_model model;
        built_model_begin(&model);
        built_model_tensor(&model, "most", cases[i].most, 256, 16);
        for (size_t other = 0; other < cases[i].others; other++) {
            const char name[] = {'o', (char)('0' + other), '\0'};
            built_model_tensor(&model, name, cases[i].other, 256, 1);
        }
        struct libgguf_quantization quantization;
        libgguf_model_quantization(built_model_open(&model), &quantization);
        assert_string_equal(name_or_none(quantization.guess), cases[i].name);
        built_model_end(&model);
    }
}

static void a_model_without_weights_shows_what_it_declares(void **state)
{
    (void)state;
    struct built_model model;
    built_model_begin(&model);
    built_model_u32(&model, "general.file_type", 1);
    struct libgguf_quantization quantization;
    libgguf_model_quantization(built_model_open(&model), &quantization);
    assert_string_equal(name_or_none(quantization.shown), "F16");
    assert_null(quantization.guess);
    assert_false(quantization.contradicted);
    built_model_end(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_and_bytes_are_summed_over_all_tensors),
        cmocka_unit_test(a_model_without_elements_has_no_bits_per_weight),
        cmocka_unit_test(a_sum_beyond_64_bits_is_an_error_that_names_the_tensor),
        cmocka_unit_test(tensors_of_unknown_size_count_as_parameters_but_not_as_bytes),
        cmocka_unit_test(types_are_listed_by_bytes_with_all_unknown_ones_in_a_line),
        cmocka_unit_test(every_known_type_has_room_in_a_histogram),
        cmocka_unit_test(file_types_are_found_by_id_and_by_either_name),
        cmocka_unit_test(the_declared_file_type_is_believed_unless_no_weight_has_it),
        cmocka_unit_test(the_better_types_in_the_blocks_tell_the_recipe),
        cmocka_unit_test(a_model_without_weights_shows_what_it_declares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
