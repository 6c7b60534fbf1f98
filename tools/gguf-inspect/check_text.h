/** @file --check: what is wrong with a file that can be read. */
#ifndef INSPECT_CHECK_TEXT_H
#define INSPECT_CHECK_TEXT_H

#include "cli/program.h"
#include "model_file.h"
#include "options.h"

/** "llama.cpp" or "spec". */
const char *check_profile_name(enum libgguf_check_profile profile);

/** The line or lines at the end of the first screen: counts, and the first findings. */
void check_print_summary(const struct model_file *model, const struct inspect_options *options);

/**
 * --check: one line for each finding, then the counts; with --quiet only the errors. CLI_NO when
 * there are errors.
 */
enum cli_exit check_print(const struct model_file *model, const struct inspect_options *options);

/** "check" as a member of the file's object in @p json. */
enum cli_exit check_json(struct libgguf_json *json, const struct model_file *model,
                         const struct inspect_options *options);

#endif
