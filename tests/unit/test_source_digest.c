#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <pthread.h>

#include <cmocka.h>

#include <libgguf/digest.h>

#include "base/error.h"
#include "base/source_stream.h"
#include "digest/plan.h"

#define DATA_SIZE (3 * 1048576 + 12345)
#define CHUNK_SIZE 65536

static unsigned char data[DATA_SIZE];

static void fill(void)
{
    uint32_t x = 12345;
    for (size_t i = 0; i < sizeof data; i++) {
        x = x * 1664525 + 1013904223;
        data[i] = (unsigned char)(x >> 24);
    }
}

static void sha256_of(const void *bytes, size_t size, struct libgguf_digest *out)
{
    assert_int_equal(libgguf_sha256(bytes, size, out, NULL), LIBGGUF_OK);
}

static struct libgguf_plan *plan_chunks(uint64_t size, size_t chunk_size)
{
    const struct libgguf_plan_options options = {
        .struct_size = sizeof options, .cut = LIBGGUF_CUT_FIXED, .chunk_size = chunk_size};
    struct libgguf_plan *plan;
    assert_int_equal(libgguf_plan_create(NULL, size, &options, &plan, NULL), LIBGGUF_OK);
    return plan;
}

static struct libgguf_plan *fixed_plan(uint64_t size)
{
    return plan_chunks(size, CHUNK_SIZE);
}

static struct libgguf_source *memory_source(size_t size)
{
    struct libgguf_source *source;
    assert_int_equal(libgguf_source_from_memory(data, size, &source, NULL), LIBGGUF_OK);
    return source;
}

/* Threads that let a lock go may be overtaken there: now and then they wait a moment. */
static atomic_bool hesitate;

int __real_pthread_mutex_unlock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex);

int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    static _Thread_local uint32_t x = 1;
    const int result = __real_pthread_mutex_unlock(mutex);
    x = x * 1664525 + 1013904223;
    if (atomic_load(&hesitate) && x >> 28 == 0) {
        nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
    }
    return result;
}

static void known_messages_have_their_published_digests(void **state)
{
    (void)state;
    static const struct {
        const char *message;
        const char *hex;
        const char *sri;
    } cases[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
         "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
         "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct libgguf_digest digest;
        struct libgguf_digest again;
        char hex[LIBGGUF_DIGEST_HEX_SIZE];
        char sri[LIBGGUF_DIGEST_SRI_SIZE];
        sha256_of(cases[i].message, strlen(cases[i].message), &digest);
        libgguf_digest_hex(&digest, hex);
        libgguf_digest_sri(&digest, sri);
        assert_string_equal(hex, cases[i].hex);
        assert_string_equal(sri, cases[i].sri);
        assert_true(libgguf_digest_from_hex(hex, 64, &again));
        assert_true(libgguf_digest_equal(&digest, &again));
    }
}

static void only_64_lower_case_digits_are_a_digest(void **state)
{
    (void)state;
    struct libgguf_digest digest = {{7}};
    char hex[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_false(libgguf_digest_from_hex(hex, 63, &digest));
    hex[10] = 'F';
    assert_false(libgguf_digest_from_hex(hex, 64, &digest));
    hex[10] = 'g';
    assert_false(libgguf_digest_from_hex(hex, 64, &digest));
    assert_int_equal(digest.bytes[0], 7);
}

/* What a run must find in the first @p size bytes of data. */
static void check_chunks(const struct libgguf_source_digests *found, size_t size, size_t chunk_size,
                         bool with_source)
{
    struct libgguf_digest expected;
    assert_int_equal(found->size, size);
    assert_int_equal(found->count, (size + chunk_size - 1) / chunk_size);
    for (size_t i = 0; i < found->count; i++) {
        const size_t offset = i * chunk_size;
        const size_t left = size - offset;
        sha256_of(data + offset, left < chunk_size ? left : chunk_size, &expected);
        assert_memory_equal(&found->chunks[i], &expected, sizeof expected);
    }
    if (with_source) {
        sha256_of(data, size, &expected);
        assert_memory_equal(&found->source, &expected, sizeof expected);
    }
}

static void check_digests(const struct libgguf_source_digests *found, size_t size, bool with_source)
{
    check_chunks(found, size, CHUNK_SIZE, with_source);
}

static void any_number_of_threads_finds_the_same_digests(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, CHUNK_SIZE, CHUNK_SIZE + 1, 262144, 524288, DATA_SIZE};
    static const unsigned threads[] = {0, 1, 2, 3, 8, 1000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct libgguf_source *const source = memory_source(sizes[i]);
        struct libgguf_plan *const plan = fixed_plan(sizes[i]);
        for (size_t j = 0; j < 2 * sizeof threads / sizeof threads[0]; j++) {
            const struct libgguf_digest_options options = {.struct_size = sizeof options,
                                                           .threads = threads[j / 2],
                                                           .no_source_digest = j % 2};
            struct libgguf_source_digests found;
            assert_int_equal(libgguf_source_digest(source, plan, &options, &found, NULL),
                             LIBGGUF_OK);
            check_digests(&found, sizes[i], j % 2 == 0);
            libgguf_source_digests_free(&found);
        }
        libgguf_plan_free(plan);
        libgguf_source_close(source);
    }
}

static void chunks_of_any_size_are_hashed_whole(void **state)
{
    (void)state;
    /* Below, at and above the size of the blocks that are read. */
    static const size_t chunk_sizes[] = {CHUNK_SIZE, 100000, 262144, 300001, 1048576, 5000000};
    struct libgguf_source *const source = memory_source(sizeof data);
    for (size_t i = 0; i < sizeof chunk_sizes / sizeof chunk_sizes[0]; i++) {
        struct libgguf_plan *const plan = plan_chunks(sizeof data, chunk_sizes[i]);
        for (unsigned j = 0; j < 6; j++) {
            const struct libgguf_digest_options options = {
                .struct_size = sizeof options, .threads = 1 + j / 2, .no_source_digest = j % 2};
            struct libgguf_source_digests found;
            assert_int_equal(libgguf_source_digest(source, plan, &options, &found, NULL),
                             LIBGGUF_OK);
            check_chunks(&found, sizeof data, chunk_sizes[i], j % 2 == 0);
            libgguf_source_digests_free(&found);
        }
        libgguf_plan_free(plan);
    }
    libgguf_source_close(source);
}

static void *feed(void *argument)
{
    const int fd = *(const int *)argument;
    for (size_t done = 0; done < sizeof data;) {
        const size_t left = sizeof data - done;
        const ssize_t step = write(fd, data + done, left < 70001 ? left : 70001);
        if (step < 0) {
            break;
        }
        done += (size_t)step;
    }
    close(fd);
    return NULL;
}

static void a_pipe_is_hashed_to_its_end_from_what_was_kept_on(void **state)
{
    (void)state;
    for (int keep = 0; keep < 2; keep++) {
        int ends[2];
        pthread_t feeder;
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(pthread_create(&feeder, NULL, feed, &ends[1]), 0);
        struct libgguf_source *source;
        assert_int_equal(libgguf_source_from_fd(ends[0], 1048576, &source, NULL), LIBGGUF_OK);
        unsigned char head[100000];
        if (keep) {
            assert_int_equal(libgguf_source_read(source, 0, head, sizeof head, NULL), LIBGGUF_OK);
        }
        struct libgguf_plan *const plan = fixed_plan(LIBGGUF_SIZE_UNKNOWN);
        struct libgguf_source_digests found;
        assert_int_equal(libgguf_source_digest(source, plan, NULL, &found, NULL), LIBGGUF_OK);
        check_digests(&found, sizeof data, true);
        assert_int_equal(libgguf_source_size(source), sizeof data);
        libgguf_source_digests_free(&found);
        libgguf_plan_free(plan);
        libgguf_source_close(source);
        pthread_join(feeder, NULL);
        close(ends[0]);
    }
}

static void spans_are_hashed_besides_the_chunks(void **state)
{
    (void)state;
    const struct libgguf_piece spans[] = {{.offset = 0, .size = 0},
                                          {.offset = 5, .size = 100000},
                                          {.offset = 100005, .size = 1},
                                          {.offset = 100006, .size = 0},
                                          {.offset = 700000, .size = 1000000},
                                          {.offset = DATA_SIZE - 10, .size = 1000}};
    enum { SPAN_COUNT = sizeof spans / sizeof spans[0] };
    struct libgguf_digest digests[SPAN_COUNT];
    struct libgguf_source *const source = memory_source(sizeof data);
    struct libgguf_plan *const plan = fixed_plan(sizeof data);
    for (unsigned threads = 1; threads < 5; threads++) {
        const struct libgguf_digest_options options = {.struct_size = sizeof options,
                                                       .threads = threads,
                                                       .spans = spans,
                                                       .span_count = SPAN_COUNT,
                                                       .span_digests = digests};
        struct libgguf_source_digests found;
        assert_int_equal(libgguf_source_digest(source, plan, &options, &found, NULL), LIBGGUF_OK);
        check_digests(&found, sizeof data, true);
        for (size_t i = 0; i < SPAN_COUNT; i++) {
            struct libgguf_digest expected;
            const size_t left = sizeof data - spans[i].offset;
            sha256_of(data + spans[i].offset, spans[i].size < left ? spans[i].size : left,
                      &expected);
            assert_memory_equal(&digests[i], &expected, sizeof expected);
        }
        libgguf_source_digests_free(&found);
    }
    libgguf_plan_free(plan);
    libgguf_source_close(source);
}

static void overlapping_spans_are_refused(void **state)
{
    (void)state;
    const struct libgguf_piece spans[] = {{.offset = 0, .size = 10}, {.offset = 9, .size = 1}};
    struct libgguf_digest digests[2];
    struct libgguf_source *const source = memory_source(100);
    struct libgguf_plan *const plan = fixed_plan(100);
    const struct libgguf_digest_options options = {
        .struct_size = sizeof options, .spans = spans, .span_count = 2, .span_digests = digests};
    struct libgguf_source_digests found;
    assert_int_equal(libgguf_source_digest(source, plan, &options, &found, NULL),
                     LIBGGUF_ERR_ARGUMENT);
    libgguf_plan_free(plan);
    libgguf_source_close(source);
}

/* Copies what the hooks are told of back together. */
struct copy {
    pthread_mutex_t lock;
    unsigned char *bytes;
    uint64_t told;
    size_t begun;
    size_t ended;
    size_t aborted;
    size_t fail_at; /* this chunk_end fails, counted from 1 */
    bool has_failed;
    size_t late; /* calls after that */
    uint64_t stop_at;
};

struct copied_chunk {
    uint64_t offset;
    uint64_t done;
};

static enum libgguf_status copy_begin(void *context, size_t file, size_t index,
                                      const struct libgguf_piece *piece, void **state,
                                      struct libgguf_error *err)
{
    (void)err;
    struct copy *const copy = context;
    struct copied_chunk *const chunk = malloc(sizeof *chunk);
    *chunk = (struct copied_chunk){.offset = piece->offset};
    *state = chunk;
    pthread_mutex_lock(&copy->lock);
    copy->begun++;
    copy->late += copy->has_failed;
    pthread_mutex_unlock(&copy->lock);
    return file == 7 && piece->offset == index * CHUNK_SIZE ? LIBGGUF_OK : LIBGGUF_ERR_ARGUMENT;
}

static enum libgguf_status copy_data(void *context, void *state, const void *bytes, size_t size,
                                     struct libgguf_error *err)
{
    (void)err;
    struct copy *const copy = context;
    struct copied_chunk *const chunk = state;
    memcpy(copy->bytes + chunk->offset + chunk->done, bytes, size);
    chunk->done += size;
    return LIBGGUF_OK;
}

static enum libgguf_status copy_end(void *context, void *state, const struct libgguf_piece *piece,
                                    const struct libgguf_digest *digest, struct libgguf_error *err)
{
    struct copy *const copy = context;
    struct copied_chunk *const chunk = state;
    pthread_mutex_lock(&copy->lock);
    const bool fails = copy->fail_at > 0 && copy->ended + 1 == copy->fail_at;
    copy->late += copy->has_failed;
    copy->has_failed |= fails;
    copy->ended += !fails;
    pthread_mutex_unlock(&copy->lock);
    if (fails) {
        return failure(err, LIBGGUF_ERR_SHARDS, 5, "a hook failed");
    }
    struct libgguf_digest expected;
    sha256_of(data + piece->offset, piece->size, &expected);
    const bool right = libgguf_digest_equal(digest, &expected) && chunk->done == piece->size;
    free(chunk);
    return right ? LIBGGUF_OK : LIBGGUF_ERR_ARGUMENT;
}

static void copy_abort(void *context, void *state)
{
    struct copy *const copy = context;
    pthread_mutex_lock(&copy->lock);
    copy->aborted++;
    pthread_mutex_unlock(&copy->lock);
    free(state);
}

static bool copy_progress(void *context, uint64_t bytes)
{
    struct copy *const copy = context;
    assert_true(bytes >= copy->told);
    copy->told = bytes;
    return copy->stop_at == 0 || bytes < copy->stop_at;
}

static enum libgguf_status run_copy(struct copy *copy, unsigned threads, bool no_source_digest,
                                    struct libgguf_error *err)
{
    pthread_mutex_init(&copy->lock, NULL);
    copy->bytes = calloc(1, sizeof data);
    const struct libgguf_digest_hooks hooks = {.struct_size = sizeof hooks,
                                               .context = copy,
                                               .progress = copy_progress,
                                               .chunk_begin = copy_begin,
                                               .chunk_data = copy_data,
                                               .chunk_end = copy_end,
                                               .chunk_abort = copy_abort};
    const struct libgguf_digest_options options = {.struct_size = sizeof options,
                                                   .threads = threads,
                                                   .no_source_digest = no_source_digest,
                                                   .file = 7,
                                                   .hooks = &hooks};
    struct libgguf_source *const source = memory_source(sizeof data);
    struct libgguf_plan *const plan = fixed_plan(sizeof data);
    struct libgguf_source_digests found;
    const enum libgguf_status status = libgguf_source_digest(source, plan, &options, &found, err);
    if (status) {
        assert_null(found.chunks);
    }
    libgguf_source_digests_free(&found);
    libgguf_plan_free(plan);
    libgguf_source_close(source);
    pthread_mutex_destroy(&copy->lock);
    return status;
}

static void hooks_see_every_byte_of_every_chunk_and_its_digest(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        struct copy copy = {0};
        assert_int_equal(run_copy(&copy, 1 + i / 2, i % 2, NULL), LIBGGUF_OK);
        assert_memory_equal(copy.bytes, data, sizeof data);
        assert_int_equal(copy.told, sizeof data);
        assert_int_equal(copy.begun, copy.ended);
        assert_int_equal(copy.aborted, 0);
        free(copy.bytes);
    }
}

static void a_failing_hook_ends_the_run_with_its_error_and_aborts_what_was_begun(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        struct copy copy = {.fail_at = 3};
        struct libgguf_error err;
        assert_int_equal(run_copy(&copy, 1 + i / 2, i % 2, &err), LIBGGUF_ERR_SHARDS);
        assert_string_equal(err.text, "a hook failed");
        assert_int_equal(copy.begun, copy.ended + copy.aborted);
        assert_true(copy.aborted > 0);
        free(copy.bytes);
    }
}

/* Where chunks come one after the other, nobody goes on with them before the run is stopped. */
static void no_hook_is_called_after_one_that_failed(void **state)
{
    (void)state;
    atomic_store(&hesitate, true);
    for (unsigned i = 0; i < 60; i++) {
        struct copy copy = {.fail_at = 1 + i % 8};
        struct libgguf_error err;
        assert_int_equal(run_copy(&copy, 2 + i % 3, false, &err), LIBGGUF_ERR_SHARDS);
        assert_int_equal(copy.late, 0);
        assert_int_equal(copy.begun, copy.ended + copy.aborted);
        free(copy.bytes);
    }
    atomic_store(&hesitate, false);
}

static void a_progress_hook_can_cancel(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        struct copy copy = {.stop_at = 1000000};
        assert_int_equal(run_copy(&copy, 1 + i / 2, i % 2, NULL), LIBGGUF_ERR_CANCELLED);
        assert_int_equal(copy.begun, copy.ended + copy.aborted);
        free(copy.bytes);
    }
}

/* A source that fails, or ends, where it should not. */
struct bad_source {
    uint64_t claimed;
    uint64_t ends;
    int error;
};

static int bad_read(void *context, uint64_t offset, void *buffer, size_t size, size_t *got)
{
    const struct bad_source *const bad = context;
    const uint64_t left = offset < bad->ends ? bad->ends - offset : 0;
    *got = left < size ? (size_t)left : size;
    memset(buffer, 1, *got);
    return *got == 0 ? bad->error : 0;
}

static uint64_t bad_size(void *context)
{
    return ((const struct bad_source *)context)->claimed;
}

static void a_source_that_fails_or_ends_early_is_an_error_for_every_worker(void **state)
{
    (void)state;
    static const struct {
        struct bad_source source;
        enum libgguf_status status;
    } cases[] = {{{.claimed = 2000000, .ends = 1000000, .error = 5}, LIBGGUF_ERR_IO},
                 {{.claimed = 2000000, .ends = 1000000, .error = 0}, LIBGGUF_ERR_CHANGED}};
    const struct libgguf_source_ops ops = {
        .struct_size = sizeof ops, .read = bad_read, .size = bad_size};
    for (unsigned i = 0; i < 16; i++) {
        struct bad_source bad = cases[i % 2].source;
        struct libgguf_source *source;
        assert_int_equal(libgguf_source_from_ops(&ops, &bad, &source, NULL), LIBGGUF_OK);
        struct libgguf_plan *const plan = fixed_plan(bad.claimed);
        const struct libgguf_digest_options options = {
            .struct_size = sizeof options, .threads = 1 + i / 4, .no_source_digest = i / 2 % 2};
        struct libgguf_source_digests found;
        assert_int_equal(libgguf_source_digest(source, plan, &options, &found, NULL),
                         cases[i % 2].status);
        libgguf_plan_free(plan);
        libgguf_source_close(source);
    }
}

static void a_file_that_grew_meanwhile_is_an_error(void **state)
{
    (void)state;
    char path[] = "/tmp/gguf-digest-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, 1000), 1000);
    struct libgguf_source *source;
    assert_int_equal(libgguf_source_from_path(path, &source, NULL), LIBGGUF_OK);
    struct libgguf_plan *const plan = fixed_plan(1000);
    assert_int_equal(write(fd, data, 1), 1);
    close(fd);
    struct libgguf_source_digests found;
    assert_int_equal(libgguf_source_digest(source, plan, NULL, &found, NULL), LIBGGUF_ERR_CHANGED);
    libgguf_plan_free(plan);
    libgguf_source_close(source);
    unlink(path);
}

int main(void)
{
    fill();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_messages_have_their_published_digests),
        cmocka_unit_test(only_64_lower_case_digits_are_a_digest),
        cmocka_unit_test(any_number_of_threads_finds_the_same_digests),
        cmocka_unit_test(chunks_of_any_size_are_hashed_whole),
        cmocka_unit_test(a_pipe_is_hashed_to_its_end_from_what_was_kept_on),
        cmocka_unit_test(spans_are_hashed_besides_the_chunks),
        cmocka_unit_test(overlapping_spans_are_refused),
        cmocka_unit_test(hooks_see_every_byte_of_every_chunk_and_its_digest),
        cmocka_unit_test(a_failing_hook_ends_the_run_with_its_error_and_aborts_what_was_begun),
        cmocka_unit_test(no_hook_is_called_after_one_that_failed),
        cmocka_unit_test(a_progress_hook_can_cancel),
        cmocka_unit_test(a_source_that_fails_or_ends_early_is_an_error_for_every_worker),
        cmocka_unit_test(a_file_that_grew_meanwhile_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
