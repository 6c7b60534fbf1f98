#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <libgguf/utf8.h>

#include "base/utf8.h"

static void only_well_formed_text_is_valid_however_it_is_cut(void **state)
{
    (void)state;
    const struct {
        const char *bytes;
        bool valid;
    } cases[] = {
        {"", true},
        {"plain ASCII, longer than a word", true},
        {"\u00e9\u20ac\U0001F600", true},
        {"\xed\x9f\xbf", true},
        {"\xf4\x8f\xbf\xbf", true},
        {"\x80", false},
        {"\xc0\xaf", false},
        {"\xc1\x80", false},
        {"\xe0\x9f\xbf", false},
        {"\xed\xa0\x80", false},
        {"\xf0\x8f\xbf\xbf", false},
        {"\xf4\x90\x80\x80", false},
        {"\xf5\x80\x80\x80", false},
        {"\xff", false},
        {"abcdefgh\xe2\x82", false},
        {"\xe2(\xa1", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const bytes = cases[i].bytes;
        const size_t size = strlen(bytes);
        assert_int_equal(libgguf_utf8_valid(bytes, size), cases[i].valid);
        for (size_t cut = 0; cut <= size; cut++) {
            struct utf8_state text = {.needed = 0};
            utf8_feed(&text, bytes, cut);
            utf8_feed(&text, bytes + cut, size - cut);
            assert_int_equal(utf8_is_valid(&text), cases[i].valid);
            assert_false(text.has_nul);
        }
    }
}

static void a_nul_is_seen_wherever_it_stands(void **state)
{
    (void)state;
    char text[24];
    for (size_t at = 0; at < sizeof text; at++) {
        struct utf8_state feeding = {.needed = 0};
        memset(text, 'a', sizeof text);
        text[at] = '\0';
        utf8_feed(&feeding, text, sizeof text);
        assert_true(feeding.has_nul && utf8_is_valid(&feeding));
    }
}

static void a_nul_is_seen_in_text_that_is_not_utf8(void **state)
{
    (void)state;
    static const char *const texts[] = {"\xc3\0", "\xe2\x82\0", "\xf0\0ab", "\xff\0"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct utf8_state text = {.needed = 0};
        utf8_feed(&text, texts[i], 3);
        assert_true(text.has_nul);
        assert_false(utf8_is_valid(&text));
    }
}

static void the_quick_way_sees_every_byte_and_none_beyond(void **state)
{
    (void)state;
    const unsigned char odd[] = {0x00, 0x80, 0xff};
    for (size_t size = 0; size <= 24; size++) {
        for (size_t at = 0; at < 24; at++) {
            for (size_t i = 0; i < sizeof odd; i++) {
                unsigned char text[24];
                memset(text, i == 0 ? 0x01 : 0x7f, sizeof text);
                text[at] = odd[i];
                const bool plain = at >= size;
                assert_int_equal(utf8_is_plain_ascii(text, size), plain);
            }
        }
    }
}

/* Three bytes of any value among ASCII, at every place of a short text. */
static void the_branchless_way_agrees_with_the_careful_one(void **state)
{
    (void)state;
    const unsigned char values[] = {0x00, 0x01, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0,
                                    0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed,
                                    0xee, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff};
    const size_t count = sizeof values;
    size_t simple = 0;
    for (size_t size = 3; size <= 16; size++) {
        for (size_t i = 0; i < count * count * count * (size - 2); i++) {
            unsigned char text[16];
            const size_t at = i / (count * count * count);
            memset(text, 0x80, sizeof text); /* beyond the size: never looked at */
            memset(text, 'a', size);
            text[at] = values[i % count];
            text[at + 1] = values[i / count % count];
            text[at + 2] = values[i / count / count % count];
            struct utf8_state careful = {.needed = 0};
            utf8_feed(&careful, (const char *)text, size);
            const bool valid = utf8_is_valid(&careful) && !careful.has_nul;
            bool closer = false;
            for (size_t j = 0; j < size; j++) {
                closer = closer || text[j] == 0xe0 || text[j] == 0xed || text[j] >= 0xf0;
            }
            assert_int_equal(utf8_is_simple(text, size), valid && !closer);
            simple += valid && !closer;
        }
    }
    assert_true(simple > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_well_formed_text_is_valid_however_it_is_cut),
        cmocka_unit_test(a_nul_is_seen_wherever_it_stands),
        cmocka_unit_test(a_nul_is_seen_in_text_that_is_not_utf8),
        cmocka_unit_test(the_quick_way_sees_every_byte_and_none_beyond),
        cmocka_unit_test(the_branchless_way_agrees_with_the_careful_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
