#include "layout.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/color.h"
#include "cli/text.h"

void layout_heading(const char *text)
{
    printf("\n%s%s%s\n", cli_style(CLI_HEADING), text, cli_style(CLI_PLAIN));
}

static void put_label(const char *label, size_t columns)
{
    const size_t used = strlen(label);
    if (used > 0) {
        printf("%s%s%s", cli_style(CLI_FAINT), label, cli_style(CLI_PLAIN));
    }
    cli_put_spaces(stdout, used < columns ? columns - used : 1);
}

void layout_label(const char *label)
{
    put_label(label, LAYOUT_VALUE);
}

void layout_line(const char *label, const char *format, ...)
{
    va_list args;
    layout_label(label);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

void layout_pair(struct layout_pairs *pairs, const char *label, const char *value)
{
    const size_t columns = cli_text_columns(value, strlen(value), CLI_ALL_COLUMNS);
    if (!pairs->begun) {
        putchar('\n');
        pairs->begun = true;
    }
    const bool fits_second = pairs->column > 0 && pairs->column < LAYOUT_SECOND_LABEL &&
                             LAYOUT_SECOND_VALUE + columns <= 80;
    if (fits_second) {
        cli_put_spaces(stdout, LAYOUT_SECOND_LABEL - pairs->column);
        put_label(label, LAYOUT_SECOND_VALUE - LAYOUT_SECOND_LABEL);
        printf("%s\n", value);
        pairs->column = 0;
        return;
    }
    layout_pairs_end(pairs);
    layout_label(label);
    fputs(value, stdout);
    pairs->column = LAYOUT_VALUE + columns;
}

void layout_pairs_end(struct layout_pairs *pairs)
{
    if (pairs->column > 0) {
        putchar('\n');
        pairs->column = 0;
    }
}
