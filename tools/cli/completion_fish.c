#include <stdio.h>
#include <string.h>

#include "cli/args.h"
#include "cli/completion.h"

static void print_quoted(const char *text, size_t size)
{
    putchar('\'');
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\'' || text[i] == '\\') {
            putchar('\\');
        }
        putchar(text[i]);
    }
    putchar('\'');
}

/* Fish's own __fish_use_subcommand takes the "always" of `--color always` for the command. */
static const char command_function[] = "_command\n"
                                       "    set -l argument\n"
                                       "    for word in (commandline -opc)[2..-1]\n"
                                       "        if set -q argument[1]\n"
                                       "            set -e argument[1]\n"
                                       "        else if test \"$word\" = --color\n"
                                       "            set argument 1\n"
                                       "        else if not string match -q -- '-*' $word\n"
                                       "            echo $word\n"
                                       "            return\n"
                                       "        end\n"
                                       "    end\n"
                                       "end\n";

/* Where the command is @p command, or nowhere yet. */
static void print_condition(const struct cli_program *program, const struct cli_command *command)
{
    fputs(command ? " -n 'contains " : " -n 'not count ", stdout);
    printf("%s%s(__", command ? command->name : "", command ? " " : "");
    completion_print_identifier(program);
    fputs(command ? "_command)'" : "_command) >/dev/null'", stdout);
}

static void print_argument(const struct cli_program *program, const struct cli_option *option)
{
    const char *words;
    const enum completion_kind kind = completion_kind(program, option, &words);
    switch (completion_argument(option)) {
    case COMPLETION_ARGUMENT_NONE:
        return;
    case COMPLETION_ARGUMENT_OPTIONAL:
        fputs(" -f", stdout);
        break;
    case COMPLETION_ARGUMENT_REQUIRED:
        fputs(kind == COMPLETION_FILES ? " -r -F" : " -x", stdout);
        break;
    }
    if (kind == COMPLETION_WORDS) {
        printf(" -a '%s'", words);
    } else if (kind == COMPLETION_DIRECTORIES) {
        fputs(" -a '(__fish_complete_directories)'", stdout);
    }
}

static void print_options(const struct cli_program *program, const struct cli_command *command,
                          const struct cli_option *options)
{
    while ((options = completion_next(options)) != NULL) {
        const char letter = args_letter(options);
        printf("complete -c %s", program->name);
        if (command) {
            print_condition(program, command);
        }
        if (letter) {
            printf(" -s %c", letter);
        }
        if (options->name) {
            printf(" -l %s", options->name);
        }
        if (options->alias) {
            const bool is_long = strncmp(options->alias, "--", 2) == 0;
            printf(is_long ? " -l %s" : " -o %s", options->alias + (is_long ? 2 : 1));
        }
        print_argument(program, options);
        fputs(" -d ", stdout);
        print_quoted(options->help, completion_description_size(options));
        putchar('\n');
        options++;
    }
}

void completion_print_fish(const struct cli_program *program)
{
    printf("# fish completion for %s, made from its table of options\n", program->name);
    if (program->commands) {
        fputs("function __", stdout);
        completion_print_identifier(program);
        fputs(command_function, stdout);
    }
    for (const struct cli_command *c = program->commands; c && c->name; c++) {
        printf("complete -c %s", program->name);
        print_condition(program, NULL);
        printf(" -f -a %s -d ", c->name);
        print_quoted(c->summary, strlen(c->summary));
        putchar('\n');
    }
    for (const struct cli_command *c = program->commands; c && c->name; c++) {
        print_options(program, c, c->options);
    }
    print_options(program, NULL, program->options);
    print_options(program, NULL, args_common_options());
}
