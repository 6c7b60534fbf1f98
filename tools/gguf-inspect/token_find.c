#include "token_find.h"

#include <inttypes.h>
#include <string.h>

#include "cli/report.h"
#include "cli/size.h"

/* The id that @p text names: digits are an id, anything else is the token's own text. */
static enum libgguf_status find_token(const struct libgguf_tokenizer *tokenizer, const char *text,
                                      uint64_t *id, struct libgguf_error *err)
{
    if (cli_parse_u64(text, id)) {
        return LIBGGUF_OK;
    }
    size_t size = strlen(text);
    if (size > 2 && text[0] == '"' && text[size - 1] == '"') {
        text++;
        size -= 2;
    }
    const enum libgguf_status status =
        libgguf_token_find(tokenizer, LIBGGUF_TOKEN_DISPLAY, text, size, id, err);
    if (status != LIBGGUF_ERR_NOT_FOUND) {
        return status;
    }
    return libgguf_token_find(tokenizer, LIBGGUF_TOKEN_RAW, text, size, id, err);
}

static enum cli_exit choose(const struct token_range *range, const struct model_file *model,
                            const struct inspect_options *options, uint64_t *from, uint64_t *to)
{
    const struct libgguf_tokenizer_info *info = libgguf_tokenizer_info(range->tokenizer);
    if (!info->tokens) {
        cli_error(model->label, "no vocabulary: tokenizer.ggml.tokens is no list of strings");
        return CLI_NO;
    }
    *from = options->tokens_from;
    *to = options->tokens_to;
    if (options->token) {
        struct libgguf_error err;
        switch (find_token(range->tokenizer, options->token, from, &err)) {
        case LIBGGUF_OK:
            *to = *from;
            break;
        case LIBGGUF_ERR_NOT_FOUND:
            cli_error(model->label, "no token '%s'", options->token);
            return CLI_NO;
        default:
            cli_error_status(model->label, &err);
            return CLI_FAILED;
        }
    }
    /* All of an empty vocabulary is an answer, its token 0 is not. */
    const bool asked_for_one = options->token || *from > 0;
    if (asked_for_one && *from >= info->token_count) {
        char text[CLI_NUMBER_SIZE];
        cli_error(model->label, "no token %" PRIu64 ": the vocabulary has %s", *from,
                  cli_nouns_text(info->token_count, "token", text));
        return CLI_NO;
    }
    return CLI_YES;
}

enum cli_exit token_range_begin(struct token_range *range, const struct model_file *model,
                                const struct inspect_options *options)
{
    struct libgguf_error err;
    uint64_t from;
    uint64_t to;
    *range = (struct token_range){0};
    if (libgguf_tokenizer_create(model->file, &range->tokenizer, &err) != LIBGGUF_OK) {
        cli_error_status(model->label, &err);
        return CLI_FAILED;
    }
    const enum cli_exit status = choose(range, model, options, &from, &to);
    if (status != CLI_YES) {
        return status;
    }
    range->walk = token_walk_begin(model->file, range->tokenizer, from, to);
    if (!range->walk) {
        cli_error(model->label, "out of memory");
        return CLI_FAILED;
    }
    return CLI_YES;
}

enum cli_exit token_range_end(struct token_range *range, const struct model_file *model,
                              enum cli_exit status)
{
    if (range->walk && token_walk_status(range->walk) != LIBGGUF_OK) {
        cli_error(model->label, "the vocabulary could not be read: %s",
                  libgguf_status_name(token_walk_status(range->walk)));
        status = CLI_FAILED;
    }
    token_walk_end(range->walk);
    libgguf_tokenizer_free(range->tokenizer);
    return status;
}
