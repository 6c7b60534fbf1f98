#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <libgguf/stats.h>

#include "../unit/small_model.h"
#include "allocator.h"

static void every_failed_allocation_ends_the_run(void **state)
{
    (void)state;
    const struct small_tensor tensor = {0, 1000, 1, 4000};
    struct small_model model;
    struct libgguf_tensor_stats stats;
    const struct libgguf_stats_options options = {.struct_size = sizeof options, .threads = 1};
    small_model_make(&model, false, &tensor, 1);
    small_model_open(&model);
    size_t failures = 0;
    for (size_t n = 1;; n++) {
        struct libgguf_error err = {0};
        allocator_fail_from(n);
        const enum libgguf_status status =
            libgguf_tensors_stats(model.file, model.tensors, 1, &options, &stats, &err);
        const int failed = allocator_has_failed();
        allocator_reset();
        if (!failed) {
            assert_int_equal(status, LIBGGUF_OK);
            break;
        }
        assert_int_equal(status, LIBGGUF_ERR_MEMORY);
        assert_int_equal(err.status, LIBGGUF_ERR_MEMORY);
        failures++;
    }
    assert_true(failures >= 2);
    small_model_free(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failed_allocation_ends_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
