/** @file Validating UTF-8 that comes in pieces (RFC 3629: no surrogates, no overlong forms, at most
 * U+10FFFF). */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A text seen so far; zero-initialised is the empty text. */
struct utf8_state {
    unsigned char needed; /* continuation bytes still to come */
    unsigned char low;    /* the least the next one may be */
    unsigned char high;   /* the most the next one may be */
    bool invalid;         /* for good */
    bool has_nul;         /* a byte 0 was seen */
};

/** True when all @p size bytes at @p data are ASCII and none is NUL: the quick way for most text.
 */
bool utf8_is_plain_ascii(const void *data, size_t size);

/** Takes @p size more bytes of the text. */
void utf8_feed(struct utf8_state *state, const char *data, size_t size);

/** True when the whole text was valid, its last character complete. */
static inline bool utf8_is_valid(const struct utf8_state *state)
{
    return !state->invalid && state->needed == 0;
}

#endif
