/** @file Validating UTF-8 that comes in pieces (RFC 3629: no surrogates, no overlong forms, at most
 * U+10FFFF). */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** A text seen so far; zero-initialised is the empty text. */
struct utf8_state {
    unsigned char needed; /* continuation bytes still to come */
    unsigned char low;    /* the least the next one may be */
    unsigned char high;   /* the most the next one may be */
    bool invalid;         /* for good */
    bool has_nul;         /* a byte 0 was seen */
};

/* True when none of the eight bytes is NUL or beyond ASCII. */
static inline bool utf8_is_plain_word(uint64_t word)
{
    return ((word | ((word - UINT64_C(0x0101010101010101)) & ~word)) &
            UINT64_C(0x8080808080808080)) == 0;
}

static inline uint64_t utf8_word_at(const unsigned char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

static inline uint64_t utf8_half_word_at(const unsigned char *bytes)
{
    uint32_t half;
    memcpy(&half, bytes, sizeof half);
    return half;
}

/**
 * True when all @p size bytes at @p data are ASCII and none is NUL: the quick way for most text,
 * which is short, so that a call would cost more than the look.
 */
static inline bool utf8_is_plain_ascii(const void *data, size_t size)
{
    const unsigned char *const bytes = data;
    if (size >= 8) {
        for (size_t i = 0; i + 8 <= size; i += 8) {
            if (!utf8_is_plain_word(utf8_word_at(bytes + i))) {
                return false;
            }
        }
        return utf8_is_plain_word(
            utf8_word_at(bytes + size - 8)); /* overlaps the last whole word */
    }
    if (size >= 4) {
        return utf8_is_plain_word(utf8_half_word_at(bytes) << 32 |
                                  utf8_half_word_at(bytes + size - 4));
    }
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == 0 || bytes[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

/** Sixteen bytes of which the first few count; the others are 1, which is ASCII. */
struct utf8_short {
    uint64_t words[2];
};

/** The @p size <= 16 bytes at @p bytes, 16 of which can be read. */
static inline struct utf8_short utf8_short_at(const unsigned char *bytes, size_t size)
{
    static const unsigned char within[32] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                             0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                             0,    0,    0,    0,    0,    0,    0,    0,
                                             0,    0,    0,    0,    0,    0,    0,    0};
    static const unsigned char beyond[32] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                             1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    const unsigned char *const mask = within + 16 - size;
    const unsigned char *const ones = beyond + 16 - size;
    return (struct utf8_short){
        {(utf8_word_at(bytes) & utf8_word_at(mask)) | utf8_word_at(ones),
         (utf8_word_at(bytes + 8) & utf8_word_at(mask + 8)) | utf8_word_at(ones + 8)}};
}

/**
 * True when @p text is valid UTF-8 without NUL and without characters that need a closer look
 * (beyond U+FFFF, or led by E0 or ED). Has no branch on what the bytes are, which for the tokens of
 * a vocabulary no predictor can guess.
 */
bool utf8_is_simple_short(const struct utf8_short *text);

/** As utf8_is_simple_short() for @p size <= 16 bytes, 16 of which can be read. */
static inline bool utf8_is_simple(const unsigned char *bytes, size_t size)
{
    const struct utf8_short text = utf8_short_at(bytes, size);
    const unsigned first = utf8_is_plain_word(text.words[0]);
    const unsigned second = utf8_is_plain_word(text.words[1]);
    return (first & second) != 0 || utf8_is_simple_short(&text);
}

/** Takes @p size more bytes of the text. */
void utf8_feed(struct utf8_state *state, const char *data, size_t size);

/** True when the whole text was valid, its last character complete. */
static inline bool utf8_is_valid(const struct utf8_state *state)
{
    return !state->invalid && state->needed == 0;
}

#endif
