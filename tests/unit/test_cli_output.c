/* For mkdtemp(), realpath() and symlink(). */
#define _XOPEN_SOURCE 700

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/output.h"

static char directory[64];

static int enter(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/gguf-output.XXXXXX");
    assert_non_null(mkdtemp(directory));
    assert_int_equal(chdir(directory), 0);
    return 0;
}

static int leave(void **state)
{
    (void)state;
    DIR *entries = opendir(".");
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries));) {
        remove(entry->d_name);
    }
    closedir(entries);
    assert_int_equal(chdir("/"), 0);
    return rmdir(directory);
}

static int entry_count(void)
{
    int count = 0;
    DIR *entries = opendir(".");
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries));) {
        count += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
    }
    closedir(entries);
    return count;
}

static void write_file(const char *name, const char *text)
{
    FILE *stream = fopen(name, "w");
    assert_non_null(stream);
    fputs(text, stream);
    assert_int_equal(fclose(stream), 0);
}

static void assert_file(const char *name, const char *text)
{
    char found[64] = "";
    FILE *stream = fopen(name, "r");
    assert_non_null(stream);
    found[fread(found, 1, sizeof found - 1, stream)] = '\0';
    fclose(stream);
    assert_string_equal(found, text);
}

/* Messages are the CLI cases' business. */
static int silent(bool (*action)(struct cli_output *), struct cli_output *output)
{
    const int saved = dup(STDERR_FILENO);
    const int null = open("/dev/null", O_WRONLY);
    dup2(null, STDERR_FILENO);
    const int result = action(output);
    dup2(saved, STDERR_FILENO);
    close(null);
    close(saved);
    return result;
}

static const struct cli_inputs no_inputs;

static bool open_new(struct cli_output *output)
{
    return cli_output_open(output, "file", CLI_OUTPUT_NEW, &no_inputs);
}

static bool open_where_there_is_no_directory(struct cli_output *output)
{
    return cli_output_open(output, "none/file", CLI_OUTPUT_REPLACE, &no_inputs);
}

static void the_final_name_appears_only_when_committed(void **state)
{
    (void)state;
    struct cli_output output;
    assert_true(cli_output_open(&output, "file", CLI_OUTPUT_REPLACE, &no_inputs));
    fputs("new", output.stream);
    assert_int_equal(access("file", F_OK), -1);
    assert_int_equal(entry_count(), 1);
    assert_true(cli_output_commit(&output));
    assert_file("file", "new");
    assert_int_equal(entry_count(), 1);
    struct stat status;
    assert_int_equal(stat("file", &status), 0);
    const mode_t mask = umask(0);
    umask(mask);
    assert_int_equal(status.st_mode & 0777, 0666 & ~mask);
}

static void a_discarded_output_leaves_the_old_file(void **state)
{
    (void)state;
    struct cli_output output;
    write_file("file", "old");
    assert_true(cli_output_open(&output, "file", CLI_OUTPUT_REPLACE, &no_inputs));
    fputs("new", output.stream);
    cli_output_discard(&output);
    assert_file("file", "old");
    assert_int_equal(entry_count(), 1);
}

static void the_target_of_a_link_is_replaced_and_keeps_its_mode(void **state)
{
    (void)state;
    struct cli_output output;
    write_file("file", "old");
    assert_int_equal(chmod("file", 0640), 0);
    assert_int_equal(symlink("file", "link"), 0);
    assert_true(cli_output_open(&output, "link", CLI_OUTPUT_REPLACE, &no_inputs));
    fputs("new", output.stream);
    assert_true(cli_output_commit(&output));
    assert_file("file", "new");
    struct stat status;
    assert_int_equal(lstat("link", &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_int_equal(stat("file", &status), 0);
    assert_int_equal(status.st_mode & 0777, 0640);
}

static void an_existing_file_can_be_protected(void **state)
{
    (void)state;
    struct cli_output output;
    write_file("file", "old");
    assert_false(silent(open_new, &output));
    assert_int_equal(unlink("file"), 0);
    assert_true(open_new(&output));
    write_file("file", "somebody else's");
    assert_false(silent(cli_output_commit, &output));
    assert_file("file", "somebody else's");
    assert_int_equal(entry_count(), 1);
}

static void what_cannot_be_opened_is_an_error(void **state)
{
    (void)state;
    struct cli_output output;
    assert_false(silent(open_where_there_is_no_directory, &output));
}

static void a_full_disk_is_an_error(void **state)
{
    (void)state;
    struct cli_output output;
    if (access("/dev/full", W_OK) != 0) {
        skip();
    }
    assert_true(cli_output_open(&output, "/dev/full", CLI_OUTPUT_REPLACE, &no_inputs));
    fputs("text", output.stream);
    assert_false(silent(cli_output_commit, &output));
}

static void an_interrupted_tool_leaves_nothing_behind(void **state)
{
    (void)state;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct cli_output output;
        if (cli_output_open(&output, "file", CLI_OUTPUT_REPLACE, &no_inputs) &&
            entry_count() == 1) {
            raise(SIGTERM);
        }
        _exit(1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGTERM);
    assert_int_equal(entry_count(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_final_name_appears_only_when_committed, enter, leave),
        cmocka_unit_test_setup_teardown(a_discarded_output_leaves_the_old_file, enter, leave),
        cmocka_unit_test_setup_teardown(the_target_of_a_link_is_replaced_and_keeps_its_mode, enter,
                                        leave),
        cmocka_unit_test_setup_teardown(an_existing_file_can_be_protected, enter, leave),
        cmocka_unit_test_setup_teardown(what_cannot_be_opened_is_an_error, enter, leave),
        cmocka_unit_test_setup_teardown(a_full_disk_is_an_error, enter, leave),
        cmocka_unit_test_setup_teardown(an_interrupted_tool_leaves_nothing_behind, enter, leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
