/** @file --json: docs/schemas/gguf-inspect-1.schema.json describes what is written. */
#ifndef INSPECT_JSON_REPORT_H
#define INSPECT_JSON_REPORT_H

#include "cli/program.h"
#include "data_stats.h"
#include "model_file.h"
#include "options.h"

/** Opens the document. */
void json_report_begin(struct libgguf_json *json);

/** Adds @p model with the parts that were asked for, and @p stats unless they are NULL. */
enum cli_exit json_report_model(struct libgguf_json *json, const struct model_file *model,
                                const struct inspect_options *options,
                                const struct data_stats *stats);

/** Adds a file that could not be opened. */
void json_report_failure(struct libgguf_json *json, const char *path,
                         const struct libgguf_error *err);

/** Closes the document; false when it could not be written, which is reported at the end. */
bool json_report_end(struct libgguf_json *json);

#endif
