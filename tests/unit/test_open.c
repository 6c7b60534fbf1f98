/* Files made byte by byte, so that the reader is tested without our writer. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <libgguf/file.h>
#include <libgguf/tensor.h>
#include <libgguf/value.h>

static unsigned char image[65536];
static size_t image_size;

static void put(uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        image[image_size++] = (unsigned char)(value >> (8 * i));
    }
}

static void put_text(const char *text)
{
    put(strlen(text), 8);
    memcpy(image + image_size, text, strlen(text));
    image_size += strlen(text);
}

static void begin(uint32_t version, uint64_t tensors, uint64_t kvs)
{
    memcpy(image, "GGUF", 4);
    image_size = 4;
    put(version, 4);
    put(tensors, 8);
    put(kvs, 8);
}

static void put_u32(const char *key, uint32_t value)
{
    put_text(key);
    put(LIBGGUF_VALUE_U32, 4);
    put(value, 4);
}

static void put_tensor(const char *name, uint32_t dims, uint64_t extent, uint32_t type,
                       uint64_t offset)
{
    put_text(name);
    put(dims, 4);
    for (uint32_t i = 0; i < dims; i++) {
        put(extent, 8);
    }
    put(type, 4);
    put(offset, 8);
}

static void pad(size_t size)
{
    memset(image + image_size, 0, size);
    image_size += size;
}

static void pad_to(size_t alignment)
{
    pad((alignment - image_size % alignment) % alignment);
}

/* What opening the image comes to, with exactly as much memory as there are bytes. */
static enum libgguf_status open_image(const struct libgguf_open_options *options,
                                      struct libgguf_file **out, struct libgguf_error *err)
{
    static void *copy;
    free(copy);
    copy = malloc(image_size ? image_size : 1);
    assert_non_null(copy);
    memcpy(copy, image, image_size);
    return libgguf_open_memory(copy, image_size, options, out, err);
}

static void assert_refused(enum libgguf_status expected, uint64_t offset, const char *words)
{
    struct libgguf_file *file;
    struct libgguf_error err = {.status = LIBGGUF_OK};
    const enum libgguf_status status = open_image(NULL, &file, &err);
    if (status != expected || err.offset != offset || !strstr(err.text, words)) {
        fail_msg("%s at %" PRIu64 ": %s; expected %s at %" PRIu64 ": %s",
                 libgguf_status_name(status), err.offset, err.text, libgguf_status_name(expected),
                 offset, words);
    }
    assert_null(file);
    assert_int_equal(err.status, status);
}

static struct libgguf_file *opened(bool lenient)
{
    const struct libgguf_open_options options = {
        .struct_size = sizeof options, .allow_missing_data = lenient, .allow_duplicates = lenient};
    struct libgguf_file *file;
    struct libgguf_error err;
    if (open_image(&options, &file, &err) != LIBGGUF_OK) {
        fail_msg("%s", err.text);
    }
    return file;
}

static void what_is_not_gguf_is_named(void **state)
{
    (void)state;
    const struct {
        const char *bytes;
        size_t size;
        const char *words;
    } cases[] = {
        {"", 0, "it is empty"},
        {"<!DOCTYPE html>", 15, "HTML"},
        {"\n <html>", 8, "HTML"},
        {"version https://git-lfs.github.com/spec/v1", 42, "Git LFS"},
        {"\x1f\x8b\x08", 3, "gzip"},
        {"PK\x03\x04rest", 8, "zip"},
        {"\x10\x01\0\0\0\0\0\0{\"a\":", 13, "safetensors"},
        {"tjgg\x03\0\0\0", 8, "GGJT"},
        {"\0\0\0\0\0\0\0\0", 8, "interrupted write"},
        {"GGU", 3, "begins with 'GGU'"},
        {"\x1b[2Jxxxx", 8, "begins with '\\x1b[2Jxxxx'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        image_size = cases[i].size;
        memcpy(image, cases[i].bytes, image_size);
        assert_refused(LIBGGUF_ERR_NOT_GGUF, 0, cases[i].words);
    }
}

static void other_versions_are_refused(void **state)
{
    (void)state;
    const uint32_t versions[] = {0, 4, 0x7fffffff, 0x04000000};
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        begin(versions[i], 0, 0);
        assert_refused(LIBGGUF_ERR_VERSION, 4, "versions 1, 2 and 3 can be read");
    }
}

static void counts_that_the_bytes_cannot_hold_are_refused_before_anything_is_read(void **state)
{
    (void)state;
    begin(3, 0, UINT64_MAX);
    assert_refused(LIBGGUF_ERR_TRUNCATED, 24, "18446744073709551615 metadata entries");
    begin(3, UINT64_MAX / 24, 0);
    assert_refused(LIBGGUF_ERR_TRUNCATED, 24, "tensors");
    begin(3, 0, 1);
    put(UINT64_MAX, 8);
    pad(8);
    assert_refused(LIBGGUF_ERR_TRUNCATED, 32, "a string of 18446744073709551615 bytes");
    begin(3, 0, 1);
    put_text("a");
    put(LIBGGUF_VALUE_ARRAY, 4);
    put(LIBGGUF_VALUE_U64, 4);
    put(UINT64_MAX / 8 + 2, 8); /* times 8 wraps to 8 */
    pad(8);
    assert_refused(LIBGGUF_ERR_TRUNCATED, 49, "array elements");
}

static void a_header_cut_anywhere_is_refused(void **state)
{
    (void)state;
    begin(3, 1, 2);
    put_u32("some.key", 7);
    put_text("some.text");
    put(LIBGGUF_VALUE_STRING, 4);
    put_text("value");
    put_tensor("t", 2, 4, 0, 0);
    const size_t whole = image_size;
    for (image_size = 4; image_size < whole; image_size++) {
        struct libgguf_file *file;
        struct libgguf_error err;
        assert_int_equal(open_image(NULL, &file, &err), LIBGGUF_ERR_TRUNCATED);
        assert_true(err.offset <= image_size);
    }
}

static void unknown_value_types_are_refused(void **state)
{
    (void)state;
    begin(3, 0, 1);
    put_text("k");
    put(13, 4);
    pad(16);
    assert_refused(LIBGGUF_ERR_VALUE_TYPE, 33, "key 'k': unknown value type 13");
    begin(3, 0, 1);
    put_text("k");
    put(LIBGGUF_VALUE_ARRAY, 4);
    put(0xffffffff, 4);
    pad(16);
    assert_refused(LIBGGUF_ERR_VALUE_TYPE, 37, "unknown array element type");
}

static void put_nested(int depth)
{
    begin(3, 0, 1);
    put_text("n");
    put(LIBGGUF_VALUE_ARRAY, 4);
    for (int i = 1; i < depth; i++) {
        put(LIBGGUF_VALUE_ARRAY, 4);
        put(1, 8);
    }
    put(LIBGGUF_VALUE_U8, 4);
    put(1, 8);
    put(42, 1);
}

static void arrays_nest_four_deep_and_no_deeper(void **state)
{
    (void)state;
    put_nested(5);
    assert_refused(LIBGGUF_ERR_DEPTH, 85, "deeper than 4");
    put_nested(4);
    struct libgguf_file *const file = opened(false);
    struct libgguf_value value = libgguf_kv_at(file, 0)->value;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(value.type, LIBGGUF_VALUE_ARRAY);
        const struct libgguf_array array = value.as.array;
        struct libgguf_array_iter iter;
        libgguf_array_begin(&iter, &array);
        assert_int_equal(array.count, 1);
        assert_true(libgguf_array_next(&iter, &value));
        assert_false(libgguf_array_next(&iter, &value));
        libgguf_array_begin(&iter, &array);
        assert_true(libgguf_array_next(&iter, &value));
    }
    assert_int_equal(value.as.u8, 42);
    libgguf_close(file);
}

static void keys_are_not_empty_and_not_repeated(void **state)
{
    (void)state;
    begin(3, 0, 1);
    put_u32("", 1);
    assert_refused(LIBGGUF_ERR_EMPTY_KEY, 24, "entry 0");
    begin(3, 0, 2);
    put_u32("twice", 1);
    put_u32("twice", 2);
    assert_refused(LIBGGUF_ERR_DUPLICATE_KEY, 45, "'twice'");
    struct libgguf_file *const file = opened(true);
    const struct libgguf_kv *kv;
    uint32_t value;
    struct libgguf_error err;
    assert_int_equal(libgguf_kv_count(file), 2);
    assert_true(libgguf_kv_at(file, 0)->duplicate && libgguf_kv_at(file, 1)->duplicate);
    assert_int_equal(libgguf_kv_lookup(file, "twice", &kv, &err), LIBGGUF_ERR_AMBIGUOUS);
    assert_int_equal(libgguf_get_u32(file, "twice", &value, NULL), LIBGGUF_ERR_AMBIGUOUS);
    assert_null(libgguf_kv_find(file, "twice"));
    libgguf_close(file);
}

static void only_a_usable_alignment_is_taken(void **state)
{
    (void)state;
    const struct {
        uint32_t alignment;
        bool usable;
    } cases[] = {{0, false}, {1, true},   {4, true},       {6, false},       {8, true},
                 {24, true}, {50, false}, {1048576, true}, {1048584, false}, {2097152, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin(3, 0, 1);
        put_u32("general.alignment", cases[i].alignment);
        if (cases[i].usable) {
            struct libgguf_file *const file = opened(false);
            assert_int_equal(libgguf_header(file)->alignment, cases[i].alignment);
            assert_int_equal(libgguf_header(file)->data_offset % cases[i].alignment, 0);
            libgguf_close(file);
        } else {
            assert_refused(LIBGGUF_ERR_ALIGNMENT, 53, "general.alignment is");
        }
    }
    begin(3, 0, 2);
    put_u32("general.alignment", 64);
    put_u32("general.alignment", 128);
    struct libgguf_file *const file = opened(true);
    assert_int_equal(libgguf_header(file)->alignment, 64); /* the first counts */
    libgguf_close(file);
    begin(3, 0, 1);
    put_text("general.alignment");
    put(LIBGGUF_VALUE_U64, 4);
    put(32, 8);
    assert_refused(LIBGGUF_ERR_ALIGNMENT, 53, "has type u64");
}

static void tensors_too_large_for_arithmetic_are_refused(void **state)
{
    (void)state;
    begin(3, 1, 0);
    put_tensor("t", 5, 1, 0, 0);
    assert_refused(LIBGGUF_ERR_DIMENSIONS, 33, "5 dimensions");
    const struct {
        uint32_t dims;
        uint64_t extent;
        uint32_t type;
    } cases[] = {{1, UINT64_MAX, 0},
                 {1, (uint64_t)INT64_MAX + 1, 24},
                 {2, UINT64_C(1) << 32, 0},
                 {4, UINT64_C(1) << 16, 24},
                 {4, 65535, 0},
                 {1, UINT64_MAX - 30, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin(3, 1, 0);
        put_tensor("t", cases[i].dims, cases[i].extent, cases[i].type, 0);
        assert_refused(LIBGGUF_ERR_DIMENSIONS, 24, "2^63 - 1");
    }
}

static void tensors_outside_the_file_are_refused_or_reported(void **state)
{
    (void)state;
    struct libgguf_file *refused;
    begin(3, 1, 0);
    put_tensor("t", 1, 4, 0, UINT64_MAX - 8);
    assert_refused(LIBGGUF_ERR_TENSOR_RANGE, 24, "add up to more than");
    begin(3, 1, 0);
    put_tensor("t", 1, 4, 0, (uint64_t)INT64_MAX - 72);
    assert_int_equal(
        open_image(
            &(const struct libgguf_open_options){.struct_size = sizeof(struct libgguf_open_options),
                                                 .allow_missing_data = true},
            &refused, NULL),
        LIBGGUF_ERR_TENSOR_RANGE);
    begin(3, 1, 0);
    put_tensor("empty", 1, 0, 0, 32);
    assert_refused(LIBGGUF_ERR_TENSOR_RANGE, 24, "tensor 'empty' ends at");
    begin(3, 2, 0);
    put_tensor("here", 1, 8, 0, 0);
    put_tensor("cut", 1, 8, 0, 32);
    pad_to(32);
    pad(42);
    assert_refused(LIBGGUF_ERR_TENSOR_RANGE, 60, "tensor 'cut' ends at");
    struct libgguf_file *const file = opened(true);
    unsigned char out[32];
    struct libgguf_mapping mapping;
    assert_int_equal(libgguf_tensor_at(file, 0)->missing_size, 0);
    const struct libgguf_tensor *const cut = libgguf_tensor_at(file, 1);
    assert_int_equal(cut->missing_size, 22);
    assert_int_equal(libgguf_tensor_read(file, cut, 0, out, 10, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_tensor_read(file, cut, 0, out, 11, NULL), LIBGGUF_ERR_TRUNCATED);
    assert_int_equal(libgguf_tensor_map(file, cut, &mapping, NULL), LIBGGUF_ERR_TRUNCATED);
    libgguf_close(file);
}

static void tensors_of_every_shape_are_measured(void **state)
{
    (void)state;
    begin(3, 6, 0);
    put_tensor("scalar", 0, 0, 0, 0);
    put_tensor("empty", 2, 0, 0, 32);
    put_tensor("q8", 2, 64, 8, 32);
    put_tensor("partial", 1, 33, 8, 4384);
    put_tensor("removed", 1, 32, 4, 4480);
    put_tensor("unknown", 1, 32, 1000, 4480);
    pad_to(32);
    pad(4480);
    struct libgguf_file *const file = opened(false);
    assert_int_equal(libgguf_tensor_count(file), 6);
    const uint64_t sizes[] = {4, 0, 4352, 68, 0, 0};
    const uint64_t elements[] = {1, 0, 4096, 33, 32, 32};
    for (size_t i = 0; i < 6; i++) {
        const struct libgguf_tensor *const tensor = libgguf_tensor_at(file, i);
        assert_int_equal(tensor->size, sizes[i]);
        assert_int_equal(tensor->element_count, elements[i]);
        assert_int_equal(tensor->size_known, i < 4);
        assert_int_equal(tensor->index, i);
    }
    assert_null(libgguf_tensor_at(file, 5)->type);
    assert_int_equal(libgguf_tensor_find(file, "q8")->dims[1], 64);
    assert_int_equal(libgguf_tensor_find(file, "q8")->dims[2], 1);
    assert_null(libgguf_tensor_find(file, "q"));
    assert_null(libgguf_tensor_at(file, 6));
    unsigned char out[1];
    assert_int_equal(
        libgguf_tensor_read(file, libgguf_tensor_find(file, "unknown"), 0, out, 0, NULL),
        LIBGGUF_ERR_UNSUPPORTED);
    assert_int_equal(libgguf_tensor_read(file, libgguf_tensor_find(file, "q8"), 4352, out, 1, NULL),
                     LIBGGUF_ERR_ARGUMENT);
    libgguf_close(file);
}

static void repeated_tensor_names_are_refused_or_listed(void **state)
{
    (void)state;
    begin(3, 2, 0);
    put_tensor("t", 0, 0, 24, 0);
    put_tensor("t", 0, 0, 24, 0);
    pad_to(32);
    pad(1);
    assert_refused(LIBGGUF_ERR_DUPLICATE_TENSOR, 49, "tensor 't'");
    struct libgguf_file *const file = opened(true);
    assert_true(libgguf_tensor_at(file, 0)->duplicate);
    assert_null(libgguf_tensor_find(file, "t"));
    libgguf_close(file);
}

static void getters_refuse_other_types_and_missing_keys(void **state)
{
    (void)state;
    begin(3, 0, 2);
    put_u32("number", 7);
    put_text("flag");
    put(LIBGGUF_VALUE_BOOL, 4);
    put(2, 1);
    struct libgguf_file *const file = opened(false);
    uint32_t u32 = 0;
    uint64_t u64 = 99;
    bool flag = false;
    struct libgguf_str str;
    struct libgguf_error err;
    assert_int_equal(libgguf_get_u32(file, "number", &u32, &err), LIBGGUF_OK);
    assert_int_equal(u32, 7);
    assert_int_equal(libgguf_get_u64(file, "number", &u64, &err), LIBGGUF_ERR_WRONG_TYPE);
    assert_string_equal(err.text, "key 'number' has type u32, not u64");
    assert_int_equal(u64, 99);
    assert_int_equal(libgguf_get_str(file, "numbe", &str, &err), LIBGGUF_ERR_NOT_FOUND);
    assert_int_equal(libgguf_get_bool(file, "flag", &flag, &err), LIBGGUF_OK);
    assert_true(flag);
    assert_true(libgguf_value_as_u64(&libgguf_kv_at(file, 0)->value, &u64) && u64 == 7);
    assert_false(libgguf_value_as_u64(&libgguf_kv_at(file, 1)->value, &u64));
    libgguf_close(file);
}

/* The image as a file on disk, opened through its path. */
static struct libgguf_file *opened_from_disk(void)
{
    char path[] = "/tmp/libgguf-open-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, image, image_size), image_size);
    close(fd);
    struct libgguf_file *file;
    struct libgguf_error err;
    if (libgguf_open(path, NULL, &file, &err) != LIBGGUF_OK) {
        fail_msg("%s", err.text);
    }
    unlink(path);
    return file;
}

static void long_strings_stay_in_the_file_until_asked_for(void **state)
{
    (void)state;
    static char text[20001];
    memset(text, 'y', sizeof text - 1);
    begin(3, 0, 2);
    put_text("long");
    put(LIBGGUF_VALUE_STRING, 4);
    put_text(text);
    put_text("list");
    put(LIBGGUF_VALUE_ARRAY, 4);
    put(LIBGGUF_VALUE_STRING, 4);
    put(3, 8);
    put_text("a");
    put_text(text);
    put_text("b");
    struct libgguf_file *const file = opened_from_disk();
    struct libgguf_str str;
    char *loaded;
    char part[3];
    assert_int_equal(libgguf_get_str(file, "long", &str, NULL), LIBGGUF_OK);
    assert_null(str.data);
    assert_int_equal(str.size, 20000);
    assert_int_equal(libgguf_str_load(file, &str, &loaded, NULL), LIBGGUF_OK);
    assert_string_equal(loaded, text);
    libgguf_free(loaded);
    assert_int_equal(libgguf_str_read(file, &str, 19997, part, 3, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_str_read(file, &str, 19998, part, 3, NULL), LIBGGUF_ERR_ARGUMENT);
    struct libgguf_array array;
    struct libgguf_array_iter iter;
    struct libgguf_value value;
    assert_int_equal(libgguf_get_array(file, "list", &array, NULL), LIBGGUF_OK);
    libgguf_array_begin(&iter, &array);
    assert_true(libgguf_array_next(&iter, &value) && libgguf_str_equal(&value.as.string, "a"));
    assert_true(libgguf_array_next(&iter, &value) && value.as.string.data == NULL);
    assert_int_equal(value.as.string.size, 20000);
    assert_true(libgguf_array_next(&iter, &value) && libgguf_str_equal(&value.as.string, "b"));
    assert_false(libgguf_array_next(&iter, &value));
    assert_int_equal(libgguf_array_status(&iter), LIBGGUF_OK);
    libgguf_close(file);
}

static void arrays_of_scalars_can_be_entered_anywhere(void **state)
{
    (void)state;
    begin(3, 0, 1);
    put_text("ids");
    put(LIBGGUF_VALUE_ARRAY, 4);
    put(LIBGGUF_VALUE_U32, 4);
    put(10000, 8);
    for (uint32_t i = 0; i < 10000; i++) {
        put(i, 4);
    }
    struct libgguf_file *const files[] = {opened(false), opened_from_disk()};
    for (size_t f = 0; f < 2; f++) {
        struct libgguf_array array;
        struct libgguf_array_iter iter;
        struct libgguf_value value;
        assert_int_equal(libgguf_get_array(files[f], "ids", &array, NULL), LIBGGUF_OK);
        libgguf_array_begin(&iter, &array);
        const uint64_t indices[] = {9999, 0, 5000, 5001, 1, 4095, 4096};
        for (size_t i = 0; i < sizeof indices / sizeof indices[0]; i++) {
            assert_true(libgguf_array_seek(&iter, indices[i]));
            assert_true(libgguf_array_next(&iter, &value));
            assert_int_equal(value.as.u32, indices[i]);
        }
        assert_true(libgguf_array_seek(&iter, 10000));
        assert_false(libgguf_array_next(&iter, &value));
        assert_false(libgguf_array_seek(&iter, 10001));
        libgguf_close(files[f]);
    }
}

static void arrays_of_strings_can_be_entered_anywhere(void **state)
{
    (void)state;
    begin(3, 0, 1);
    put_text("words");
    put(LIBGGUF_VALUE_ARRAY, 4);
    put(LIBGGUF_VALUE_STRING, 4);
    put(3000, 8);
    for (uint32_t i = 0; i < 3000; i++) {
        char word[16];
        snprintf(word, sizeof word, "%.*s%u", (int)(i % 8), "wordwor", i);
        put_text(word);
    }
    struct libgguf_file *const files[] = {opened(false), opened_from_disk()};
    for (size_t f = 0; f < 2; f++) {
        struct libgguf_array array;
        struct libgguf_array_iter iter;
        struct libgguf_value value;
        assert_int_equal(libgguf_get_array(files[f], "words", &array, NULL), LIBGGUF_OK);
        libgguf_array_begin(&iter, &array);
        const uint32_t indices[] = {2999, 0, 2500, 2501, 1, 2047};
        for (size_t i = 0; i < sizeof indices / sizeof indices[0]; i++) {
            char word[16];
            snprintf(word, sizeof word, "%.*s%u", (int)(indices[i] % 8), "wordwor", indices[i]);
            assert_true(libgguf_array_seek(&iter, indices[i]));
            assert_true(libgguf_array_next(&iter, &value));
            assert_true(libgguf_str_equal(&value.as.string, word));
        }
        assert_true(libgguf_array_seek(&iter, 3000));
        assert_false(libgguf_array_next(&iter, &value));
        assert_int_equal(libgguf_array_status(&iter), LIBGGUF_OK);
        assert_false(libgguf_array_seek(&iter, 3001));
        libgguf_close(files[f]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_gguf_is_named),
        cmocka_unit_test(other_versions_are_refused),
        cmocka_unit_test(counts_that_the_bytes_cannot_hold_are_refused_before_anything_is_read),
        cmocka_unit_test(a_header_cut_anywhere_is_refused),
        cmocka_unit_test(unknown_value_types_are_refused),
        cmocka_unit_test(arrays_nest_four_deep_and_no_deeper),
        cmocka_unit_test(keys_are_not_empty_and_not_repeated),
        cmocka_unit_test(only_a_usable_alignment_is_taken),
        cmocka_unit_test(tensors_too_large_for_arithmetic_are_refused),
        cmocka_unit_test(tensors_outside_the_file_are_refused_or_reported),
        cmocka_unit_test(tensors_of_every_shape_are_measured),
        cmocka_unit_test(repeated_tensor_names_are_refused_or_listed),
        cmocka_unit_test(getters_refuse_other_types_and_missing_keys),
        cmocka_unit_test(long_strings_stay_in_the_file_until_asked_for),
        cmocka_unit_test(arrays_of_scalars_can_be_entered_anywhere),
        cmocka_unit_test(arrays_of_strings_can_be_entered_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
