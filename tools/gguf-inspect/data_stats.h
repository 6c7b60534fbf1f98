/** @file What the elements of tensors look like: --stats and --check-data. */
#ifndef INSPECT_DATA_STATS_H
#define INSPECT_DATA_STATS_H

#include "cli/program.h"
#include "model_file.h"

/** Tensors that were chosen, in file order, and their statistics. */
struct data_stats {
    const struct model_file *model;
    size_t count;
    const struct libgguf_tensor **tensors;
    struct libgguf_tensor_stats *stats;
};

/**
 * Decodes the tensors of @p model whose names match @p glob (NULL: all), with progress on a
 * terminal. CLI_FAILED when that could not be done, which is reported.
 */
enum cli_exit data_stats_compute(const struct model_file *model, const char *glob,
                                 struct data_stats *out);

/** Frees what data_stats_compute() stored; zeros are allowed. */
void data_stats_free(struct data_stats *stats);

/** True when @p stats were computed and nothing is wrong with them. */
bool data_stats_is_sound(const struct libgguf_tensor_stats *stats);

/** What a check of all tensors came to, in tensors. */
struct data_tally {
    uint64_t sound;
    uint64_t sound_size; /**< bytes */
    uint64_t unsound;
    uint64_t missing;
    uint64_t unsupported;
    uint64_t shards_missing; /**< each with tensors that nobody knows of */
};

/** Counts @p stats. */
struct data_tally data_stats_tally(const struct data_stats *stats);

/**
 * CLI_NO when a tensor is unsound or not whole, or a shard is missing; CLI_FAILED when some could
 * not be looked at and no other is unsound.
 */
enum cli_exit data_tally_verdict(const struct data_tally *tally);

/**
 * --stats: a line for each tensor whose name matches @p glob (NULL: all), with a note below it
 * where something is not right, and for each shard that is missing.
 */
void data_stats_print(const struct data_stats *stats, const char *glob);

/** --stats: the same as an array, the value of a member. */
void data_stats_json(const struct data_stats *stats, const char *glob, struct libgguf_json *json);

/**
 * --check-data: a line for each tensor that is not sound, and, unless --quiet, what it all came to.
 * Returns data_tally_verdict().
 */
enum cli_exit data_check_print(const struct data_stats *stats);

/** --check-data: writes an object, as the value of a member; returns as data_check_print(). */
enum cli_exit data_check_json(const struct data_stats *stats, struct libgguf_json *json);

#endif
