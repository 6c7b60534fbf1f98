/** @file --stats and --check-data: decoding what is asked for, once, and showing it. */
#ifndef INSPECT_DATA_REPORT_H
#define INSPECT_DATA_REPORT_H

#include "cli/program.h"
#include "model_file.h"
#include "options.h"

/**
 * Shows statistics and the check of the data as @p options ask for, as text, or as members "stats"
 * and "data_check" of the file's object in @p json unless that is NULL. CLI_NO when the check finds
 * something; CLI_FAILED when tensors could not be read or checked.
 */
enum cli_exit data_report(const struct model_file *model, const struct inspect_options *options,
                          struct libgguf_json *json);

#endif
