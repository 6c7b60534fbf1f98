#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/glob.h"
#include "cli/size.h"
#include "cli/text.h"

static const char *printed(const char *text, size_t limit, size_t *columns)
{
    static char buffer[512];
    FILE *stream = fmemopen(buffer, sizeof buffer, "w");
    *columns = cli_put_text(stream, text, strlen(text), limit);
    putc('\0', stream);
    fclose(stream);
    return buffer;
}

static void text_from_files_cannot_reach_the_terminal_as_commands(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *shown;
    } cases[] = {
        {"plain é 日", "plain é 日"},
        {"a\x1b[31m\n\t\r\\", "a\\x1b[31m\\n\\t\\r\\\\"},
        {"\xff\xc0\x80", "\\xff\\xc0\\x80"},
        {"\xe2\x80\xae right", "\\u{202e} right"},
        {"\xe2\x81\xa6\xe2\x80\x8b\xef\xbb\xbf", "\\u{2066}\\u{200b}\\u{feff}"},
        {"\xc2\x9b\x7f", "\\u{9b}\\x7f"},
        {"\xf3\xa0\x81\x81", "\\u{e0041}"},
        {"\xef\xb8\x8f\xc2\xad", "\\u{fe0f}\\u{ad}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t columns;
        assert_string_equal(printed(cases[i].text, CLI_ALL_COLUMNS, &columns), cases[i].shown);
    }
}

static void text_is_cut_to_columns_with_an_ellipsis(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t limit;
        const char *shown;
        size_t columns;
    } cases[] = {
        {"abcdef", 6, "abcdef", 6},
        {"abcdef", 5, "abcd…", 5},
        {"abcdef", 1, "…", 1},
        {"abcdef", 0, "", 0},
        {"日本語", 6, "日本語", 6},
        {"日本語", 5, "日本…", 5},
        {"日本語", 4, "日…", 3},
        {"a\nb", 3, "a…", 2},
        {"e\xcc\x81x", 2, "e\xcc\x81x", 2},
        {"", 3, "", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t columns;
        assert_string_equal(printed(cases[i].text, cases[i].limit, &columns), cases[i].shown);
        assert_int_equal(columns, cases[i].columns);
    }
}

static void widths_follow_unicode(void **state)
{
    (void)state;
    assert_int_equal(cli_char_columns('a'), 1);
    assert_int_equal(cli_char_columns(0x301), 0);
    assert_int_equal(cli_char_columns(0x2581), 1);
    assert_int_equal(cli_char_columns(0x65e5), 2);
    assert_int_equal(cli_char_columns(0x1f999), 2);
    assert_int_equal(cli_text_columns("日\x1b", 4, CLI_ALL_COLUMNS), 6);
    assert_int_equal(cli_text_columns("aaaaaaaa", 8, 3), 3);
}

static void escaping_into_a_buffer_never_overruns_it(void **state)
{
    (void)state;
    static const char text[] = "\x1b日\xff abc\xe2\x80\xae";
    for (size_t size = 1; size < 64; size++) {
        char *out = malloc(size);
        assert_non_null(out);
        assert_true(strlen(cli_text_escape(out, size, text, sizeof text - 1)) < size);
        free(out);
    }
    char whole[64];
    assert_string_equal(cli_text_escape(whole, sizeof whole, text, sizeof text - 1),
                        "\\x1b日\\xff abc\\u{202e}");
    char small[6];
    assert_string_equal(cli_text_escape(small, sizeof small, "abcdef", 6), "ab…");
}

static void sizes_are_parsed_with_their_unit(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t bytes;
    } cases[] = {
        {"0", 0},
        {"16777216", 16777216},
        {"16MiB", 16777216},
        {"16 MiB", 16777216},
        {"16mib", 16777216},
        {"16MB", 16000000},
        {"64KiB", 65536},
        {"64kB", 64000},
        {"12B", 12},
        {"1.5GiB", 1610612736},
        {"0.5MB", 500000},
        {"18446744073709551615", UINT64_MAX},
    };
    char why[160];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t bytes = 1;
        assert_true(cli_parse_size(cases[i].text, &bytes, why, sizeof why));
        assert_int_equal(bytes, cases[i].bytes);
    }
}

static void a_size_without_a_clear_unit_is_refused_with_a_hint(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",     "M",      "16X",   "-1", "1.5",  "1.5B",        "1.",       "1.MiB",
        "0x10", "16MiBs", "16 M ", "1e", " 16 ", "20000000TiB", "1.2.3MiB", "18446744073709551616",
    };
    char why[160];
    uint64_t bytes = 7;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_false(cli_parse_size(cases[i], &bytes, why, sizeof why));
        assert_int_equal(bytes, 7);
    }
    assert_false(cli_parse_size("16M", &bytes, why, sizeof why));
    assert_string_equal(why, "'16M' could mean two sizes: write 16MiB or 16MB");
    assert_false(cli_parse_size("1.5k", &bytes, why, sizeof why));
    assert_string_equal(why, "'1.5k' could mean two sizes: write 1.5KiB or 1.5kB");
}

static void numbers_are_printed_for_people(void **state)
{
    (void)state;
    static const struct {
        uint64_t value;
        const char *count;
        const char *size;
        const char *magnitude;
    } cases[] = {
        {0, "0", "0 bytes", "0"},
        {1, "1", "1 byte", "1"},
        {999, "999", "999 bytes", "999"},
        {1000, "1,000", "1000 bytes", "1.00 k"},
        {1024, "1,024", "1.00 KiB", "1.02 k"},
        {260032, "260,032", "254 KiB", "260 k"},
        {1048575, "1,048,575", "1.00 MiB", "1.05 M"},
        {1185376, "1,185,376", "1.13 MiB", "1.19 M"},
        {10470000, "10,470,000", "9.98 MiB", "10.5 M"},
        {999999, "999,999", "977 KiB", "1.00 M"},
        {1100048384, "1,100,048,384", "1.02 GiB", "1.10 B"},
        {UINT64_MAX, "18,446,744,073,709,551,615", "16.0 EiB", "18446744 T"},
    };
    char out[CLI_NUMBER_SIZE];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(cli_count_text(cases[i].value, out), cases[i].count);
        assert_string_equal(cli_size_text(cases[i].value, out), cases[i].size);
        assert_string_equal(cli_magnitude_text(cases[i].value, out), cases[i].magnitude);
    }
}

static void nouns_have_an_s_unless_there_is_one_and_sums_stop(void **state)
{
    (void)state;
    char out[CLI_NUMBER_SIZE];
    uint64_t sum = UINT64_MAX - 2;
    assert_string_equal(cli_nouns_text(0, "byte", out), "0 bytes");
    assert_string_equal(cli_nouns_text(1, "byte", out), "1 byte");
    assert_string_equal(cli_nouns_text(32000, "token", out), "32,000 tokens");
    cli_sum_add(&sum, 1);
    assert_string_equal(cli_nouns_text(sum, "element", out), "18,446,744,073,709,551,614 elements");
    cli_sum_add(&sum, 2);
    assert_string_equal(cli_nouns_text(sum, "element", out), "more than 2^64 - 1 elements");
}

static void globs_match_like_those_of_a_shell(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        const char *name;
        int matches;
    } cases[] = {
        {"*", "", 1},
        {"", "", 1},
        {"", "a", 0},
        {"blk.*.attn_q.weight", "blk.10.attn_q.weight", 1},
        {"blk.*.attn_q.weight", "blk.10.attn_q.bias", 0},
        {"*weight", "weight.weight", 1},
        {"blk.[0-3].*", "blk.2.x", 1},
        {"blk.[!0-3].*", "blk.2.x", 0},
        {"[]a]", "]", 1},
        {"[a", "[a", 1},
        {"?", "é", 1},
        {"?", "", 0},
        {"\\*", "*", 1},
        {"\\*", "a", 0},
        {"a*b*c", "aXbXbYc", 1},
        {"a*b*c", "aXbXbY", 0},
        {"[a-", "[a-", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(cli_glob_match(cases[i].pattern, cases[i].name, strlen(cases[i].name)),
                         cases[i].matches);
    }
}

static void a_glob_of_many_stars_is_answered_at_once(void **state)
{
    (void)state;
    char name[5000];
    memset(name, 'a', sizeof name);
    assert_false(cli_glob_match("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", name, sizeof name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_from_files_cannot_reach_the_terminal_as_commands),
        cmocka_unit_test(text_is_cut_to_columns_with_an_ellipsis),
        cmocka_unit_test(widths_follow_unicode),
        cmocka_unit_test(escaping_into_a_buffer_never_overruns_it),
        cmocka_unit_test(sizes_are_parsed_with_their_unit),
        cmocka_unit_test(a_size_without_a_clear_unit_is_refused_with_a_hint),
        cmocka_unit_test(numbers_are_printed_for_people),
        cmocka_unit_test(nouns_have_an_s_unless_there_is_one_and_sums_stop),
        cmocka_unit_test(globs_match_like_those_of_a_shell),
        cmocka_unit_test(a_glob_of_many_stars_is_answered_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
