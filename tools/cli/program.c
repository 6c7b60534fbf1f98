#include "cli/program.h"

#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/args.h"
#include "cli/color.h"
#include "cli/help.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/text.h"

static const struct cli_option common_options[] = {
    {.code = 0, .help = "Of all gguf tools:"},
    {ARGS_QUIET, "quiet", NULL, "print errors and results only", NULL},
    {ARGS_COLOR, "color", "WHEN",
     "auto (the default: on a terminal, unless NO_COLOR is set), "
     "always or never",
     NULL},
    {ARGS_HELP, "help", NULL, "print this help", NULL},
    {ARGS_VERSION, "version", NULL, "print the version", NULL},
    {ARGS_COMPLETION, "completion", "SHELL", NULL, NULL},
    {0},
};

const struct cli_option *args_common_options(void)
{
    return common_options;
}

enum cli_exit cli_usage_error(struct cli_args *args, const char *format, ...)
{
    char text[512];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    cli_error(NULL, "%s", text);
    fprintf(stderr, "Try '%s%s%s --help' for more.\n", args->program->name,
            args->command ? " " : "", args->command ? args->command->name : "");
    return CLI_USAGE;
}

/* The command named by the first operand; NULL after answering or reporting (see args->exit). */
static const struct cli_command *pick_command(struct cli_args *args)
{
    /* Only the options all tools share may stand before the command's name. */
    args->stop_at_operand = true;
    const int code = args_next(args);
    args->stop_at_operand = false;
    if (code == ARGS_EXIT) {
        return NULL;
    }
    if (code != ARGS_END) {
        args->exit = cli_usage_error(args, "%s goes after the command", args->option);
        return NULL;
    }
    if (args->index >= args->argc) {
        args->exit = cli_usage_error(args, "no command given");
        return NULL;
    }
    const char *name = args->argv[args->index];
    for (const struct cli_command *command = args->program->commands; command->name; command++) {
        if (strcmp(command->name, name) == 0) {
            args->index++;
            return command;
        }
    }
    char shown[64];
    args->exit = cli_usage_error(args, "unknown command '%s'",
                                 cli_text_escape(shown, sizeof shown, name, strlen(name)));
    return NULL;
}

static enum cli_exit run(struct cli_args *args)
{
    /* A file that gets too large for its user is an error like a full disk. */
    signal(SIGXFSZ, SIG_IGN);
    if (!args->program->commands) {
        return args->program->run(args);
    }
    const struct cli_command *command = pick_command(args);
    if (!command) {
        return args->exit;
    }
    args->command = command;
    return command->run(args);
}

int cli_main(const struct cli_program *program, int argc, char **argv)
{
    struct cli_args args = {
        .program = program,
        .argc = argc,
        .argv = argv,
        .index = 1,
    };
    cli_set_program(program->name);
    cli_stdout_begin();
    const enum cli_exit status = run(&args);
    if (!cli_stdout_end()) {
        return CLI_FAILED;
    }
    return (int)status;
}
