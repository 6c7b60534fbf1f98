#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include <libgguf/source.h>
#include <libgguf/stats.h>

#include "small_model.h"

enum { F32 = 0, F16 = 1, Q4_2 = 4, Q8_0 = 8, F64 = 28, MXFP4 = 39 };

/* Several pieces and an odd rest. */
enum { ELEMENTS = 3 * LIBGGUF_STATS_PIECE + 37 };

static uint32_t random_bits(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state;
}

static void store_f32(uint8_t *at, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    for (int i = 0; i < 4; i++) {
        at[i] = (uint8_t)(bits >> 8 * i);
    }
}

/* Five tensors, one of them empty, with values of both signs and some zeros. */
static void make_mixed(struct small_model *model)
{
    static const struct small_tensor tensors[] = {
        {F32, ELEMENTS, 1, 4 * (size_t)ELEMENTS},
        {F32, 0, 3, 0},
        {Q8_0, 64, 3000, 34 * 6000},
        {Q4_2, 32, 1, 100},
        {F16, 7, 1, 14},
    };
    small_model_make(model, false, tensors, 5);
    uint32_t state = 1;
    for (size_t i = 0; i < ELEMENTS; i++) {
        const int value = (int)(random_bits(&state) >> 16) - 32768;
        store_f32(model->data[0] + 4 * i, value % 100 == 0 ? 0.0f : (float)value * 0.37f);
    }
    for (size_t i = 0; i < tensors[2].size; i++) {
        model->data[2][i] = (uint8_t)(i % 34 == 1 ? 0x3c : random_bits(&state) >> 24);
    }
    memcpy(model->data[4], "\x00\x3c\x00\xbc\x00\x00\x00\x80\x00\x40\x00\x44\x00\x48", 14);
}

static void stats_of(const struct small_model *model, unsigned threads, size_t count,
                     struct libgguf_tensor_stats *out)
{
    const struct libgguf_stats_options options = {.struct_size = sizeof options,
                                                  .threads = threads};
    struct libgguf_error err;
    assert_int_equal(libgguf_tensors_stats(model->file, model->tensors, count, &options, out, &err),
                     LIBGGUF_OK);
}

static void small_tensors_have_the_numbers_worked_out_by_hand(void **state)
{
    (void)state;
    struct small_model model;
    struct libgguf_tensor_stats stats[5];
    make_mixed(&model);
    small_model_open(&model);
    stats_of(&model, 0, 5, stats);
    /* 1, -1, 0, -0, 2, 4, 8 */
    assert_int_equal(stats[4].status, LIBGGUF_OK);
    assert_int_equal(stats[4].element_count, 7);
    assert_int_equal(stats[4].zero_count, 2);
    assert_true(stats[4].min == -1.0 && stats[4].max == 8.0);
    assert_true(stats[4].mean == 14.0 / 7.0);
    assert_true(stats[4].rms == sqrt(86.0 / 7.0));
    assert_int_equal(stats[1].status, LIBGGUF_OK);
    assert_int_equal(stats[1].element_count, 0);
    assert_true(isnan(stats[1].min) && isnan(stats[1].max));
    assert_true(isnan(stats[1].mean) && isnan(stats[1].rms));
    assert_int_equal(stats[3].status, LIBGGUF_ERR_UNSUPPORTED);
    assert_int_equal(stats[3].element_count, 0);
    small_model_free(&model);
}

static void doubles_beyond_floats_are_numbers_like_any_other(void **state)
{
    (void)state;
    for (int big_endian = 0; big_endian < 2; big_endian++) {
        static const double values[] = {1e300, -2e300, 0, -0.0, INFINITY, (double)NAN, 1e-300};
        const struct small_tensor tensor = {F64, 7, 1, sizeof values};
        struct small_model model;
        struct libgguf_tensor_stats stats;
        small_model_make(&model, big_endian != 0, &tensor, 1);
        for (size_t i = 0; i < 7; i++) {
            uint64_t bits;
            memcpy(&bits, &values[i], sizeof bits);
            for (size_t byte = 0; byte < 8; byte++) {
                model.data[0][8 * i + byte] = (uint8_t)(bits >> 8 * (big_endian ? 7 - byte : byte));
            }
        }
        small_model_open(&model);
        stats_of(&model, 1, 1, &stats);
        assert_int_equal(stats.status, LIBGGUF_OK);
        assert_true(stats.max == 1e300 && stats.min == -2e300);
        assert_true(stats.mean == (1e300 - 2e300) / 5);
        assert_int_equal(stats.zero_count, 2);
        assert_int_equal(stats.inf_count, 1);
        assert_int_equal(stats.nan_count, 1);
        assert_int_equal(stats.first_nonfinite, 4);
        assert_int_equal(stats.faults.count, 2);
        small_model_free(&model);
    }
}

static void sums_follow_the_documented_order(void **state)
{
    (void)state;
    struct small_model model;
    struct libgguf_tensor_stats stats;
    make_mixed(&model);
    small_model_open(&model);
    stats_of(&model, 2, 1, &stats);
    float *values = malloc(ELEMENTS * sizeof *values);
    assert_non_null(values);
    assert_int_equal(libgguf_tensor_decode(model.file, model.tensors[0], 0, ELEMENTS, values, NULL),
                     LIBGGUF_OK);
    double total = 0;
    double square_total = 0;
    size_t zeros = 0;
    for (size_t from = 0; from < ELEMENTS; from += LIBGGUF_STATS_PIECE) {
        double lane[8] = {0};
        double square_lane[8] = {0};
        for (size_t i = 0; i < LIBGGUF_STATS_PIECE && from + i < ELEMENTS; i++) {
            const double value = (double)values[from + i];
            volatile double square = value * value;
            lane[i % 8] += value;
            square_lane[i % 8] += square;
            zeros += value == 0.0;
        }
        total += ((lane[0] + lane[1]) + (lane[2] + lane[3])) +
                 ((lane[4] + lane[5]) + (lane[6] + lane[7]));
        square_total += ((square_lane[0] + square_lane[1]) + (square_lane[2] + square_lane[3])) +
                        ((square_lane[4] + square_lane[5]) + (square_lane[6] + square_lane[7]));
    }
    assert_true(stats.mean == total / ELEMENTS);
    assert_true(stats.rms == sqrt(square_total / ELEMENTS));
    assert_int_equal(stats.zero_count, zeros);
    assert_true(zeros > 100);
    free(values);
    small_model_free(&model);
}

static void any_number_of_threads_gives_the_same_bits(void **state)
{
    (void)state;
    struct small_model model;
    struct libgguf_tensor_stats one[5], many[5];
    memset(one, 0, sizeof one);
    memset(many, 0, sizeof many);
    make_mixed(&model);
    small_model_open(&model);
    stats_of(&model, 1, 5, one);
    for (unsigned threads = 2; threads <= 7; threads++) {
        stats_of(&model, threads, 5, many);
        for (size_t i = 0; i < 5; i++) {
            assert_memory_equal(&one[i].mean, &many[i].mean, sizeof one[i].mean);
            assert_memory_equal(&one[i].rms, &many[i].rms, sizeof one[i].rms);
            assert_memory_equal(&one[i].min, &many[i].min, sizeof one[i].min);
            assert_memory_equal(&one[i].max, &many[i].max, sizeof one[i].max);
            assert_int_equal(one[i].zero_count, many[i].zero_count);
            assert_int_equal(one[i].element_count, many[i].element_count);
            assert_int_equal(one[i].status, many[i].status);
        }
    }
    stats_of(&model, 1000, 5, many);
    small_model_free(&model);
}

static void what_is_not_finite_is_counted_left_out_and_located(void **state)
{
    (void)state;
    struct small_model model;
    struct libgguf_tensor_stats stats;
    make_mixed(&model);
    for (size_t i = 0; i < ELEMENTS; i++) {
        store_f32(model.data[0] + 4 * i, i % 2 == 0 ? 3.0f : -1.0f);
    }
    const size_t first = LIBGGUF_STATS_PIECE + 5001;
    store_f32(model.data[0] + 4 * first, -INFINITY);
    store_f32(model.data[0] + 4 * (first + 70000), INFINITY);
    store_f32(model.data[0] + 4 * (ELEMENTS - 2), NAN);
    small_model_open(&model);
    stats_of(&model, 3, 1, &stats);
    assert_int_equal(stats.nan_count, 1);
    assert_int_equal(stats.inf_count, 2);
    assert_int_equal(stats.first_nonfinite, first);
    assert_int_equal(stats.faults.count, 3);
    assert_int_equal(stats.faults.first, first);
    assert_int_equal(stats.faults.first_kind, LIBGGUF_BLOCK_INF_VALUE);
    assert_true(stats.min == -1.0 && stats.max == 3.0);
    /* Elements of even index are 3, and the three that were left out have odd ones. */
    const uint64_t threes = (ELEMENTS + 1) / 2;
    const uint64_t finite = ELEMENTS - 3;
    const uint64_t minus_ones = finite - threes;
    assert_true(stats.mean == (3.0 * (double)threes - (double)minus_ones) / (double)finite);
    small_model_free(&model);
}

static void a_tensor_of_nothing_finite_has_no_mean(void **state)
{
    (void)state;
    const struct small_tensor tensor = {F16, 3, 1, 6};
    struct small_model model;
    struct libgguf_tensor_stats stats;
    small_model_make(&model, false, &tensor, 1);
    memcpy(model.data[0], "\x00\x7c\x00\xfc\x01\x7c", 6);
    small_model_open(&model);
    stats_of(&model, 1, 1, &stats);
    assert_int_equal(stats.element_count, 3);
    assert_true(isnan(stats.mean) && isnan(stats.min) && isnan(stats.max) && isnan(stats.rms));
    small_model_free(&model);
}

static void impossible_scales_are_numbered_through_the_whole_tensor(void **state)
{
    (void)state;
    struct small_model model;
    struct libgguf_tensor_stats stats[5];
    make_mixed(&model);
    model.data[2][34 * 2500] = 0;
    model.data[2][34 * 2500 + 1] = 0x7c;
    model.data[2][34 * 5999] = 1;
    model.data[2][34 * 5999 + 1] = 0x7c;
    small_model_open(&model);
    stats_of(&model, 2, 5, stats);
    assert_int_equal(stats[2].faults.count, 2);
    assert_int_equal(stats[2].faults.first, 2500);
    assert_int_equal(stats[2].faults.first_kind, LIBGGUF_BLOCK_INF_SCALE);
    assert_in_range(stats[2].first_nonfinite, 2500 * 32, 2500 * 32 + 31);
    small_model_free(&model);
}

static void a_sound_scale_can_still_decode_to_infinity(void **state)
{
    (void)state;
    const struct small_tensor tensor = {MXFP4, 64, 1, 34};
    struct small_model model;
    struct libgguf_tensor_stats stats;
    small_model_make(&model, false, &tensor, 1);
    model.data[0][17] = 0xfe;
    model.data[0][17 + 3] = 0x07;
    small_model_open(&model);
    stats_of(&model, 1, 1, &stats);
    assert_int_equal(stats.faults.count, 0);
    assert_int_equal(stats.inf_count, 1);
    assert_int_equal(stats.first_nonfinite, 34);
    small_model_free(&model);
}

static void a_tensor_with_missing_bytes_is_passed_over(void **state)
{
    (void)state;
    struct small_model model;
    struct libgguf_tensor_stats stats[5];
    make_mixed(&model);
    model.size -= 1;
    small_model_open(&model);
    stats_of(&model, 2, 5, stats);
    assert_int_equal(stats[4].status, LIBGGUF_ERR_TRUNCATED);
    assert_int_equal(stats[2].status, LIBGGUF_OK);
    small_model_free(&model);
}

struct listener {
    uint64_t last;
    size_t calls;
    size_t stop_at; /* the call that says stop; 0 for none */
};

static bool listen(void *context, uint64_t bytes)
{
    struct listener *listener = context;
    assert_true(bytes > listener->last);
    listener->last = bytes;
    return ++listener->calls != listener->stop_at;
}

static void progress_grows_to_all_bytes_and_can_stop_the_work_at_any_call(void **state)
{
    (void)state;
    struct small_model model;
    struct libgguf_tensor_stats stats[5];
    make_mixed(&model);
    small_model_open(&model);
    struct listener all = {0};
    struct libgguf_stats_options options = {
        .struct_size = sizeof options, .threads = 3, .progress = listen, .context = &all};
    assert_int_equal(libgguf_tensors_stats(model.file, model.tensors, 5, &options, stats, NULL),
                     LIBGGUF_OK);
    assert_int_equal(all.last, 4 * (uint64_t)ELEMENTS + 34 * 6000 + 14);
    for (size_t at = 1; at <= all.calls; at++) {
        struct listener one = {.stop_at = at};
        struct libgguf_error err = {0};
        options.context = &one;
        options.threads = at % 4;
        assert_int_equal(libgguf_tensors_stats(model.file, model.tensors, 5, &options, stats, &err),
                         LIBGGUF_ERR_CANCELLED);
        assert_int_equal(err.status, LIBGGUF_ERR_CANCELLED);
    }
    small_model_free(&model);
}

/* A source that fails beyond some offset. */
struct failing {
    const struct small_model *model;
    uint64_t limit;
};

static int failing_read(void *context, uint64_t offset, void *buffer, size_t size, size_t *got)
{
    const struct failing *failing = context;
    if (offset + size > failing->limit) {
        return EIO;
    }
    memcpy(buffer, failing->model->bytes + offset, size);
    *got = size;
    return 0;
}

static uint64_t failing_size(void *context)
{
    const struct failing *failing = context;
    return failing->model->size;
}

static void a_read_error_ends_the_run_and_says_so(void **state)
{
    (void)state;
    struct small_model model;
    struct libgguf_tensor_stats stats[5];
    make_mixed(&model);
    struct failing failing = {&model, model.size};
    const struct libgguf_source_ops ops = {
        .struct_size = sizeof ops, .read = failing_read, .size = failing_size};
    struct libgguf_source *source;
    struct libgguf_error err = {0};
    assert_int_equal(libgguf_source_from_ops(&ops, &failing, &source, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_open_source(source, NULL, &model.file, NULL), LIBGGUF_OK);
    for (size_t i = 0; i < 5; i++) {
        model.tensors[i] = libgguf_tensor_at(model.file, i);
    }
    failing.limit = (uint64_t)(model.data[2] - model.bytes);
    for (unsigned threads = 1; threads < 4; threads++) {
        const struct libgguf_stats_options options = {.struct_size = sizeof options,
                                                      .threads = threads};
        assert_int_equal(libgguf_tensors_stats(model.file, model.tensors, 5, &options, stats, &err),
                         LIBGGUF_ERR_IO);
        assert_int_equal(err.sys_errno, EIO);
    }
    small_model_free(&model);
}

struct feed {
    const struct small_model *model;
    int fd;
};

static void *write_all(void *context)
{
    const struct feed *feed = context;
    for (size_t at = 0; at < feed->model->size;) {
        const ssize_t written = write(feed->fd, feed->model->bytes + at, feed->model->size - at);
        if (written < 0) {
            break;
        }
        at += (size_t)written;
    }
    close(feed->fd);
    return NULL;
}

/* The statistics of @p model read from a pipe that may keep less than it is long. */
static enum libgguf_status stats_of_pipe(struct small_model *model, bool backwards,
                                         struct libgguf_tensor_stats stats[5])
{
    int fds[2];
    pthread_t writer;
    struct libgguf_source *source;
    const struct libgguf_open_options open = {.struct_size = sizeof open,
                                              .allow_missing_data = true};
    const struct libgguf_stats_options options = {.struct_size = sizeof options, .threads = 8};
    assert_int_equal(pipe(fds), 0);
    struct feed feed = {model, fds[1]};
    assert_int_equal(pthread_create(&writer, NULL, write_all, &feed), 0);
    assert_int_equal(libgguf_source_from_fd(fds[0], 300000, &source, NULL), LIBGGUF_OK);
    assert_int_equal(libgguf_open_source(source, &open, &model->file, NULL), LIBGGUF_OK);
    for (size_t i = 0; i < 5; i++) {
        model->tensors[i] = libgguf_tensor_at(model->file, backwards ? 4 - i : i);
    }
    const enum libgguf_status status =
        libgguf_tensors_stats(model->file, model->tensors, 5, &options, stats, NULL);
    close(fds[0]);
    pthread_join(writer, NULL);
    return status;
}

static void a_pipe_is_read_in_passing(void **state)
{
    (void)state;
    struct small_model model;
    struct libgguf_tensor_stats from_memory[5], from_pipe[5];
    signal(SIGPIPE, SIG_IGN);
    make_mixed(&model);
    small_model_open(&model);
    stats_of(&model, 2, 5, from_memory);
    libgguf_close(model.file);
    assert_int_equal(stats_of_pipe(&model, false, from_pipe), LIBGGUF_OK);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(from_pipe[i].status, from_memory[i].status);
        assert_memory_equal(&from_pipe[i].rms, &from_memory[i].rms, sizeof from_memory[i].rms);
    }
    libgguf_close(model.file);
    /* The last tensor first: all before it would have to be kept. */
    assert_int_equal(stats_of_pipe(&model, true, from_pipe), LIBGGUF_ERR_RANGE);
    small_model_free(&model);
}

static void a_pipe_that_ends_early_leaves_the_tensors_before_its_end(void **state)
{
    (void)state;
    struct small_model model;
    struct libgguf_tensor_stats from_memory[5], from_pipe[5];
    make_mixed(&model);
    small_model_open(&model);
    stats_of(&model, 2, 5, from_memory);
    const uint64_t ends[] = {
        model.tensors[0]->offset + 4 * (uint64_t)LIBGGUF_STATS_PIECE + 1, /* in its second piece */
        model.tensors[0]->offset + model.tensors[0]->size,
        model.tensors[2]->offset + 1000,
        model.tensors[4]->offset + 3,
    };
    libgguf_close(model.file);
    for (size_t end = 0; end < sizeof ends / sizeof ends[0]; end++) {
        model.size = (size_t)ends[end];
        assert_int_equal(stats_of_pipe(&model, false, from_pipe), LIBGGUF_OK);
        for (size_t i = 0; i < 5; i++) {
            const struct libgguf_tensor *tensor = libgguf_tensor_at(model.file, i);
            const bool whole = tensor->offset + tensor->size <= ends[end] ||
                               from_memory[i].status != LIBGGUF_OK || tensor->size == 0;
            assert_int_equal(from_pipe[i].status,
                             whole ? from_memory[i].status : LIBGGUF_ERR_TRUNCATED);
            assert_int_equal(from_pipe[i].element_count, whole ? from_memory[i].element_count : 0);
            assert_true(from_pipe[i].mean == (whole ? from_memory[i].mean : 0) ||
                        isnan(from_memory[i].mean));
        }
        libgguf_close(model.file);
    }
    model.file = NULL;
    small_model_free(&model);
}

static bool grow(void *context, uint64_t bytes)
{
    (void)bytes;
    const int fd = *(const int *)context;
    return write(fd, "x", 1) == 1;
}

static void a_file_that_changes_meanwhile_gives_no_result(void **state)
{
    (void)state;
    struct small_model model;
    struct libgguf_tensor_stats stats[5];
    make_mixed(&model);
    char path[] = "stats-changes-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, model.bytes, model.size), (ssize_t)model.size);
    assert_int_equal(libgguf_open(path, NULL, &model.file, NULL), LIBGGUF_OK);
    for (size_t i = 0; i < 5; i++) {
        model.tensors[i] = libgguf_tensor_at(model.file, i);
    }
    int context = fd;
    const struct libgguf_stats_options options = {
        .struct_size = sizeof options, .progress = grow, .context = &context};
    assert_int_equal(libgguf_tensors_stats(model.file, model.tensors, 5, &options, stats, NULL),
                     LIBGGUF_ERR_CHANGED);
    close(fd);
    unlink(path);
    small_model_free(&model);
}

static void broken_arguments_are_refused(void **state)
{
    (void)state;
    struct small_model model;
    struct libgguf_tensor_stats stats[5];
    make_mixed(&model);
    small_model_open(&model);
    const struct libgguf_stats_options sizeless = {.threads = 1};
    assert_int_equal(libgguf_tensors_stats(NULL, model.tensors, 1, NULL, stats, NULL),
                     LIBGGUF_ERR_ARGUMENT);
    assert_int_equal(libgguf_tensors_stats(model.file, NULL, 1, NULL, stats, NULL),
                     LIBGGUF_ERR_ARGUMENT);
    assert_int_equal(libgguf_tensors_stats(model.file, model.tensors, 1, NULL, NULL, NULL),
                     LIBGGUF_ERR_ARGUMENT);
    assert_int_equal(libgguf_tensors_stats(model.file, model.tensors, 1, &sizeless, stats, NULL),
                     LIBGGUF_ERR_ARGUMENT);
    assert_int_equal(libgguf_tensors_stats(model.file, NULL, 0, NULL, NULL, NULL), LIBGGUF_OK);
    small_model_free(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_tensors_have_the_numbers_worked_out_by_hand),
        cmocka_unit_test(doubles_beyond_floats_are_numbers_like_any_other),
        cmocka_unit_test(sums_follow_the_documented_order),
        cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
        cmocka_unit_test(what_is_not_finite_is_counted_left_out_and_located),
        cmocka_unit_test(a_tensor_of_nothing_finite_has_no_mean),
        cmocka_unit_test(impossible_scales_are_numbered_through_the_whole_tensor),
        cmocka_unit_test(a_sound_scale_can_still_decode_to_infinity),
        cmocka_unit_test(a_tensor_with_missing_bytes_is_passed_over),
        cmocka_unit_test(progress_grows_to_all_bytes_and_can_stop_the_work_at_any_call),
        cmocka_unit_test(a_read_error_ends_the_run_and_says_so),
        cmocka_unit_test(a_pipe_is_read_in_passing),
        cmocka_unit_test(a_pipe_that_ends_early_leaves_the_tensors_before_its_end),
        cmocka_unit_test(a_file_that_changes_meanwhile_gives_no_result),
        cmocka_unit_test(broken_arguments_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
