/**
 * @file Where a tool writes: stdout, which is checked at the end, and files, which get their final
 * name only when they are complete and on the disk.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cli/inputs.h"

/**
 * Gives stdout a buffer that suits long listings, and makes sure that no file which is opened later
 * takes the place of a closed standard stream. Called by cli_main().
 */
void cli_stdout_begin(void);

/**
 * Flushes and closes stdout. False when something could not be written, which is reported, except
 * for a closed pipe, where nobody is left to tell. Called by cli_main().
 */
bool cli_stdout_end(void);

/** Remembers the errno of a write to stdout that failed, for the message of cli_stdout_end(). */
void cli_stdout_failed(int reason);

/** Passes JSON on to stdout: a libgguf_json_sink; @p context is not used. */
int cli_json_to_stdout(void *context, const char *data, size_t size);
/** Passes JSON on to the FILE that @p context is: a libgguf_json_sink. */
int cli_json_to_stream(void *context, const char *data, size_t size);

/** How an output file is opened. */
enum cli_output_mode {
    CLI_OUTPUT_REPLACE, /**< takes the place of an existing file */
    CLI_OUTPUT_NEW,     /**< refuses an existing file, also one that appears in the meantime */
};

/**
 * A file being written. The bytes go to a temporary file in the same directory, which is removed
 * when the tool fails or is interrupted (SIGHUP, SIGINT, SIGTERM). An existing target that is no
 * regular file (/dev/stdout, a pipe) is written directly; a symbolic link's target is replaced, not
 * the link, and one that leads nowhere is an error. "-" is stdout.
 */
struct cli_output {
    FILE *stream; /**< to write to; fileno() of it for descriptors */
    /* private */
    const char *path; /* as the user wrote it, for messages */
    char *target;     /* final name, or NULL when written directly */
    char *temporary;  /* name until then */
    enum cli_output_mode mode;
    int slot;
    int reason; /* errno of what failed first, or 0 */
};

/** False, which is reported, when writing @p path would replace one of @p inputs. */
bool cli_output_check(const char *path, const struct cli_inputs *inputs);

/**
 * Opens @p path for writing; false when that failed, which is reported. What is read, and so must
 * not be written over, is in @p inputs.
 */
bool cli_output_open(struct cli_output *output, const char *path, enum cli_output_mode mode,
                     const struct cli_inputs *inputs);

/**
 * Remembers that a write to the stream failed, and the errno of it: a stream only remembers that it
 * failed. cli_output_commit() then fails for this reason.
 */
void cli_output_failed(struct cli_output *output, int reason);

/**
 * Flushes, syncs and renames. False when any of it failed, which is reported; then nothing is left
 * behind. The output is closed either way.
 */
bool cli_output_commit(struct cli_output *output);

/** Removes what was written so far and closes the output. */
void cli_output_discard(struct cli_output *output);

#endif
