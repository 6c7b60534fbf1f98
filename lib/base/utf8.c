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
        if (state->needed > 0) {
            continue_character(state, byte);
        } else if (byte >= 0x80) {
            begin_character(state, byte);
        } else {
            state->has_nul = state->has_nul || byte == 0;
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
