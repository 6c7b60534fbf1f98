#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../unit/model_header.h"
#include "allocator.h"

static enum libgguf_status estimate(const struct libgguf_file *file, struct libgguf_error *err)
{
    struct libgguf_footprint *footprint;
    struct libgguf_estimate out;
    struct libgguf_advice advice[LIBGGUF_ADVICE_COUNT];
    size_t count;
    /* Linear memory ends while tensors are decoded, so that the place is looked for. */
    struct libgguf_estimate_options options = {.struct_size = sizeof options};
    options.limits[LIBGGUF_LIMIT_ADDRESS] = 100000000;
    enum libgguf_status status = libgguf_footprint_create(file, 0, &footprint, err);
    if (status != LIBGGUF_OK) {
        assert_null(footprint);
        return status;
    }
    status = libgguf_estimate_load(footprint, LIBGGUF_STRATEGY_EAGER_F32, &options, &out, err);
    if (status == LIBGGUF_OK) {
        status = libgguf_estimate_advise(footprint, LIBGGUF_STRATEGY_EAGER_F32, &options, advice,
                                         &count, err);
    }
    libgguf_footprint_free(footprint);
    return status;
}

static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    static const unsigned char removed_type = 4;
    struct model_header model;
    header_tinylm(&model, 0);
    header_open(&model);
    /* A tensor without a size has the offsets sorted. */
    const struct libgguf_tensor *tensor = libgguf_tensor_at(model.file, 0);
    model.bytes[tensor->info_offset + 8 + tensor->name.size + 4 + 16] = removed_type;
    libgguf_close(model.file);
    const struct libgguf_open_options options = {.struct_size = sizeof options,
                                                 .allow_missing_data = true};
    struct libgguf_error err;
    header_check(libgguf_open_memory(model.bytes, model.size, &options, &model.file, &err), &err);
    size_t failures = 0;
    for (size_t n = 1;; n++) {
        allocator_fail_once(n);
        const size_t live = allocator_live();
        const enum libgguf_status status = estimate(model.file, &err);
        const int failed = allocator_has_failed();
        allocator_reset();
        assert_int_equal(allocator_live(), live);
        if (!failed) {
            assert_int_equal(status, LIBGGUF_OK);
            break;
        }
        assert_int_equal(status, LIBGGUF_ERR_MEMORY);
        assert_int_equal(err.status, LIBGGUF_ERR_MEMORY);
        failures++;
    }
    assert_true(failures > 4);
    header_free(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
