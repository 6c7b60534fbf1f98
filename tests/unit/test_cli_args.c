#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/program.h"
#include "cli/report.h"

static const struct cli_option options[] = {
    {0, NULL, NULL, "What:", NULL},
    {CLI_LONG_ONLY, "tensors", "[GLOB]", "tensors", NULL},
    {'k', "key", "KEY", "one value", NULL},
    {'j', "json", NULL, "JSON", NULL},
    {'c', "ctx", "N", "context", NULL},
    {CLI_LONG_ONLY + 1, "cache-type-k", "TYPE", "type", "-ctk"},
    {0},
};

static const struct cli_program program = {.name = "tool", .usage = "FILE", .options = options};

/* A text that grows. */
struct record {
    char text[512];
    size_t used;
};

static enum cli_exit record_option(void *context, struct cli_args *args, int code)
{
    struct record *const record = context;
    record->used +=
        (size_t)snprintf(record->text + record->used, sizeof record->text - record->used,
                         code < 256 ? "%c%s%s " : "%d%s%s ", code, args->value ? "=" : "",
                         args->value ? args->value : "");
    return CLI_YES;
}

/* What parsing @p line, split at spaces, sees: "code=value " for options, "[operand]" at the end.
 */
static const char *seen(const char *line)
{
    static struct record record;
    static char words[256];
    char *argv[16] = {"tool"};
    int argc = 1;
    snprintf(words, sizeof words, "%s", line);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
        argv[argc++] = word;
    }
    struct cli_args args = {.program = &program, .argc = argc, .argv = argv, .index = 1};
    enum cli_exit exit;
    record = (struct record){.used = 0};
    if (!cli_args_take(&args, record_option, &record, &exit)) {
        snprintf(record.text + record.used, sizeof record.text - record.used, "exit %d", (int)exit);
        return record.text;
    }
    for (int i = 0; i < args.operand_count; i++) {
        record.used += (size_t)snprintf(record.text + record.used, sizeof record.text - record.used,
                                        "[%s]", args.operands[i]);
    }
    return record.text;
}

static void options_and_operands_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *seen;
    } cases[] = {
        {"", ""},
        {"a b", "[a][b]"},
        {"a --json b", "j [a][b]"},
        {"--tensors x", "256 [x]"},
        {"--tensors=x", "256=x "},
        {"--key x y", "k=x [y]"},
        {"--key=x", "k=x "},
        {"--key=", "k= "},
        {"-k x", "k=x "},
        {"-kx", "k=x "},
        {"-jk x", "j k=x "},
        {"-jkx y", "j k=x [y]"},
        {"-ctk=q8_0 -c4", "257=q8_0 c=4 "},
        {"-ctk q8_0 -c 4", "257=q8_0 c=4 "},
        {"-c4", "c=4 "},
        {"-- --json -", "[--json][-]"},
        {"- -j", "j [-]"},
        {"--color=never a", "[a]"},
        {"--key -j", "k=-j "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(seen(cases[i].line), cases[i].seen);
    }
}

static void mistakes_end_with_status_2(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "--jso", "--jsonx", "-x",          "-jx",     "--json=1", "--key",
        "-k",    "--=",     "--color=red", "--color", "-\xc3\xa9"};
    const int saved = dup(STDERR_FILENO);
    const int null = open("/dev/null", O_WRONLY);
    dup2(null, STDERR_FILENO);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *text = seen(cases[i]);
        assert_non_null(strstr(text, "exit 2"));
    }
    dup2(saved, STDERR_FILENO);
    close(null);
    close(saved);
}

static void quiet_is_remembered(void **state)
{
    (void)state;
    assert_false(cli_quiet());
    assert_string_equal(seen("-q a"), "[a]");
    assert_true(cli_quiet());
    cli_set_quiet(false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_and_operands_are_told_apart),
        cmocka_unit_test(mistakes_end_with_status_2),
        cmocka_unit_test(quiet_is_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
