/* For posix_openpt() and its family. */
#define _XOPEN_SOURCE 700

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/progress.h"
#include "cli/report.h"

/* A terminal in place of stderr, for as long as a test runs. */
static int terminal;
static int saved_stderr;

static int attach(void **state)
{
    (void)state;
    terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0) {
        return -1;
    }
    const int other_end = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    saved_stderr = dup(STDERR_FILENO);
    dup2(other_end, STDERR_FILENO);
    close(other_end);
    return 0;
}

static int detach(void **state)
{
    (void)state;
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    close(terminal);
    cli_set_quiet(false);
    return 0;
}

/* What has arrived on the terminal since the last call. */
static const char *seen(void)
{
    static char text[1024];
    struct pollfd waiting = {.fd = terminal, .events = POLLIN};
    size_t used = 0;
    while (poll(&waiting, 1, 50) > 0) {
        const ssize_t got = read(terminal, text + used, sizeof text - 1 - used);
        if (got <= 0) {
            break;
        }
        used += (size_t)got;
    }
    text[used] = '\0';
    return text;
}

static void wait_until_it_is_worth_a_line(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 550000000}, NULL);
}

static void work_that_is_soon_done_shows_nothing(void **state)
{
    (void)state;
    struct cli_progress progress;
    cli_progress_begin(&progress, "hashing", 2048);
    cli_progress_set(&progress, 1024);
    cli_progress_end(&progress);
    assert_string_equal(seen(), "");
}

static void longer_work_shows_bytes_rate_and_time_left_and_cleans_up(void **state)
{
    (void)state;
    struct cli_progress progress;
    cli_progress_begin(&progress, "hashing", 2097152);
    wait_until_it_is_worth_a_line();
    cli_progress_set(&progress, 1048576);
    const char *line = seen();
    assert_non_null(strstr(line, "\rhashing: 1.00 MiB of 2.00 MiB (50%), "));
    assert_non_null(strstr(line, "iB/s, 0:0"));
    assert_non_null(strstr(line, " left"));
    cli_progress_end(&progress);
    assert_string_equal(seen(), "\r\033[K");
    cli_progress_end(&progress);
    assert_string_equal(seen(), "");
}

static void work_of_unknown_size_shows_bytes_and_rate(void **state)
{
    (void)state;
    struct cli_progress progress;
    cli_progress_begin(&progress, "reading", CLI_TOTAL_UNKNOWN);
    wait_until_it_is_worth_a_line();
    assert_true(cli_progress_callback(&progress, 1024));
    const char *line = seen();
    assert_non_null(strstr(line, "\rreading: 1.00 KiB, "));
    assert_null(strstr(line, "left"));
    cli_progress_end(&progress);
}

static void a_message_takes_the_line_away_first(void **state)
{
    (void)state;
    struct cli_progress progress;
    cli_progress_begin(&progress, "hashing", 2);
    wait_until_it_is_worth_a_line();
    cli_progress_set(&progress, 1);
    seen();
    cli_set_program("tool");
    cli_error("file", "broken");
    assert_string_equal(seen(), "\r\033[Ktool: file: broken\r\n");
    cli_progress_end(&progress);
}

static void quiet_work_shows_nothing(void **state)
{
    (void)state;
    struct cli_progress progress;
    cli_set_quiet(true);
    cli_progress_begin(&progress, "hashing", 2);
    wait_until_it_is_worth_a_line();
    cli_progress_set(&progress, 1);
    cli_progress_end(&progress);
    cli_warning("file", "odd");
    assert_string_equal(seen(), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(work_that_is_soon_done_shows_nothing, attach, detach),
        cmocka_unit_test_setup_teardown(longer_work_shows_bytes_rate_and_time_left_and_cleans_up,
                                        attach, detach),
        cmocka_unit_test_setup_teardown(work_of_unknown_size_shows_bytes_and_rate, attach, detach),
        cmocka_unit_test_setup_teardown(a_message_takes_the_line_away_first, attach, detach),
        cmocka_unit_test_setup_teardown(quiet_work_shows_nothing, attach, detach),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
