#include "report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "cli/report.h"
#include "cli/size.h"

static const struct report_format formats[] = {
    {"text", text_report_print}, {"json", json_report_print},      {"markdown", markdown_print},
    {"github", github_print},    {"junit", junit_print},           {"sarif", sarif_print},
    {"svg", svg_print},          {"size-limit", size_limit_print},
};

const struct report_format *report_format_find(const char *name)
{
    const size_t size = strcspn(name, "=");
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (strlen(formats[i].name) == size && memcmp(formats[i].name, name, size) == 0) {
            return &formats[i];
        }
    }
    return NULL;
}

bool report_exceeds(const struct load *load, enum libgguf_limit limit)
{
    const enum libgguf_verdict verdict = load->estimate.limits[limit].verdict;
    return verdict == LIBGGUF_VERDICT_EXCEEDS || verdict == LIBGGUF_VERDICT_UNKNOWN;
}

/* Appends to the @p size bytes at @p out what the format gives, after a separator. */
static void append(char *out, size_t size, const char *format, ...) CLI_PRINTF(3, 4);

static void append(char *out, size_t size, const char *format, ...)
{
    size_t used = strlen(out);
    if (used > 0 && used + 3 < size) {
        memcpy(out + used, "; ", 3);
        used += 2;
    }
    va_list args;
    va_start(args, format);
    vsnprintf(out + used, size - used, format, args);
    va_end(args);
}

const struct load *report_culprit(const struct measurement *item)
{
    for (size_t i = 0; i < item->load_count; i++) {
        if (item->loads[i].grown) {
            return &item->loads[i];
        }
    }
    return &item->loads[item->shown];
}

const char *report_reason(const struct load *load, const struct entry *entry,
                          char out[REPORT_REASON_SIZE])
{
    char used[REPORT_AMOUNT_SIZE];
    char limit[CLI_NUMBER_SIZE];
    out[0] = '\0';
    for (unsigned i = 0; i < LIBGGUF_LIMIT_COUNT; i++) {
        const struct libgguf_limit_use *use = &load->estimate.limits[i];
        if (report_exceeds(load, (enum libgguf_limit)i)) {
            append(out, REPORT_REASON_SIZE,
                   use->verdict == LIBGGUF_VERDICT_UNKNOWN ? "%s: not all of it is known: %s of %s"
                                                           : "%s: %s above %s",
                   libgguf_limit_name((enum libgguf_limit)i), report_amount(use->used, used),
                   cli_count_text(use->limit, limit));
        }
    }
    if (load->grown) {
        append(out, REPORT_REASON_SIZE, "grown: %s above the %s allowed after the baseline",
               report_amount(load->estimate.peak, used), cli_count_text(load->growth_limit, limit));
    }
    if (entry->strict && load->estimate.peak.certainty != LIBGGUF_EXACT) {
        append(out, REPORT_REASON_SIZE, "strict: the estimate is not exact");
    }
    return out;
}

const char *report_amount(struct libgguf_amount amount, char out[REPORT_AMOUNT_SIZE])
{
    static const char *const marks[] = {"", "~", ">="};
    char number[CLI_NUMBER_SIZE];
    snprintf(out, REPORT_AMOUNT_SIZE, "%s%s", marks[amount.certainty],
             cli_count_text(amount.size, number));
    return out;
}

const char *report_advice(const struct measurement *item, size_t index,
                          char out[REPORT_ADVICE_SIZE])
{
    const struct libgguf_advice *advice = &item->advice[index];
    char peak[REPORT_AMOUNT_SIZE];
    char size[CLI_NUMBER_SIZE];
    const char *verdict = advice->fits ? "fits" : "does not fit either, but is the smallest";
    report_amount(advice->peak, peak);
    switch (advice->kind) {
    case LIBGGUF_ADVICE_STRATEGY:
        snprintf(out, REPORT_ADVICE_SIZE, "--strategy %s: peak %s bytes, %s",
                 libgguf_strategy_name(advice->strategy), peak, verdict);
        break;
    case LIBGGUF_ADVICE_CHUNK_SIZE:
        snprintf(out, REPORT_ADVICE_SIZE,
                 "--chunk-size %" PRIu64
                 " (%s) is the largest multiple of 64 KiB that fits: peak %s bytes",
                 advice->value, cli_size_text(advice->value, size), peak);
        break;
    case LIBGGUF_ADVICE_KV_TYPE:
        snprintf(out, REPORT_ADVICE_SIZE, "-ctk %s -ctv %s is the widest that fits: peak %s bytes",
                 advice->type->ggml_name, advice->type->ggml_name, peak);
        break;
    case LIBGGUF_ADVICE_CONTEXT:
        snprintf(out, REPORT_ADVICE_SIZE, "--ctx %" PRIu64 "%s: peak %s bytes", advice->value,
                 advice->value == item->facts.context_length ? ", all the model has, fits"
                                                             : " is the largest that fits",
                 peak);
        break;
    default:
        snprintf(out, REPORT_ADVICE_SIZE,
                 "%s is the widest type of the matrices that fits: peak %s bytes",
                 advice->type->name, peak);
    }
    return out;
}
