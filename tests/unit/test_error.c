#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

static void every_status_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; strcmp(libgguf_status_name((enum libgguf_status)i), "unknown") != 0; i++) {
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(libgguf_status_name((enum libgguf_status)i),
                                    libgguf_status_name((enum libgguf_status)j));
        }
    }
    assert_string_equal(libgguf_status_name(LIBGGUF_ERR_SHARDS), "shards");
}

static void names_from_files_become_printable_ascii_of_bounded_length(void **state)
{
    (void)state;
    char out[ERROR_NAME_SIZE];
    assert_string_equal(error_name(out, "a\x1b[2J\\", 6), "a\\x1b[2J\\x5c");
    char longer[300];
    memset(longer, 'x', sizeof longer);
    error_name(out, longer, sizeof longer);
    assert_int_equal(strlen(out), ERROR_NAME_SIZE - 1);
    assert_string_equal(out + ERROR_NAME_SIZE - 4, "...");
    memset(longer, 0x80, sizeof longer);
    assert_true(strlen(error_name(out, longer, sizeof longer)) < ERROR_NAME_SIZE);
}

static void a_failed_system_call_says_why(void **state)
{
    (void)state;
    struct libgguf_error err;
    error_set_errno(&err, 2, "open %s", "x");
    assert_int_equal(err.status, LIBGGUF_ERR_IO);
    assert_int_equal(err.sys_errno, 2);
    assert_string_equal(err.text, "open x: No such file or directory");
    error_set(NULL, LIBGGUF_ERR_IO, 0, "nobody listens");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_name_of_its_own),
        cmocka_unit_test(names_from_files_become_printable_ascii_of_bounded_length),
        cmocka_unit_test(a_failed_system_call_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
