#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report.h"
#include "report.h"

/* GitHub shows this many annotations of a kind for one step. */
#define SHOWN 10

/* A workflow command ends at a line's end; properties also at colons and commas. */
static void put_escaped(const char *text, bool property, FILE *stream)
{
    for (; *text; text++) {
        const unsigned char c = (unsigned char)*text;
        if (c == '%' || c < ' ' || (property && (c == ':' || c == ','))) {
            fprintf(stream, "%%%02X", c);
        } else {
            putc(c, stream);
        }
    }
}

static void put_command(const char *kind, const struct entry *entry, const char *title,
                        const char *text, FILE *stream)
{
    fprintf(stream, "::%s file=", kind);
    put_escaped(entry->path, true, stream);
    fputs(",title=", stream);
    put_escaped(title, true, stream);
    fputs("::", stream);
    put_escaped(entry_label(entry), false, stream);
    fputs(": ", stream);
    put_escaped(text, false, stream);
    putc('\n', stream);
}

static void put_error(const struct measurement *item, FILE *stream)
{
    char title[64];
    char text[REPORT_REASON_SIZE + REPORT_ADVICE_SIZE + 16];
    char reason[REPORT_REASON_SIZE];
    char advice[REPORT_ADVICE_SIZE] = "";
    if (item->failed) {
        put_command("error", item->entry, "gguf-estimate: cannot be estimated", item->error.text,
                    stream);
        return;
    }
    const struct load *load = report_culprit(item);
    snprintf(title, sizeof title, "gguf-estimate: %s does not pass",
             libgguf_strategy_name(load->estimate.strategy));
    if (item->advice_count > 0 && load == &item->loads[item->shown]) {
        report_advice(item, 0, advice);
    }
    snprintf(text, sizeof text, "%s%s%s", report_reason(load, item->entry, reason),
             advice[0] ? ". Advice: " : "", advice);
    put_command("error", item->entry, title, text, stream);
}

static void put_notice(const struct measurement *item, FILE *stream)
{
    const struct load *load = &item->loads[item->shown];
    char title[64];
    char text[REPORT_AMOUNT_SIZE + 32];
    char amount[REPORT_AMOUNT_SIZE];
    snprintf(title, sizeof title, "gguf-estimate: %s fits",
             libgguf_strategy_name(load->estimate.strategy));
    snprintf(text, sizeof text, "peak %s bytes", report_amount(load->estimate.peak, amount));
    put_command("notice", item->entry, title, text, stream);
}

/* The table goes to the page of the run, when there is one. */
static bool append_summary(const struct report *report)
{
    const char *path = getenv("GITHUB_STEP_SUMMARY");
    if (!path || !path[0]) {
        return true;
    }
    FILE *summary = fopen(path, "ab");
    if (!summary) {
        cli_error_errno(path, errno, "cannot open the step summary");
        return false;
    }
    const bool printed = markdown_print(report, summary);
    const bool written = !ferror(summary);
    if (fclose(summary) != 0 || !written) {
        cli_error_errno(path, errno, "cannot write the step summary");
        return false;
    }
    return printed;
}

bool github_print(const struct report *report, FILE *stream)
{
    size_t kinds[2] = {0, 0};
    for (size_t i = 0; i < report->count; i++) {
        kinds[report->items[i].passed]++;
    }
    for (size_t passed = 0; passed < 2; passed++) {
        size_t shown = 0;
        for (size_t i = 0; i < report->count; i++) {
            const struct measurement *item = &report->items[i];
            if (item->passed != (passed == 1)) {
                continue;
            }
            if (++shown == SHOWN && kinds[passed] > SHOWN) {
                fprintf(stream, "::%s title=gguf-estimate::%zu more models %s; see the summary\n",
                        passed ? "notice" : "error", kinds[passed] - SHOWN + 1,
                        passed ? "fit" : "do not pass");
                break;
            }
            if (passed) {
                put_notice(item, stream);
            } else {
                put_error(item, stream);
            }
        }
    }
    return append_summary(report);
}
