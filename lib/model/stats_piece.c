#include "model/stats_piece.h"

#include <math.h>
#include <string.h>

#include "model/block.h"

enum { LANES = 8, BATCH = 4096, F64_ID = 28 };

struct lanes {
    double sum[LANES];
    double square_sum[LANES];
    double min[LANES];
    double max[LANES];
};

#define INFINITE_BITS 0x7f800000u

static inline uint32_t magnitude_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits & 0x7fffffffu;
}

static inline void lane_add(struct lanes *lanes, size_t lane, double value)
{
    lanes->sum[lane] += value;
    lanes->square_sum[lane] += value * value;
    lanes->min[lane] = value < lanes->min[lane] ? value : lanes->min[lane];
    lanes->max[lane] = value > lanes->max[lane] ? value : lanes->max[lane];
}

/* Lanes of floats, which compare twice as many at once as doubles do. */
struct float_lanes {
    double sum[LANES];
    double square_sum[LANES];
    float min[LANES];
    float max[LANES];
};

static inline void float_lane_add(struct float_lanes *lanes, size_t lane, float value)
{
    lanes->sum[lane] += (double)value;
    lanes->square_sum[lane] += (double)value * (double)value;
    lanes->min[lane] = value < lanes->min[lane] ? value : lanes->min[lane];
    lanes->max[lane] = value > lanes->max[lane] ? value : lanes->max[lane];
}

/* Elements that are all finite. The lanes are local arrays so that they can stay in registers. */
static void add_finite(struct lanes *lanes, const float *restrict values, size_t count)
{
    struct float_lanes local;
    memcpy(local.sum, lanes->sum, sizeof local.sum);
    memcpy(local.square_sum, lanes->square_sum, sizeof local.square_sum);
    for (size_t lane = 0; lane < LANES; lane++) {
        local.min[lane] = INFINITY;
        local.max[lane] = -INFINITY;
    }
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
            float_lane_add(&local, lane, values[i + lane]);
        }
    }
    for (size_t lane = 0; i + lane < count; lane++) {
        float_lane_add(&local, lane, values[i + lane]);
    }
    memcpy(lanes->sum, local.sum, sizeof local.sum);
    memcpy(lanes->square_sum, local.square_sum, sizeof local.square_sum);
    for (size_t lane = 0; lane < LANES; lane++) {
        lanes->min[lane] =
            (double)local.min[lane] < lanes->min[lane] ? (double)local.min[lane] : lanes->min[lane];
        lanes->max[lane] =
            (double)local.max[lane] > lanes->max[lane] ? (double)local.max[lane] : lanes->max[lane];
    }
}

/* Leaves out and counts what is not finite; @p i is the index in the batch, @p first of its start.
 */
static inline void add_one(struct lanes *lanes, struct stats_sums *sums, double value, size_t i,
                           uint64_t first)
{
    if (isfinite(value)) {
        lane_add(lanes, i % LANES, value);
        return;
    }
    if (sums->nan_count + sums->inf_count == 0) {
        sums->first_nonfinite = first + i;
    }
    sums->nan_count += isnan(value) != 0;
    sums->inf_count += isnan(value) == 0;
}

/* @p count is at most BATCH, so that 32-bit counters do, which vectorise better. */
static void add_batch(struct lanes *lanes, struct stats_sums *sums, const float *restrict values,
                      size_t count, uint64_t first)
{
    uint32_t zeros = 0;
    uint32_t nonfinite = 0;
    for (size_t i = 0; i < count; i++) {
        const uint32_t bits = magnitude_bits(values[i]);
        zeros += bits == 0;
        nonfinite += bits >= INFINITE_BITS;
    }
    sums->element_count += count;
    sums->zero_count += zeros;
    if (nonfinite == 0) {
        add_finite(lanes, values, count);
    } else {
        for (size_t i = 0; i < count; i++) {
            add_one(lanes, sums, (double)values[i], i, first);
        }
    }
}

/* As add_batch() for a batch of F64, which float cannot hold. */
static void add_doubles(struct lanes *lanes, struct stats_sums *sums, bool big_endian,
                        const uint8_t *values, size_t count, uint64_t first)
{
    for (size_t i = 0; i < count; i++) {
        const uint64_t bits = block_u64(values + i * sizeof bits, big_endian);
        double value;
        memcpy(&value, &bits, sizeof value);
        sums->zero_count += value == 0;
        add_one(lanes, sums, value, i, first);
    }
    sums->element_count += count;
}

static double lanes_total(const double lane[LANES])
{
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) +
           ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

struct stats_sums stats_sums_empty(void)
{
    return (struct stats_sums){.min = INFINITY, .max = -INFINITY};
}

struct stats_sums stats_sums_of_blocks(const struct libgguf_tensor_type *type, bool big_endian,
                                       const void *blocks, size_t block_count, uint64_t first_block)
{
    struct stats_sums sums = stats_sums_empty();
    struct lanes lanes = {{0}, {0}, {0}, {0}};
    for (size_t lane = 0; lane < LANES; lane++) {
        lanes.min[lane] = INFINITY;
        lanes.max[lane] = -INFINITY;
    }
    enum libgguf_status status =
        libgguf_blocks_check(type->id, big_endian, blocks, block_count, &sums.faults, NULL);
    if (sums.faults.count > 0) {
        sums.faults.first += first_block;
    }
    const size_t batch_blocks = BATCH / type->block_elements;
    for (size_t block = 0; status == LIBGGUF_OK && block < block_count; block += batch_blocks) {
        const uint8_t *at = (const uint8_t *)blocks + block * type->block_size;
        const size_t left = block_count - block;
        const size_t now = left < batch_blocks ? left : batch_blocks;
        if (type->id == F64_ID) {
            add_doubles(&lanes, &sums, big_endian, at, now, first_block + block);
            continue;
        }
        float values[BATCH];
        status = libgguf_blocks_decode(type->id, big_endian, at, now, values, NULL);
        add_batch(&lanes, &sums, values, now * type->block_elements,
                  (first_block + block) * type->block_elements);
    }
    sums.sum = lanes_total(lanes.sum);
    sums.square_sum = lanes_total(lanes.square_sum);
    for (size_t lane = 0; lane < LANES; lane++) {
        sums.min = lanes.min[lane] < sums.min ? lanes.min[lane] : sums.min;
        sums.max = lanes.max[lane] > sums.max ? lanes.max[lane] : sums.max;
    }
    return sums;
}

void stats_sums_add(struct stats_sums *sums, const struct stats_sums *next)
{
    if (sums->nan_count + sums->inf_count == 0) {
        sums->first_nonfinite = next->first_nonfinite;
    }
    if (sums->faults.count == 0) {
        sums->faults = next->faults;
    } else {
        sums->faults.count += next->faults.count;
    }
    sums->element_count += next->element_count;
    sums->zero_count += next->zero_count;
    sums->nan_count += next->nan_count;
    sums->inf_count += next->inf_count;
    sums->sum += next->sum;
    sums->square_sum += next->square_sum;
    sums->min = next->min < sums->min ? next->min : sums->min;
    sums->max = next->max > sums->max ? next->max : sums->max;
}

struct libgguf_tensor_stats stats_sums_finish(const struct stats_sums *sums)
{
    const uint64_t finite = sums->element_count - sums->nan_count - sums->inf_count;
    const double divisor = (double)finite;
    return (struct libgguf_tensor_stats){
        .status = LIBGGUF_OK,
        .element_count = sums->element_count,
        .zero_count = sums->zero_count,
        .nan_count = sums->nan_count,
        .inf_count = sums->inf_count,
        .first_nonfinite = sums->first_nonfinite,
        .min = finite > 0 ? sums->min : (double)NAN,
        .max = finite > 0 ? sums->max : (double)NAN,
        .mean = finite > 0 ? sums->sum / divisor : (double)NAN,
        .rms = finite > 0 ? sqrt(sums->square_sum / divisor) : (double)NAN,
        .faults = sums->faults,
    };
}
