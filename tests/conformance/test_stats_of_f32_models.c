/*
 * The statistics of every F32 tensor of real models, against sums made another way: the bytes are
 * read here with stdio, and added pairwise in double arithmetic, as numpy does.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libgguf.h>

static const char *const models[] = {"stories260K-f32.gguf", "llama-2-tiny-random.gguf",
                                     "stories260K-Q4_K_M.gguf"};

static double pairwise(const float *values, size_t count, int square)
{
    if (count <= 128) {
        double sum = 0;
        for (size_t i = 0; i < count; i++) {
            const double value = (double)values[i];
            sum += square ? value * value : value;
        }
        return sum;
    }
    return pairwise(values, count / 2, square) +
           pairwise(values + count / 2, count - count / 2, square);
}

static float *read_floats(const char *path, uint64_t offset, size_t count)
{
    float *values = malloc(count * sizeof *values);
    FILE *file = fopen(path, "rb");
    if (!values || !file || fseek(file, (long)offset, SEEK_SET) != 0) {
        exit(1);
    }
    for (size_t i = 0; i < count; i++) {
        unsigned char at[4];
        if (fread(at, 1, 4, file) != 4) {
            exit(1);
        }
        const uint32_t bits =
            (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
        memcpy(&values[i], &bits, sizeof bits);
    }
    fclose(file);
    return values;
}

static int near(double found, double wanted, double scale)
{
    return fabs(found - wanted) <= 1e-14 * scale;
}

/* 1 when the statistics of the tensor are what its elements say. */
static int agree(const char *path, const struct libgguf_tensor *tensor,
                 const struct libgguf_tensor_stats *stats)
{
    const size_t count = (size_t)tensor->element_count;
    float *values = read_floats(path, tensor->offset, count);
    double min = INFINITY;
    double max = -INFINITY;
    size_t zeros = 0;
    for (size_t i = 0; i < count; i++) {
        min = fmin(min, (double)values[i]);
        max = fmax(max, (double)values[i]);
        zeros += values[i] == 0.0f;
    }
    const double mean = pairwise(values, count, 0) / (double)count;
    const double rms = sqrt(pairwise(values, count, 1) / (double)count);
    free(values);
    const int same = stats->status == LIBGGUF_OK && stats->element_count == count &&
                     stats->min == min && stats->max == max && stats->zero_count == zeros &&
                     stats->nan_count == 0 && stats->inf_count == 0 && stats->faults.count == 0 &&
                     near(stats->mean, mean, rms) && near(stats->rms, rms, rms);
    if (!same) {
        printf("%s: %.*s: mean %.17g, here %.17g; rms %.17g, here %.17g\n", path,
               (int)tensor->name.size, tensor->name.data, stats->mean, mean, stats->rms, rms);
    }
    return same;
}

static int check(const char *path, size_t *compared)
{
    struct libgguf_file *file;
    struct libgguf_error err;
    if (libgguf_open(path, NULL, &file, &err) != LIBGGUF_OK) {
        printf("%s: %s\n", path, err.text);
        return 0;
    }
    const size_t count = libgguf_tensor_count(file);
    const struct libgguf_tensor **tensors = calloc(count, sizeof *tensors);
    struct libgguf_tensor_stats *stats = calloc(count, sizeof *stats);
    int good = tensors && stats;
    for (size_t i = 0; good && i < count; i++) {
        tensors[i] = libgguf_tensor_at(file, i);
    }
    good = good && libgguf_tensors_stats(file, tensors, count, NULL, stats, NULL) == LIBGGUF_OK;
    for (size_t i = 0; good && i < count; i++) {
        if (tensors[i]->type_id == 0) {
            good = agree(path, tensors[i], &stats[i]);
            ++*compared;
        } else {
            good = stats[i].status == LIBGGUF_OK && stats[i].element_count > 0;
        }
    }
    free(stats);
    free(tensors);
    libgguf_close(file);
    return good;
}

int main(void)
{
    const char *data = getenv("GGUF_DATA");
    size_t compared = 0;
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/models/%s", data ? data : ".", models[i]);
        FILE *probe = fopen(path, "rb");
        if (!probe) {
            printf("skipped: no %s\n", path);
            return 77;
        }
        fclose(probe);
        if (!check(path, &compared)) {
            return 1;
        }
    }
    printf("compared %zu tensors\n", compared);
    return compared < 48;
}
