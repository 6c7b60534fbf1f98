#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <libgguf/stats.h>

#include "../unit/small_model.h"
#include "allocator.h"

static enum libgguf_status measure(void *context, struct libgguf_error *err)
{
    const struct small_model *const model = context;
    const struct libgguf_stats_options options = {.struct_size = sizeof options, .threads = 1};
    struct libgguf_tensor_stats stats;
    return libgguf_tensors_stats(model->file, model->tensors, 1, &options, &stats, err);
}

static void every_failed_allocation_ends_the_run(void **state)
{
    (void)state;
    const struct small_tensor tensor = {0, 1000, 1, 4000};
    struct small_model model;
    small_model_make(&model, false, &tensor, 1);
    small_model_open(&model);
    assert_true(allocator_fail_each(allocator_fail_from, measure, &model) >= 2);
    small_model_free(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failed_allocation_ends_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
