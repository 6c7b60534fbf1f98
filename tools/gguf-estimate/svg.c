#include <string.h>

#include "cli/size.h"
#include "report.h"
#include "xml.h"

/* All lengths are in user units: one chart is this wide, and so high for each model. */
#define WIDTH 760
#define MODEL_HEIGHT 250
#define LEFT 120
#define PLOT 520
#define TOP 64
#define ROW 30
#define BAR 20

static const char style[] =
    "  <style>\n"
    "    text { font: 13px system-ui, sans-serif; fill: #1f2328 }\n"
    "    .title { font-weight: 600 }\n"
    "    .faint { fill: #59636e }\n"
    "    .back { fill: #ffffff }\n"
    "    .js { fill: #bf8700 }\n"
    "    .linear { fill: #0969da }\n"
    "    .host { fill: #1a7f37 }\n"
    "    .ceiling { stroke: #cf222e; stroke-width: 2; stroke-dasharray: 6 3 }\n"
    "    .over { fill: #cf222e }\n"
    "    @media (prefers-color-scheme: dark) {\n"
    "      text { fill: #e6edf3 }\n"
    "      .faint { fill: #9198a1 }\n"
    "      .back { fill: #0d1117 }\n"
    "      .js { fill: #d29922 }\n"
    "      .linear { fill: #4493f8 }\n"
    "      .host { fill: #3fb950 }\n"
    "      .ceiling { stroke: #f85149 }\n"
    "      .over { fill: #f85149 }\n"
    "    }\n"
    "  </style>\n";

static double scaled(uint64_t bytes, uint64_t whole)
{
    return (double)bytes / (double)whole * PLOT;
}

static void put_legend(unsigned y, FILE *stream)
{
    unsigned x = LEFT;
    for (unsigned pool = 0; pool < LIBGGUF_POOL_MAPPED; pool++) {
        const char *name = libgguf_pool_name((enum libgguf_pool)pool);
        fprintf(stream,
                "  <rect class=\"%s\" x=\"%u\" y=\"%u\" width=\"12\" height=\"12\"/>\n"
                "  <text class=\"faint\" x=\"%u\" y=\"%u\">%s</text>\n",
                name, x, y, x + 18, y + 11, name);
        x += 90;
    }
}

static void put_phase(const struct libgguf_phase_use *phase, uint64_t whole, uint64_t ceiling,
                      unsigned y, FILE *stream)
{
    char number[CLI_NUMBER_SIZE];
    double x = LEFT;
    fprintf(stream, "  <text x=\"%d\" y=\"%u\" text-anchor=\"end\">%s</text>\n", LEFT - 10, y + 15,
            phase->name);
    for (unsigned pool = 0; pool < LIBGGUF_POOL_MAPPED; pool++) {
        const uint64_t held = phase->pools[pool].held;
        const char *name = libgguf_pool_name((enum libgguf_pool)pool);
        if (held > 0) {
            fprintf(stream,
                    "  <rect class=\"%s\" x=\"%.2f\" y=\"%u\" width=\"%.2f\" height=\"%d\">"
                    "<title>%s: %s bytes</title></rect>\n",
                    name, x, y, scaled(held, whole), BAR, name, cli_count_text(held, number));
            x += scaled(held, whole);
        }
    }
    fprintf(stream, "  <text class=\"%s\" x=\"%.2f\" y=\"%u\">%s</text>\n",
            phase->total > ceiling ? "over" : "faint", x + 6, y + 15,
            cli_count_text(phase->total, number));
}

static void put_chart(const struct measurement *item, unsigned top, FILE *stream)
{
    const struct libgguf_estimate *estimate = &item->loads[item->shown].estimate;
    const uint64_t ceiling = estimate->limits[LIBGGUF_LIMIT_CEILING].limit;
    const uint64_t whole = estimate->peak.size > ceiling ? estimate->peak.size : ceiling;
    char amount[REPORT_AMOUNT_SIZE];
    char number[CLI_NUMBER_SIZE];
    fprintf(stream, "  <text class=\"title\" x=\"20\" y=\"%u\">", top + 24);
    xml_put(entry_label(item->entry), stream);
    fprintf(stream, ": %s, peak ", libgguf_strategy_name(estimate->strategy));
    xml_put(report_amount(estimate->peak, amount), stream);
    fputs(" bytes</text>\n", stream);
    put_legend(top + 36, stream);
    for (unsigned i = 0; i < LIBGGUF_PHASE_COUNT; i++) {
        put_phase(&estimate->phases[i], whole, ceiling, top + TOP + i * ROW, stream);
    }
    const double x = LEFT + scaled(ceiling, whole);
    const unsigned bottom = top + TOP + LIBGGUF_PHASE_COUNT * ROW;
    fprintf(stream,
            "  <line class=\"ceiling\" x1=\"%.2f\" x2=\"%.2f\" y1=\"%u\" y2=\"%u\"/>\n"
            "  <text class=\"over\" x=\"%.2f\" y=\"%u\" text-anchor=\"middle\">ceiling %s</text>\n",
            x, x, top + TOP - 4, bottom, x, bottom + 15, cli_count_text(ceiling, number));
}

bool svg_print(const struct report *report, FILE *stream)
{
    size_t shown = 0;
    for (size_t i = 0; i < report->count; i++) {
        shown += !report->items[i].failed;
    }
    fprintf(stream,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %zu\" width=\"%d\" "
            "height=\"%zu\" role=\"img\" aria-label=\"Memory of model loads by phase\">\n",
            WIDTH, shown * MODEL_HEIGHT, WIDTH, shown * MODEL_HEIGHT);
    fputs(style, stream);
    fputs("  <rect class=\"back\" width=\"100%\" height=\"100%\"/>\n", stream);
    unsigned top = 0;
    for (size_t i = 0; i < report->count; i++) {
        if (!report->items[i].failed) {
            put_chart(&report->items[i], top, stream);
            top += MODEL_HEIGHT;
        }
    }
    fputs("</svg>\n", stream);
    return true;
}
