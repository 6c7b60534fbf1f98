#include <string.h>

#include "cli/size.h"
#include "cli/text.h"
#include "report.h"

/* Text of a file's name in a table: escaped for terminals, and so that it is text in Markdown. */
static void put_escaped(const char *text, FILE *stream)
{
    const size_t size = strlen(text);
    for (size_t at = 0; at < size;) {
        const struct cli_unit unit = cli_text_next(text + at, size - at);
        for (const char *c = unit.text; *c; c++) {
            if (*c == '&') {
                fputs("&amp;", stream);
            } else if (*c == '<') {
                fputs("&lt;", stream);
            } else if (strchr("\\`*_[]{}|>#~@!", *c)) {
                fprintf(stream, "&#%d;", *c);
            } else {
                putc(*c, stream);
            }
        }
        at += unit.used;
    }
}

static void put_load(const struct measurement *item, const struct load *load, FILE *stream)
{
    const struct libgguf_estimate *estimate = &load->estimate;
    char amount[REPORT_AMOUNT_SIZE];
    char reason[REPORT_REASON_SIZE];
    char size[CLI_NUMBER_SIZE];
    fprintf(stream, "| %s | %s (%s) ", libgguf_strategy_name(estimate->strategy),
            report_amount(estimate->peak, amount), cli_size_text(estimate->peak.size, size));
    fprintf(stream, "| %s ", cli_count_text(estimate->pool_peaks[LIBGGUF_POOL_JS], size));
    fprintf(stream, "| %s ", cli_count_text(estimate->pool_peaks[LIBGGUF_POOL_LINEAR], size));
    fprintf(stream, "| %s |\n", load->passed ? "fits" : report_reason(load, item->entry, reason));
}

static void put_measurement(const struct measurement *item, FILE *stream)
{
    char number[CLI_NUMBER_SIZE];
    char size[CLI_NUMBER_SIZE];
    char line[REPORT_ADVICE_SIZE];
    fprintf(stream, "### %s ", item->passed ? "\xe2\x9c\x85" : "\xe2\x9d\x8c");
    put_escaped(entry_label(item->entry), stream);
    fputs("\n\n", stream);
    if (item->failed) {
        fputs("Could not be estimated: ", stream);
        put_escaped(item->error.text, stream);
        fputs("\n\n", stream);
        return;
    }
    const struct libgguf_estimate *shown = &item->loads[item->shown].estimate;
    const uint64_t ceiling = shown->limits[LIBGGUF_LIMIT_CEILING].limit;
    fprintf(stream, "%s bytes, ceiling %s (", cli_count_text(item->facts.file_size, number),
            cli_size_text(ceiling, size));
    fprintf(stream, "%s bytes), context ", cli_count_text(ceiling, number));
    fprintf(stream, "%s, KV cache %s/%s, runtime %s\n\n",
            cli_count_text(shown->settings.context, number), shown->settings.type_k->ggml_name,
            shown->settings.type_v->ggml_name, shown->settings.runtime->name);
    fputs("| strategy | peak (bytes) | js | linear | verdict |\n|---|--:|--:|--:|---|\n", stream);
    for (size_t i = 0; i < item->load_count; i++) {
        put_load(item, &item->loads[i], stream);
    }
    putc('\n', stream);
    for (size_t i = 0; i < item->advice_count; i++) {
        fprintf(stream, "- %s\n", report_advice(item, i, line));
    }
    for (unsigned i = 0; i < LIBGGUF_NOTE_COUNT; i++) {
        if ((shown->notes >> i & 1) != 0) {
            fprintf(stream, "- note: %s\n", libgguf_note_text((enum libgguf_note)i));
        }
    }
    if (item->advice_count > 0 || shown->notes != 0) {
        putc('\n', stream);
    }
}

bool markdown_print(const struct report *report, FILE *stream)
{
    fputs("## Memory of model loads\n\n", stream);
    for (size_t i = 0; i < report->count; i++) {
        put_measurement(&report->items[i], stream);
    }
    return true;
}
