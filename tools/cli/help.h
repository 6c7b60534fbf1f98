/** @file Printing what a tool can do. Private to tools/cli. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/program.h"

/** Prints --help of the command of @p args, or of its program, to stdout. */
void help_print(const struct cli_args *args);

/** Prints --version to stdout. */
void help_print_version(const struct cli_program *program);

#endif
