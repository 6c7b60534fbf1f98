/** @file The parts that can be asked for one by one, as text. */
#ifndef INSPECT_SECTIONS_H
#define INSPECT_SECTIONS_H

#include "cli/program.h"
#include "model_file.h"
#include "options.h"

/** Columns of the first screen. */
#define SCREEN_COLUMNS 80

/** Metadata in SCREEN_COLUMNS columns, arrays and strings shortened: for the first screen. */
void metadata_print_short(const struct model_file *model, const struct inspect_options *options);

/** --metadata: types, and values in full but for the items of arrays. */
void metadata_print(const struct model_file *model, const struct inspect_options *options);

/** --tensors: one line for each. */
void tensors_print(const struct model_file *model, const struct inspect_options *options);

/**
 * The only entry with @p key. CLI_NO when there is none, CLI_FAILED when there are several; both
 * are reported.
 */
enum cli_exit key_find(const struct model_file *model, const char *key,
                       const struct libgguf_kv **out);

/**
 * -k: values alone. CLI_NO when a key is missing, CLI_FAILED when it occurs more than once or its
 * value cannot be read.
 */
enum cli_exit keys_print(const struct model_file *model, const struct inspect_options *options);

/** --tokens and --token: one line for each; CLI_NO when there is none like that. */
enum cli_exit tokens_print(const struct model_file *model, const struct inspect_options *options);

#endif
