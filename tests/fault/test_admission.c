#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../unit/bundle_in_memory.h"
#include "allocator.h"

#define MAX_HANDLES 12

/* Everything from begin to activate over an active model; the first status that is not OK. */
static enum libgguf_status admit(struct libgguf_admission *admission, const struct bundle *bundle)
{
    uint32_t session = 0;
    const struct libgguf_file *header;
    enum libgguf_status status = libgguf_admission_begin(admission, &bundle->plan, &session, NULL);
    for (size_t i = 0; !status && i < bundle->plan.count; i++) {
        status = bundle_send(admission, session, bundle, i, 500);
    }
    if (!status) {
        status = libgguf_admission_header(admission, session, &header, NULL);
    }
    if (!status) {
        status = libgguf_admission_finalize(admission, session, NULL);
    }
    if (!status) {
        status = libgguf_admission_activate(admission, session, NULL);
    }
    if (status && session) {
        assert_int_equal(libgguf_admission_cancel(admission, session, NULL), LIBGGUF_OK);
    }
    return status;
}

static void expect_active(const struct libgguf_admission *admission, uint32_t model,
                          const struct bundle *bundle)
{
    uint64_t size;
    const void *const data = libgguf_admission_data(admission, model, &size);
    assert_int_equal(libgguf_admission_active(admission), model);
    assert_non_null(data);
    assert_int_equal(size, bundle->size);
    assert_memory_equal(data, bundle->bytes, bundle->size);
}

static void any_failing_allocation_is_reported_and_leaves_the_active_model(void **state)
{
    (void)state;
    struct bundle first;
    struct bundle second;
    assert_int_equal(bundle_make(&first, 1, 2, 2000, 1), 0);
    assert_int_equal(bundle_make(&second, 9, 3, 3000, 2), 0);
    const enum libgguf_admission_store stores[] = {LIBGGUF_ADMISSION_IN_MEMORY,
                                                   LIBGGUF_ADMISSION_BY_HOST};
    for (size_t i = 0; i < 2; i++) {
        second.plan.store = stores[i];
        for (size_t n = 1;; n++) {
            struct libgguf_admission *admission;
            const size_t before = allocator_live();
            assert_int_equal(libgguf_admission_create(NULL, &admission, NULL), LIBGGUF_OK);
            assert_int_equal(admit(admission, &first), LIBGGUF_OK);
            const size_t with_first = allocator_live();
            allocator_fail_once(n);
            const enum libgguf_status status = admit(admission, &second);
            const int failed = allocator_has_failed();
            allocator_reset();
            if (!failed) {
                assert_int_equal(status, LIBGGUF_OK);
                assert_true(n > 4);
                libgguf_admission_free(admission);
                assert_int_equal(allocator_live(), before);
                break;
            }
            assert_int_equal(status, LIBGGUF_ERR_MEMORY);
            assert_int_equal(allocator_live(), with_first);
            expect_active(admission, 1, &first);
            /* With memory again, the same admission takes the model. */
            assert_int_equal(admit(admission, &second), LIBGGUF_OK);
            libgguf_admission_free(admission);
            assert_int_equal(allocator_live(), before);
        }
    }
    struct libgguf_admission *admission;
    allocator_fail_once(1);
    assert_int_equal(libgguf_admission_create(NULL, &admission, NULL), LIBGGUF_ERR_MEMORY);
    allocator_reset();
    assert_null(admission);
    bundle_free(&first);
    bundle_free(&second);
}

static void a_finalize_without_memory_can_be_repeated(void **state)
{
    (void)state;
    struct bundle bundle;
    struct libgguf_admission *admission;
    uint32_t session;
    assert_int_equal(bundle_make(&bundle, 1, 2, 2000, 1), 0);
    assert_int_equal(libgguf_admission_create(NULL, &admission, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_admission_begin(admission, &bundle.plan, &session, NULL), LIBGGUF_OK);
    for (size_t i = 0; i < bundle.plan.count; i++) {
        assert_int_equal(bundle_send(admission, session, &bundle, i, 5000), LIBGGUF_OK);
    }
    allocator_fail_from(2);
    assert_int_equal(libgguf_admission_finalize(admission, session, NULL), LIBGGUF_ERR_MEMORY);
    allocator_reset();
    assert_int_equal(libgguf_admission_finalize(admission, session, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_admission_activate(admission, session, NULL), LIBGGUF_OK);
    expect_active(admission, session, &bundle);
    libgguf_admission_free(admission);
    bundle_free(&bundle);
}

/* What the module must look like from outside, kept beside it by simpler means. */
struct mirror {
    struct libgguf_admission *admission;
    struct bundle bundles[3];    /* the last is no GGUF file */
    const struct bundle *active; /* NULL: none */
    uint32_t active_handle;
    size_t active_allocations;

    const struct bundle *pending; /* NULL: no session */
    uint32_t session;
    size_t idle_allocations; /* without the session */
    bool ready;
    bool failed;
    bool accepted[BUNDLE_MAX_CHUNKS];
    size_t accepted_count;

    uint32_t handles[MAX_HANDLES]; /* all ever seen, the latest */
    bool handle_open[MAX_HANDLES];
    bool clean[MAX_HANDLES]; /* what went in are the right bytes */
    size_t chunk_of[MAX_HANDLES];
    uint64_t filled[MAX_HANDLES];
    size_t handle_count;
    size_t open_count;
    uint64_t random;
};

static size_t pick(struct mirror *mirror, size_t bound)
{
    mirror->random ^= mirror->random << 13;
    mirror->random ^= mirror->random >> 7;
    mirror->random ^= mirror->random << 17;
    return (size_t)(mirror->random >> 11) % bound;
}

static uint32_t some_session(struct mirror *mirror)
{
    switch (pick(mirror, 12)) {
    case 0:
        return (uint32_t)pick(mirror, UINT32_MAX);
    case 1:
        return mirror->active_handle;
    default:
        return mirror->session;
    }
}

static bool is_session(const struct mirror *mirror, uint32_t handle)
{
    return mirror->pending && handle == mirror->session;
}

static void forget_session(struct mirror *mirror)
{
    mirror->pending = NULL;
    mirror->ready = false;
    mirror->failed = false;
    mirror->open_count = 0;
    for (size_t i = 0; i < MAX_HANDLES; i++) {
        mirror->handle_open[i] = false;
    }
}

/* Whether bytes can be appended to the chunk of handle number @p at. */
static bool is_open(const struct mirror *mirror, size_t at)
{
    return mirror->handle_open[at] && !mirror->failed;
}

/* What a look at the content says; it is the last of a session when it is not OK. */
static enum libgguf_status content_status(struct mirror *mirror)
{
    mirror->failed = mirror->pending == &mirror->bundles[2];
    return mirror->failed ? LIBGGUF_ERR_VERSION : LIBGGUF_OK;
}

static void do_begin(struct mirror *mirror)
{
    struct bundle *const bundle = &mirror->bundles[pick(mirror, 3)];
    bundle->plan.store = pick(mirror, 3) ? LIBGGUF_ADMISSION_IN_MEMORY : LIBGGUF_ADMISSION_BY_HOST;
    const size_t before = allocator_live();
    uint32_t session;
    const enum libgguf_status status =
        libgguf_admission_begin(mirror->admission, &bundle->plan, &session, NULL);
    assert_int_equal(status, mirror->pending ? LIBGGUF_ERR_STATE : LIBGGUF_OK);
    if (!status) {
        mirror->idle_allocations = before;
        mirror->pending = bundle;
        mirror->session = session;
        mirror->accepted_count = 0;
        memset(mirror->accepted, 0, sizeof mirror->accepted);
    }
}

static void do_open(struct mirror *mirror)
{
    const uint32_t session = some_session(mirror);
    const size_t index = pick(mirror, 9);
    uint32_t handle;
    const enum libgguf_status status =
        libgguf_admission_chunk_open(mirror->admission, session, index, &handle, NULL);
    if (!is_session(mirror, session)) {
        assert_int_equal(status, LIBGGUF_ERR_HANDLE);
        return;
    }
    bool in_use = mirror->ready || mirror->open_count == LIBGGUF_ADMISSION_MAX_OPEN;
    for (size_t i = 0; i < MAX_HANDLES; i++) {
        in_use = in_use || (mirror->handle_open[i] && mirror->chunk_of[i] == index);
    }
    if (mirror->ready || mirror->failed) {
        assert_int_equal(status, LIBGGUF_ERR_STATE);
    } else if (index >= mirror->pending->plan.count) {
        assert_int_equal(status, LIBGGUF_ERR_ARGUMENT);
    } else if (in_use || mirror->accepted[index]) {
        assert_int_equal(status, LIBGGUF_ERR_STATE);
    } else {
        assert_int_equal(status, LIBGGUF_OK);
        size_t at = mirror->handle_count++ % MAX_HANDLES;
        while (mirror->handle_open[at]) {
            at = mirror->handle_count++ % MAX_HANDLES;
        }
        mirror->handles[at] = handle;
        mirror->handle_open[at] = true;
        mirror->clean[at] = true;
        mirror->chunk_of[at] = index;
        mirror->filled[at] = 0;
        mirror->open_count++;
    }
}

static void do_append(struct mirror *mirror)
{
    const size_t at = pick(mirror, MAX_HANDLES);
    const bool forged = mirror->handles[at] != 0 && pick(mirror, 16) == 0;
    const uint32_t handle = mirror->handles[at] + (forged ? 8 : 0);
    if (!is_open(mirror, at) || forged) {
        assert_int_equal(libgguf_admission_append(mirror->admission, handle, "x", 1, NULL),
                         LIBGGUF_ERR_HANDLE);
        return;
    }
    const struct libgguf_admission_chunk *const chunk =
        &mirror->pending->chunks[mirror->chunk_of[at]];
    const uint64_t left = chunk->size - mirror->filled[at];
    size_t size = pick(mirror, 2) ? (size_t)left : pick(mirror, (size_t)left + 2);
    unsigned char bytes[8192];
    assert_true(size <= sizeof bytes);
    const uint64_t from = chunk->offset + mirror->filled[at];
    const size_t right = size < left ? size : (size_t)left;
    memset(bytes, 0, sizeof bytes);
    memcpy(bytes, mirror->pending->bytes + from, right);
    const bool spoil = size > 0 && pick(mirror, 12) == 0;
    bytes[0] = (unsigned char)(bytes[0] ^ (spoil ? 0x40 : 0));
    const enum libgguf_status status =
        libgguf_admission_append(mirror->admission, handle, bytes, size, NULL);
    assert_int_equal(status, size > left ? LIBGGUF_ERR_RANGE : LIBGGUF_OK);
    if (!status) {
        mirror->filled[at] += size;
        mirror->clean[at] = mirror->clean[at] && !spoil;
    }
}

static void do_close(struct mirror *mirror)
{
    const size_t at = pick(mirror, MAX_HANDLES);
    const enum libgguf_status status =
        libgguf_admission_chunk_close(mirror->admission, mirror->handles[at], NULL);
    if (!is_open(mirror, at)) {
        assert_int_equal(status, LIBGGUF_ERR_HANDLE);
        return;
    }
    const size_t index = mirror->chunk_of[at];
    enum libgguf_status expected = LIBGGUF_OK;
    if (mirror->filled[at] < mirror->pending->chunks[index].size) {
        expected = LIBGGUF_ERR_TRUNCATED;
    } else if (!mirror->clean[at]) {
        expected = LIBGGUF_ERR_DIGEST;
    }
    assert_int_equal(status, expected);
    mirror->handle_open[at] = false;
    mirror->open_count--;
    mirror->accepted[index] = expected == LIBGGUF_OK;
    mirror->accepted_count += expected == LIBGGUF_OK;
}

static bool header_is_there(const struct mirror *mirror)
{
    uint64_t end = 0;
    for (size_t i = 0; end < mirror->pending->plan.header_size; i++) {
        if (!mirror->accepted[i]) {
            return false;
        }
        end += mirror->pending->chunks[i].size;
    }
    return true;
}

static void do_header(struct mirror *mirror)
{
    const uint32_t session = some_session(mirror);
    const struct libgguf_file *file;
    const enum libgguf_status status =
        libgguf_admission_header(mirror->admission, session, &file, NULL);
    enum libgguf_status expected = LIBGGUF_ERR_HANDLE;
    if (is_session(mirror, session)) {
        const bool can_be_read = !mirror->failed && header_is_there(mirror);
        expected = can_be_read ? content_status(mirror) : LIBGGUF_ERR_STATE;
    }
    assert_int_equal(status, expected);
    assert_true((file != NULL) == (status == LIBGGUF_OK));
}

static void do_end(struct mirror *mirror)
{
    const uint32_t session = some_session(mirror);
    switch (pick(mirror, 12)) {
    case 0: {
        const enum libgguf_status status =
            libgguf_admission_cancel(mirror->admission, session, NULL);
        assert_int_equal(status, is_session(mirror, session) ? LIBGGUF_OK : LIBGGUF_ERR_HANDLE);
        if (!status) {
            assert_int_equal(allocator_live(), mirror->idle_allocations);
            forget_session(mirror);
        }
        break;
    }
    case 1: {
        const uint32_t model = some_session(mirror);
        const bool is_model = mirror->active && model == mirror->active_handle;
        const enum libgguf_status status =
            libgguf_admission_release(mirror->admission, model, NULL);
        assert_int_equal(status, is_model ? LIBGGUF_OK : LIBGGUF_ERR_HANDLE);
        if (!status) {
            mirror->idle_allocations -= mirror->active_allocations;
            mirror->active = NULL;
        }
        break;
    }
    case 2:
    case 3: {
        enum libgguf_status expected = LIBGGUF_ERR_HANDLE;
        if (is_session(mirror, session)) {
            expected = mirror->ready ? LIBGGUF_OK : LIBGGUF_ERR_STATE;
        }
        const size_t without = mirror->idle_allocations;
        assert_int_equal(libgguf_admission_activate(mirror->admission, session, NULL), expected);
        if (!expected) {
            const size_t none = without - (mirror->active ? mirror->active_allocations : 0);
            mirror->active_allocations = allocator_live() - none;
            mirror->active = mirror->pending;
            mirror->active_handle = session;
            forget_session(mirror);
        }
        break;
    }
    default: {
        enum libgguf_status expected = LIBGGUF_ERR_HANDLE;
        if (is_session(mirror, session)) {
            const bool all = !mirror->ready && !mirror->failed && mirror->open_count == 0 &&
                             mirror->accepted_count == mirror->pending->plan.count;
            expected = all ? content_status(mirror) : LIBGGUF_ERR_STATE;
        }
        assert_int_equal(libgguf_admission_finalize(mirror->admission, session, NULL), expected);
        mirror->ready = mirror->ready || expected == LIBGGUF_OK;
        break;
    }
    }
}

static enum libgguf_admission_state expected_state(const struct mirror *mirror)
{
    if (mirror->failed) {
        return LIBGGUF_ADMISSION_FAILED;
    }
    return mirror->ready ? LIBGGUF_ADMISSION_READY : LIBGGUF_ADMISSION_RECEIVING;
}

static void check_invariants(const struct mirror *mirror)
{
    uint64_t size;
    assert_int_equal(libgguf_admission_active(mirror->admission),
                     mirror->active ? mirror->active_handle : 0);
    if (mirror->active) {
        assert_non_null(libgguf_admission_file(mirror->admission, mirror->active_handle));
        const void *const data =
            libgguf_admission_data(mirror->admission, mirror->active_handle, &size);
        if (data) {
            assert_int_equal(size, mirror->active->size);
            assert_memory_equal(data, mirror->active->bytes, mirror->active->size);
        }
    }
    if (mirror->pending) {
        struct libgguf_admission_progress progress;
        assert_int_equal(
            libgguf_admission_progress(mirror->admission, mirror->session, &progress, NULL),
            LIBGGUF_OK);
        assert_int_equal(progress.state, expected_state(mirror));
        assert_int_equal(progress.accepted_count, mirror->accepted_count);
        assert_int_equal(progress.open_count, mirror->open_count);
        assert_int_equal(progress.header_verified, header_is_there(mirror));
        if (mirror->failed || !header_is_there(mirror)) {
            assert_null(libgguf_admission_file(mirror->admission, mirror->session));
        }
        assert_null(libgguf_admission_data(mirror->admission, mirror->session, &size));
    }
}

static void make_bundles(struct bundle bundles[3], unsigned seed)
{
    assert_int_equal(bundle_make(&bundles[0], seed, 2, 2000, 2), 0);
    assert_int_equal(bundle_make(&bundles[1], seed + 100, 5, 400, 1), 0);
    assert_int_equal(bundle_make(&bundles[2], seed + 200, 2, 300, 1), 0);
    bundles[2].bytes[4] = 9; /* the version */
    assert_int_equal(bundle_sign(&bundles[2]), 0);
}

static void any_sequence_of_calls_keeps_the_invariants(void **state)
{
    (void)state;
    size_t activations = 0;
    size_t failures = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct mirror mirror = {.random = seed * 0x9e3779b97f4a7c15};
        const size_t before = allocator_live();
        make_bundles(mirror.bundles, (unsigned)seed);
        assert_int_equal(libgguf_admission_create(NULL, &mirror.admission, NULL), LIBGGUF_OK);
        for (size_t step = 0; step < 8000; step++) {
            const uint32_t was_active = mirror.active ? mirror.active_handle : 0;
            const bool had_failed = mirror.failed;
            const size_t what = pick(&mirror, 100);
            if (what < 4) {
                do_begin(&mirror);
            } else if (what < 28) {
                do_open(&mirror);
            } else if (what < 62) {
                do_append(&mirror);
            } else if (what < 88) {
                do_close(&mirror);
            } else if (what < 91) {
                do_header(&mirror);
            } else {
                do_end(&mirror);
            }
            activations += mirror.active && mirror.active_handle != was_active;
            failures += mirror.failed && !had_failed;
            check_invariants(&mirror);
        }
        libgguf_admission_free(mirror.admission);
        bundle_free(&mirror.bundles[0]);
        bundle_free(&mirror.bundles[1]);
        bundle_free(&mirror.bundles[2]);
        assert_int_equal(allocator_live(), before);
    }
    /* Enough of the walks went all the way. */
    assert_true(activations > 50);
    assert_true(failures > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_failing_allocation_is_reported_and_leaves_the_active_model),
        cmocka_unit_test(a_finalize_without_memory_can_be_repeated),
        cmocka_unit_test(any_sequence_of_calls_keeps_the_invariants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
