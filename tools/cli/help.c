#include "cli/help.h"

#include <stdio.h>
#include <string.h>

#include <libgguf/error.h>

#include "cli/args.h"
#include "cli/text.h"

#define HELP_WIDTH 80
#define HELP_COLUMN 26 /* where the explanations start */

static void print_usage(const char *tool, const char *command, const char *usage)
{
    const char *prefix = "Usage:";
    while (usage) {
        const size_t size = strcspn(usage, "\n");
        printf("%s %s%s%s%s%.*s\n", prefix, tool, command ? " " : "", command ? command : "",
               size > 0 ? " " : "", (int)size, usage);
        prefix = "      ";
        usage = usage[size] ? usage + size + 1 : NULL;
    }
}

static void print_option(const struct cli_option *option)
{
    char left[HELP_WIDTH] = "  ";
    size_t used = 2;
    const char letter = args_letter(option);
    if (letter) {
        used += (size_t)snprintf(left + used, sizeof left - used, "-%c%s", letter,
                                 option->name ? ", " : "");
    } else if (option->alias) {
        used += (size_t)snprintf(left + used, sizeof left - used, "%s, ", option->alias);
    } else {
        used += (size_t)snprintf(left + used, sizeof left - used, "    ");
    }
    if (option->name) {
        used += (size_t)snprintf(left + used, sizeof left - used, "--%s", option->name);
    }
    if (letter && option->alias) {
        used += (size_t)snprintf(left + used, sizeof left - used, ", %s", option->alias);
    }
    if (option->argument && option->argument[0] == '[') {
        used += (size_t)snprintf(left + used, sizeof left - used, "[=%s", option->argument + 1);
    } else if (option->argument) {
        used += (size_t)snprintf(left + used, sizeof left - used, "%s%s", option->name ? "=" : " ",
                                 option->argument);
    }
    fputs(left, stdout);
    if (used + 2 > HELP_COLUMN) {
        putchar('\n');
        used = 0;
    }
    cli_put_spaces(stdout, HELP_COLUMN - used);
    cli_put_wrapped(stdout, option->help, HELP_COLUMN, HELP_COLUMN, HELP_WIDTH);
}

static void print_options(const struct cli_option *options)
{
    for (; options && (options->code || options->help); options++) {
        if (options->code == 0) {
            printf("\n%s\n", options->help);
        } else if (options->help) {
            print_option(options);
        }
    }
}

static void print_commands(const struct cli_program *program)
{
    printf("\nCommands:\n");
    for (const struct cli_command *command = program->commands; command->name; command++) {
        const int used = printf("  %s", command->name);
        cli_put_spaces(stdout, used + 2 > HELP_COLUMN ? 2 : (size_t)(HELP_COLUMN - used));
        cli_put_wrapped(stdout, command->summary, HELP_COLUMN, HELP_COLUMN, HELP_WIDTH);
    }
}

void help_print(const struct cli_args *args)
{
    const struct cli_program *program = args->program;
    const struct cli_command *command = args->command;
    print_usage(program->name, command ? command->name : NULL,
                command ? command->usage : program->usage);
    cli_put_wrapped(stdout, command ? command->summary : program->summary, 0, 0, HELP_WIDTH);
    if (command) {
        print_options(command->options);
    } else if (program->commands) {
        print_commands(program);
    }
    print_options(program->options);
    print_options(args_common_options());
    printf("\nExit status: 0 yes or done, 1 no, 2 wrong usage, 3 could not be done.\n");
    if (program->notes && !command) {
        putchar('\n');
        cli_put_wrapped(stdout, program->notes, 0, 0, HELP_WIDTH);
    }
}

void help_print_version(const struct cli_program *program)
{
    printf("%s %s (libgguf %s)\n", program->name, CLI_VERSION, libgguf_version());
}
