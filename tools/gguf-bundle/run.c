#include <signal.h>
#include <string.h>

#include "bundle_tool.h"
#include "cli/report.h"

static const int signals[] = {SIGHUP, SIGINT, SIGTERM};
#define SIGNAL_COUNT (sizeof signals / sizeof signals[0])

static volatile sig_atomic_t caught;

static void stop(int number)
{
    caught = number;
}

static bool tell(void *context, enum libgguf_bundle_step step, uint64_t done, uint64_t total)
{
    static const char *const labels[] = {
        [LIBGGUF_BUNDLE_SOURCE] = "hashing the file", [LIBGGUF_BUNDLE_PACK] = "packing",
        [LIBGGUF_BUNDLE_COMPRESS] = "compressing",    [LIBGGUF_BUNDLE_VERIFY] = "verifying",
        [LIBGGUF_BUNDLE_UNPACK] = "unpacking",        [LIBGGUF_BUNDLE_SYNC] = "syncing"};
    struct run *const run = context;
    if (!run->is_shown || run->step != step) {
        if (run->is_shown) {
            cli_progress_end(&run->progress);
        }
        cli_progress_begin(&run->progress, labels[step], total);
        run->is_shown = true;
        run->step = step;
    }
    cli_progress_set(&run->progress, done);
    return !caught;
}

void run_begin(struct run *run)
{
    memset(run, 0, sizeof *run);
    run->hooks = (struct libgguf_bundle_hooks){
        .struct_size = sizeof run->hooks, .context = run, .progress = tell};
    for (size_t i = 0; i < SIGNAL_COUNT; i++) {
        struct sigaction action;
        if (sigaction(signals[i], NULL, &action) != 0 || action.sa_handler != SIG_DFL) {
            continue;
        }
        memset(&action, 0, sizeof action);
        action.sa_handler = stop;
        /* The second one does not wait. */
        action.sa_flags = (int)SA_RESETHAND;
        sigemptyset(&action.sa_mask);
        sigaction(signals[i], &action, NULL);
    }
}

void run_end(struct run *run)
{
    if (run->is_shown) {
        cli_progress_end(&run->progress);
        run->is_shown = false;
    }
    if (caught) {
        /* SA_RESETHAND put the default action back: the parent sees what really happened. */
        raise(caught);
    }
}
