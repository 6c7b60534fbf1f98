#include "cli/completion.h"

#include <stdio.h>
#include <string.h>

#include "cli/args.h"

bool completion_print(const struct cli_program *program, const char *shell)
{
    static const struct {
        const char *shell;
        void (*print)(const struct cli_program *program);
    } printers[] = {
        {"bash", completion_print_bash},
        {"fish", completion_print_fish},
        {"zsh", completion_print_zsh},
    };
    for (size_t i = 0; i < sizeof printers / sizeof printers[0]; i++) {
        if (strcmp(printers[i].shell, shell) == 0) {
            printers[i].print(program);
            return true;
        }
    }
    return false;
}

const struct cli_option *completion_next(const struct cli_option *option)
{
    for (; option && (option->code || option->help); option++) {
        if (option->code && option->help) {
            return option;
        }
    }
    return NULL;
}

enum completion_argument completion_argument(const struct cli_option *option)
{
    if (!option->argument) {
        return COMPLETION_ARGUMENT_NONE;
    }
    return option->argument[0] == '[' ? COMPLETION_ARGUMENT_OPTIONAL : COMPLETION_ARGUMENT_REQUIRED;
}

static bool is_in(const struct cli_option *table, const struct cli_option *option)
{
    while ((table->code || table->help) && table != option) {
        table++;
    }
    return table == option;
}

enum completion_kind completion_kind(const struct cli_program *program,
                                     const struct cli_option *option, const char **words)
{
    *words = NULL;
    if (!option->argument) {
        return COMPLETION_NOTHING;
    }
    if (option->code == ARGS_COLOR) {
        *words = "auto always never";
    }
    for (const struct cli_words *w = program->words; w && w->option && !*words; w++) {
        const bool is_named = option->name && strcmp(option->name, w->option) == 0;
        *words = is_named && (!w->table || is_in(w->table, option)) ? w->words : NULL;
    }
    if (*words) {
        return COMPLETION_WORDS;
    }
    if (strstr(option->argument, "FILE") || strstr(option->argument, "OTHER")) {
        return COMPLETION_FILES;
    }
    const bool directory = strstr(option->argument, "DIR") || strstr(option->argument, "STORE");
    return directory ? COMPLETION_DIRECTORIES : COMPLETION_NOTHING;
}

size_t completion_description_size(const struct cli_option *option)
{
    const char *help = option->help;
    const char *sentence = strstr(help, ". ");
    const size_t clause = strcspn(help, ";");
    return sentence && (size_t)(sentence - help) < clause ? (size_t)(sentence - help) : clause;
}

void completion_print_identifier(const struct cli_program *program)
{
    for (const char *c = program->name; *c; c++) {
        putchar(*c == '-' ? '_' : *c);
    }
}
