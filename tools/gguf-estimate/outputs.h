/** @file Where the formats that were asked for go. */
#ifndef ESTIMATE_OUTPUTS_H
#define ESTIMATE_OUTPUTS_H

#include "cli/inputs.h"
#include "cli/program.h"
#include "report.h"

#define MAX_OUTPUTS 16

/** One --format. */
struct output {
    const struct report_format *format;
    const char *path; /**< NULL: standard output */
};

/** All of them; empty stands for text on standard output. */
struct output_list {
    struct output items[MAX_OUTPUTS];
    size_t count;
};

/** Adds what @p text says, as an argument of --format; reports a mistake. */
enum cli_exit output_add(struct output_list *list, struct cli_args *args, const char *text);

/**
 * Prints @p report to all outputs; nothing when one of them would replace one of @p inputs. False
 * when something could not be written, which is reported.
 */
bool output_print_all(const struct output_list *list, const struct report *report,
                      const struct cli_inputs *inputs);

#endif
