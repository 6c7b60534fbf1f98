/* Arrays of a file that is read through windows, and of one that lost its end since it was opened.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <libgguf/source.h>

#include "built_model.h"

/* A source of which less can be read than its size says. */
struct shrunk {
    const struct built_model *model;
    uint64_t readable;
    uint64_t taken; /* bytes, by all reads */
};

static int serve(void *context, uint64_t offset, void *buffer, size_t size, size_t *got)
{
    struct shrunk *shrunk = context;
    *got = offset < shrunk->readable ? (size_t)(shrunk->readable - offset) : 0;
    *got = *got < size ? *got : size;
    memcpy(buffer, shrunk->model->bytes + (*got ? offset : 0), *got);
    shrunk->taken += *got;
    return 0;
}

static uint64_t whole(void *context)
{
    return ((const struct shrunk *)context)->model->size;
}

static struct libgguf_file *open_shrunk(struct shrunk *shrunk)
{
    const struct libgguf_source_ops ops = {.struct_size = sizeof ops, .read = serve, .size = whole};
    struct libgguf_source *source;
    struct libgguf_file *file;
    shrunk->readable = shrunk->model->size;
    must(libgguf_source_from_ops(&ops, shrunk, &source, NULL));
    must(libgguf_open_source(source, NULL, &file, NULL));
    return file;
}

static void a_string_as_long_as_the_window_is_seen_and_a_longer_one_is_not(void **state)
{
    (void)state;
    static char exact[LIBGGUF_ITER_WINDOW + 1];
    static char longer[LIBGGUF_ITER_WINDOW + 2];
    memset(exact, 'e', sizeof exact - 1);
    memset(longer, 'l', sizeof longer - 1);
    const char *const texts[] = {"", exact, longer, "end"};
    struct built_model model;
    struct libgguf_array array;
    struct libgguf_array_iter iter;
    struct libgguf_value value;
    built_model_begin(&model);
    built_model_strings(&model, "texts", texts, 4);
    built_model_open(&model);
    struct shrunk shrunk = {.model = &model};
    struct libgguf_file *const file = open_shrunk(&shrunk);
    must(libgguf_get_array(file, "texts", &array, NULL));
    libgguf_array_begin(&iter, &array);
    for (size_t i = 0; i < 4; i++) {
        assert_true(libgguf_array_next(&iter, &value));
        assert_int_equal(value.as.string.size, strlen(texts[i]));
        assert_int_equal(libgguf_str_equal(&value.as.string, texts[i]), i != 2);
    }
    assert_false(libgguf_array_next(&iter, &value));
    assert_int_equal(libgguf_array_status(&iter), LIBGGUF_OK);
    libgguf_close(file);
    built_model_end(&model);
}

static void a_long_string_that_is_gone_is_no_string(void **state)
{
    (void)state;
    static char text[3 * LIBGGUF_ITER_WINDOW];
    memset(text, 'x', sizeof text - 1);
    const char *const texts[] = {"first", text};
    struct built_model model;
    struct libgguf_array array;
    struct libgguf_array_iter iter;
    struct libgguf_value value;
    built_model_begin(&model);
    built_model_strings(&model, "texts", texts, 2);
    built_model_open(&model);
    struct shrunk shrunk = {.model = &model};
    struct libgguf_file *const file = open_shrunk(&shrunk);
    must(libgguf_get_array(file, "texts", &array, NULL));
    shrunk.readable = array.offset + array.size - 1;
    libgguf_array_begin(&iter, &array);
    assert_true(libgguf_array_next(&iter, &value));
    assert_false(libgguf_array_next(&iter, &value));
    assert_int_equal(libgguf_array_status(&iter), LIBGGUF_ERR_TRUNCATED);
    libgguf_close(file);
    built_model_end(&model);
}

static void no_more_of_the_file_is_read_than_the_array(void **state)
{
    (void)state;
    static char behind[2 * LIBGGUF_ITER_WINDOW];
    memset(behind, 'b', sizeof behind - 1);
    const char *const texts[] = {"one", "two", "three"};
    struct built_model model;
    struct libgguf_array array;
    struct libgguf_array_iter iter;
    struct libgguf_value value;
    built_model_begin(&model);
    built_model_strings(&model, "texts", texts, 3);
    built_model_str(&model, "behind", behind);
    built_model_open(&model);
    struct shrunk shrunk = {.model = &model};
    struct libgguf_file *const file = open_shrunk(&shrunk);
    must(libgguf_get_array(file, "texts", &array, NULL));
    shrunk.taken = 0;
    libgguf_array_begin(&iter, &array);
    while (libgguf_array_next(&iter, &value)) {
    }
    assert_int_equal(iter.index, 3);
    assert_int_equal(shrunk.taken, array.size);
    libgguf_close(file);
    built_model_end(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_string_as_long_as_the_window_is_seen_and_a_longer_one_is_not),
        cmocka_unit_test(a_long_string_that_is_gone_is_no_string),
        cmocka_unit_test(no_more_of_the_file_is_read_than_the_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
