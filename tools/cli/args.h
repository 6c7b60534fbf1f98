/** @file What parsing the command line and printing its help share. Private to tools/cli. */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include "cli/program.h"

/* Codes of the options that all tools share; none is a letter or a tool's own number. */
#define ARGS_HELP (-'h')
#define ARGS_VERSION (-'V')
#define ARGS_QUIET (-'q')
#define ARGS_COLOR (-2)
#define ARGS_COMPLETION (-3)

/** What args_next() returns besides an option's code. */
#define ARGS_END 0
#define ARGS_EXIT (-1)

/**
 * The code of the next option; ARGS_END when there are no more; ARGS_EXIT when --help or --version
 * was answered, or a mistake was reported.
 */
int args_next(struct cli_args *args);

/** The options that all tools share. */
const struct cli_option *args_common_options(void);

/** The letter of @p option, or 0. */
char args_letter(const struct cli_option *option);

#endif
