#include "report.h"
#include "xml.h"

#include "cli/size.h"

struct tally {
    size_t tests;
    size_t failures;
    size_t errors;
    size_t skipped;
};

/* A limit that is exceeded fails the suite only where the model does not pass because of it. */
enum outcome { OUTCOME_PASSED, OUTCOME_FAILED, OUTCOME_SKIPPED };

static enum outcome limit_outcome(const struct measurement *item, const struct load *load,
                                  enum libgguf_limit limit)
{
    if (load->estimate.limits[limit].verdict == LIBGGUF_VERDICT_NONE) {
        return OUTCOME_SKIPPED;
    }
    if (!report_exceeds(load, limit)) {
        return OUTCOME_PASSED;
    }
    return measure_blames(item, load) ? OUTCOME_FAILED : OUTCOME_SKIPPED;
}

static bool is_inexact(const struct measurement *item, const struct load *load)
{
    return item->entry->strict && load->estimate.peak.certainty != LIBGGUF_EXACT;
}

static enum outcome extra_outcome(const struct measurement *item, const struct load *load, bool no)
{
    if (!no) {
        return OUTCOME_PASSED;
    }
    return measure_blames(item, load) ? OUTCOME_FAILED : OUTCOME_SKIPPED;
}

static void count(struct tally *tally, enum outcome outcome)
{
    tally->tests++;
    tally->failures += outcome == OUTCOME_FAILED;
    tally->skipped += outcome == OUTCOME_SKIPPED;
}

static void tally_item(const struct measurement *item, struct tally *tally)
{
    if (item->failed) {
        tally->tests++;
        tally->errors++;
        return;
    }
    for (size_t i = 0; i < item->load_count; i++) {
        const struct load *load = &item->loads[i];
        for (unsigned limit = 0; limit < LIBGGUF_LIMIT_COUNT; limit++) {
            count(tally, limit_outcome(item, load, (enum libgguf_limit)limit));
        }
        if (load->has_baseline) {
            count(tally, extra_outcome(item, load, load->grown));
        }
        if (item->entry->strict) {
            count(tally, extra_outcome(item, load, is_inexact(item, load)));
        }
    }
}

static void put_counts(const char *element, const struct tally *tally, FILE *stream)
{
    fprintf(stream, "<%s tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"", element,
            tally->tests, tally->failures, tally->errors, tally->skipped);
}

static void put_case(const struct measurement *item, const struct load *load, const char *what,
                     enum outcome outcome, const char *message, FILE *stream)
{
    fputs("    <testcase classname=\"", stream);
    xml_put(entry_label(item->entry), stream);
    fprintf(stream, "\" name=\"%s / %s\"", libgguf_strategy_name(load->estimate.strategy), what);
    if (outcome == OUTCOME_PASSED) {
        fputs("/>\n", stream);
        return;
    }
    fprintf(stream, ">\n      <%s message=\"", outcome == OUTCOME_FAILED ? "failure" : "skipped");
    xml_put(message, stream);
    fputs("\"/>\n    </testcase>\n", stream);
}

static void put_limit(const struct measurement *item, const struct load *load,
                      enum libgguf_limit limit, FILE *stream)
{
    const struct libgguf_limit_use *use = &load->estimate.limits[limit];
    char used[REPORT_AMOUNT_SIZE];
    char number[CLI_NUMBER_SIZE];
    char message[192];
    const enum outcome outcome = limit_outcome(item, load, limit);
    if (use->verdict == LIBGGUF_VERDICT_NONE) {
        snprintf(message, sizeof message, "does not apply to this strategy");
    } else {
        snprintf(message, sizeof message, "%s bytes%s, the limit is %s",
                 report_amount(use->used, used),
                 use->verdict == LIBGGUF_VERDICT_UNKNOWN ? " and more that is not known" : "",
                 cli_count_text(use->limit, number));
        if (outcome == OUTCOME_SKIPPED) {
            const size_t length = sizeof message;
            char other[192];
            snprintf(other, length, "%.120s (another strategy fits)", message);
            snprintf(message, length, "%s", other);
        }
    }
    put_case(item, load, libgguf_limit_name(limit), outcome, message, stream);
}

static void put_load(const struct measurement *item, const struct load *load, FILE *stream)
{
    for (unsigned i = 0; i < LIBGGUF_LIMIT_COUNT; i++) {
        put_limit(item, load, (enum libgguf_limit)i, stream);
    }
    if (load->has_baseline) {
        char message[128];
        char number[CLI_NUMBER_SIZE];
        char amount[REPORT_AMOUNT_SIZE];
        snprintf(message, sizeof message, "%s bytes, %s are allowed after the baseline",
                 report_amount(load->estimate.peak, amount),
                 cli_count_text(load->growth_limit, number));
        put_case(item, load, "growth", extra_outcome(item, load, load->grown), message, stream);
    }
    if (item->entry->strict) {
        put_case(item, load, "strict", extra_outcome(item, load, is_inexact(item, load)),
                 "the estimate is not exact", stream);
    }
}

static void put_item(const struct measurement *item, FILE *stream)
{
    struct tally tally = {0};
    tally_item(item, &tally);
    fputs("  ", stream);
    put_counts("testsuite", &tally, stream);
    fputs(" name=\"", stream);
    xml_put(entry_label(item->entry), stream);
    fputs("\">\n", stream);
    if (item->failed) {
        fputs("    <testcase classname=\"", stream);
        xml_put(entry_label(item->entry), stream);
        fputs("\" name=\"estimate\">\n      <error message=\"", stream);
        xml_put(item->error.text, stream);
        fputs("\"/>\n    </testcase>\n", stream);
    }
    for (size_t i = 0; i < item->load_count && !item->failed; i++) {
        put_load(item, &item->loads[i], stream);
    }
    fputs("  </testsuite>\n", stream);
}

bool junit_print(const struct report *report, FILE *stream)
{
    struct tally tally = {0};
    for (size_t i = 0; i < report->count; i++) {
        tally_item(&report->items[i], &tally);
    }
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", stream);
    put_counts("testsuites", &tally, stream);
    fputs(" name=\"gguf-estimate\">\n", stream);
    for (size_t i = 0; i < report->count; i++) {
        put_item(&report->items[i], stream);
    }
    fputs("</testsuites>\n", stream);
    return true;
}
