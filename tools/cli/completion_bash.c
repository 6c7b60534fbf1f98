#include <stdio.h>

#include "cli/args.h"
#include "cli/completion.h"

/*
 * The script decides in this order: which command the line is about, whether the word under the
 * cursor is the argument of an option (readline breaks words at "=", unless the user has changed
 * that), an option, a command or an operand. Empty answers become file names by `-o default`, which
 * knows how to quote them; where files make no sense that is turned off (bash 4 and later).
 */
static const char script_begin[] =
    "()\n"
    "{\n"
    "    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    local command= option= attached= operands= prefix= i=1 IFS=$' \\t\\n'\n"
    "    COMPREPLY=()\n"
    "    while ((i < COMP_CWORD)); do\n"
    "        case ${COMP_WORDS[i]} in\n"
    "        --) operands=1 ;;\n"
    "        --color)\n"
    "            [[ ${COMP_WORDS[i + 1]} != = ]] || ((i++))\n"
    "            ((i++))\n"
    "            ;;\n"
    "        -*) ;;\n"
    "        *) [[ $command ]] || command=${COMP_WORDS[i]} ;;\n"
    "        esac\n"
    "        ((i++))\n"
    "    done\n"
    "    if [[ $operands ]]; then\n"
    "        return\n"
    "    elif [[ $current == --*=* ]]; then\n"
    "        option=${current%%=*} attached=1 prefix=${current%%=*}= current=${current#*=}\n"
    "    elif [[ $current == '=' && $before == --* ]]; then\n"
    "        option=$before attached=1 current=\n"
    "    elif [[ $before == '=' ]] && ((COMP_CWORD > 2)); then\n"
    "        option=${COMP_WORDS[COMP_CWORD - 2]} attached=1\n"
    "    elif [[ $before == -* ]]; then\n"
    "        option=$before\n"
    "    fi\n"
    "    local nothing='compopt +o default'\n"
    "    case $command:$option:$attached in\n";

static const char script_end[] = "    esac\n"
                                 "    if [[ $current == -* ]]; then\n"
                                 "        $nothing 2>/dev/null\n"
                                 "        case $command in\n";

static void print_pattern(const char *command, const struct cli_option *option, const char *suffix)
{
    const char letter = args_letter(option);
    const char *before = "    ";
    if (option->name) {
        printf("%s%s:--%s:%s", before, command, option->name, suffix);
        before = " | ";
    }
    if (letter) {
        printf("%s%s:-%c:%s", before, command, letter, suffix);
        before = " | ";
    }
    if (option->alias) {
        printf("%s%s:%s:%s", before, command, option->alias, suffix);
    }
    puts(")");
}

static void print_answer(const struct cli_program *program, const struct cli_option *option)
{
    const char *words;
    switch (completion_kind(program, option, &words)) {
    case COMPLETION_WORDS:
        puts("        $nothing 2>/dev/null");
        printf("        COMPREPLY=($(compgen -P \"$prefix\" -W '%s' -- \"$current\"))\n", words);
        break;
    case COMPLETION_DIRECTORIES:
        puts("        compopt -o dirnames +o default 2>/dev/null");
        break;
    case COMPLETION_NOTHING:
        puts("        $nothing 2>/dev/null");
        break;
    case COMPLETION_FILES:
        break;
    }
    puts("        return\n        ;;");
}

static void print_arguments(const struct cli_program *program, const char *command,
                            const struct cli_option *options)
{
    while ((options = completion_next(options)) != NULL) {
        const enum completion_argument argument = completion_argument(options);
        if (argument != COMPLETION_ARGUMENT_NONE) {
            print_pattern(command, options, argument == COMPLETION_ARGUMENT_REQUIRED ? "*" : "1");
            print_answer(program, options);
        }
        options++;
    }
}

static void print_names(const struct cli_option *options)
{
    while ((options = completion_next(options)) != NULL) {
        const char letter = args_letter(options);
        if (options->name) {
            printf(" --%s", options->name);
        }
        if (letter) {
            printf(" -%c", letter);
        }
        if (options->alias) {
            printf(" %s", options->alias);
        }
        options++;
    }
}

/* The options where the command is @p pattern. */
static void print_option_list(const struct cli_program *program, const char *pattern,
                              const struct cli_command *command)
{
    printf("        %s) COMPREPLY=($(compgen -W '", pattern);
    if (command) {
        print_names(command->options);
    }
    print_names(program->options);
    print_names(args_common_options());
    puts("' -- \"$current\")) ;;");
}

void completion_print_bash(const struct cli_program *program)
{
    printf("# bash completion for %s, made from its table of options\n_", program->name);
    completion_print_identifier(program);
    fputs(script_begin, stdout);
    for (const struct cli_command *c = program->commands; c && c->name; c++) {
        print_arguments(program, c->name, c->options);
    }
    print_arguments(program, "*", program->options);
    print_arguments(program, "*", args_common_options());
    fputs(script_end, stdout);
    for (const struct cli_command *c = program->commands; c && c->name; c++) {
        print_option_list(program, c->name, c);
    }
    print_option_list(program, "*", NULL);
    puts("        esac");
    if (program->commands) {
        puts("    elif [[ ! $command ]]; then\n        $nothing 2>/dev/null");
        fputs("        COMPREPLY=($(compgen -W '", stdout);
        for (const struct cli_command *c = program->commands; c->name; c++) {
            printf(" %s", c->name);
        }
        puts("' -- \"$current\"))");
    }
    fputs("    fi\n}\ncomplete -o default -F _", stdout);
    completion_print_identifier(program);
    printf(" %s\n", program->name);
}
