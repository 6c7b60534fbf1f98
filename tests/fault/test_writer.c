#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "allocator.h"

#include <libgguf.h>

enum { FILE_ROOM = 65536 };

struct room {
    unsigned char data[FILE_ROOM];
    size_t size;
};

static int take(void *context, const void *data, size_t size)
{
    struct room *room = context;
    assert_true(size <= FILE_ROOM - room->size);
    memcpy(room->data + room->size, data, size);
    room->size += size;
    return 0;
}

#define TRY(call)                                                                                  \
    if (status == LIBGGUF_OK) {                                                                    \
        status = (call);                                                                           \
    }

/* Adds many entries and tensors, so that every table of the writer grows, and writes. */
static enum libgguf_status fill(struct libgguf_writer *writer, const struct libgguf_file *source,
                                struct room *room, struct libgguf_error *err)
{
    enum libgguf_status status = LIBGGUF_OK;
    char name[16];
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "name.%d", i);
        TRY(libgguf_writer_add_u32(writer, name, 1, err));
        const struct libgguf_tensor_input tensor = {.struct_size = sizeof tensor,
                                                    .name = name,
                                                    .name_size = strlen(name),
                                                    .type_id = 0,
                                                    .dim_count = 1,
                                                    .dims = {4}};
        TRY(libgguf_writer_add_tensor(writer, &tensor, err));
    }
    static const struct libgguf_str strings[] = {{"one", 3, 0}, {"two", 3, 0}};
    const struct libgguf_array_input array = {LIBGGUF_VALUE_STRING, 2, strings};
    TRY(libgguf_writer_add_array(writer, "array", &array, err));
    TRY(libgguf_writer_add_str(writer, "string", "text", 4, err));
    for (size_t i = 0; source && i < libgguf_kv_count(source); i++) {
        const struct libgguf_kv *kv = libgguf_kv_at(source, i);
        if (libgguf_str_equal(&kv->key, "long") || libgguf_str_equal(&kv->key, "nested")) {
            TRY(libgguf_writer_copy_kv(writer, source, kv, err));
        }
    }
    const struct libgguf_sink sink = {.struct_size = sizeof sink, .write = take, .context = room};
    TRY(libgguf_writer_write(writer, &sink, err));
    return status;
}

static void write_source(struct room *room)
{
    static char text[LIBGGUF_INLINE_STRING_MAX + 1];
    memset(text, 'x', sizeof text);
    static const uint8_t bytes[] = {1, 2, 3};
    const struct libgguf_array_input inner = {LIBGGUF_VALUE_U8, 3, bytes};
    const struct libgguf_array_input outer = {LIBGGUF_VALUE_ARRAY, 1, &inner};
    const struct libgguf_writer_options options = {.struct_size = sizeof options, .version = 1};
    struct libgguf_writer *writer;
    assert_int_equal(libgguf_writer_create(&options, &writer, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_writer_add_str(writer, "long", text, sizeof text, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_writer_add_array(writer, "nested", &outer, NULL), LIBGGUF_OK);
    const struct libgguf_sink sink = {.struct_size = sizeof sink, .write = take, .context = room};
    assert_int_equal(libgguf_writer_write(writer, &sink, NULL), LIBGGUF_OK);
    libgguf_writer_free(writer);
}

static void writing_without_memory_fails_cleanly_at_every_allocation(void **state)
{
    (void)state;
    static struct room source_room;
    static struct room whole;
    static struct room room;
    write_source(&source_room);
    struct libgguf_file *source;
    assert_int_equal(libgguf_open_memory(source_room.data, source_room.size, NULL, &source, NULL),
                     LIBGGUF_OK);
    struct libgguf_writer *writer;
    assert_int_equal(libgguf_writer_create(NULL, &writer, NULL), LIBGGUF_OK);
    assert_int_equal(fill(writer, source, &whole, NULL), LIBGGUF_OK);
    libgguf_writer_free(writer);
    size_t failures = 0;
    for (size_t n = 1;; n++) {
        struct libgguf_error err = {0};
        room.size = 0;
        allocator_fail_once(n);
        enum libgguf_status status = libgguf_writer_create(NULL, &writer, &err);
        TRY(fill(writer, source, &room, &err));
        const int failed = allocator_has_failed();
        allocator_reset();
        libgguf_writer_free(writer);
        assert_int_equal(status, failed ? LIBGGUF_ERR_MEMORY : LIBGGUF_OK);
        assert_int_equal(err.status, status);
        if (!failed) {
            break;
        }
        failures++;
    }
    assert_true(failures > 10);
    assert_int_equal(room.size, whole.size);
    assert_memory_equal(room.data, whole.data, whole.size);
    libgguf_close(source);
}

/* Each addition is made to fail at every allocation it needs, until it needs none that fails. */
static void an_addition_that_failed_for_memory_can_be_tried_again(void **state)
{
    (void)state;
    static struct room room;
    struct libgguf_writer *writer;
    assert_int_equal(libgguf_writer_create(NULL, &writer, NULL), LIBGGUF_OK);
    size_t failures = 0;
    char name[16];
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "name.%d", i);
        enum libgguf_status status = LIBGGUF_ERR_MEMORY;
        for (size_t n = 1; status != LIBGGUF_OK; n++) {
            allocator_fail_once(n);
            status = libgguf_writer_add_str(writer, name, "value", 5, NULL);
            allocator_reset();
            failures += status != LIBGGUF_OK;
        }
    }
    assert_true(failures > 4);
    const struct libgguf_sink sink = {.struct_size = sizeof sink, .write = take, .context = &room};
    assert_int_equal(libgguf_writer_write(writer, &sink, NULL), LIBGGUF_OK);
    struct libgguf_file *file;
    assert_int_equal(libgguf_open_memory(room.data, room.size, NULL, &file, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_kv_count(file), 100);
    for (size_t i = 0; i < 100; i++) {
        assert_true(libgguf_str_equal(&libgguf_kv_at(file, i)->value.as.string, "value"));
    }
    libgguf_close(file);
    libgguf_writer_free(writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writing_without_memory_fails_cleanly_at_every_allocation),
        cmocka_unit_test(an_addition_that_failed_for_memory_can_be_tried_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
