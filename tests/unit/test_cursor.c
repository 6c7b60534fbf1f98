#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arithmetic.h"
#include "base/cursor.h"

#define WINDOW 16

static const unsigned char bytes[40] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14,
                                        15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
                                        29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40};

/* The same bytes as memory and as something that has to be read through a window. */
struct subject {
    struct libgguf_source *source;
    unsigned char window[WINDOW];
};

static size_t served; /* bytes, by all calls */

static int serve(void *context, uint64_t offset, void *buffer, size_t size, size_t *got)
{
    (void)context;
    *got = offset < sizeof bytes ? sizeof bytes - (size_t)offset : 0;
    *got = *got < size ? *got : size;
    *got = *got < 5 ? *got : 5; /* in small pieces */
    memcpy(buffer, bytes + (offset < sizeof bytes ? offset : 0), *got);
    served += *got;
    return 0;
}

static int refuse(void *context, uint64_t offset, void *buffer, size_t size, size_t *got)
{
    (void)context;
    (void)offset;
    (void)buffer;
    (void)size;
    *got = 0;
    return 5;
}

static uint64_t whole(void *context)
{
    (void)context;
    return sizeof bytes;
}

static void each_source(void (*test)(struct subject *subject))
{
    const struct libgguf_source_ops ops = {.struct_size = sizeof ops, .read = serve, .size = whole};
    struct subject subject;
    assert_int_equal(libgguf_source_from_memory(bytes, sizeof bytes, &subject.source, NULL), 0);
    test(&subject);
    libgguf_source_close(subject.source);
    assert_int_equal(libgguf_source_from_ops(&ops, NULL, &subject.source, NULL), 0);
    test(&subject);
    libgguf_source_close(subject.source);
}

static struct cursor cursor_at(struct subject *subject, uint64_t offset)
{
    struct cursor cursor;
    cursor_init(&cursor, subject->source, offset, subject->window, WINDOW);
    return cursor;
}

static void decodes(struct subject *subject)
{
    struct cursor cursor = cursor_at(subject, 0);
    assert_int_equal(cursor_u8(&cursor), 1);
    assert_int_equal(cursor_u16(&cursor), 0x0302);
    assert_int_equal(cursor_u32(&cursor), 0x07060504);
    assert_true(cursor_u64(&cursor) == 0x0f0e0d0c0b0a0908);
    assert_int_equal(cursor_offset(&cursor), 15);
    cursor.big_endian = true;
    assert_int_equal(cursor_u16(&cursor), 0x1011);
    assert_int_equal(cursor_u32(&cursor), 0x12131415);
    assert_true(cursor_u64(&cursor) == 0x161718191a1b1c1d);
    cursor.big_endian = false;
    assert_true(cursor_length(&cursor) == 0x2524232221201f1e);
    cursor_seek(&cursor, 0);
    cursor.wide = false;
    assert_true(cursor_length(&cursor) == 0x04030201);
    assert_true(cursor.ok);
    assert_int_equal(cursor_left(&cursor), sizeof bytes - 4);
}

static void integers_are_decoded_in_both_byte_orders_across_windows(void **state)
{
    (void)state;
    each_source(decodes);
}

static void overruns(struct subject *subject)
{
    struct cursor cursor = cursor_at(subject, sizeof bytes - 3);
    assert_int_equal(cursor_u32(&cursor), 0);
    assert_false(cursor.ok);
    assert_int_equal(cursor.status, LIBGGUF_ERR_TRUNCATED);
    assert_int_equal(cursor_u8(&cursor), 0);
    assert_int_equal(cursor_u64(&cursor), 0);
    assert_int_equal(cursor.status, LIBGGUF_ERR_TRUNCATED);
}

static void an_overrun_is_sticky_and_yields_zero(void **state)
{
    (void)state;
    each_source(overruns);
}

static void skips(struct subject *subject)
{
    struct cursor cursor = cursor_at(subject, 1);
    cursor_skip(&cursor, 30);
    assert_int_equal(cursor_u8(&cursor), 32);
    cursor_skip(&cursor, 8);
    assert_true(cursor.ok);
    assert_int_equal(cursor_left(&cursor), 0);
    cursor_skip(&cursor, 1);
    assert_false(cursor.ok);
    cursor = cursor_at(subject, 1);
    cursor_skip(&cursor, UINT64_MAX);
    assert_false(cursor.ok);
}

static void skipping_goes_anywhere_within_the_source_and_not_beyond(void **state)
{
    (void)state;
    each_source(skips);
}

static void copies(struct subject *subject)
{
    unsigned char out[sizeof bytes];
    struct cursor cursor = cursor_at(subject, 0);
    cursor_read(&cursor, out, sizeof out);
    assert_true(cursor.ok);
    assert_memory_equal(out, bytes, sizeof out);
    cursor_seek(&cursor, 20);
    cursor_read(&cursor, out, 21);
    assert_false(cursor.ok);
    cursor = cursor_at(subject, 10);
    assert_int_equal(cursor_peek(&cursor, WINDOW)[WINDOW - 1], 26);
    assert_int_equal(cursor_offset(&cursor), 10);
    assert_null(cursor_peek(&cursor, 31));
    assert_true(cursor.ok);
}

static void copies_cross_windows_and_stop_at_the_end(void **state)
{
    (void)state;
    each_source(copies);
}

static void returns(struct subject *subject)
{
    struct cursor cursor = cursor_at(subject, 0);
    assert_int_equal(cursor_u64(&cursor), 0x0807060504030201);
    const size_t before = served;
    cursor_seek(&cursor, 5);
    assert_int_equal(cursor_u8(&cursor), 6);
    cursor_seek(&cursor, WINDOW - 1);
    assert_int_equal(cursor_u8(&cursor), WINDOW);
    cursor_seek(&cursor, 0);
    assert_int_equal(cursor_u8(&cursor), 1);
    assert_int_equal(served, before);
    cursor_seek(&cursor, WINDOW + 1);
    assert_int_equal(cursor_u8(&cursor), WINDOW + 2);
    cursor_seek(&cursor, 3);
    assert_int_equal(cursor_u8(&cursor), 4);
}

static void what_is_in_the_window_is_not_read_again(void **state)
{
    (void)state;
    each_source(returns);
}

static void a_pipe_is_skipped_to_the_byte_and_its_end_becomes_known(void **state)
{
    (void)state;
    struct subject subject;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], bytes, sizeof bytes), sizeof bytes);
    close(ends[1]);
    assert_int_equal(libgguf_source_from_fd(ends[0], 100, &subject.source, NULL), LIBGGUF_OK);
    struct cursor cursor = cursor_at(&subject, 0);
    assert_int_equal(cursor_u8(&cursor), 1);
    cursor_skip(&cursor, WINDOW + 4); /* beyond the window */
    assert_int_equal(cursor_offset(&cursor), 1 + WINDOW + 4);
    assert_int_equal(cursor_u8(&cursor), 1 + WINDOW + 5);
    assert_true(cursor_left(&cursor) == UINT64_MAX);
    cursor_skip(&cursor, 14);
    assert_null(cursor_peek(&cursor, 5));
    assert_true(cursor.ok);
    assert_int_equal(cursor_left(&cursor), 4);
    cursor_skip(&cursor, 4);
    assert_true(cursor.ok);
    cursor_skip(&cursor, 1);
    assert_false(cursor.ok);
    libgguf_source_close(subject.source);
    close(ends[0]);
}

static void a_read_error_is_kept_with_its_errno(void **state)
{
    (void)state;
    const struct libgguf_source_ops ops = {
        .struct_size = sizeof ops, .read = refuse, .size = whole};
    struct subject subject;
    assert_int_equal(libgguf_source_from_ops(&ops, NULL, &subject.source, NULL), 0);
    struct cursor cursor = cursor_at(&subject, 0);
    assert_int_equal(cursor_u8(&cursor), 0);
    assert_int_equal(cursor.status, LIBGGUF_ERR_IO);
    assert_int_equal(cursor.sys_errno, 5);
    libgguf_source_close(subject.source);
}

static void arithmetic_that_does_not_fit_is_noticed(void **state)
{
    (void)state;
    uint64_t out;
    assert_true(checked_add_u64(UINT64_MAX - 1, 1, &out) && out == UINT64_MAX);
    assert_false(checked_add_u64(UINT64_MAX, 1, &out));
    assert_true(checked_mul_u64(UINT32_MAX, UINT32_MAX, &out));
    assert_false(checked_mul_u64(UINT64_MAX / 2 + 1, 2, &out));
    assert_true(checked_mul_u64(0, UINT64_MAX, &out) && out == 0);
    assert_true(checked_align_u64(33, 32, &out) && out == 64);
    assert_true(checked_align_u64(64, 32, &out) && out == 64);
    assert_true(checked_align_u64(50, 24, &out) && out == 72);
    assert_false(checked_align_u64(UINT64_MAX - 3, 32, &out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_decoded_in_both_byte_orders_across_windows),
        cmocka_unit_test(an_overrun_is_sticky_and_yields_zero),
        cmocka_unit_test(skipping_goes_anywhere_within_the_source_and_not_beyond),
        cmocka_unit_test(copies_cross_windows_and_stop_at_the_end),
        cmocka_unit_test(what_is_in_the_window_is_not_read_again),
        cmocka_unit_test(a_pipe_is_skipped_to_the_byte_and_its_end_becomes_known),
        cmocka_unit_test(a_read_error_is_kept_with_its_errno),
        cmocka_unit_test(arithmetic_that_does_not_fit_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
