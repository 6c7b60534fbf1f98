#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct writer {
    char *out;
    size_t capacity;
    size_t length; /* of the text, whether or not it fits */
};

static void put(struct writer *writer, char byte)
{
    if (writer->length + 1 < writer->capacity) {
        writer->out[writer->length] = byte;
    }
    writer->length++;
}

static void put_padded(struct writer *writer, const char *text, size_t size, size_t width, char pad)
{
    for (; width > size; width--) {
        put(writer, pad);
    }
    for (size_t i = 0; i < size; i++) {
        put(writer, text[i]);
    }
}

static void put_number(struct writer *writer, uint64_t value, bool negative, unsigned base,
                       size_t width, char pad)
{
    char digits[24];
    size_t start = sizeof digits;
    do {
        digits[--start] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    if (negative) {
        digits[--start] = '-';
    }
    put_padded(writer, digits + start, sizeof digits - start, width, pad);
}

/* What stands between the percent sign and the conversion. */
struct directive {
    char pad;
    size_t width;
    size_t precision;
    size_t size; /* of an integer: bytes */
};

static const char *read_number(const char *format, size_t *out, va_list *args)
{
    if (*format == '*') {
        const int given = va_arg(*args, int);
        *out = given < 0 ? 0 : (size_t)given;
        return format + 1;
    }
    for (*out = 0; *format >= '0' && *format <= '9'; format++) {
        *out = *out * 10 + (size_t)(*format - '0');
    }
    return format;
}

static const char *read_directive(const char *format, struct directive *out, va_list *args)
{
    *out = (struct directive){.pad = ' ', .precision = SIZE_MAX, .size = sizeof(int)};
    if (*format == '0') {
        out->pad = '0';
        format++;
    }
    format = read_number(format, &out->width, args);
    if (*format == '.') {
        format = read_number(format + 1, &out->precision, args);
    }
    for (;; format++) {
        if (*format == 'z') {
            out->size = sizeof(size_t);
        } else if (*format == 'l') {
            out->size = out->size == sizeof(int) ? sizeof(long) : sizeof(long long);
            out->size = format[1] == 'l' ? sizeof(long long) : out->size;
        } else if (*format != 'h') {
            return format;
        }
    }
}

static uint64_t next_unsigned(const struct directive *directive, va_list *args)
{
    return directive->size == 8 ? va_arg(*args, uint64_t) : va_arg(*args, uint32_t);
}

static void put_conversion(struct writer *writer, char conversion,
                           const struct directive *directive, va_list *args)
{
    switch (conversion) {
    case 'd':
    case 'i': {
        const int64_t value =
            directive->size == 8 ? va_arg(*args, int64_t) : (int64_t)va_arg(*args, int32_t);
        const uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
        put_number(writer, size, value < 0, 10, directive->width, directive->pad);
        break;
    }
    case 'u':
        put_number(writer, next_unsigned(directive, args), false, 10, directive->width,
                   directive->pad);
        break;
    case 'x':
        put_number(writer, next_unsigned(directive, args), false, 16, directive->width,
                   directive->pad);
        break;
    case 's': {
        const char *const text = va_arg(*args, const char *);
        const char *const end =
            directive->precision == SIZE_MAX ? NULL : memchr(text, '\0', directive->precision);
        size_t size = directive->precision;
        if (end) {
            size = (size_t)(end - text);
        } else if (directive->precision == SIZE_MAX) {
            size = strlen(text);
        }
        put_padded(writer, text, size, directive->width, ' ');
        break;
    }
    case 'c':
        put(writer, (char)va_arg(*args, int));
        break;
    default:
        put(writer, conversion);
        break;
    }
}

int vsnprintf(char *out, size_t capacity, const char *format, va_list args)
{
    struct writer writer = {.out = out, .capacity = capacity};
    va_list rest;
    va_copy(rest, args);
    for (; *format; format++) {
        if (*format != '%') {
            put(&writer, *format);
            continue;
        }
        struct directive directive;
        format = read_directive(format + 1, &directive, &rest);
        if (!*format) {
            break;
        }
        put_conversion(&writer, *format, &directive, &rest);
    }
    va_end(rest);
    if (capacity > 0) {
        out[writer.length < capacity ? writer.length : capacity - 1] = '\0';
    }
    return (int)writer.length;
}

int snprintf(char *out, size_t capacity, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int length = vsnprintf(out, capacity, format, args);
    va_end(args);
    return length;
}
