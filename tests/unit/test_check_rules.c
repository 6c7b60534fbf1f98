/* The table of rules, and its copy for readers in docs/gguf-format.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <libgguf/check.h>

static const char *severity(enum libgguf_severity value)
{
    static const char *const words[] = {"\u2013", "warning", "error"};
    return words[value];
}

static void every_rule_stands_in_the_documentation_as_it_is(void **state)
{
    (void)state;
    const char *const source = getenv("GGUF_SOURCE");
    if (!source) {
        skip();
        return;
    }
    char path[4096];
    static char text[100000];
    snprintf(path, sizeof path, "%s/docs/gguf-format.md", source);
    FILE *const in = fopen(path, "rb");
    assert_non_null(in);
    assert_true(fread(text, 1, sizeof text - 1, in) > 0);
    fclose(in);
    size_t count = 0;
    for (; libgguf_check_rule_at(count); count++) {
        const struct libgguf_check_rule *const rule = libgguf_check_rule_at(count);
        char line[512];
        snprintf(line, sizeof line, "\n| `%s` | %s | %s | %s |\n", rule->id,
                 severity(rule->llama_cpp), severity(rule->spec), rule->summary);
        if (!strstr(text, line)) {
            fail_msg("docs/gguf-format.md lacks the line:%s", line);
        }
    }
    size_t documented = 0;
    for (const char *at = text; (at = strstr(at, "\n| `")); at++) {
        documented++;
    }
    assert_int_equal(documented, count);
}

static void ids_are_lower_case_words_and_differ(void **state)
{
    (void)state;
    const struct libgguf_check_rule *rule;
    for (size_t i = 0; (rule = libgguf_check_rule_at(i)) != NULL; i++) {
        assert_int_equal(strspn(rule->id, "abcdefghijklmnopqrstuvwxyz0123456789-"),
                         strlen(rule->id));
        assert_true(rule->llama_cpp || rule->spec);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(rule->id, libgguf_check_rule_at(j)->id);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_stands_in_the_documentation_as_it_is),
        cmocka_unit_test(ids_are_lower_case_words_and_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
