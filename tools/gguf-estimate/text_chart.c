#include "text_chart.h"

#include <string.h>

#include "cli/color.h"
#include "cli/size.h"
#include "cli/text.h"

/* Columns of the bars up to the larger of ceiling and peak, where numbers have at most so many. */
#define WIDTH 46
#define NUMBER_COLUMNS 15

static const char marks[] = {'=', '#', '+'};

/* What the bars are drawn to: @p whole bytes have @p width columns. */
struct scale {
    uint64_t whole;
    unsigned width;
};

/* Anything above 0 is seen. */
static unsigned columns(uint64_t bytes, const struct scale *scale)
{
    const unsigned found =
        (unsigned)((double)bytes / (double)scale->whole * (double)scale->width + 0.5);
    return bytes > 0 && found == 0 ? 1 : found;
}

static void draw(const struct libgguf_phase_use *phase, uint64_t ceiling, const struct scale *scale,
                 FILE *stream)
{
    char bar[WIDTH + 4];
    memset(bar, ' ', sizeof bar);
    unsigned used = 0;
    for (unsigned pool = 0; pool < LIBGGUF_POOL_MAPPED; pool++) {
        for (unsigned n = columns(phase->pools[pool].held, scale); n > 0 && used < scale->width + 1;
             n--) {
            bar[used++] = marks[pool];
        }
    }
    const unsigned limit = columns(ceiling, scale);
    for (unsigned i = 0; i < scale->width + 2; i++) {
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

/* Columns of the longest number. */
static unsigned number_columns(const struct libgguf_estimate *estimate)
{
    unsigned most = NUMBER_COLUMNS;
    char number[CLI_NUMBER_SIZE];
    for (unsigned i = 0; i < LIBGGUF_PHASE_COUNT; i++) {
        const size_t size = strlen(cli_count_text(estimate->phases[i].total, number));
        most = size > most ? (unsigned)size : most;
    }
    return most;
}

void text_chart_print(const struct libgguf_estimate *estimate, FILE *stream)
{
    const uint64_t ceiling = estimate->limits[LIBGGUF_LIMIT_CEILING].limit;
    const unsigned numbers = number_columns(estimate);
    const struct scale scale = {.whole =
                                    estimate->peak.size > ceiling ? estimate->peak.size : ceiling,
                                .width = WIDTH - (numbers - NUMBER_COLUMNS)};
    char number[CLI_NUMBER_SIZE];
    char legend[160];
    const char *const name = libgguf_strategy_name(estimate->strategy);
    fprintf(stream, "\n%sPhases of %s%s ", cli_style(CLI_HEADING), name, cli_style(CLI_PLAIN));
    snprintf(legend, sizeof legend, "(= js  # linear  + host  | ceiling %s)",
             cli_count_text(ceiling, number));
    cli_put_wrapped(stream, legend, strlen("Phases of ") + strlen(name) + 1, 2, 80);
    for (unsigned i = 0; i < LIBGGUF_PHASE_COUNT; i++) {
        const struct libgguf_phase_use *phase = &estimate->phases[i];
        fprintf(stream, "  %-12s", phase->name);
        cli_put_right(stream, cli_count_text(phase->total, number), numbers);
        fputs("  ", stream);
        draw(phase, ceiling, &scale, stream);
        putc('\n', stream);
    }
}
