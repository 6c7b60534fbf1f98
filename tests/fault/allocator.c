#include "allocator.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static size_t asked;
static size_t bytes;
static size_t first_failing;
static size_t last_failing;
static int refused;
static size_t live;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void __wrap_free(void *memory);

static void fail_between(size_t first, size_t last)
{
    asked = 0;
    bytes = 0;
    refused = 0;
    first_failing = first;
    last_failing = last;
}

void allocator_fail_from(size_t n)
{
    fail_between(n, n == 0 ? 0 : SIZE_MAX);
}

void allocator_fail_once(size_t n)
{
    fail_between(n, n);
}

size_t allocator_reset(void)
{
    const size_t count = asked;
    first_failing = 0;
    last_failing = 0;
    return count;
}

int allocator_has_failed(void)
{
    return refused;
}

size_t allocator_bytes(void)
{
    return bytes;
}

static int must_fail(size_t size)
{
    asked++;
    bytes += size;
    if (first_failing == 0 || asked < first_failing || asked > last_failing) {
        return 0;
    }
    refused = 1;
    errno = ENOMEM;
    return 1;
}

size_t allocator_live(void)
{
    return live;
}

static void *counted(void *memory)
{
    live += memory != NULL;
    return memory;
}

void *__wrap_malloc(size_t size)
{
    return must_fail(size) ? NULL : counted(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return must_fail(count * size) ? NULL : counted(__real_calloc(count, size));
}

void *__wrap_realloc(void *memory, size_t size)
{
    if (must_fail(size)) {
        return NULL;
    }
    const int fresh = memory == NULL;
    void *const moved = __real_realloc(memory, size);
    live += fresh && moved != NULL;
    return moved;
}

void __wrap_free(void *memory)
{
    live -= memory != NULL;
    __real_free(memory);
}

size_t allocator_fail_each(void (*refuse)(size_t n),
                           enum libgguf_status (*work)(void *context, struct libgguf_error *err),
                           void *context)
{
    for (size_t n = 1;; n++) {
        struct libgguf_error err = {0};
        const size_t before = live;
        refuse(n);
        const enum libgguf_status status = work(context, &err);
        allocator_reset();
        assert_int_equal(live, before);
        if (!refused) {
            assert_int_equal(status, LIBGGUF_OK);
            return n - 1;
        }
        assert_int_equal(status, LIBGGUF_ERR_MEMORY);
        assert_int_equal(err.status, LIBGGUF_ERR_MEMORY);
    }
}
