#include "sections.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/color.h"
#include "cli/size.h"
#include "cli/text.h"
#include "token_find.h"
#include "token_walk.h"
#include "value_text.h"

/* The column of the stored text, where the one that is read leaves room. */
#define TEXT_COLUMNS 24

static struct libgguf_str as_str(const char *data, size_t size)
{
    return (struct libgguf_str){.data = data, .size = size};
}

/* Id, type and score, then the text as it reads and, where it differs, as it is stored. */
static void print_token(const struct token *token)
{
    const char *type = libgguf_token_type_name(token->type);
    char score[LIBGGUF_FLOAT_TEXT_SIZE] = "";
    if (token->has_score) {
        libgguf_f32_text(token->score, score);
    }
    printf("%8" PRIu64 "  %s%-12s%s  ", token->id, cli_style(CLI_FAINT), type ? type : "undefined",
           cli_style(CLI_PLAIN));
    if (token->has_score) {
        printf("%10s  ", score);
    }
    const struct libgguf_str text = as_str(token->text, token->text_size);
    const size_t used = value_put_quoted(stdout, NULL, &text);
    if (token->text_size != token->raw_size ||
        memcmp(token->text, token->raw, token->raw_size) != 0) {
        const struct libgguf_str raw = as_str(token->raw, token->raw_size);
        cli_put_spaces(stdout, used < TEXT_COLUMNS ? TEXT_COLUMNS - used : 2);
        fputs(cli_style(CLI_FAINT), stdout);
        value_put_quoted(stdout, NULL, &raw);
        fputs(cli_style(CLI_PLAIN), stdout);
    }
    if (token->full_size > token->raw_size) {
        char size[CLI_NUMBER_SIZE];
        printf("  %s… of %s%s", cli_style(CLI_WARN), cli_nouns_text(token->full_size, "byte", size),
               cli_style(CLI_PLAIN));
    }
    putchar('\n');
}

enum cli_exit tokens_print(const struct model_file *model, const struct inspect_options *options)
{
    struct token_range range;
    const enum cli_exit status = token_range_begin(&range, model, options);
    const struct token *token;
    while (status == CLI_YES && (token = token_walk_next(range.walk))) {
        print_token(token);
    }
    return token_range_end(&range, model, status);
}
