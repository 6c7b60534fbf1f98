#include "cli/progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/report.h"
#include "cli/size.h"
#include "cli/text.h"

#define SECOND UINT64_C(1000000000)
#define FIRST_AFTER (SECOND / 2)
#define THEN_EVERY (SECOND / 10)

/* What the longest numbers leave of a line of 80 columns, which must not wrap. */
#define LABEL_COLUMNS 24

/* The one whose line stands on the terminal. */
static struct cli_progress *shown;

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * SECOND + (uint64_t)time.tv_nsec;
}

void cli_progress_begin(struct cli_progress *progress, const char *label, uint64_t total)
{
    *progress = (struct cli_progress){.label = label, .total = total};
    progress->wanted = !cli_quiet() && isatty(STDERR_FILENO);
    if (progress->wanted) {
        progress->started = now();
    }
}

static void draw(struct cli_progress *progress, uint64_t bytes, uint64_t elapsed)
{
    char done[CLI_NUMBER_SIZE];
    char rate[CLI_NUMBER_SIZE];
    const double per_second = (double)bytes / ((double)elapsed / (double)SECOND);
    cli_size_text(bytes, done);
    cli_size_text((uint64_t)per_second, rate);
    putc('\r', stderr);
    cli_put_text(stderr, progress->label, strlen(progress->label), LABEL_COLUMNS);
    fprintf(stderr, ": %s", done);
    if (progress->total != CLI_TOTAL_UNKNOWN && progress->total > 0) {
        char total[CLI_NUMBER_SIZE];
        const double share = (double)bytes / (double)progress->total;
        fprintf(stderr, " of %s (%d%%)", cli_size_text(progress->total, total), (int)(100 * share));
        if (per_second > 0 && bytes <= progress->total) {
            const double left = (double)(progress->total - bytes) / per_second;
            const unsigned long seconds = left < 359999 ? (unsigned long)left + 1 : 359999;
            fprintf(stderr, ", %s/s, %lu:%02lu:%02lu left", rate, seconds / 3600, seconds / 60 % 60,
                    seconds % 60);
        }
    } else {
        fprintf(stderr, ", %s/s", rate);
    }
    fputs("\033[K", stderr);
    fflush(stderr);
    shown = progress;
}

void cli_progress_set(struct cli_progress *progress, uint64_t bytes)
{
    if (!progress->wanted) {
        return;
    }
    const uint64_t time = now();
    const uint64_t elapsed = time - progress->started;
    if (elapsed < FIRST_AFTER || time - progress->drawn < THEN_EVERY) {
        return;
    }
    progress->drawn = time;
    draw(progress, bytes, elapsed);
}

void cli_progress_hide(void)
{
    if (shown) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
        shown = NULL;
    }
}

void cli_progress_end(struct cli_progress *progress)
{
    if (shown == progress) {
        cli_progress_hide();
    }
}

bool cli_progress_callback(void *context, uint64_t bytes)
{
    cli_progress_set(context, bytes);
    return true;
}
