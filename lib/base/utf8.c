#include <libgguf/utf8.h>

#include "base/utf8.h"

/* Table 3-7 of the Unicode standard: the length and the legal second byte follow from the first. */
static size_t sequence_size(unsigned char lead, unsigned char *low, unsigned char *high)
{
    *low = 0x80;
    *high = 0xbf;
    if (lead < 0x80) {
        return 1;
    }
    if (lead < 0xc2) {
        return 0;
    }
    if (lead < 0xe0) {
        return 2;
    }
    if (lead < 0xf0) {
        *low = lead == 0xe0 ? 0xa0 : 0x80;
        *high = lead == 0xed ? 0x9f : 0xbf;
        return 3;
    }
    if (lead < 0xf5) {
        *low = lead == 0xf0 ? 0x90 : 0x80;
        *high = lead == 0xf4 ? 0x8f : 0xbf;
        return 4;
    }
    return 0;
}

size_t libgguf_utf8_decode(const char *data, size_t size, uint32_t *code_point)
{
    static const unsigned char lead_mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    if (size == 0) {
        return 0;
    }
    unsigned char low;
    unsigned char high;
    const unsigned char lead = (unsigned char)data[0];
    const size_t needed = sequence_size(lead, &low, &high);
    if (needed == 0 || needed > size) {
        return 0;
    }
    uint32_t value = lead & lead_mask[needed];
    for (size_t i = 1; i < needed; i++) {
        const unsigned char byte = (unsigned char)data[i];
        if (byte < low || byte > high) {
            return 0;
        }
        value = value << 6 | (byte & 0x3fu);
        low = 0x80;
        high = 0xbf;
    }
    *code_point = value;
    return needed;
}

/* What the bytes of a word are, as the highest bit of each byte. */
struct byte_classes {
    uint64_t continuations;
    uint64_t leads_of_2;
    uint64_t leads_of_3;
    uint64_t others; /* NUL, bytes that are never valid, and leads with further conditions */
};

static struct byte_classes classify(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t high = ones * 0x80;
    const uint64_t bit6 = word << 1;
    const uint64_t bit5 = word << 2;
    const uint64_t bit4 = word << 3;
    const uint64_t is_nul = (word - ones) & ~word & high;
    const uint64_t lead_2 = high & word & bit6 & ~bit5;
    const uint64_t lead_3 = high & word & bit6 & bit5 & ~bit4;
    const uint64_t lead_4 = high & word & bit6 & bit5 & bit4;
    /* C0 and C1 begin overlong forms; E0 and ED limit the byte that follows. */
    const uint64_t not_c0_c1 = (word & ones * 0x1e) + ones * 0x7e;
    const uint64_t not_e0 = (word & ones * 0x0f) + ones * 0x7f;
    const uint64_t not_ed = ((word ^ ones * 0x0d) & ones * 0x0f) + ones * 0x7f;
    return (struct byte_classes){.continuations = high & word & ~bit6,
                                 .leads_of_2 = lead_2,
                                 .leads_of_3 = lead_3,
                                 .others = is_nul | lead_4 | (lead_2 & ~not_c0_c1) |
                                           (lead_3 & ~(not_e0 & not_ed))};
}

/* Whether the first of eight bytes is the lowest of a word; compilers know. */
static bool words_are_little_endian(void)
{
    static const unsigned char one[8] = {1};
    return utf8_word_at(one) == 1;
}

bool utf8_is_simple_short(const struct utf8_short *text)
{
    if (!words_are_little_endian()) {
        return false; /* a closer look does no harm */
    }
    const struct byte_classes low = classify(text->words[0]);
    const struct byte_classes high = classify(text->words[1]);
    const uint64_t low_leads = low.leads_of_2 | low.leads_of_3;
    const uint64_t high_leads = high.leads_of_2 | high.leads_of_3;
    /* A lead wants continuations in the one or two bytes after it, and nothing else has them. */
    const uint64_t low_expected = low_leads << 8 | low.leads_of_3 << 16;
    const uint64_t high_expected =
        high_leads << 8 | high.leads_of_3 << 16 | low_leads >> 56 | low.leads_of_3 >> 48;
    const uint64_t cut_off = high_leads >> 56 | high.leads_of_3 >> 48;
    return (low.others | high.others | (low_expected ^ low.continuations) |
            (high_expected ^ high.continuations) | cut_off) == 0;
}

static void begin_character(struct utf8_state *state, unsigned char byte)
{
    const size_t size = sequence_size(byte, &state->low, &state->high);
    state->invalid = size == 0;
    state->needed = (unsigned char)(size > 0 ? size - 1 : 0);
}

static void continue_character(struct utf8_state *state, unsigned char byte)
{
    state->invalid = state->invalid || byte < state->low || byte > state->high;
    state->low = 0x80;
    state->high = 0xbf;
    state->needed--;
}

void utf8_feed(struct utf8_state *state, const char *data, size_t size)
{
    const unsigned char *at = (const unsigned char *)data;
    const unsigned char *const end = at + size;
    while (at < end && !state->invalid) {
        if (state->needed == 0) {
            /* Eight bytes at once while all are ASCII and none is NUL. */
            while ((size_t)(end - at) >= sizeof(uint64_t) && utf8_is_plain_word(utf8_word_at(at))) {
                at += sizeof(uint64_t);
            }
            if (at == end) {
                return;
            }
        }
        const unsigned char byte = *at++;
        state->has_nul = state->has_nul || byte == 0;
        if (state->needed > 0) {
            continue_character(state, byte);
        } else if (byte >= 0x80) {
            begin_character(state, byte);
        }
    }
    for (; at < end; at++) {
        state->has_nul = state->has_nul || *at == 0;
    }
}

bool libgguf_utf8_valid(const char *data, size_t size)
{
    struct utf8_state text = {.needed = 0};
    utf8_feed(&text, data, size);
    return utf8_is_valid(&text);
}

bool libgguf_utf8_treacherous(uint32_t c)
{
    return (c >= 0x80 && c < 0xa0) ||        /* C1 controls */
           c == 0xad || c == 0x61c ||        /* soft hyphen, Arabic letter mark */
           c == 0x34f ||                     /* combining grapheme joiner */
           c == 0x115f || c == 0x1160 ||     /* Hangul fillers */
           c == 0x3164 || c == 0xffa0 ||     /* and their other forms */
           c == 0x17b4 || c == 0x17b5 ||     /* Khmer vowels that are not shown */
           (c >= 0x180b && c <= 0x180f) ||   /* Mongolian separators and selectors */
           (c >= 0x200b && c <= 0x200f) ||   /* zero-width characters, direction marks */
           (c >= 0x2028 && c <= 0x202e) ||   /* line separators, direction overrides */
           (c >= 0x2060 && c <= 0x206f) ||   /* invisible operators, direction isolates */
           (c >= 0xfdd0 && c <= 0xfdef) ||   /* noncharacters */
           (c >= 0xfe00 && c <= 0xfe0f) ||   /* variation selectors */
           c == 0xfeff ||                    /* byte order mark */
           (c >= 0xfff0 && c <= 0xfffb) ||   /* interlinear annotations */
           (c & 0xfffe) == 0xfffe ||         /* noncharacters */
           (c >= 0x1d173 && c <= 0x1d17a) || /* beams and slurs of music */
           (c >= 0xe0000 && c <= 0xe0fff);   /* tags, variation selectors beyond the usual */
}
