/* Shortest decimal text of floating-point numbers. */
#include <libgguf/float_text.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_DIGITS 17

/* A number as digits d.ddd times ten to the exponent. */
struct decimal {
    char digits[MOST_DIGITS + 1];
    int count;
    int exponent;
};

/* "%e" of the value, taken apart; whatever stands between the digits is the locale's point. */
static void round_to(double value, int digits, struct decimal *out)
{
    char text[64];
    snprintf(text, sizeof text, "%.*e", digits - 1, value);
    const char *const exponent = strchr(text, 'e');
    out->count = 0;
    for (const char *at = text; at < exponent; at++) {
        if (*at >= '0' && *at <= '9') {
            out->digits[out->count++] = *at;
        }
    }
    out->exponent = (int)strtol(exponent + 1, NULL, 10);
}

/* The next larger number of as many digits. */
static void step_up(struct decimal *number)
{
    int at = number->count - 1;
    while (at >= 0 && number->digits[at] == '9') {
        number->digits[at--] = '0';
    }
    if (at >= 0) {
        number->digits[at]++;
    } else {
        number->digits[0] = '1';
        number->exponent++;
    }
}

static bool reads_as(const struct decimal *number, double value, bool single)
{
    char text[MOST_DIGITS + 16]; /* without a point, which is the locale's */
    snprintf(text, sizeof text, "%.*se%d", number->count, number->digits,
             number->exponent - (number->count - 1));
    return (single ? (double)strtof(text, NULL) : strtod(text, NULL)) == value;
}

/*
 * The fewest digits that read back, of those the nearest. Below a power of two floats lie closer
 * together than above it, so that the nearest decimal may be another float's where the one above
 * is not.
 */
static struct decimal shortest(double value, bool single)
{
    struct decimal number = {{0}, 0, 0};
    for (int digits = 1; digits <= MOST_DIGITS; digits++) {
        round_to(value, digits, &number);
        if (reads_as(&number, value, single)) {
            break;
        }
        struct decimal above = number;
        step_up(&above);
        if (reads_as(&above, value, single)) {
            number = above;
            break;
        }
    }
    while (number.count > 1 && number.digits[number.count - 1] == '0') {
        number.count--;
    }
    return number;
}

static size_t put_plain(const struct decimal *number, char *out)
{
    char *to = out;
    if (number->exponent < 0) {
        *to++ = '0';
        *to++ = '.';
        for (int i = -1; i > number->exponent; i--) {
            *to++ = '0';
        }
    }
    for (int i = 0; i < number->count || i <= number->exponent; i++) {
        if (i == number->exponent + 1 && number->exponent >= 0) {
            *to++ = '.';
        }
        *to++ = i < number->count ? number->digits[i] : '0';
    }
    return (size_t)(to - out);
}

static size_t put_scientific(const struct decimal *number, char *out)
{
    char *to = out;
    *to++ = number->digits[0];
    if (number->count > 1) {
        *to++ = '.';
        memcpy(to, number->digits + 1, (size_t)number->count - 1);
        to += number->count - 1;
    }
    const int magnitude = number->exponent < 0 ? -number->exponent : number->exponent;
    return (size_t)(to - out) +
           (size_t)snprintf(to, 8, "e%c%02d", number->exponent < 0 ? '-' : '+', magnitude);
}

static size_t float_text(double value, bool single, char out[LIBGGUF_FLOAT_TEXT_SIZE])
{
    char *to = out;
    if (isnan(value)) {
        memcpy(out, "nan", 4);
        return 3;
    }
    if (signbit(value)) {
        *to++ = '-';
    }
    if (isinf(value)) {
        memcpy(to, "inf", 4);
        return (size_t)(to - out) + 3;
    }
    const struct decimal number = shortest(fabs(value), single);
    /* The bounds within which a plain form stays readable are those of Python's repr(). */
    const bool plain = number.exponent >= -4 && number.exponent < 16;
    to += plain ? put_plain(&number, to) : put_scientific(&number, to);
    *to = '\0';
    return (size_t)(to - out);
}

size_t libgguf_f32_text(float value, char out[LIBGGUF_FLOAT_TEXT_SIZE])
{
    return float_text((double)value, true, out);
}

size_t libgguf_f64_text(double value, char out[LIBGGUF_FLOAT_TEXT_SIZE])
{
    return float_text(value, false, out);
}
