/** @file --stats and --check-data: decoding what is asked for, once, and showing it. */
#ifndef INSPECT_DATA_REPORT_H
#define INSPECT_DATA_REPORT_H

#include "cli/program.h"
#include "data_stats.h"
#include "model_file.h"
#include "options.h"

/**
 * Decodes what both ask for in one run: of a stream there cannot be a second one. CLI_FAILED when
 * that could not be done, which is reported. data_stats_free() follows in any case.
 */
enum cli_exit data_report_compute(const struct model_file *model,
                                  const struct inspect_options *options, struct data_stats *out);

/** Shows @p stats as @p options ask for; returns as data_check_print(). */
enum cli_exit data_report_print(const struct data_stats *stats,
                                const struct inspect_options *options);

/** Members "stats" and "data_check" of the file's object in @p json; returns likewise. */
enum cli_exit data_report_json(const struct data_stats *stats,
                               const struct inspect_options *options, struct libgguf_json *json);

#endif
