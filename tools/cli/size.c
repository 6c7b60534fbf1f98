#include "cli/size.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/text.h"

struct unit {
    const char *name;
    uint64_t factor;
};

static const struct unit units[] = {
    {"", 1},
    {"B", 1},
    {"kB", 1000},
    {"MB", 1000000},
    {"GB", 1000000000},
    {"TB", 1000000000000},
    {"KiB", UINT64_C(1) << 10},
    {"MiB", UINT64_C(1) << 20},
    {"GiB", UINT64_C(1) << 30},
    {"TiB", UINT64_C(1) << 40},
};

/* Takes the digits at the start of @p text; returns what follows, or NULL when they do not fit. */
static const char *parse_digits(const char *text, uint64_t *out)
{
    uint64_t value = 0;
    for (; *text >= '0' && *text <= '9'; text++) {
        const uint64_t digit = (uint64_t)(*text - '0');
        if (value > (UINT64_MAX - digit) / 10) {
            return NULL;
        }
        value = value * 10 + digit;
    }
    *out = value;
    return text;
}

bool cli_parse_u64(const char *text, uint64_t *out)
{
    uint64_t value;
    const char *rest = parse_digits(text, &value);
    if (!rest || rest == text || *rest != '\0') {
        return false;
    }
    *out = value;
    return true;
}

/* The bytes of "whole.fraction" times @p factor, rounded down; false when they are too many. */
static bool scale(uint64_t whole, const char *fraction, size_t digits, uint64_t factor,
                  uint64_t *out)
{
    uint64_t part = 0;
    uint64_t divisor = 1;
    for (size_t i = 0; i < digits; i++) {
        part = part * 10 + (uint64_t)(fraction[i] - '0');
        divisor *= 10;
    }
    /* Six digits at most: the product stays below 2^64 even for tebibytes. */
    part = part * factor / divisor;
    if (whole > UINT64_MAX / factor || part > UINT64_MAX - whole * factor) {
        return false;
    }
    *out = whole * factor + part;
    return true;
}

static bool explain(const char *text, const char *rest, char *why, size_t why_size)
{
    char shown[64];
    cli_text_escape(shown, sizeof shown, text, strlen(text));
    if (rest && rest > text && strlen(rest) == 1 && strchr("kKmMgGtT", *rest)) {
        const int size = (int)(rest - text);
        const char letter = (char)(*rest >= 'a' ? *rest - 'a' + 'A' : *rest);
        snprintf(why, why_size, "'%s' could mean two sizes: write %.*s%ciB or %.*s%cB", shown, size,
                 text, letter, size, text, letter == 'K' ? 'k' : letter);
    } else {
        snprintf(why, why_size, "'%s' is not a size: write bytes (16777216), 16MiB or 16MB", shown);
    }
    return false;
}

bool cli_parse_size(const char *text, uint64_t *out, char *why, size_t why_size)
{
    uint64_t whole;
    const char *rest = parse_digits(text, &whole);
    if (!rest) {
        char shown[64];
        snprintf(why, why_size, "'%s' is too large",
                 cli_text_escape(shown, sizeof shown, text, strlen(text)));
        return false;
    }
    if (rest == text) {
        return explain(text, NULL, why, why_size);
    }
    const char *fraction = rest;
    size_t digits = 0;
    if (*rest == '.') {
        fraction = rest + 1;
        digits = strspn(fraction, "0123456789");
        rest = fraction + digits;
        if (digits == 0 || digits > 6) {
            return explain(text, NULL, why, why_size);
        }
    }
    const char *unit = rest + (*rest == ' ');
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcasecmp(unit, units[i].name) != 0 || (digits > 0 && units[i].factor == 1)) {
            continue;
        }
        if (!scale(whole, fraction, digits, units[i].factor, out)) {
            snprintf(why, why_size, "'%s' is too large", text);
            return false;
        }
        return true;
    }
    return explain(text, rest, why, why_size);
}

const char *cli_count_text(uint64_t value, char out[CLI_NUMBER_SIZE])
{
    char digits[24];
    const size_t count = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, value);
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0) {
            out[used++] = ',';
        }
        out[used++] = digits[i];
    }
    out[used] = '\0';
    return out;
}

/* Three significant digits of @p value in the largest of @p names that makes it 1 or more. */
static const char *three_digits(uint64_t value, double step, const char *const *names, size_t count,
                                char out[CLI_NUMBER_SIZE])
{
    double scaled = (double)value / step;
    size_t name = 0;
    /* What would be rounded to one whole step is better said in the next unit. */
    while (name + 1 < count && scaled >= step - 0.5) {
        scaled /= step;
        name++;
    }
    const int decimals = scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0;
    snprintf(out, CLI_NUMBER_SIZE, "%.*f %s", decimals, scaled, names[name]);
    return out;
}

const char *cli_nouns_text(uint64_t value, const char *noun, char out[CLI_NUMBER_SIZE])
{
    char count[CLI_NUMBER_SIZE];
    snprintf(out, CLI_NUMBER_SIZE, "%.27s %.18s%s",
             value == UINT64_MAX ? "more than 2^64 - 1" : cli_count_text(value, count), noun,
             value == 1 ? "" : "s");
    return out;
}

void cli_sum_add(uint64_t *sum, uint64_t more)
{
    *sum = more > UINT64_MAX - *sum ? UINT64_MAX : *sum + more;
}

const char *cli_size_text(uint64_t bytes, char out[CLI_NUMBER_SIZE])
{
    static const char *const names[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (bytes < 1024) {
        snprintf(out, CLI_NUMBER_SIZE, "%" PRIu64 " byte%s", bytes, bytes == 1 ? "" : "s");
        return out;
    }
    return three_digits(bytes, 1024, names, sizeof names / sizeof names[0], out);
}

const char *cli_magnitude_text(uint64_t value, char out[CLI_NUMBER_SIZE])
{
    static const char *const names[] = {"k", "M", "B", "T"};
    if (value < 1000) {
        snprintf(out, CLI_NUMBER_SIZE, "%" PRIu64, value);
        return out;
    }
    return three_digits(value, 1000, names, sizeof names / sizeof names[0], out);
}
