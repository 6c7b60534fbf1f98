/** @file The formats in which measurements are printed. */
#ifndef ESTIMATE_REPORT_H
#define ESTIMATE_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "measure.h"

/** All models of one run. */
struct report {
    const struct measurement *items;
    size_t count;
    bool passed;
};

/** Prints @p report; false when a document could not be completed. */
typedef bool report_print(const struct report *report, FILE *stream);

/** One format. */
struct report_format {
    const char *name;
    report_print *print;
};

/** The format called @p name, whose name may end at an '='; or NULL. */
const struct report_format *report_format_find(const char *name);

report_print text_report_print;
report_print json_report_print;
report_print markdown_print;
report_print github_print;
report_print junit_print;
report_print sarif_print;
report_print svg_print;
report_print size_limit_print;

/** Whether the load was refused because of this limit. */
bool report_exceeds(const struct load *load, enum libgguf_limit limit);

/** The load that speaks for a model that did not pass: one that has grown, or the one shown. */
const struct load *report_culprit(const struct measurement *item);

/** Why the load was refused, in a few words; "" when it passed. */
#define REPORT_REASON_SIZE 320
const char *report_reason(const struct load *load, const struct entry *entry,
                          char out[REPORT_REASON_SIZE]);

/** "85,131,264" with what it is short of being exact: "~" bounded, ">=" unknown. */
#define REPORT_AMOUNT_SIZE 64
const char *report_amount(struct libgguf_amount amount, char out[REPORT_AMOUNT_SIZE]);

/** One line of advice: the one at @p index. */
#define REPORT_ADVICE_SIZE 240
const char *report_advice(const struct measurement *item, size_t index,
                          char out[REPORT_ADVICE_SIZE]);

#endif
