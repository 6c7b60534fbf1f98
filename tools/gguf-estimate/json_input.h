/** @file Reading configurations and baselines: the only place that parses JSON. */
#ifndef ESTIMATE_JSON_INPUT_H
#define ESTIMATE_JSON_INPUT_H

#include "baseline.h"
#include "cli/program.h"
#include "entries.h"

/**
 * Adds the entries of the configuration @p path: a JSON array of objects with a "path" (or a
 * pattern) and any conditions, each on top of @p defaults. Unknown members are refused. What goes
 * wrong is reported; then CLI_USAGE is returned for what the file says, CLI_FAILED for what it
 * cannot be read or matches nothing for.
 */
enum cli_exit json_input_config(const char *path, const struct entry *defaults,
                                struct entry_list *list);

/** Reads the peaks of an earlier output of --json. Returns as json_input_config(). */
enum cli_exit json_input_baseline(const char *path, struct baseline *out);

#endif
