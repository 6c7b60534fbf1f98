#include <string.h>

#include "cli/color.h"
#include "cli/report.h"
#include "cli/size.h"
#include "cli/text.h"
#include "report.h"
#include "text_chart.h"

static void put_label(FILE *stream, const struct entry *entry)
{
    const char *label = entry_label(entry);
    fputs(cli_style(CLI_HEADING), stream);
    cli_put_text(stream, label, strlen(label), CLI_ALL_COLUMNS);
    fputs(cli_style(CLI_PLAIN), stream);
}

static void put_model(const struct measurement *item, FILE *stream)
{
    const struct libgguf_footprint_facts *facts = &item->facts;
    char number[CLI_NUMBER_SIZE];
    put_label(stream, item->entry);
    fprintf(stream, ": %s, %s parameters",
            facts->architecture[0] ? facts->architecture : "no architecture",
            cli_magnitude_text(facts->parameter_count, number));
    fprintf(stream, ", %s bytes\n", cli_count_text(facts->file_size, number));
}

/* Where lines end, and where they go on in the next. */
#define LINE_COLUMNS 80
#define LINE_CONTINUED 4

static void put_settings(const struct measurement *item, FILE *stream)
{
    static const char *const origins[] = {"as asked", "the model's", "the default"};
    const struct libgguf_estimate_settings *settings = &item->loads[item->shown].estimate.settings;
    const uint64_t of_model = item->facts.context_length;
    char context[CLI_NUMBER_SIZE];
    char number[CLI_NUMBER_SIZE];
    char more[64] = "";
    char line[256];
    if (of_model != settings->context && of_model > 0) {
        snprintf(more, sizeof more, "; the model has %s", cli_count_text(of_model, number));
    }
    snprintf(line, sizeof line, "context %s (%s%s), KV cache %s/%s, %s a token",
             cli_nouns_text(settings->context, "token", context), origins[settings->context_origin],
             more, settings->type_k->ggml_name, settings->type_v->ggml_name,
             cli_nouns_text(item->kv_per_token, "byte", number));
    fputs("  ", stream);
    cli_put_wrapped(stream, line, 2, LINE_CONTINUED, LINE_COLUMNS);
    snprintf(line, sizeof line, "chunks of %s, %u in flight, runtime %s, tokenizer %s%s",
             cli_nouns_text(settings->chunk_size, "byte", number), (unsigned)settings->parallel,
             settings->runtime->name, libgguf_tokenizer_model_name(settings->tokenizer),
             item->entry->options.memory64 ? ", 64-bit addresses" : "");
    fputs("  ", stream);
    cli_put_wrapped(stream, line, 2, LINE_CONTINUED, LINE_COLUMNS);
}

/* Where verdicts go on in the next line. */
#define VERDICT_CONTINUED 42

/* A list of reasons that goes on in the next line. */
struct verdict {
    FILE *stream;
    size_t column;
    size_t count;
};

static void put_verdict_reason(struct verdict *verdict, const char *name, const char *mark)
{
    const bool first = verdict->count++ == 0;
    const size_t size = strlen(name) + strlen(mark);
    /* A comma may follow. */
    const bool fits = verdict->column + (first ? 1 : 2) + size + 1 <= LINE_COLUMNS;
    fputs(first ? "" : ",", verdict->stream);
    if (fits) {
        putc(' ', verdict->stream);
        verdict->column += first ? 1 : 2;
    } else {
        putc('\n', verdict->stream);
        cli_put_spaces(verdict->stream, VERDICT_CONTINUED);
        verdict->column = VERDICT_CONTINUED;
    }
    fprintf(verdict->stream, "%s%s", name, mark);
    verdict->column += size;
}

/* "fits", or the names of the limits that are exceeded; starts at @p column. */
static void put_verdict(const struct load *load, const struct entry *entry, size_t column,
                        FILE *stream)
{
    const char *const answer = load->passed ? "fits" : "no:";
    struct verdict verdict = {.stream = stream, .column = column + strlen(answer)};
    fputs(cli_style(load->passed ? CLI_GOOD : CLI_BAD), stream);
    fputs(answer, stream);
    for (unsigned i = 0; i < LIBGGUF_LIMIT_COUNT; i++) {
        if (report_exceeds(load, (enum libgguf_limit)i)) {
            const bool unknown = load->estimate.limits[i].verdict == LIBGGUF_VERDICT_UNKNOWN;
            put_verdict_reason(&verdict, libgguf_limit_name((enum libgguf_limit)i),
                               unknown ? "?" : "");
        }
    }
    if (load->grown) {
        put_verdict_reason(&verdict, "grown", "");
    }
    if (entry->strict && load->estimate.peak.certainty != LIBGGUF_EXACT) {
        put_verdict_reason(&verdict, "inexact", "");
    }
    fputs(cli_style(CLI_PLAIN), stream);
}

/* The longest numbers push the columns after them aside. Returns the columns printed. */
static size_t put_number(FILE *stream, const char *text)
{
    const size_t size = strlen(text);
    const size_t columns = 14;
    putc(' ', stream);
    cli_put_right(stream, text, columns);
    return 1 + (size > columns ? size : columns);
}

static size_t put_pool(FILE *stream, uint64_t size)
{
    char number[CLI_NUMBER_SIZE];
    return put_number(stream, size ? cli_count_text(size, number) : "-");
}

static void put_table(const struct measurement *item, FILE *stream)
{
    fprintf(stream, "\n%s  %-17s%15s%15s%15s  verdict%s\n", cli_style(CLI_FAINT), "strategy",
            "peak", "js", "linear", cli_style(CLI_PLAIN));
    for (size_t i = 0; i < item->load_count; i++) {
        const struct load *load = &item->loads[i];
        const struct libgguf_estimate *estimate = &load->estimate;
        char amount[REPORT_AMOUNT_SIZE];
        size_t column = 2 + 17 + 2;
        fprintf(stream, "  %-17s", libgguf_strategy_name(estimate->strategy));
        column += put_number(stream, report_amount(estimate->peak, amount));
        column += put_pool(stream, estimate->pool_peaks[LIBGGUF_POOL_JS]);
        column += put_pool(stream, estimate->pool_peaks[LIBGGUF_POOL_LINEAR]);
        fputs("  ", stream);
        put_verdict(load, item->entry, column, stream);
        putc('\n', stream);
    }
}

static void put_part(FILE *stream, enum libgguf_pool pool, const char *label,
                     struct libgguf_amount amount)
{
    char text[REPORT_AMOUNT_SIZE];
    if (amount.size > 0) {
        fprintf(stream, "  %-8s%-34s", libgguf_pool_name(pool), label);
        cli_put_right(stream, report_amount(amount, text), 20);
        putc('\n', stream);
    }
}

static void put_parts(const struct libgguf_estimate *estimate, FILE *stream)
{
    const struct libgguf_phase_use *phase = &estimate->phases[estimate->peak_phase];
    char text[REPORT_AMOUNT_SIZE];
    fprintf(stream, "\n%sParts of the peak%s (%s bytes, in phase %s)\n", cli_style(CLI_HEADING),
            cli_style(CLI_PLAIN), report_amount(estimate->peak, text), phase->name);
    for (unsigned pool = 0; pool < LIBGGUF_POOL_MAPPED; pool++) {
        const struct libgguf_pool_use *use = &phase->pools[pool];
        for (unsigned term = 0; term < LIBGGUF_TERM_COUNT; term++) {
            if ((use->terms >> term & 1) != 0) {
                put_part(stream, (enum libgguf_pool)pool,
                         libgguf_term_label((enum libgguf_term)term), estimate->terms[term]);
            }
        }
        if (pool == LIBGGUF_POOL_LINEAR && use->held > 0) {
            const struct libgguf_amount base = estimate->terms[LIBGGUF_TERM_BASE];
            const uint64_t used = use->live + base.size;
            put_part(stream, LIBGGUF_POOL_LINEAR, libgguf_term_label(LIBGGUF_TERM_BASE), base);
            put_part(stream, LIBGGUF_POOL_LINEAR, "rest of pages, and never given back",
                     (struct libgguf_amount){use->held - used, LIBGGUF_EXACT});
        }
    }
}

/* Why a model of which some way of loading passes does not pass. */
static void put_growth(const struct measurement *item, FILE *stream)
{
    const struct load *load = report_culprit(item);
    char reason[REPORT_REASON_SIZE];
    char line[REPORT_REASON_SIZE + 32];
    if (item->passed || !item->any_passes) {
        return;
    }
    snprintf(line, sizeof line, "%s: %s", libgguf_strategy_name(load->estimate.strategy),
             report_reason(load, item->entry, reason));
    fprintf(stream, "  %sdoes not pass:%s ", cli_style(CLI_BAD), cli_style(CLI_PLAIN));
    cli_put_wrapped(stream, line, strlen("  does not pass: "), LINE_CONTINUED, LINE_COLUMNS);
}

static void put_failure(const struct load *load, FILE *stream)
{
    const struct libgguf_address_failure *failure = &load->estimate.failure;
    if (!failure->fails) {
        return;
    }
    char number[CLI_NUMBER_SIZE];
    char layer[64] = "";
    char line[256];
    const bool has_tensor = load->failing_tensor[0] != '\0';
    if (failure->layer != LIBGGUF_NONE) {
        snprintf(layer, sizeof layer, ", at layer %s", cli_count_text(failure->layer, number));
    }
    snprintf(line, sizeof line, "linear memory ends in phase %s%s%s%s%s",
             load->estimate.phases[failure->phase].name, layer, has_tensor ? " (" : "",
             load->failing_tensor, has_tensor ? ")" : "");
    fputs("  ", stream);
    cli_put_wrapped(stream, line, 2, LINE_CONTINUED, LINE_COLUMNS);
}

static void put_advice(const struct measurement *item, FILE *stream)
{
    char line[REPORT_ADVICE_SIZE];
    if (item->advice_count > 0) {
        fprintf(stream, "\n%sAdvice%s\n", cli_style(CLI_HEADING), cli_style(CLI_PLAIN));
    }
    for (size_t i = 0; i < item->advice_count; i++) {
        fputs("  ", stream);
        cli_put_wrapped(stream, report_advice(item, i, line), 2, LINE_CONTINUED, LINE_COLUMNS);
    }
}

static void put_notes(const struct load *load, FILE *stream)
{
    for (unsigned i = 0; i < LIBGGUF_NOTE_COUNT; i++) {
        if ((load->estimate.notes >> i & 1) != 0) {
            fprintf(stream, "  %snote:%s ", cli_style(CLI_WARN), cli_style(CLI_PLAIN));
            cli_put_wrapped(stream, libgguf_note_text((enum libgguf_note)i), 8, LINE_CONTINUED,
                            LINE_COLUMNS);
        }
    }
}

static void put_answer(const struct measurement *item, FILE *stream)
{
    const struct load *load = item->passed ? &item->loads[item->shown] : report_culprit(item);
    char reason[REPORT_REASON_SIZE];
    char amount[REPORT_AMOUNT_SIZE];
    put_label(stream, item->entry);
    fprintf(stream, ": %s: ", libgguf_strategy_name(load->estimate.strategy));
    if (item->passed) {
        fprintf(stream, "fits, peak %s bytes\n", report_amount(load->estimate.peak, amount));
    } else {
        fprintf(stream, "no: %s\n", report_reason(load, item->entry, reason));
    }
}

bool text_report_print(const struct report *report, FILE *stream)
{
    bool first = true;
    for (size_t i = 0; i < report->count; i++) {
        const struct measurement *item = &report->items[i];
        if (item->failed) {
            continue;
        }
        const struct load *shown = &item->loads[item->shown];
        if (cli_quiet()) {
            put_answer(item, stream);
            continue;
        }
        if (!first) {
            putc('\n', stream);
        }
        first = false;
        put_model(item, stream);
        put_settings(item, stream);
        put_notes(shown, stream);
        put_table(item, stream);
        put_growth(item, stream);
        put_failure(shown, stream);
        text_chart_print(&shown->estimate, stream);
        put_parts(&shown->estimate, stream);
        put_advice(item, stream);
    }
    return true;
}
