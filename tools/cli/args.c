#include "cli/args.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/color.h"
#include "cli/completion.h"
#include "cli/help.h"
#include "cli/report.h"
#include "cli/text.h"

/* No option for the tool: look at the next argument. No code of an option has this value. */
#define GO_ON 1

char args_letter(const struct cli_option *option)
{
    const int code = option->code < 0 ? -option->code : option->code;
    return code >= '0' && code <= 'z' ? (char)code : '\0';
}

static const struct cli_option *option_table(const struct cli_args *args, int table)
{
    switch (table) {
    case 0:
        return args->command ? args->command->options : NULL;
    case 1:
        return args->program->options;
    default:
        return args_common_options();
    }
}

/* How one spelling is compared with an option. */
typedef bool option_test(const struct cli_option *option, const char *text, size_t size);

static bool has_letter(const struct cli_option *option, const char *text, size_t size)
{
    (void)size;
    return args_letter(option) == *text;
}

static bool has_name(const struct cli_option *option, const char *text, size_t size)
{
    return option->name && strlen(option->name) == size && memcmp(option->name, text, size) == 0;
}

static bool has_alias(const struct cli_option *option, const char *text, size_t size)
{
    return option->alias && strlen(option->alias) == size && memcmp(option->alias, text, size) == 0;
}

static const struct cli_option *find_option(const struct cli_args *args, option_test *matches,
                                            const char *text, size_t size)
{
    for (int table = 0; table < 3; table++) {
        const struct cli_option *option = option_table(args, table);
        for (; option && (option->code || option->help); option++) {
            if (option->code && matches(option, text, size)) {
                return option;
            }
        }
    }
    return NULL;
}

static int give_up(struct cli_args *args, enum cli_exit status)
{
    args->exit = status;
    return ARGS_EXIT;
}

/* An option that all tools share is dealt with here. */
static int handle_common(struct cli_args *args, const struct cli_option *option)
{
    switch (option->code) {
    case ARGS_HELP:
        help_print(args);
        return give_up(args, CLI_YES);
    case ARGS_VERSION:
        help_print_version(args->program);
        return give_up(args, CLI_YES);
    case ARGS_COMPLETION:
        if (!completion_print(args->program, args->value)) {
            return give_up(args, cli_usage_error(args, "%s takes bash, zsh or fish", args->option));
        }
        return give_up(args, CLI_YES);
    case ARGS_QUIET:
        cli_set_quiet(true);
        return GO_ON;
    default:
        if (!cli_set_color(args->value)) {
            return give_up(args,
                           cli_usage_error(args, "%s takes auto, always or never", args->option));
        }
        return GO_ON;
    }
}

static int take_option(struct cli_args *args, const struct cli_option *option, const char *attached)
{
    const bool needed = option->argument && option->argument[0] != '[';
    if (attached && !option->argument) {
        return give_up(args, cli_usage_error(args, "%s takes no argument", args->option));
    }
    if (!attached && needed) {
        if (args->index >= args->argc) {
            return give_up(args, cli_usage_error(args, "%s needs an argument: %s", args->option,
                                                 option->argument));
        }
        attached = args->argv[args->index++];
    }
    args->value = attached;
    return option->code < 0 ? handle_common(args, option) : option->code;
}

static int unknown_option(struct cli_args *args, const char *text, size_t size)
{
    char shown[80];
    cli_text_escape(shown, sizeof shown, text, size);
    return give_up(args, cli_usage_error(args, "unknown option '%s'", shown));
}

static int parse_long(struct cli_args *args, const char *text)
{
    const size_t size = strcspn(text, "=");
    const struct cli_option *option = find_option(args, has_name, text + 2, size - 2);
    if (!option) {
        return unknown_option(args, text, size);
    }
    snprintf(args->name, sizeof args->name, "--%s", option->name);
    args->option = args->name;
    return take_option(args, option, text[size] == '=' ? text + size + 1 : NULL);
}

static int parse_letter(struct cli_args *args)
{
    const char letter = *args->cluster++;
    snprintf(args->spelled, sizeof args->spelled, "-%c", letter);
    args->option = args->spelled;
    const struct cli_option *option = find_option(args, has_letter, &letter, 1);
    if (!option) {
        const char *whole = args->argv[args->index - 1];
        /* What starts with no letter at all is some other program's option, "-np2". */
        const bool plain =
            letter > ' ' && letter < 0x7f && (args->cluster > whole + 2 || whole[2] == '\0');
        args->cluster = NULL;
        return plain ? unknown_option(args, args->spelled, 2)
                     : unknown_option(args, whole, strlen(whole));
    }
    const char *rest = *args->cluster ? args->cluster : NULL;
    const bool takes_rest = option->argument && option->argument[0] != '[';
    args->cluster = takes_rest ? NULL : rest;
    return take_option(args, option, takes_rest ? rest : NULL);
}

/* Operands are collected at the front of argv, in order, over what was parsed already. */
static void keep_operand(struct cli_args *args, char *operand)
{
    args->argv[1 + args->operand_count++] = operand;
}

static int parse_one(struct cli_args *args)
{
    char *text = args->argv[args->index++];
    if (text[0] != '-' || text[1] == '\0') {
        keep_operand(args, text);
        return GO_ON;
    }
    const size_t size = strcspn(text, "=");
    const struct cli_option *alias = find_option(args, has_alias, text, size);
    if (alias) {
        args->option = alias->alias;
        return take_option(args, alias, text[size] == '=' ? text + size + 1 : NULL);
    }
    if (text[1] == '-') {
        return parse_long(args, text);
    }
    args->cluster = text + 1;
    return parse_letter(args);
}

int args_next(struct cli_args *args)
{
    args->value = NULL;
    for (;;) {
        int code;
        if (args->cluster) {
            code = parse_letter(args);
        } else if (args->index >= args->argc) {
            break;
        } else if (strcmp(args->argv[args->index], "--") == 0) {
            for (args->index++; args->index < args->argc; args->index++) {
                keep_operand(args, args->argv[args->index]);
            }
            break;
        } else if (args->stop_at_operand && args->argv[args->index][0] != '-') {
            break;
        } else {
            code = parse_one(args);
        }
        if (code != GO_ON) {
            return code;
        }
    }
    args->operands = args->argv + 1;
    return ARGS_END;
}

bool cli_args_take(struct cli_args *args,
                   enum cli_exit (*take)(void *context, struct cli_args *args, int code),
                   void *context, enum cli_exit *exit)
{
    int code;
    while ((code = args_next(args)) > 0) {
        *exit = take(context, args, code);
        if (*exit != CLI_YES) {
            return false;
        }
    }
    *exit = code == ARGS_END ? CLI_YES : args->exit;
    return code == ARGS_END;
}
