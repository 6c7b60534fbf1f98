/* Files that end too early: an error, or a report of what is missing, in bounded memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>

#include "allocator.h"

#include <libgguf.h>

#define EVERY_BYTE_UP_TO 4096
#define RANDOM_PLACES 1000
#define MEMORY_LIMIT (16 * 1024 * 1024)

/* The first bytes of a file, as if there were no more. */
struct cut {
    const unsigned char *data;
    uint64_t size;
};

static int read_cut(void *context, uint64_t offset, void *buffer, size_t size, size_t *got)
{
    const struct cut *cut = context;
    const uint64_t left = offset < cut->size ? cut->size - offset : 0;
    *got = size < left ? size : (size_t)left;
    if (*got > 0) {
        memcpy(buffer, cut->data + offset, *got);
    }
    return 0;
}

static uint64_t size_of_cut(void *context)
{
    const struct cut *cut = context;
    return cut->size;
}

static enum libgguf_status open_cut(struct cut *cut, bool allow_missing_data,
                                    struct libgguf_file **out, struct libgguf_error *err)
{
    const struct libgguf_source_ops ops = {
        .struct_size = sizeof ops, .read = read_cut, .size = size_of_cut};
    const struct libgguf_open_options options = {.struct_size = sizeof options,
                                                 .allow_missing_data = allow_missing_data,
                                                 .single_file = true};
    struct libgguf_source *source;
    *out = NULL;
    allocator_fail_from(0);
    assert_int_equal(libgguf_source_from_ops(&ops, cut, &source, NULL), LIBGGUF_OK);
    const enum libgguf_status status = libgguf_open_source(source, &options, out, err);
    assert_true(allocator_bytes() <= MEMORY_LIMIT);
    if (status != LIBGGUF_OK) {
        assert_null(*out);
        assert_int_equal(err->status, status);
        assert_true(err->offset <= cut->size);
        libgguf_source_close(source);
    }
    return status;
}

static bool count_finding(void *context, const struct libgguf_finding *finding)
{
    size_t *missing = context;
    *missing += strcmp(finding->rule->id, "tensor-data-missing") == 0;
    return true;
}

/* The header is there: what is missing of the tensors is reported, to the byte. */
static void assert_missing(struct cut *cut, const struct libgguf_file *whole)
{
    struct libgguf_error err;
    struct libgguf_file *file;
    assert_int_equal(open_cut(cut, true, &file, &err), LIBGGUF_OK);
    size_t expected_count = 0;
    for (size_t i = 0; i < libgguf_tensor_count(whole); i++) {
        const struct libgguf_tensor *tensor = libgguf_tensor_at(whole, i);
        const uint64_t end = tensor->offset + tensor->size;
        const uint64_t beyond = end > cut->size ? end - cut->size : 0;
        const uint64_t missing = beyond < tensor->size ? beyond : tensor->size;
        assert_int_equal(libgguf_tensor_at(file, i)->missing_size, missing);
        expected_count += missing > 0;
        unsigned char last;
        if (missing > 0) {
            assert_int_equal(libgguf_tensor_read(file, libgguf_tensor_at(file, i), tensor->size - 1,
                                                 &last, 1, NULL),
                             LIBGGUF_ERR_TRUNCATED);
        }
    }
    const struct libgguf_check_options options = {.struct_size = sizeof options};
    size_t count = 0;
    allocator_fail_from(0);
    assert_int_equal(libgguf_check(file, &options, count_finding, &count, NULL), LIBGGUF_OK);
    assert_true(allocator_bytes() <= MEMORY_LIMIT);
    assert_int_equal(count, expected_count);
    libgguf_close(file);
}

static void assert_cut(const unsigned char *data, uint64_t size, const struct libgguf_file *whole)
{
    struct cut cut = {data, size};
    const struct libgguf_header *header = libgguf_header(whole);
    struct libgguf_error err;
    struct libgguf_file *file;
    const enum libgguf_status status = open_cut(&cut, false, &file, &err);
    libgguf_close(file);
    if (size >= header->data_end) {
        assert_int_equal(status, LIBGGUF_OK);
    } else if (size >= header->info_end) {
        assert_int_equal(status, LIBGGUF_ERR_TENSOR_RANGE);
        assert_missing(&cut, whole);
    } else {
        assert_int_equal(status, size < 4 ? LIBGGUF_ERR_NOT_GGUF : LIBGGUF_ERR_TRUNCATED);
    }
}

/* The same through memory of exactly that size, whose end a sanitizer watches. */
static void assert_cut_in_memory(const unsigned char *data, uint64_t size,
                                 const struct libgguf_file *whole)
{
    unsigned char *copy = malloc(size ? (size_t)size : 1);
    assert_non_null(copy);
    memcpy(copy, data, (size_t)size);
    const struct libgguf_open_options options = {
        .struct_size = sizeof options, .allow_missing_data = true, .single_file = true};
    struct libgguf_file *file;
    const enum libgguf_status status =
        libgguf_open_memory(copy, (size_t)size, &options, &file, NULL);
    assert_int_equal(status == LIBGGUF_OK, size >= libgguf_header(whole)->info_end);
    libgguf_close(file);
    free(copy);
}

static unsigned char *read_whole(const char *path, size_t *size)
{
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    assert_int_equal(fseek(stream, 0, SEEK_END), 0);
    *size = (size_t)ftell(stream);
    rewind(stream);
    unsigned char *data = malloc(*size ? *size : 1);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, *size, stream), *size);
    fclose(stream);
    return data;
}

/* False when the file is none that opens. */
static bool cut_file(const char *path)
{
    size_t size;
    unsigned char *data = read_whole(path, &size);
    const struct libgguf_open_options options = {.struct_size = sizeof options,
                                                 .single_file = true};
    struct libgguf_file *whole;
    if (libgguf_open_memory(data, size, &options, &whole, NULL) != LIBGGUF_OK) {
        free(data);
        return false;
    }
    uint64_t random = size;
    for (size_t at = 0; at < size && at < EVERY_BYTE_UP_TO; at++) {
        assert_cut(data, at, whole);
        assert_cut_in_memory(data, at, whole);
    }
    for (size_t i = 0; i < RANDOM_PLACES && size > EVERY_BYTE_UP_TO; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        assert_cut(data, EVERY_BYTE_UP_TO + (random >> 24) % (size - EVERY_BYTE_UP_TO), whole);
    }
    libgguf_close(whole);
    free(data);
    return true;
}

static size_t cut_directory(const char *directory)
{
    DIR *stream = directory ? opendir(directory) : NULL;
    if (!stream) {
        return 0;
    }
    size_t count = 0;
    struct dirent *entry;
    while ((entry = readdir(stream)) != NULL) {
        const size_t length = strlen(entry->d_name);
        if (length > 5 && strcmp(entry->d_name + length - 5, ".gguf") == 0) {
            char path[4096];
            snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
            count += cut_file(path);
        }
    }
    closedir(stream);
    return count;
}

static void a_fixture_cut_anywhere_is_refused_or_says_what_is_missing(void **state)
{
    (void)state;
    assert_true(cut_directory(getenv("GGUF_FIXTURES")) > 50);
}

static void a_real_model_cut_anywhere_is_refused_or_says_what_is_missing(void **state)
{
    (void)state;
    char directory[4096];
    snprintf(directory, sizeof directory, "%s/models", getenv("GGUF_DATA"));
    if (cut_directory(directory) == 0) {
        print_message("skipped: no real models at %s\n", directory);
        skip();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fixture_cut_anywhere_is_refused_or_says_what_is_missing),
        cmocka_unit_test(a_real_model_cut_anywhere_is_refused_or_says_what_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
