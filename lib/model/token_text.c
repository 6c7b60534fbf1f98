#include "model/token_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* U+2581, which stands for a space. */
static const char space_mark[] = "\xe2\x96\x81";
#define SPACE_MARK_SIZE (sizeof space_mark - 1)

enum libgguf_tokenizer_kind token_text_kind(const struct libgguf_str *model)
{
    static const struct {
        const char *model;
        enum libgguf_tokenizer_kind kind;
    } kinds[] = {
        {"llama", LIBGGUF_TOKENIZER_SENTENCEPIECE},
        {"gpt2", LIBGGUF_TOKENIZER_BYTE_BPE},
        {"bert", LIBGGUF_TOKENIZER_WORDPIECE},
        {"t5", LIBGGUF_TOKENIZER_SENTENCEPIECE},
        {"rwkv", LIBGGUF_TOKENIZER_RWKV},
        {"gemma4", LIBGGUF_TOKENIZER_SENTENCEPIECE},
        {"plamo2", LIBGGUF_TOKENIZER_SENTENCEPIECE},
        {"plamo3", LIBGGUF_TOKENIZER_SENTENCEPIECE},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (libgguf_str_equal(model, kinds[i].model)) {
            return kinds[i].kind;
        }
    }
    return LIBGGUF_TOKENIZER_OTHER;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte that two hexadecimal digits write, or -1. */
static int hex_byte(const char *digits)
{
    const int high = hex_digit(digits[0]);
    const int low = hex_digit(digits[1]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/*
 * The byte that GPT-2 writes as this code point, or -1. Bytes that print in Latin-1 are written as
 * themselves, the 68 others, in order, as U+0100 and up (bytes_to_unicode in OpenAI's encoder.py).
 */
static int byte_of_code_point(uint32_t code_point)
{
    if ((code_point >= 0x21 && code_point <= 0x7e) || (code_point >= 0xa1 && code_point <= 0xac) ||
        (code_point >= 0xae && code_point <= 0xff)) {
        return (int)code_point;
    }
    if (code_point < 0x100 || code_point >= 0x100 + 68) {
        return -1;
    }
    const int index = (int)code_point - 0x100;
    if (index <= 0x20) {
        return index;
    }
    return index == 67 ? 0xad : index - 0x21 + 0x7f;
}

/* Every code point of the map has one or two bytes; all others stay as they are. */
static size_t decode_byte_bpe(char *text, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < size;) {
        const unsigned char first = (unsigned char)text[i];
        const unsigned char second = i + 1 < size ? (unsigned char)text[i + 1] : 0;
        const bool two = first >= 0xc2 && first <= 0xdf && second >= 0x80 && second <= 0xbf;
        const uint32_t code_point = two ? ((uint32_t)(first & 0x1f) << 6) | (second & 0x3f) : first;
        const int byte = two || first < 0x80 ? byte_of_code_point(code_point) : -1;
        if (byte >= 0) {
            text[used++] = (char)(unsigned char)byte;
        } else {
            text[used++] = text[i];
            if (two) {
                text[used++] = text[i + 1];
            }
        }
        i += two ? 2 : 1;
    }
    return used;
}

static size_t replace_space_marks(char *text, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < size;) {
        if (size - i >= SPACE_MARK_SIZE && memcmp(text + i, space_mark, SPACE_MARK_SIZE) == 0) {
            text[used++] = ' ';
            i += SPACE_MARK_SIZE;
        } else {
            text[used++] = text[i++];
        }
    }
    return used;
}

static size_t decode_sentencepiece(enum libgguf_token_type type, char *text, size_t size)
{
    /* Version 1 files have no types, so there the form alone makes a byte token. */
    if ((type == LIBGGUF_TOKEN_BYTE || type == LIBGGUF_TOKEN_UNDEFINED) && size == 6 &&
        memcmp(text, "<0x", 3) == 0 && text[5] == '>' && hex_byte(text + 3) >= 0) {
        text[0] = (char)(unsigned char)hex_byte(text + 3);
        return 1;
    }
    return replace_space_marks(text, size);
}

static size_t decode_wordpiece(char *text, size_t size)
{
    if (size > 2 && memcmp(text, "##", 2) == 0) {
        memmove(text, text + 2, size - 2);
        return size - 2;
    }
    return replace_space_marks(text, size);
}

static size_t decode_rwkv(char *text, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < size;) {
        if (text[i] != '\\' || i + 1 == size) {
            text[used++] = text[i++];
            continue;
        }
        const char escape = text[i + 1];
        const int byte = escape == 'x' && size - i >= 4 ? hex_byte(text + i + 2) : -1;
        if (byte >= 0) {
            text[used++] = (char)(unsigned char)byte;
            i += 4;
            continue;
        }
        text[used++] = escape == 't' ? '\t' : escape == 'n' ? '\n' : escape == 'r' ? '\r' : escape;
        i += 2;
    }
    return used;
}

size_t token_text_decode(enum libgguf_tokenizer_kind kind, enum libgguf_token_type type, char *text,
                         size_t size)
{
    if (type == LIBGGUF_TOKEN_CONTROL || type == LIBGGUF_TOKEN_UNKNOWN ||
        type == LIBGGUF_TOKEN_USER_DEFINED) {
        return size;
    }
    switch (kind) {
    case LIBGGUF_TOKENIZER_BYTE_BPE:
        return decode_byte_bpe(text, size);
    case LIBGGUF_TOKENIZER_SENTENCEPIECE:
        return decode_sentencepiece(type, text, size);
    case LIBGGUF_TOKENIZER_WORDPIECE:
        return decode_wordpiece(text, size);
    case LIBGGUF_TOKENIZER_RWKV:
        return decode_rwkv(text, size);
    case LIBGGUF_TOKENIZER_OTHER:
        break;
    }
    return size;
}
