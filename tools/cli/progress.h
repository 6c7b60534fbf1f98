/**
 * @file One line on a terminal's stderr for work beyond half a second: bytes, rate, time left.
 * Nothing is printed when stderr is no terminal or with --quiet. One thread reports at a time.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/** The total of work whose size is not known. */
#define CLI_TOTAL_UNKNOWN UINT64_MAX

/** Progress of one piece of work. The fields are private. */
struct cli_progress {
    const char *label;
    uint64_t total;
    uint64_t started; /* nanoseconds */
    uint64_t drawn;   /* nanoseconds; 0 before the first line */
    bool wanted;
};

/** Starts: @p label says what is done ("hashing model.gguf"; escaped and cut when printed, not
 * copied), @p total is in bytes. */
void cli_progress_begin(struct cli_progress *progress, const char *label, uint64_t total);

/** @p bytes are done so far. Cheap enough to call for every block of 64 KiB. */
void cli_progress_set(struct cli_progress *progress, uint64_t bytes);

/** Removes the line. Must be called before @p progress goes away. */
void cli_progress_end(struct cli_progress *progress);

/** cli_progress_set() in the form of the library's callbacks: @p context is the progress. */
bool cli_progress_callback(void *context, uint64_t bytes);

/** Removes the line of work that goes on, for a message that is about to be printed. */
void cli_progress_hide(void);

#endif
