/**
 * @file Completion scripts for shells, made from the same tables as --help. Private to tools/cli.
 * Each shell has a file that prints its script; what they share about options is here.
 */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/program.h"

/** What an option's argument, or an operand, is completed with. */
enum completion_kind {
    COMPLETION_NOTHING, /**< a number, a name in a file */
    COMPLETION_WORDS,
    COMPLETION_FILES,
    COMPLETION_DIRECTORIES,
};

/** Which arguments an option takes. */
enum completion_argument {
    COMPLETION_ARGUMENT_NONE,
    COMPLETION_ARGUMENT_OPTIONAL, /**< as --name=ARGUMENT only */
    COMPLETION_ARGUMENT_REQUIRED,
};

/** Prints the script of @p program for @p shell to stdout; false when there is none for it. */
bool completion_print(const struct cli_program *program, const char *shell);

void completion_print_bash(const struct cli_program *program);
void completion_print_fish(const struct cli_program *program);
void completion_print_zsh(const struct cli_program *program);

/** The first option at @p option or after it that is shown, or NULL at the end of the table. */
const struct cli_option *completion_next(const struct cli_option *option);

enum completion_argument completion_argument(const struct cli_option *option);

/** What follows @p option; *words is set for COMPLETION_WORDS. */
enum completion_kind completion_kind(const struct cli_program *program,
                                     const struct cli_option *option, const char **words);

/** Bytes of the help of @p option that make a description: its first sentence. */
size_t completion_description_size(const struct cli_option *option);

/** Prints the name of @p program as shells want it in functions: gguf_inspect. */
void completion_print_identifier(const struct cli_program *program);

#endif
