#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/token_text.h"

struct text_case {
    enum libgguf_token_type type;
    const char *raw;
    const char *display;
};

static void assert_decoded(enum libgguf_tokenizer_kind kind, const struct text_case *cases,
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char text[64];
        const size_t raw_size = strlen(cases[i].raw);
        memcpy(text, cases[i].raw, raw_size);
        const size_t size = token_text_decode(kind, cases[i].type, text, raw_size);
        assert_true(size <= raw_size);
        text[size] = '\0';
        assert_string_equal(text, cases[i].display);
        assert_int_equal(size, strlen(cases[i].display));
    }
}

#define ASSERT_DECODED(kind, cases) assert_decoded(kind, cases, sizeof cases / sizeof cases[0])

static void the_model_name_tells_the_kind(void **state)
{
    (void)state;
    static const struct {
        const char *model;
        enum libgguf_tokenizer_kind kind;
    } cases[] = {
        {"llama", LIBGGUF_TOKENIZER_SENTENCEPIECE},
        {"gpt2", LIBGGUF_TOKENIZER_BYTE_BPE},
        {"bert", LIBGGUF_TOKENIZER_WORDPIECE},
        {"t5", LIBGGUF_TOKENIZER_SENTENCEPIECE},
        {"rwkv", LIBGGUF_TOKENIZER_RWKV},
        {"llama2", LIBGGUF_TOKENIZER_OTHER},
        {"", LIBGGUF_TOKENIZER_OTHER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct libgguf_str model = {cases[i].model, strlen(cases[i].model), 0};
        assert_int_equal(token_text_kind(&model), cases[i].kind);
    }
    const struct libgguf_str unread = {NULL, 5000, 0};
    assert_int_equal(token_text_kind(&unread), LIBGGUF_TOKENIZER_OTHER);
}

static void byte_level_code_points_become_bytes(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {LIBGGUF_TOKEN_NORMAL, "\xc4\xa0the", " the"},
        {LIBGGUF_TOKEN_NORMAL, "\xc4\x8a", "\n"},
        {LIBGGUF_TOKEN_NORMAL, "\xc3\xa9", "\xe9"}, /* U+00E9 is the byte E9 */
        {LIBGGUF_TOKEN_UNDEFINED, "\xc3\xa3\xc4\xa5\xc2\xa9", "\xe3\x83\xa9"},
        {LIBGGUF_TOKEN_NORMAL, "a b", "a b"},           /* a space is no code point of the map */
        {LIBGGUF_TOKEN_NORMAL, "\xc5\x84", "\xc5\x84"}, /* U+0144, the first after it */
        {LIBGGUF_TOKEN_NORMAL, "\xe2\x96\x81", "\xe2\x96\x81"}, /* U+2581 */
        {LIBGGUF_TOKEN_NORMAL, "x\xc4", "x\xc4"},               /* cut short */
        {LIBGGUF_TOKEN_USER_DEFINED, "\xc4\xa0the", "\xc4\xa0the"},
        {LIBGGUF_TOKEN_CONTROL, "<|endoftext|>", "<|endoftext|>"},
        {LIBGGUF_TOKEN_NORMAL, "", ""},
    };
    ASSERT_DECODED(LIBGGUF_TOKENIZER_BYTE_BPE, cases);
}

static void every_byte_has_one_code_point(void **state)
{
    (void)state;
    int seen[256] = {0};
    for (unsigned code_point = 0x21; code_point < 0x144; code_point++) {
        char text[2] = {(char)code_point, '\0'};
        size_t size = 1;
        if (code_point >= 0x80) {
            text[0] = (char)(unsigned char)(0xc0 | (code_point >> 6));
            text[1] = (char)(unsigned char)(0x80 | (code_point & 0x3f));
            size = 2;
        }
        const size_t decoded =
            token_text_decode(LIBGGUF_TOKENIZER_BYTE_BPE, LIBGGUF_TOKEN_NORMAL, text, size);
        const int in_map = code_point < 0x7f || (code_point > 0xa0 && code_point != 0xad);
        if (in_map) {
            assert_int_equal(decoded, 1);
            seen[(unsigned char)text[0]]++;
        } else {
            assert_int_equal(decoded, size);
        }
    }
    for (int byte = 0; byte < 256; byte++) {
        assert_int_equal(seen[byte], 1);
    }
}

static void sentencepiece_marks_become_spaces_and_byte_tokens_bytes(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {LIBGGUF_TOKEN_NORMAL, "\xe2\x96\x81the", " the"},
        {LIBGGUF_TOKEN_NORMAL, "\xe2\x96\x81\xe2\x96\x81", "  "},
        {LIBGGUF_TOKEN_NORMAL, "\xe2\x96", "\xe2\x96"},
        {LIBGGUF_TOKEN_BYTE, "<0x0A>", "\n"},
        {LIBGGUF_TOKEN_BYTE, "<0xfF>", "\xff"},
        {LIBGGUF_TOKEN_UNDEFINED, "<0x41>", "A"},
        {LIBGGUF_TOKEN_NORMAL, "<0x41>", "<0x41>"},
        {LIBGGUF_TOKEN_BYTE, "<0xG1>", "<0xG1>"},
        {LIBGGUF_TOKEN_BYTE, "<0x411", "<0x411"},
        {LIBGGUF_TOKEN_BYTE, "<0x41", "<0x41"},
        {LIBGGUF_TOKEN_UNKNOWN, "\xe2\x96\x81", "\xe2\x96\x81"},
        {LIBGGUF_TOKEN_CONTROL, "<s>", "<s>"},
    };
    ASSERT_DECODED(LIBGGUF_TOKENIZER_SENTENCEPIECE, cases);
}

static void wordpiece_shows_where_a_word_begins(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {LIBGGUF_TOKEN_NORMAL, "\xe2\x96\x81the", " the"},
        {LIBGGUF_TOKEN_NORMAL, "##ing", "ing"},
        {LIBGGUF_TOKEN_NORMAL, "##", "##"},
        {LIBGGUF_TOKEN_NORMAL, "the", "the"},
        {LIBGGUF_TOKEN_CONTROL, "[CLS]", "[CLS]"},
    };
    ASSERT_DECODED(LIBGGUF_TOKENIZER_WORDPIECE, cases);
}

static void rwkv_escapes_are_undone(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {LIBGGUF_TOKEN_NORMAL, "\\t\\n\\r", "\t\n\r"}, {LIBGGUF_TOKEN_NORMAL, "\\x41b", "Ab"},
        {LIBGGUF_TOKEN_NORMAL, "\\\\", "\\"},          {LIBGGUF_TOKEN_NORMAL, "\\'", "'"},
        {LIBGGUF_TOKEN_NORMAL, "\\x4", "x4"},          {LIBGGUF_TOKEN_NORMAL, "\\", "\\"},
        {LIBGGUF_TOKEN_NORMAL, "a b", "a b"},
    };
    ASSERT_DECODED(LIBGGUF_TOKENIZER_RWKV, cases);
}

static void other_vocabularies_are_shown_as_they_are(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {LIBGGUF_TOKEN_NORMAL, "\xe2\x96\x81##\\n<0x41>", "\xe2\x96\x81##\\n<0x41>"},
    };
    ASSERT_DECODED(LIBGGUF_TOKENIZER_OTHER, cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_model_name_tells_the_kind),
        cmocka_unit_test(byte_level_code_points_become_bytes),
        cmocka_unit_test(every_byte_has_one_code_point),
        cmocka_unit_test(sentencepiece_marks_become_spaces_and_byte_tokens_bytes),
        cmocka_unit_test(wordpiece_shows_where_a_word_begins),
        cmocka_unit_test(rwkv_escapes_are_undone),
        cmocka_unit_test(other_vocabularies_are_shown_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
