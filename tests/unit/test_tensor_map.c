/* A model of one large tensor, read and mapped; what the process grows by is looked up. */
#include <pthread.h>
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

#define TENSOR_SIZE ((size_t)32 << 20)
#define DATA_OFFSET 96

static char path[] = "/tmp/libgguf-map-XXXXXX";
static struct libgguf_file *file;

static void put(unsigned char *to, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        to[i] = (unsigned char)(value >> (8 * i));
    }
}

/* Two tensors: 3 bytes, then TENSOR_SIZE of them, byte i being i / 4096. */
static int make_model(void **state)
{
    (void)state;
    static unsigned char header[DATA_OFFSET + 32];
    memcpy(header, "GGUF", 4);
    put(header + 4, 3, 4);
    put(header + 8, 2, 8);
    unsigned char *at = header + 24;
    for (int i = 0; i < 2; i++, at += 33) {
        put(at, 1, 8);
        at[8] = (unsigned char)('a' + i);
        put(at + 9, 1, 4);
        put(at + 13, i == 0 ? 3 : TENSOR_SIZE, 8);
        put(at + 21, 24, 4);
        put(at + 25, i == 0 ? 0 : 32, 8);
    }
    const int fd = mkstemp(path);
    FILE *const out = fd < 0 ? NULL : fdopen(fd, "wb");
    if (!out || fwrite(header, sizeof header, 1, out) != 1) {
        return 1;
    }
    for (size_t i = 0; i < TENSOR_SIZE / 4096; i++) {
        unsigned char page[4096];
        memset(page, (int)(i & 0xff), sizeof page);
        if (fwrite(page, sizeof page, 1, out) != 1) {
            return 1;
        }
    }
    return fclose(out) != 0 || libgguf_open(path, NULL, &file, NULL) != LIBGGUF_OK;
}

static int remove_model(void **state)
{
    (void)state;
    libgguf_close(file);
    return unlink(path);
}

/* Memory of the process that no file stands behind: bytes. */
static size_t anonymous_memory(void)
{
    FILE *const status = fopen("/proc/self/status", "r");
    char line[256];
    size_t size = 0;
    while (status && fgets(line, sizeof line, status)) {
        if (strncmp(line, "RssAnon:", 8) == 0) {
            size = (size_t)strtoull(line + 8, NULL, 10) * 1024;
        }
    }
    if (status) {
        fclose(status);
    }
    return size;
}

static uint64_t sum(const unsigned char *data, size_t size)
{
    uint64_t total = 0;
    for (size_t i = 0; i < size; i++) {
        total += data[i];
    }
    return total;
}

static void a_map_is_a_view_in_whole_pages_and_the_same_on_every_call(void **state)
{
    (void)state;
    struct libgguf_mapping first;
    struct libgguf_mapping second;
    const struct libgguf_tensor *const tensor = libgguf_tensor_find(file, "b");
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    assert_int_equal(libgguf_tensor_map(file, tensor, &first, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_tensor_map(file, tensor, &second, NULL), LIBGGUF_OK);
    assert_ptr_equal(first.data, second.data);
    assert_ptr_equal(first.page, second.page);
    assert_int_equal((uintptr_t)first.page % page, 0);
    assert_int_equal(first.page_size % page, 0);
    assert_int_equal(first.size, TENSOR_SIZE);
    assert_int_equal((const char *)first.data - (const char *)first.page, tensor->offset % page);
    assert_true(first.page_size >= first.size + tensor->offset % page);
    assert_int_equal(((const unsigned char *)first.data)[4096 * 7], 7);
}

static void reading_grows_the_process_by_the_copy_and_mapping_does_not(void **state)
{
    (void)state;
    const struct libgguf_tensor *const tensor = libgguf_tensor_find(file, "b");
    struct libgguf_mapping mapping;
    const size_t before_map = anonymous_memory();
    if (before_map == 0) {
        skip();
    }
    assert_int_equal(libgguf_tensor_map(file, tensor, &mapping, NULL), LIBGGUF_OK);
    const uint64_t mapped = sum(mapping.data, TENSOR_SIZE);
    const size_t before_read = anonymous_memory();
    /* A sixteenth: what the allocator and the sanitizers keep for themselves. */
    assert_true(before_read < before_map + TENSOR_SIZE / 16);
    unsigned char *const copy = malloc(TENSOR_SIZE);
    assert_non_null(copy);
    assert_int_equal(libgguf_tensor_read(file, tensor, 0, copy, TENSOR_SIZE, NULL), LIBGGUF_OK);
    assert_true(anonymous_memory() >= before_read + TENSOR_SIZE - TENSOR_SIZE / 16);
    assert_true(sum(copy, TENSOR_SIZE) == mapped);
    free(copy);
}

static void *map_both(void *out)
{
    struct libgguf_mapping *const mappings = out;
    for (size_t i = 0; i < 2; i++) {
        if (libgguf_tensor_map(file, libgguf_tensor_at(file, i), &mappings[i], NULL)) {
            mappings[i].data = NULL;
        }
    }
    return NULL;
}

static void threads_that_map_at_once_get_the_same_view(void **state)
{
    (void)state;
    pthread_t threads[4];
    struct libgguf_mapping mappings[4][2];
    libgguf_close(file);
    assert_int_equal(libgguf_open(path, NULL, &file, NULL), LIBGGUF_OK);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, map_both, mappings[i]), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_non_null(mappings[i][0].data);
        assert_ptr_equal(mappings[i][0].data, mappings[0][0].data);
        assert_ptr_equal(mappings[i][1].data, mappings[0][1].data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_map_is_a_view_in_whole_pages_and_the_same_on_every_call),
        cmocka_unit_test(reading_grows_the_process_by_the_copy_and_mapping_does_not),
        cmocka_unit_test(threads_that_map_at_once_get_the_same_view),
    };
    return cmocka_run_group_tests(tests, make_model, remove_model);
}
