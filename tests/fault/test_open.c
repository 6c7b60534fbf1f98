/* Opening and every accessor, with each allocation failing in turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "allocator.h"

#include <libgguf.h>

#include "../fuzz/walk_everything.h"

static char directory[] = "/tmp/libgguf-fault-XXXXXX";
static char paths[2][80];

static int to_file(void *context, const void *data, size_t size)
{
    return fwrite(data, 1, size, context) == size ? 0 : 5;
}

/* One of two shards with enough keys and tensors for every table to grow. */
static enum libgguf_status write_shard(uint16_t number, FILE *out)
{
    static char text[3000];
    static const struct libgguf_str strings[] = {{"one", 3, 0}, {"two", 3, 0}};
    const struct libgguf_array_input inner = {LIBGGUF_VALUE_STRING, 2, strings};
    const struct libgguf_array_input outer = {LIBGGUF_VALUE_ARRAY, 1, &inner};
    const struct libgguf_sink sink = {.struct_size = sizeof sink, .write = to_file, .context = out};
    struct libgguf_writer *writer;
    enum libgguf_status status = libgguf_writer_create(NULL, &writer, NULL);
    memset(text, 'z', sizeof text);
    status = status ? status : libgguf_writer_add_u16(writer, "split.no", number, NULL);
    status = status ? status : libgguf_writer_add_u16(writer, "split.count", 2, NULL);
    status = status ? status : libgguf_writer_add_str(writer, "long", text, sizeof text, NULL);
    status = status ? status : libgguf_writer_add_array(writer, "nested", &outer, NULL);
    for (int i = 0; !status && i < 40; i++) {
        char name[32];
        snprintf(name, sizeof name, "name.%d.%d", number, i);
        const struct libgguf_tensor_input tensor = {.struct_size = sizeof tensor,
                                                    .name = name,
                                                    .name_size = strlen(name),
                                                    .dim_count = 1,
                                                    .dims = {4}};
        status = libgguf_writer_add_f32(writer, name, 0.1F, NULL);
        status = status ? status : libgguf_writer_add_tensor(writer, &tensor, NULL);
    }
    status = status ? status : libgguf_writer_write(writer, &sink, NULL);
    libgguf_writer_free(writer);
    return status;
}

static int make_shards(void **state)
{
    (void)state;
    if (!mkdtemp(directory)) {
        return 1;
    }
    for (uint16_t i = 0; i < 2; i++) {
        snprintf(paths[i], sizeof paths[i], "%s/m-%05d-of-00002.gguf", directory, i + 1);
        FILE *const out = fopen(paths[i], "wb");
        if (!out || write_shard(i, out) != LIBGGUF_OK || fclose(out) != 0) {
            return 1;
        }
    }
    return 0;
}

static int remove_shards(void **state)
{
    (void)state;
    return unlink(paths[0]) | unlink(paths[1]) | rmdir(directory);
}

static enum libgguf_status open_and_walk(bool single)
{
    const struct libgguf_open_options options = {.struct_size = sizeof options,
                                                 .single_file = single};
    struct libgguf_file *file;
    struct libgguf_error err;
    const enum libgguf_status status = libgguf_open(paths[1], &options, &file, &err);
    if (status) {
        assert_null(file);
        return status;
    }
    assert_int_equal(libgguf_tensor_count(file), single ? 40 : 80);
    walk_everything(file);
    libgguf_close(file);
    return LIBGGUF_OK;
}

/* Walking tolerates failures, so only opening must tell; neither may leak or touch what is not
 * there, which the sanitizers see. */
static void every_failing_allocation_ends_in_a_status(bool single)
{
    allocator_fail_from(0);
    assert_int_equal(open_and_walk(single), LIBGGUF_OK);
    const size_t count = allocator_reset();
    assert_true(count > 20);
    size_t refusals = 0;
    for (size_t n = 1; n <= count; n++) {
        allocator_fail_once(n);
        const enum libgguf_status once = open_and_walk(single);
        assert_true(allocator_has_failed());
        allocator_fail_from(n);
        const enum libgguf_status from = open_and_walk(single);
        allocator_reset();
        assert_true(once == LIBGGUF_OK || once == LIBGGUF_ERR_MEMORY);
        assert_true(from == LIBGGUF_OK || from == LIBGGUF_ERR_MEMORY);
        refusals += from == LIBGGUF_ERR_MEMORY;
    }
    assert_true(refusals > 10);
}

static void a_file_survives_every_failing_allocation(void **state)
{
    (void)state;
    every_failing_allocation_ends_in_a_status(true);
}

static void a_set_of_shards_survives_every_failing_allocation(void **state)
{
    (void)state;
    every_failing_allocation_ends_in_a_status(false);
}

static void a_pipe_survives_every_failing_allocation(void **state)
{
    (void)state;
    for (size_t n = 1;; n++) {
        int ends[2];
        static char bytes[60000];
        FILE *const in = fopen(paths[0], "rb");
        assert_non_null(in);
        const size_t size = fread(bytes, 1, sizeof bytes, in);
        fclose(in);
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(write(ends[1], bytes, size), size);
        close(ends[1]);
        const struct libgguf_open_options options = {.struct_size = sizeof options,
                                                     .read_to_end = true};
        struct libgguf_source *source;
        struct libgguf_file *file = NULL;
        allocator_fail_once(n);
        enum libgguf_status status = libgguf_source_from_fd(ends[0], 1 << 20, &source, NULL);
        if (!status) {
            status = libgguf_open_source(source, &options, &file, NULL);
            if (status) {
                libgguf_source_close(source);
            }
        }
        libgguf_close(file);
        close(ends[0]);
        allocator_reset();
        if (!allocator_has_failed()) {
            assert_int_equal(status, LIBGGUF_OK);
            break;
        }
        assert_int_equal(status, LIBGGUF_ERR_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_survives_every_failing_allocation),
        cmocka_unit_test(a_set_of_shards_survives_every_failing_allocation),
        cmocka_unit_test(a_pipe_survives_every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, make_shards, remove_shards);
}
