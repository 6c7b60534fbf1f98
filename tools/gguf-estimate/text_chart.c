#include "text_chart.h"

#include <string.h>

#include "cli/color.h"
#include "cli/size.h"
#include "cli/text.h"

#define WIDTH 46

static const char marks[] = {'=', '#', '+'};

/* @p bytes on a scale of which @p whole has WIDTH columns; anything above 0 is seen. */
static unsigned columns(uint64_t bytes, uint64_t whole)
{
    const unsigned found = (unsigned)((double)bytes / (double)whole * WIDTH + 0.5);
    return bytes > 0 && found == 0 ? 1 : found;
}

static void draw(const struct libgguf_phase_use *phase, uint64_t ceiling, uint64_t whole,
                 FILE *stream)
{
    char bar[WIDTH + 4];
    memset(bar, ' ', sizeof bar);
    unsigned used = 0;
    for (unsigned pool = 0; pool < LIBGGUF_POOL_MAPPED; pool++) {
        for (unsigned n = columns(phase->pools[pool].held, whole); n > 0 && used < WIDTH + 1; n--) {
            bar[used++] = marks[pool];
        }
    }
    const unsigned limit = columns(ceiling, whole);
    for (unsigned i = 0; i < WIDTH + 2; i++) {
        if (i == limit) {
            fprintf(stream, "%s|%s", cli_style(CLI_WARN), cli_style(CLI_PLAIN));
        }
        if (i >= used && i >= limit) {
            break;
        }
        if (i == limit) {
            fputs(cli_style(CLI_BAD), stream);
        }
        putc(bar[i], stream);
    }
    fputs(cli_style(CLI_PLAIN), stream);
}

void text_chart_print(const struct libgguf_estimate *estimate, FILE *stream)
{
    const uint64_t ceiling = estimate->limits[LIBGGUF_LIMIT_CEILING].limit;
    const uint64_t whole = estimate->peak.size > ceiling ? estimate->peak.size : ceiling;
    char number[CLI_NUMBER_SIZE];
    char size[CLI_NUMBER_SIZE];
    fprintf(stream, "\n%sPhases of %s%s (= js  # linear  + host  | ceiling %s, %s)\n",
            cli_style(CLI_HEADING), libgguf_strategy_name(estimate->strategy), cli_style(CLI_PLAIN),
            cli_count_text(ceiling, number), cli_size_text(ceiling, size));
    for (unsigned i = 0; i < LIBGGUF_PHASE_COUNT; i++) {
        const struct libgguf_phase_use *phase = &estimate->phases[i];
        fprintf(stream, "  %-12s", phase->name);
        cli_put_right(stream, cli_count_text(phase->total, number), 15);
        fputs("  ", stream);
        draw(phase, ceiling, whole, stream);
        putc('\n', stream);
    }
}
