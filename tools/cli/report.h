/**
 * @file What a tool says on stderr: `TOOL: FILE: what is wrong`, always one line, with everything
 * that is not printable escaped. The program's name and --quiet are kept here, once per process.
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include <stdbool.h>

#include <libgguf/error.h>

#if defined(__GNUC__) || defined(__clang__)
#define CLI_PRINTF(format, first) __attribute__((__format__(printf, format, first)))
#else
#define CLI_PRINTF(format, first)
#endif

/** Set by cli_main(): the name that starts every line. */
void cli_set_program(const char *name);
/** That name. */
const char *cli_program_name(void);

/** Set by --quiet. */
void cli_set_quiet(bool value);
/** True when only errors are wanted. */
bool cli_quiet(void);

/**
 * Prints an error about @p file ("-" is called standard input), or about no file when NULL.
 * Printed even with --quiet.
 */
void cli_error(const char *file, const char *format, ...) CLI_PRINTF(2, 3);
/** As cli_error(), followed by ": " and the text of @p sys_errno. */
void cli_error_errno(const char *file, int sys_errno, const char *format, ...) CLI_PRINTF(3, 4);
/** Prints what the library found wrong with @p file, and at which byte. */
void cli_error_status(const char *file, const struct libgguf_error *err);
/** As cli_error() but for something that does not stop the work; silent with --quiet. */
void cli_warning(const char *file, const char *format, ...) CLI_PRINTF(2, 3);

#endif
