#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bundle_in_memory.h"

#define TENSORS 3
#define TENSOR_SIZE 40000
#define HEADER_CHUNKS 2
#define CHUNKS (HEADER_CHUNKS + TENSORS)

struct fixture {
    struct bundle bundle;
    struct libgguf_admission *admission;
};

static int set_up(void **state)
{
    struct fixture *const fixture = calloc(1, sizeof *fixture);
    *state = fixture;
    return !fixture || bundle_make(&fixture->bundle, 1, TENSORS, TENSOR_SIZE, HEADER_CHUNKS) != 0 ||
           libgguf_admission_create(NULL, &fixture->admission, NULL) != LIBGGUF_OK;
}

static int tear_down(void **state)
{
    struct fixture *const fixture = *state;
    libgguf_admission_free(fixture->admission);
    bundle_free(&fixture->bundle);
    free(fixture);
    return 0;
}

static uint32_t begin(struct libgguf_admission *admission, const struct bundle *bundle)
{
    uint32_t session;
    assert_int_equal(libgguf_admission_begin(admission, &bundle->plan, &session, NULL), LIBGGUF_OK);
    assert_int_not_equal(session, 0);
    return session;
}

static void send_all(struct libgguf_admission *admission, uint32_t session,
                     const struct bundle *bundle)
{
    for (size_t i = 0; i < bundle->plan.count; i++) {
        assert_int_equal(bundle_send(admission, session, bundle, i, 1000 * (i + 1)), LIBGGUF_OK);
    }
}

static uint32_t activate(struct libgguf_admission *admission, const struct bundle *bundle)
{
    const uint32_t session = begin(admission, bundle);
    send_all(admission, session, bundle);
    assert_int_equal(libgguf_admission_finalize(admission, session, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_admission_activate(admission, session, NULL), LIBGGUF_OK);
    return session;
}

static void expect_active(const struct libgguf_admission *admission, uint32_t model,
                          const struct bundle *bundle)
{
    uint64_t size;
    assert_int_equal(libgguf_admission_active(admission), model);
    const unsigned char *const data = libgguf_admission_data(admission, model, &size);
    assert_non_null(data);
    assert_int_equal((uintptr_t)data % LIBGGUF_ADMISSION_ALIGNMENT, 0);
    assert_int_equal(size, bundle->size);
    assert_memory_equal(data, bundle->bytes, bundle->size);
    assert_int_equal(libgguf_tensor_count(libgguf_admission_file(admission, model)), TENSORS);
}

static void a_model_that_arrives_whole_becomes_active(void **state)
{
    struct fixture *const fixture = *state;
    const uint32_t model = activate(fixture->admission, &fixture->bundle);
    expect_active(fixture->admission, model, &fixture->bundle);
}

static void chunks_may_arrive_in_any_order_and_interleaved(void **state)
{
    struct fixture *const fixture = *state;
    const struct bundle *const bundle = &fixture->bundle;
    const uint32_t session = begin(fixture->admission, bundle);
    uint32_t handles[CHUNKS];
    uint64_t done[CHUNKS] = {0};
    for (size_t i = CHUNKS; i-- > 0;) {
        assert_int_equal(
            libgguf_admission_chunk_open(fixture->admission, session, i, &handles[i], NULL),
            LIBGGUF_OK);
    }
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < CHUNKS; i++) {
            const uint64_t left = bundle->chunks[i].size - done[i];
            const size_t step = left < 777 ? (size_t)left : 777;
            assert_int_equal(libgguf_admission_append(
                                 fixture->admission, handles[i],
                                 bundle->bytes + bundle->chunks[i].offset + done[i], step, NULL),
                             LIBGGUF_OK);
            done[i] += step;
            more = more || done[i] < bundle->chunks[i].size;
        }
    }
    for (size_t i = 0; i < CHUNKS; i++) {
        assert_int_equal(libgguf_admission_chunk_close(fixture->admission, handles[i], NULL),
                         LIBGGUF_OK);
    }
    assert_int_equal(libgguf_admission_finalize(fixture->admission, session, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_admission_activate(fixture->admission, session, NULL), LIBGGUF_OK);
    expect_active(fixture->admission, session, bundle);
}

static void the_header_is_read_as_soon_as_its_chunks_are_there_and_not_before(void **state)
{
    struct fixture *const fixture = *state;
    struct libgguf_admission *const admission = fixture->admission;
    const struct libgguf_file *file;
    struct libgguf_admission_progress progress;
    const uint32_t session = begin(admission, &fixture->bundle);
    for (size_t i = 0; i < HEADER_CHUNKS; i++) {
        assert_int_equal(libgguf_admission_header(admission, session, &file, NULL),
                         LIBGGUF_ERR_STATE);
        assert_null(file);
        assert_null(libgguf_admission_file(admission, session));
        assert_int_equal(bundle_send(admission, session, &fixture->bundle, i, 100), LIBGGUF_OK);
    }
    assert_int_equal(libgguf_admission_progress(admission, session, &progress, NULL), LIBGGUF_OK);
    assert_true(progress.header_verified);
    assert_int_equal(progress.accepted_count, HEADER_CHUNKS);
    assert_int_equal(progress.verified_size, fixture->bundle.plan.header_size);
    assert_int_equal(libgguf_admission_header(admission, session, &file, NULL), LIBGGUF_OK);
    assert_ptr_equal(libgguf_admission_file(admission, session), file);
    assert_int_equal(libgguf_tensor_count(file), TENSORS);
    assert_int_equal(libgguf_tensor_at(file, 1)->missing_size, TENSOR_SIZE);
    uint64_t size;
    assert_null(libgguf_admission_data(admission, session, &size));
}

static void a_changed_byte_in_any_chunk_is_rejected_and_the_right_ones_heal_it(void **state)
{
    struct fixture *const fixture = *state;
    struct bundle *const bundle = &fixture->bundle;
    const uint32_t session = begin(fixture->admission, bundle);
    for (size_t i = 0; i < CHUNKS; i++) {
        unsigned char *const byte =
            &bundle->bytes[bundle->chunks[i].offset + bundle->chunks[i].size / 2];
        *byte ^= 1;
        assert_int_equal(bundle_send(fixture->admission, session, bundle, i, 4096),
                         LIBGGUF_ERR_DIGEST);
        assert_int_equal(libgguf_admission_finalize(fixture->admission, session, NULL),
                         LIBGGUF_ERR_STATE);
        *byte ^= 1;
        assert_int_equal(bundle_send(fixture->admission, session, bundle, i, 4096), LIBGGUF_OK);
    }
    assert_int_equal(libgguf_admission_finalize(fixture->admission, session, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_admission_activate(fixture->admission, session, NULL), LIBGGUF_OK);
    expect_active(fixture->admission, session, bundle);
}

static void stale_forged_and_twice_closed_handles_are_refused(void **state)
{
    struct fixture *const fixture = *state;
    struct libgguf_admission *const admission = fixture->admission;
    const uint32_t session = begin(admission, &fixture->bundle);
    uint32_t first;
    uint32_t second;
    assert_int_equal(libgguf_admission_chunk_open(admission, session, 0, &first, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_admission_chunk_close(admission, first, NULL), LIBGGUF_ERR_TRUNCATED);
    assert_int_equal(libgguf_admission_chunk_close(admission, first, NULL), LIBGGUF_ERR_HANDLE);
    assert_int_equal(libgguf_admission_chunk_open(admission, session, 0, &second, NULL),
                     LIBGGUF_OK);
    assert_int_not_equal(first, second);
    const uint32_t forged[] = {0, first, second ^ 1, second + 8, UINT32_MAX, session};
    for (size_t i = 0; i < sizeof forged / sizeof forged[0]; i++) {
        assert_int_equal(libgguf_admission_append(admission, forged[i], "x", 1, NULL),
                         LIBGGUF_ERR_HANDLE);
        assert_int_equal(libgguf_admission_chunk_close(admission, forged[i], NULL),
                         LIBGGUF_ERR_HANDLE);
    }
    assert_int_equal(libgguf_admission_cancel(admission, session, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_admission_append(admission, second, "x", 1, NULL), LIBGGUF_ERR_HANDLE);
    const uint32_t gone[] = {0, session, session + 1, UINT32_MAX};
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++) {
        const struct libgguf_file *file;
        struct libgguf_admission_progress progress;
        assert_int_equal(libgguf_admission_chunk_open(admission, gone[i], 0, &first, NULL),
                         LIBGGUF_ERR_HANDLE);
        assert_int_equal(libgguf_admission_header(admission, gone[i], &file, NULL),
                         LIBGGUF_ERR_HANDLE);
        assert_int_equal(libgguf_admission_finalize(admission, gone[i], NULL), LIBGGUF_ERR_HANDLE);
        assert_int_equal(libgguf_admission_activate(admission, gone[i], NULL), LIBGGUF_ERR_HANDLE);
        assert_int_equal(libgguf_admission_cancel(admission, gone[i], NULL), LIBGGUF_ERR_HANDLE);
        assert_int_equal(libgguf_admission_release(admission, gone[i], NULL), LIBGGUF_ERR_HANDLE);
        assert_int_equal(libgguf_admission_progress(admission, gone[i], &progress, NULL),
                         LIBGGUF_ERR_HANDLE);
        assert_int_equal(progress.state, LIBGGUF_ADMISSION_IDLE);
    }
}

static void no_byte_is_written_past_a_chunk_s_end_or_a_window(void **state)
{
    struct fixture *const fixture = *state;
    const struct bundle *const bundle = &fixture->bundle;
    const uint32_t session = begin(fixture->admission, bundle);
    unsigned char *const window = calloc(1, LIBGGUF_ADMISSION_WINDOW + 1);
    assert_non_null(window);
    uint32_t handle;
    const size_t last = CHUNKS - 1;
    const size_t size = (size_t)bundle->chunks[last].size;
    assert_int_equal(libgguf_admission_chunk_open(fixture->admission, session, last, &handle, NULL),
                     LIBGGUF_OK);
    assert_int_equal(libgguf_admission_append(fixture->admission, handle, window, size + 1, NULL),
                     LIBGGUF_ERR_RANGE);
    assert_int_equal(libgguf_admission_append(fixture->admission, handle, window,
                                              LIBGGUF_ADMISSION_WINDOW + 1, NULL),
                     LIBGGUF_ERR_RANGE);
    assert_int_equal(libgguf_admission_append(fixture->admission, handle, NULL, 1, NULL),
                     LIBGGUF_ERR_ARGUMENT);
    /* What was refused was not taken: the chunk is still good. */
    assert_int_equal(libgguf_admission_append(fixture->admission, handle,
                                              bundle->bytes + bundle->chunks[last].offset, size,
                                              NULL),
                     LIBGGUF_OK);
    assert_int_equal(libgguf_admission_append(fixture->admission, handle, window, 1, NULL),
                     LIBGGUF_ERR_RANGE);
    assert_int_equal(libgguf_admission_append(fixture->admission, handle, NULL, 0, NULL),
                     LIBGGUF_OK);
    assert_int_equal(libgguf_admission_chunk_close(fixture->admission, handle, NULL), LIBGGUF_OK);
    free(window);
}

static void calls_in_the_wrong_state_change_nothing(void **state)
{
    struct fixture *const fixture = *state;
    struct libgguf_admission *const admission = fixture->admission;
    const struct bundle *const bundle = &fixture->bundle;
    const uint32_t session = begin(admission, bundle);
    uint32_t other;
    uint32_t handle;
    assert_int_equal(libgguf_admission_begin(admission, &bundle->plan, &other, NULL),
                     LIBGGUF_ERR_STATE);
    assert_int_equal(other, 0);
    assert_int_equal(libgguf_admission_finalize(admission, session, NULL), LIBGGUF_ERR_STATE);
    assert_int_equal(libgguf_admission_activate(admission, session, NULL), LIBGGUF_ERR_STATE);
    assert_int_equal(libgguf_admission_chunk_open(admission, session, CHUNKS, &handle, NULL),
                     LIBGGUF_ERR_ARGUMENT);
    assert_int_equal(libgguf_admission_chunk_open(admission, session, 1, &handle, NULL),
                     LIBGGUF_OK);
    assert_int_equal(libgguf_admission_chunk_open(admission, session, 1, &other, NULL),
                     LIBGGUF_ERR_STATE);
    assert_int_equal(libgguf_admission_chunk_close(admission, handle, NULL), LIBGGUF_ERR_TRUNCATED);
    send_all(admission, session, bundle);
    assert_int_equal(libgguf_admission_chunk_open(admission, session, 1, &other, NULL),
                     LIBGGUF_ERR_STATE);
    assert_int_equal(libgguf_admission_finalize(admission, session, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_admission_finalize(admission, session, NULL), LIBGGUF_ERR_STATE);
    assert_int_equal(libgguf_admission_chunk_open(admission, session, 1, &other, NULL),
                     LIBGGUF_ERR_STATE);
    assert_int_equal(libgguf_admission_activate(admission, session, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_admission_activate(admission, session, NULL), LIBGGUF_ERR_HANDLE);
    expect_active(admission, session, bundle);
}

static void no_more_than_eight_chunks_are_open_at_once(void **state)
{
    (void)state;
    struct bundle bundle;
    struct libgguf_admission *admission;
    uint32_t handles[LIBGGUF_ADMISSION_MAX_OPEN];
    uint32_t handle;
    assert_int_equal(bundle_make(&bundle, 5, 12, 400, 1), 0);
    assert_int_equal(libgguf_admission_create(NULL, &admission, NULL), LIBGGUF_OK);
    const uint32_t session = begin(admission, &bundle);
    for (size_t i = 0; i < LIBGGUF_ADMISSION_MAX_OPEN; i++) {
        assert_int_equal(libgguf_admission_chunk_open(admission, session, i, &handles[i], NULL),
                         LIBGGUF_OK);
    }
    assert_int_equal(libgguf_admission_chunk_open(admission, session, 9, &handle, NULL),
                     LIBGGUF_ERR_STATE);
    assert_int_equal(libgguf_admission_chunk_close(admission, handles[3], NULL),
                     LIBGGUF_ERR_TRUNCATED);
    assert_int_equal(libgguf_admission_chunk_open(admission, session, 9, &handle, NULL),
                     LIBGGUF_OK);
    libgguf_admission_free(admission);
    bundle_free(&bundle);
}

static void a_second_model_takes_over_only_when_it_is_activated(void **state)
{
    struct fixture *const fixture = *state;
    struct libgguf_admission *const admission = fixture->admission;
    struct bundle second;
    assert_int_equal(bundle_make(&second, 77, TENSORS, 5000, 1), 0);
    const uint32_t first_model = activate(admission, &fixture->bundle);
    uint32_t session = begin(admission, &second);
    send_all(admission, session, &second);
    expect_active(admission, first_model, &fixture->bundle);
    assert_int_equal(libgguf_admission_finalize(admission, session, NULL), LIBGGUF_OK);
    expect_active(admission, first_model, &fixture->bundle);
    assert_int_equal(libgguf_admission_cancel(admission, session, NULL), LIBGGUF_OK);
    expect_active(admission, first_model, &fixture->bundle);
    session = activate(admission, &second);
    assert_int_not_equal(session, first_model);
    expect_active(admission, session, &second);
    assert_null(libgguf_admission_file(admission, first_model));
    assert_int_equal(libgguf_admission_release(admission, first_model, NULL), LIBGGUF_ERR_HANDLE);
    assert_int_equal(libgguf_admission_release(admission, session, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_admission_active(admission), 0);
    assert_int_equal(libgguf_admission_release(admission, session, NULL), LIBGGUF_ERR_HANDLE);
    bundle_free(&second);
}

static void a_host_that_stores_the_bytes_keeps_only_the_header_here(void **state)
{
    struct fixture *const fixture = *state;
    struct libgguf_admission *const admission = fixture->admission;
    struct libgguf_admission_progress progress;
    fixture->bundle.plan.store = LIBGGUF_ADMISSION_BY_HOST;
    const uint32_t session = begin(admission, &fixture->bundle);
    assert_int_equal(libgguf_admission_progress(admission, session, &progress, NULL), LIBGGUF_OK);
    assert_int_equal(progress.allocated_size, fixture->bundle.plan.header_size);
    fixture->bundle.bytes[fixture->bundle.size - 1] ^= 1;
    assert_int_equal(bundle_send(admission, session, &fixture->bundle, CHUNKS - 1, 999),
                     LIBGGUF_ERR_DIGEST);
    fixture->bundle.bytes[fixture->bundle.size - 1] ^= 1;
    send_all(admission, session, &fixture->bundle);
    assert_int_equal(libgguf_admission_finalize(admission, session, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_admission_activate(admission, session, NULL), LIBGGUF_OK);
    uint64_t size;
    assert_null(libgguf_admission_data(admission, session, &size));
    const struct libgguf_file *const file = libgguf_admission_file(admission, session);
    assert_int_equal(libgguf_tensor_count(file), TENSORS);
    assert_non_null(libgguf_kv_find(file, "tokenizer.ggml.tokens"));
}

static void verified_bytes_that_are_not_gguf_fail_for_good(void **state)
{
    struct fixture *const fixture = *state;
    struct bundle *const bundle = &fixture->bundle;
    const enum libgguf_admission_store stores[] = {LIBGGUF_ADMISSION_IN_MEMORY,
                                                   LIBGGUF_ADMISSION_BY_HOST};
    const uint32_t model = activate(fixture->admission, bundle);
    for (size_t i = 0; i < 2; i++) {
        struct bundle broken = *bundle;
        broken.bytes = malloc(bundle->size);
        assert_non_null(broken.bytes);
        memcpy(broken.bytes, bundle->bytes, bundle->size);
        broken.bytes[4] = 9; /* the version */
        broken.plan.chunks = broken.chunks;
        broken.plan.store = stores[i];
        assert_int_equal(bundle_sign(&broken), 0);
        const uint32_t session = begin(fixture->admission, &broken);
        send_all(fixture->admission, session, &broken);
        const struct libgguf_file *file;
        struct libgguf_admission_progress progress;
        assert_int_equal(libgguf_admission_finalize(fixture->admission, session, NULL),
                         LIBGGUF_ERR_VERSION);
        assert_int_equal(libgguf_admission_progress(fixture->admission, session, &progress, NULL),
                         LIBGGUF_OK);
        assert_int_equal(progress.state, LIBGGUF_ADMISSION_FAILED);
        assert_int_equal(libgguf_admission_header(fixture->admission, session, &file, NULL),
                         LIBGGUF_ERR_STATE);
        assert_int_equal(libgguf_admission_activate(fixture->admission, session, NULL),
                         LIBGGUF_ERR_STATE);
        assert_int_equal(libgguf_admission_cancel(fixture->admission, session, NULL), LIBGGUF_OK);
        expect_active(fixture->admission, model, bundle);
        free(broken.bytes);
    }
}

static void a_file_whose_tensors_end_beyond_it_is_refused_in_both_stores(void **state)
{
    struct fixture *const fixture = *state;
    struct bundle *const bundle = &fixture->bundle;
    bundle->size -= 32;
    bundle->plan.size -= 32;
    bundle->chunks[CHUNKS - 1].size -= 32;
    assert_int_equal(bundle_sign(bundle), 0);
    const enum libgguf_admission_store stores[] = {LIBGGUF_ADMISSION_IN_MEMORY,
                                                   LIBGGUF_ADMISSION_BY_HOST};
    for (size_t i = 0; i < 2; i++) {
        bundle->plan.store = stores[i];
        const uint32_t session = begin(fixture->admission, bundle);
        send_all(fixture->admission, session, bundle);
        assert_int_equal(libgguf_admission_finalize(fixture->admission, session, NULL),
                         LIBGGUF_ERR_TENSOR_RANGE);
        assert_int_equal(libgguf_admission_cancel(fixture->admission, session, NULL), LIBGGUF_OK);
    }
}

static void a_header_that_reads_beyond_its_chunks_is_refused(void **state)
{
    struct fixture *const fixture = *state;
    struct bundle *const bundle = &fixture->bundle;
    /* The second header chunk is declared to be data: the header now ends in the first. */
    bundle->plan.header_size = bundle->chunks[0].size;
    const uint32_t session = begin(fixture->admission, bundle);
    assert_int_equal(bundle_send(fixture->admission, session, bundle, 0, 100), LIBGGUF_OK);
    const struct libgguf_file *file;
    uint32_t open;
    assert_int_equal(libgguf_admission_chunk_open(fixture->admission, session, 1, &open, NULL),
                     LIBGGUF_OK);
    assert_int_equal(libgguf_admission_header(fixture->admission, session, &file, NULL),
                     LIBGGUF_ERR_TRUNCATED);
    assert_null(file);
    /* It failed for good: chunks that were open take no more. */
    assert_int_equal(libgguf_admission_append(fixture->admission, open, "x", 1, NULL),
                     LIBGGUF_ERR_HANDLE);
    assert_int_equal(libgguf_admission_chunk_close(fixture->admission, open, NULL),
                     LIBGGUF_ERR_HANDLE);
    assert_int_equal(libgguf_admission_cancel(fixture->admission, session, NULL), LIBGGUF_OK);
}

static void one_file_of_several_is_admitted_under_the_digest_of_all(void **state)
{
    struct fixture *const fixture = *state;
    const struct bundle *const bundle = &fixture->bundle;
    struct libgguf_admission_chunk chunks[2 * CHUNKS + 1];
    unsigned char digests[(2 * CHUNKS + 1) * LIBGGUF_DIGEST_SIZE];
    for (size_t i = 0; i < 2 * CHUNKS + 1; i++) {
        chunks[i] = i < CHUNKS ? bundle->chunks[i] : bundle->chunks[(i - CHUNKS) % CHUNKS];
        memcpy(digests + i * LIBGGUF_DIGEST_SIZE, chunks[i].sha256.bytes, LIBGGUF_DIGEST_SIZE);
    }
    struct libgguf_admission_plan plan = bundle->plan;
    plan.chunks = chunks;
    plan.chunk_count = 2 * CHUNKS + 1;
    plan.first = CHUNKS;
    assert_int_equal(libgguf_sha256(digests, sizeof digests, &plan.chunks_sha256, NULL),
                     LIBGGUF_OK);
    uint32_t session;
    assert_int_equal(libgguf_admission_begin(fixture->admission, &plan, &session, NULL),
                     LIBGGUF_OK);
    send_all(fixture->admission, session, bundle);
    assert_int_equal(libgguf_admission_finalize(fixture->admission, session, NULL), LIBGGUF_OK);
}

static void apply(size_t which, struct libgguf_admission_plan *plan,
                  struct libgguf_admission_chunk *chunks)
{
    switch (which) {
    case 0:
        plan->struct_size = 8;
        break;
    case 1:
        plan->chunks = NULL;
        break;
    case 2:
        plan->store = (enum libgguf_admission_store)7;
        break;
    case 3:
        plan->chunk_count = 0;
        break;
    case 4:
        plan->chunk_count = 1000000;
        plan->count = 1000000;
        break;
    case 5:
        plan->count = 0;
        break;
    case 6:
        plan->first = CHUNKS;
        break;
    case 7:
        plan->first = 1;
        break;
    case 8:
        plan->count = SIZE_MAX;
        break;
    case 9:
        plan->size++;
        break;
    case 10:
        plan->size = UINT64_C(1) << 53;
        break;
    case 11:
        plan->header_size = 0;
        break;
    case 12:
        plan->header_size = plan->size + 1;
        break;
    case 13:
        chunks[1].size = 0;
        break;
    case 14:
        chunks[1].size = LIBGGUF_MAX_CHUNK_SIZE + 1;
        break;
    case 15:
        chunks[1].size = UINT64_MAX;
        break;
    case 16:
        chunks[2].offset++;
        break;
    case 17:
        chunks[2].offset = 0;
        break;
    case 18:
        chunks[0].offset = 1;
        break;
    case 19:
        chunks[1].size--;
        chunks[2].offset--;
        chunks[2].size++;
        chunks[2].size -= 1;
        break;
    case 20:
        chunks[3].sha256.bytes[31] ^= 1;
        break;
    case 21:
        plan->chunks_sha256.bytes[0] ^= 1;
        break;
    default:
        plan->count = CHUNKS - 1;
        break;
    }
}

static void a_plan_that_contradicts_itself_is_refused_before_anything_is_allocated(void **state)
{
    static const enum libgguf_status expected[] = {
        LIBGGUF_ERR_ARGUMENT, LIBGGUF_ERR_ARGUMENT, LIBGGUF_ERR_ARGUMENT, LIBGGUF_ERR_RANGE,
        LIBGGUF_ERR_RANGE,    LIBGGUF_ERR_MANIFEST, LIBGGUF_ERR_MANIFEST, LIBGGUF_ERR_MANIFEST,
        LIBGGUF_ERR_MANIFEST, LIBGGUF_ERR_MANIFEST, LIBGGUF_ERR_RANGE,    LIBGGUF_ERR_MANIFEST,
        LIBGGUF_ERR_MANIFEST, LIBGGUF_ERR_RANGE,    LIBGGUF_ERR_RANGE,    LIBGGUF_ERR_RANGE,
        LIBGGUF_ERR_MANIFEST, LIBGGUF_ERR_MANIFEST, LIBGGUF_ERR_MANIFEST, LIBGGUF_ERR_MANIFEST,
        LIBGGUF_ERR_DIGEST,   LIBGGUF_ERR_DIGEST,   LIBGGUF_ERR_MANIFEST};
    struct fixture *const fixture = *state;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        struct libgguf_admission_chunk chunks[CHUNKS];
        struct libgguf_admission_plan plan = fixture->bundle.plan;
        struct libgguf_error err = {.status = LIBGGUF_OK};
        uint32_t session = 1;
        memcpy(chunks, fixture->bundle.chunks, sizeof chunks);
        plan.chunks = chunks;
        apply(i, &plan, chunks);
        const enum libgguf_status status =
            libgguf_admission_begin(fixture->admission, &plan, &session, &err);
        if (status != expected[i]) {
            fail_msg("case %zu: %s (%s)", i, libgguf_status_name(status), err.text);
        }
        assert_int_equal(err.status, status);
        assert_int_equal(session, 0);
    }
    begin(fixture->admission, &fixture->bundle);
}

static void a_model_above_the_memory_limit_is_refused(void **state)
{
    struct fixture *const fixture = *state;
    const struct libgguf_admission_options options = {.struct_size = sizeof options,
                                                      .memory_limit = fixture->bundle.size - 1};
    struct libgguf_admission *admission;
    uint32_t session;
    assert_int_equal(libgguf_admission_create(&options, &admission, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_admission_begin(admission, &fixture->bundle.plan, &session, NULL),
                     LIBGGUF_ERR_MEMORY);
    fixture->bundle.plan.store = LIBGGUF_ADMISSION_BY_HOST;
    assert_int_equal(libgguf_admission_begin(admission, &fixture->bundle.plan, &session, NULL),
                     LIBGGUF_OK);
    libgguf_admission_free(admission);
    const struct libgguf_admission_options foreign = {.struct_size = 1};
    assert_int_equal(libgguf_admission_create(&foreign, &admission, NULL), LIBGGUF_ERR_ARGUMENT);
    assert_null(admission);
    libgguf_admission_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* As a strict open of the whole file has it: what is empty ends nowhere. */
static void an_empty_tensor_behind_the_end_of_the_file_is_no_reason_to_refuse_it(void **state)
{
    (void)state;
    const enum libgguf_admission_store stores[] = {LIBGGUF_ADMISSION_IN_MEMORY,
                                                   LIBGGUF_ADMISSION_BY_HOST};
    for (size_t i = 0; i < 2; i++) {
        struct bundle bundle;
        struct libgguf_file *file;
        struct libgguf_admission *admission;
        assert_int_equal(bundle_make(&bundle, 1, 1, 0, 1), 0);
        assert_int_equal(libgguf_open_memory(bundle.bytes, bundle.size, NULL, &file, NULL),
                         LIBGGUF_OK);
        assert_true(libgguf_header(file)->info_end < bundle.size);
        bundle.size = (size_t)libgguf_header(file)->info_end; /* without the padding behind it */
        libgguf_close(file);
        bundle.chunks[0].size = bundle.size;
        bundle.plan.size = bundle.size;
        bundle.plan.header_size = bundle.size;
        bundle.plan.chunk_count = 1;
        bundle.plan.count = 1;
        bundle.plan.store = stores[i];
        assert_int_equal(bundle_sign(&bundle), 0);
        assert_int_equal(libgguf_admission_create(NULL, &admission, NULL), LIBGGUF_OK);
        const uint32_t model = activate(admission, &bundle);
        assert_int_equal(libgguf_admission_active(admission), model);
        libgguf_admission_free(admission);
        bundle_free(&bundle);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_model_that_arrives_whole_becomes_active),
        TEST(chunks_may_arrive_in_any_order_and_interleaved),
        TEST(the_header_is_read_as_soon_as_its_chunks_are_there_and_not_before),
        TEST(a_changed_byte_in_any_chunk_is_rejected_and_the_right_ones_heal_it),
        TEST(stale_forged_and_twice_closed_handles_are_refused),
        TEST(no_byte_is_written_past_a_chunk_s_end_or_a_window),
        TEST(calls_in_the_wrong_state_change_nothing),
        TEST(no_more_than_eight_chunks_are_open_at_once),
        TEST(a_second_model_takes_over_only_when_it_is_activated),
        TEST(a_host_that_stores_the_bytes_keeps_only_the_header_here),
        TEST(verified_bytes_that_are_not_gguf_fail_for_good),
        TEST(a_file_whose_tensors_end_beyond_it_is_refused_in_both_stores),
        TEST(a_header_that_reads_beyond_its_chunks_is_refused),
        TEST(an_empty_tensor_behind_the_end_of_the_file_is_no_reason_to_refuse_it),
        TEST(one_file_of_several_is_admitted_under_the_digest_of_all),
        TEST(a_plan_that_contradicts_itself_is_refused_before_anything_is_allocated),
        TEST(a_model_above_the_memory_limit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
