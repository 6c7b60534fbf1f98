/* Large headers: memory and reads follow the number of keys and tensors, and nothing is quadratic.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <time.h>

#include "allocator.h"

#include <libgguf.h>

#define MANY 100000
#define VOCABULARY 256000

/* Seconds of processor time. A quadratic step over MANY takes minutes, a linear one well under a
 * tenth of a second without sanitizers. */
#define MOST_SECONDS 3.0

/* A header in memory, before as much of nothing as its tensors need. */
struct image {
    unsigned char *data;
    size_t size;
    size_t capacity;
    uint64_t file_size;
    uint64_t bytes_read;
    size_t reads;
};

static int take(void *context, const void *data, size_t size)
{
    struct image *image = context;
    while (size > image->capacity - image->size) {
        image->capacity = image->capacity ? image->capacity * 2 : 1 << 20;
        image->data = realloc(image->data, image->capacity);
        assert_non_null(image->data);
    }
    memcpy(image->data + image->size, data, size);
    image->size += size;
    return 0;
}

static int read_image(void *context, uint64_t offset, void *buffer, size_t size, size_t *got)
{
    struct image *image = context;
    const uint64_t left = offset < image->file_size ? image->file_size - offset : 0;
    *got = size < left ? size : (size_t)left;
    const uint64_t stored = offset < image->size ? image->size - offset : 0;
    const size_t copied = *got < stored ? *got : (size_t)stored;
    memcpy(buffer, image->data + (copied ? offset : 0), copied);
    memset((char *)buffer + copied, 0, *got - copied);
    image->reads++;
    image->bytes_read += *got;
    return 0;
}

static uint64_t size_of_image(void *context)
{
    return ((struct image *)context)->file_size;
}

static struct libgguf_writer *new_writer(void)
{
    struct libgguf_writer *writer;
    assert_int_equal(libgguf_writer_create(NULL, &writer, NULL), LIBGGUF_OK);
    return writer;
}

/* Writes the header and frees the writer. */
static void finish(struct libgguf_writer *writer, struct image *image)
{
    *image = (struct image){.size = 0};
    const struct libgguf_sink sink = {.struct_size = sizeof sink, .write = take, .context = image};
    struct libgguf_header header;
    assert_int_equal(libgguf_writer_layout(writer, &header, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_writer_write_header(writer, &sink, NULL), LIBGGUF_OK);
    image->file_size = header.file_size;
    libgguf_writer_free(writer);
}

/* Opens, and stores the bytes that were asked of the allocator meanwhile. */
static struct libgguf_file *open_image(struct image *image, size_t *asked)
{
    const struct libgguf_source_ops ops = {
        .struct_size = sizeof ops, .read = read_image, .size = size_of_image};
    struct libgguf_source *source;
    struct libgguf_file *file;
    struct libgguf_error err;
    image->reads = 0;
    image->bytes_read = 0;
    allocator_fail_from(0);
    assert_int_equal(libgguf_source_from_ops(&ops, image, &source, NULL), LIBGGUF_OK);
    if (libgguf_open_source(source, NULL, &file, &err) != LIBGGUF_OK) {
        fail_msg("%s", err.text);
    }
    *asked = allocator_bytes();
    return file;
}

static double seconds_since(clock_t start)
{
    return (double)(clock() - start) / (double)CLOCKS_PER_SEC;
}

static struct libgguf_writer *writer_of_keys(uint32_t count)
{
    struct libgguf_writer *writer = new_writer();
    char key[32];
    for (uint32_t i = 0; i < count; i++) {
        snprintf(key, sizeof key, "test.key.%u", (unsigned)i);
        assert_int_equal(libgguf_writer_add_u32(writer, key, i, NULL), LIBGGUF_OK);
    }
    return writer;
}

static struct libgguf_writer *writer_of_tensors(uint32_t count, uint64_t elements)
{
    struct libgguf_writer *writer = new_writer();
    char name[32];
    for (uint32_t i = 0; i < count; i++) {
        const int size = snprintf(name, sizeof name, "blk.%u.weight", (unsigned)i);
        const struct libgguf_tensor_input tensor = {.struct_size = sizeof tensor,
                                                    .name = name,
                                                    .name_size = (size_t)size,
                                                    .type_id = 24,
                                                    .dim_count = 1,
                                                    .dims = {elements}};
        assert_int_equal(libgguf_writer_add_tensor(writer, &tensor, NULL), LIBGGUF_OK);
    }
    return writer;
}

static void a_hundred_thousand_keys_are_written_opened_and_found_in_linear_time(void **state)
{
    (void)state;
    const clock_t start = clock();
    struct image image;
    size_t asked;
    finish(writer_of_keys(MANY), &image);
    struct libgguf_file *file = open_image(&image, &asked);
    assert_int_equal(libgguf_kv_count(file), MANY);
    char key[32];
    for (uint32_t i = 0; i < MANY; i++) {
        uint32_t value;
        snprintf(key, sizeof key, "test.key.%u", (unsigned)i);
        assert_int_equal(libgguf_get_u32(file, key, &value, NULL), LIBGGUF_OK);
        assert_int_equal(value, i);
    }
    assert_true(seconds_since(start) < MOST_SECONDS);
    libgguf_close(file);
    free(image.data);
}

static void a_hundred_thousand_tensors_are_written_opened_and_found_in_linear_time(void **state)
{
    (void)state;
    const clock_t start = clock();
    struct image image;
    size_t asked;
    finish(writer_of_tensors(MANY, 5), &image);
    struct libgguf_file *file = open_image(&image, &asked);
    assert_int_equal(libgguf_tensor_count(file), MANY);
    char name[32];
    for (uint32_t i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "blk.%u.weight", (unsigned)i);
        const struct libgguf_tensor *tensor = libgguf_tensor_find(file, name);
        assert_non_null(tensor);
        assert_int_equal(tensor->data_offset, i * UINT64_C(32));
    }
    assert_true(seconds_since(start) < MOST_SECONDS);
    libgguf_close(file);
    free(image.data);
}

static bool ignore_finding(void *context, const struct libgguf_finding *finding)
{
    (void)finding;
    ++*(size_t *)context;
    return true;
}

static void a_hundred_thousand_tensors_are_checked_in_linear_time(void **state)
{
    (void)state;
    struct image image;
    size_t asked;
    finish(writer_of_tensors(MANY, 32), &image);
    struct libgguf_file *file = open_image(&image, &asked);
    const clock_t start = clock();
    const struct libgguf_check_options options = {.struct_size = sizeof options};
    size_t findings = 0;
    assert_int_equal(libgguf_check(file, &options, ignore_finding, &findings, NULL), LIBGGUF_OK);
    assert_int_equal(findings, 1); /* no architecture */
    assert_true(seconds_since(start) < MOST_SECONDS);
    libgguf_close(file);
    free(image.data);
}

static size_t asked_for(struct libgguf_writer *writer)
{
    struct image image;
    size_t asked;
    finish(writer, &image);
    libgguf_close(open_image(&image, &asked));
    free(image.data);
    return asked;
}

static void memory_follows_the_number_of_keys_and_tensors(void **state)
{
    (void)state;
    const size_t keys = asked_for(writer_of_keys(MANY));
    const size_t tensors = asked_for(writer_of_tensors(MANY, 5));
    print_message("%zu bytes a key, %zu bytes a tensor\n", keys / MANY, tensors / MANY);
    assert_true(keys < MANY * (size_t)768);
    assert_true(tensors < MANY * (size_t)768);
    assert_true(keys < 25 * asked_for(writer_of_keys(MANY / 10)));
    assert_true(tensors < 25 * asked_for(writer_of_tensors(MANY / 10, 5)));
}

static void add_vocabulary(struct libgguf_writer *writer)
{
    struct libgguf_str *tokens = calloc(VOCABULARY, sizeof *tokens);
    float *scores = calloc(VOCABULARY, sizeof *scores);
    int32_t *types = calloc(VOCABULARY, sizeof *types);
    char(*texts)[32] = calloc(VOCABULARY, sizeof *texts);
    assert_true(tokens && scores && types && texts);
    for (uint32_t i = 0; i < VOCABULARY; i++) {
        const int size =
            snprintf(texts[i], sizeof texts[i], "\xe2\x96\x81piece of %u", (unsigned)i);
        tokens[i] = (struct libgguf_str){.data = texts[i], .size = (uint64_t)size};
        scores[i] = -(float)i;
        types[i] = 1;
    }
    const struct libgguf_array_input arrays[] = {{LIBGGUF_VALUE_STRING, VOCABULARY, tokens},
                                                 {LIBGGUF_VALUE_F32, VOCABULARY, scores},
                                                 {LIBGGUF_VALUE_I32, VOCABULARY, types}};
    static const char *const keys[] = {"tokenizer.ggml.tokens", "tokenizer.ggml.scores",
                                       "tokenizer.ggml.token_type"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(libgguf_writer_add_array(writer, keys[i], &arrays[i], NULL), LIBGGUF_OK);
    }
    free(tokens);
    free(scores);
    free(types);
    free(texts);
}

static void a_vocabulary_is_opened_without_being_held(void **state)
{
    (void)state;
    struct libgguf_writer *writer = new_writer();
    add_vocabulary(writer);
    struct image image;
    size_t asked;
    finish(writer, &image);
    assert_true(image.size > 8000000);
    struct libgguf_file *file = open_image(&image, &asked);
    print_message("%zu bytes of memory for a header of %zu\n", asked, image.size);
    assert_true(asked < 256 * 1024);
    assert_true(image.bytes_read <= image.size + 65536);
    assert_true(image.reads <= image.size / 32768 + 16);
    libgguf_close(file);
    free(image.data);
}

static void a_file_of_8_gib_is_opened_like_one_of_8_mib(void **state)
{
    (void)state;
    struct image images[2];
    size_t asked[2];
    for (size_t i = 0; i < 2; i++) {
        finish(writer_of_tensors(256, i == 0 ? 32768 : UINT64_C(33554432)), &images[i]);
        libgguf_close(open_image(&images[i], &asked[i]));
        free(images[i].data);
    }
    assert_true(images[1].file_size >= UINT64_C(8) << 30);
    assert_int_equal(asked[0], asked[1]);
    assert_int_equal(images[0].reads, images[1].reads);
    assert_true(images[1].bytes_read <= images[1].size + 65536);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hundred_thousand_keys_are_written_opened_and_found_in_linear_time),
        cmocka_unit_test(a_hundred_thousand_tensors_are_written_opened_and_found_in_linear_time),
        cmocka_unit_test(a_hundred_thousand_tensors_are_checked_in_linear_time),
        cmocka_unit_test(memory_follows_the_number_of_keys_and_tensors),
        cmocka_unit_test(a_vocabulary_is_opened_without_being_held),
        cmocka_unit_test(a_file_of_8_gib_is_opened_like_one_of_8_mib),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
