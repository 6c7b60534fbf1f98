#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../unit/model_header.h"
#include "allocator.h"

static enum libgguf_status estimate(void *context, struct libgguf_error *err)
{
    const struct libgguf_file *const file = context;
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
    assert_true(allocator_fail_each(allocator_fail_once, estimate, model.file) > 4);
    header_free(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
