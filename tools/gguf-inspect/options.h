/** @file What gguf-inspect was asked for. */
#ifndef INSPECT_OPTIONS_H
#define INSPECT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libgguf/check.h>

#include "cli/program.h"

/** No limit on array items. */
#define INSPECT_ALL_ITEMS UINT64_MAX

/** The options, with what they default to when zero-initialised but for array_items. */
struct inspect_options {
    bool json;
    bool metadata;             /**< --metadata */
    const char *metadata_glob; /**< NULL: all */
    bool tensors;              /**< --tensors */
    const char *tensors_glob;  /**< NULL: all */
    const char **keys;         /**< -k, in the order given */
    size_t key_count;
    bool array_items_given;
    uint64_t array_items; /**< of each array, or INSPECT_ALL_ITEMS */
    bool tokens;          /**< --tokens */
    uint64_t tokens_from; /**< first id */
    uint64_t tokens_to;   /**< last id */
    const char *token;    /**< --token: an id or a text, or NULL */
    bool check;           /**< --check */
    enum libgguf_check_profile check_profile;
    bool stats;             /**< --stats */
    const char *stats_glob; /**< NULL: all */
    bool check_data;        /**< --check-data */
    const char *diff;       /**< --diff: the other model, or NULL */
    bool diff_data;         /**< --data */
    bool several_files;
    bool file_headings;  /**< lists of several files follow each other */
    bool printed_before; /**< not the first file that something is printed of */
};

/** True when tensors are to be decoded. */
static inline bool inspect_wants_data(const struct inspect_options *options)
{
    return options->stats || options->check_data;
}

/** True when no part was asked for in particular: the first screen. */
static inline bool inspect_wants_overview(const struct inspect_options *options)
{
    return !options->metadata && !options->tensors && options->key_count == 0 && !options->tokens &&
           !options->token && !options->check && !inspect_wants_data(options);
}

/** The options, for cli_main(). */
extern const struct cli_option inspect_options_table[];

/**
 * Fills @p options from the command line; @p options->keys has room for as many as there are
 * arguments. False, and @p exit set, when there is nothing more to do: see cli_args_take().
 */
bool inspect_parse(struct cli_args *args, struct inspect_options *options, enum cli_exit *exit);

#endif
