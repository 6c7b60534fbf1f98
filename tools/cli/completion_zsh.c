#include <stdio.h>
#include <string.h>

#include "cli/args.h"
#include "cli/completion.h"

/* Text inside single quotes, with a backslash before what _arguments or _describe would read. */
static void print_escaped(const char *text, size_t size, const char *special)
{
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\'') {
            fputs("'\\''", stdout);
            continue;
        }
        if (text[i] == '\\' || strchr(special, text[i])) {
            putchar('\\');
        }
        putchar(text[i]);
    }
}

static void print_action(const struct cli_program *program, const struct cli_option *option)
{
    const char *words;
    const bool optional = completion_argument(option) == COMPLETION_ARGUMENT_OPTIONAL;
    const char *name = option->argument + optional;
    fputs(optional ? "::" : ":", stdout);
    print_escaped(name, strlen(name) - optional, ":");
    switch (completion_kind(program, option, &words)) {
    case COMPLETION_WORDS:
        printf(":(%s)", words);
        break;
    case COMPLETION_FILES:
        fputs(":_files", stdout);
        break;
    case COMPLETION_DIRECTORIES:
        fputs(":_files -/", stdout);
        break;
    case COMPLETION_NOTHING:
        fputs(": ", stdout);
        break;
    }
}

/* One spelling of an option; one that takes no argument is not offered again, nor is its twin. */
static void print_spelling(const struct cli_program *program, const struct cli_option *option,
                           const char *dashes, const char *name, const char *joint)
{
    const char letter = args_letter(option);
    fputs("        '", stdout);
    if (option->argument) {
        putchar('*');
    } else {
        putchar('(');
        if (letter) {
            printf("-%c ", letter);
        }
        if (option->name) {
            printf("--%s ", option->name);
        }
        printf("%s)", option->alias ? option->alias : "");
    }
    printf("%s%s%s[", dashes, name, option->argument ? joint : "");
    print_escaped(option->help, completion_description_size(option), "[]:");
    putchar(']');
    if (option->argument) {
        print_action(program, option);
    }
    fputs("' \\\n", stdout);
}

static void print_options(const struct cli_program *program, const struct cli_option *options)
{
    while ((options = completion_next(options)) != NULL) {
        const char letter[] = {args_letter(options), '\0'};
        const bool optional = completion_argument(options) == COMPLETION_ARGUMENT_OPTIONAL;
        if (letter[0]) {
            print_spelling(program, options, "-", letter, "+");
        }
        if (options->name) {
            print_spelling(program, options, "--", options->name, optional ? "=-" : "=");
        }
        if (options->alias) {
            print_spelling(program, options, "", options->alias, "");
        }
        options++;
    }
}

static void print_commands(const struct cli_program *program)
{
    puts("        '1:command:->command' '*::argument:->argument' && return\n"
         "    case $state in\n"
         "    command)\n"
         "        commands=(");
    for (const struct cli_command *c = program->commands; c->name; c++) {
        printf("            '%s:", c->name);
        print_escaped(c->summary, strlen(c->summary), ":");
        puts("'");
    }
    puts("        )\n"
         "        _describe -t commands command commands\n"
         "        ;;\n"
         "    argument)\n"
         "        case $line[1] in");
    for (const struct cli_command *c = program->commands; c->name; c++) {
        printf("        %s)\n            _arguments -S \\\n", c->name);
        print_options(program, c->options);
        print_options(program, program->options);
        print_options(program, args_common_options());
        puts("        '*:file:_files'\n            ;;");
    }
    puts("        esac\n        ;;\n    esac");
}

void completion_print_zsh(const struct cli_program *program)
{
    printf("#compdef %s\n# zsh completion, made from the tool's table of options\n_",
           program->name);
    completion_print_identifier(program);
    puts("()\n{");
    if (program->commands) {
        puts("    local curcontext=$curcontext state line\n"
             "    local -a commands\n"
             "    typeset -A opt_args\n"
             "    _arguments -C -S \\");
        print_options(program, args_common_options());
        print_commands(program);
    } else {
        puts("    _arguments -S \\");
        print_options(program, program->options);
        print_options(program, args_common_options());
        puts("        '*:file:_files'");
    }
    fputs("}\n_", stdout);
    completion_print_identifier(program);
    puts(" \"$@\"");
}
