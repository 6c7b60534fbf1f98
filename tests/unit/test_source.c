#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <libgguf/source.h>

static char path[] = "/tmp/libgguf-source-XXXXXX";

static int make_file(void **state)
{
    (void)state;
    strcpy(path + sizeof path - 7, "XXXXXX");
    const int fd = mkstemp(path);
    return fd < 0 || write(fd, "0123456789", 10) != 10 || close(fd) != 0;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void a_file_is_read_anywhere_and_not_beyond_its_end(void **state)
{
    (void)state;
    struct libgguf_source *source;
    struct libgguf_error err;
    char out[16];
    size_t got;
    assert_int_equal(libgguf_source_from_path(path, &source, &err), LIBGGUF_OK);
    assert_int_equal(libgguf_source_size(source), 10);
    assert_int_equal(libgguf_source_read(source, 7, out, 3, &err), LIBGGUF_OK);
    assert_memory_equal(out, "789", 3);
    assert_int_equal(libgguf_source_read(source, 7, out, 4, &err), LIBGGUF_ERR_TRUNCATED);
    assert_int_equal(err.offset, 7);
    assert_int_equal(libgguf_source_read_some(source, 8, out, 16, &got, &err), LIBGGUF_OK);
    assert_int_equal(got, 2);
    assert_int_equal(libgguf_source_read_some(source, 11, out, 1, &got, &err), LIBGGUF_OK);
    assert_int_equal(got, 0);
    assert_int_equal(libgguf_source_read_some(source, UINT64_MAX, out, 1, &got, &err),
                     LIBGGUF_ERR_ARGUMENT);
    libgguf_source_close(source);
}

static void a_file_that_changes_is_noticed(void **state)
{
    (void)state;
    struct libgguf_source *source;
    struct libgguf_error err;
    assert_int_equal(libgguf_source_from_path(path, &source, &err), LIBGGUF_OK);
    assert_int_equal(libgguf_source_unchanged(source, &err), LIBGGUF_OK);
    const struct timespec times[2] = {{.tv_sec = 5}, {.tv_sec = 5}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    assert_int_equal(libgguf_source_unchanged(source, &err), LIBGGUF_ERR_CHANGED);
    assert_int_equal(truncate(path, 4), 0);
    assert_int_equal(libgguf_source_unchanged(source, &err), LIBGGUF_ERR_CHANGED);
    assert_non_null(strstr(err.text, "10 bytes and now has 4"));
    libgguf_source_close(source);
}

static void what_cannot_be_opened_says_why(void **state)
{
    (void)state;
    struct libgguf_source *source;
    struct libgguf_error err;
    assert_int_equal(libgguf_source_from_path("/nonexistent/x", &source, &err), LIBGGUF_ERR_IO);
    assert_int_equal(err.sys_errno, ENOENT);
    assert_null(source);
    assert_int_equal(libgguf_source_from_path("/tmp", &source, &err), LIBGGUF_ERR_IO);
    assert_int_equal(err.sys_errno, EISDIR);
    assert_int_equal(libgguf_source_from_path(NULL, &source, &err), LIBGGUF_ERR_ARGUMENT);
    assert_int_equal(libgguf_source_from_memory(NULL, 1, &source, &err), LIBGGUF_ERR_ARGUMENT);
    const struct libgguf_source_ops none = {.struct_size = sizeof none};
    assert_int_equal(libgguf_source_from_ops(&none, NULL, &source, &err), LIBGGUF_ERR_ARGUMENT);
    assert_int_equal(libgguf_source_from_fd(-1, 1, &source, &err), LIBGGUF_ERR_IO);
}

static int read_up_to_1000(void *context, uint64_t offset, void *buffer, size_t size, size_t *got)
{
    (void)context;
    if (offset >= 1000) {
        return EIO;
    }
    *got = size < 1000 - offset ? size : (size_t)(1000 - offset);
    memset(buffer, 0, *got);
    return 0;
}

static uint64_t size_2000(void *context)
{
    (void)context;
    return 2000;
}

static void a_failed_read_says_where(void **state)
{
    (void)state;
    const struct libgguf_source_ops ops = {
        .struct_size = sizeof ops, .read = read_up_to_1000, .size = size_2000};
    struct libgguf_source *source;
    struct libgguf_error err;
    char out[100];
    assert_int_equal(libgguf_source_from_ops(&ops, NULL, &source, &err), LIBGGUF_OK);
    assert_int_equal(libgguf_source_read(source, 950, out, 100, &err), LIBGGUF_ERR_IO);
    assert_int_equal(err.offset, 1000);
    assert_int_equal(err.sys_errno, EIO);
    assert_string_equal(err.text, "cannot read: Input/output error");
    libgguf_source_close(source);

    /* A file and a pipe that are open for writing only. */
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const int fds[] = {open(path, O_WRONLY), ends[1]};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(libgguf_source_from_fd(fds[i], 100, &source, &err), LIBGGUF_OK);
        assert_int_equal(libgguf_source_read(source, 0, out, 1, &err), LIBGGUF_ERR_IO);
        assert_int_equal(err.offset, 0);
        assert_int_equal(err.sys_errno, EBADF);
        libgguf_source_close(source);
        close(fds[i]);
    }
    close(ends[0]);
}

/* A pipe with @p size bytes 0, 1, 2 ... in it; larger ones would need a writer of their own. */
static int pipe_with(size_t size)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    for (size_t i = 0; i < size; i++) {
        const unsigned char byte = (unsigned char)i;
        assert_int_equal(write(ends[1], &byte, 1), 1);
    }
    close(ends[1]);
    return ends[0];
}

static void a_pipe_keeps_what_was_asked_for(void **state)
{
    (void)state;
    struct libgguf_source *source;
    unsigned char out[4];
    const int fd = pipe_with(300);
    assert_int_equal(libgguf_source_from_fd(fd, 1000, &source, NULL), LIBGGUF_OK);
    assert_true(libgguf_source_size(source) == LIBGGUF_SIZE_UNKNOWN);
    assert_int_equal(libgguf_source_read(source, 200, out, 4, NULL), LIBGGUF_OK);
    assert_int_equal(out[3], 203);
    assert_int_equal(libgguf_source_read(source, 0, out, 4, NULL), LIBGGUF_OK);
    assert_int_equal(out[3], 3);
    assert_int_equal(libgguf_source_read(source, 298, out, 4, NULL), LIBGGUF_ERR_TRUNCATED);
    assert_int_equal(libgguf_source_size(source), 300);
    libgguf_source_close(source);
    close(fd);
}

static bool count_calls(void *context, uint64_t read)
{
    assert_true(read <= 60000);
    ++*(int *)context;
    return true;
}

static bool stop(void *context, uint64_t read)
{
    (void)context;
    (void)read;
    return false;
}

static void draining_a_pipe_finds_its_size_and_keeps_what_was_kept(void **state)
{
    (void)state;
    struct libgguf_source *source;
    struct libgguf_error err;
    unsigned char out[4];
    int calls = 0;
    int fd = pipe_with(60000);
    assert_int_equal(libgguf_source_from_fd(fd, 1000, &source, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_source_read(source, 10, out, 4, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_source_drain(source, count_calls, &calls, NULL), LIBGGUF_OK);
    assert_true(calls > 0);
    assert_int_equal(libgguf_source_size(source), 60000);
    assert_int_equal(libgguf_source_read(source, 10, out, 4, NULL), LIBGGUF_OK);
    libgguf_source_close(source);
    close(fd);
    fd = pipe_with(3);
    assert_int_equal(libgguf_source_from_fd(fd, 1000, &source, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_source_drain(source, stop, NULL, &err), LIBGGUF_ERR_CANCELLED);
    libgguf_source_close(source);
    close(fd);
}

static void what_a_drained_pipe_did_not_keep_is_said_to_be_lost(void **state)
{
    (void)state;
    struct libgguf_source *source;
    struct libgguf_error err;
    unsigned char out[4];
    const int fd = pipe_with(1000);
    assert_int_equal(libgguf_source_from_fd(fd, 1000, &source, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_source_drain(source, NULL, NULL, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_source_read(source, 500, out, 4, &err), LIBGGUF_ERR_RANGE);
    assert_int_equal(err.offset, 500);
    assert_non_null(strstr(err.text, "read past and not kept"));
    assert_int_equal(libgguf_source_read(source, 1000, out, 4, &err), LIBGGUF_ERR_TRUNCATED);
    libgguf_source_close(source);
    close(fd);
}

static void what_is_kept_can_be_read_up_to_the_limit(void **state)
{
    (void)state;
    struct libgguf_source *source;
    struct libgguf_error err;
    unsigned char out[16];
    size_t got;
    const int fd = pipe_with(60000);
    assert_int_equal(libgguf_source_from_fd(fd, 10, &source, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_source_read_some(source, 4, out, 16, &got, &err), LIBGGUF_OK);
    assert_int_equal(got, 6);
    assert_memory_equal(out, "\4\5\6\7\10\11", 6);
    assert_int_equal(libgguf_source_read(source, 4, out, 7, &err), LIBGGUF_ERR_RANGE);
    assert_int_equal(libgguf_source_read_some(source, 10, out, 1, &got, &err), LIBGGUF_ERR_RANGE);
    libgguf_source_close(source);
    close(fd);
}

static void a_pipe_keeps_no_more_than_its_limit(void **state)
{
    (void)state;
    struct libgguf_source *source;
    struct libgguf_error err;
    unsigned char out[4];
    const int fd = pipe_with(60000);
    assert_int_equal(libgguf_source_from_fd(fd, 0, &source, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_source_read(source, 0, out, 4, &err), LIBGGUF_ERR_RANGE);
    libgguf_source_close(source);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_read_anywhere_and_not_beyond_its_end, make_file,
                                        remove_file),
        cmocka_unit_test_setup_teardown(a_file_that_changes_is_noticed, make_file, remove_file),
        cmocka_unit_test(what_cannot_be_opened_says_why),
        cmocka_unit_test_setup_teardown(a_failed_read_says_where, make_file, remove_file),
        cmocka_unit_test(a_pipe_keeps_what_was_asked_for),
        cmocka_unit_test(draining_a_pipe_finds_its_size_and_keeps_what_was_kept),
        cmocka_unit_test(what_a_drained_pipe_did_not_keep_is_said_to_be_lost),
        cmocka_unit_test(what_is_kept_can_be_read_up_to_the_limit),
        cmocka_unit_test(a_pipe_keeps_no_more_than_its_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
