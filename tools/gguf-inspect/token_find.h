/** @file The tokens that --tokens and --token ask for. */
#ifndef INSPECT_TOKEN_FIND_H
#define INSPECT_TOKEN_FIND_H

#include "cli/program.h"
#include "model_file.h"
#include "options.h"
#include "token_walk.h"

/** A walk over them, and what it needs. */
struct token_range {
    struct libgguf_tokenizer *tokenizer;
    struct token_walk *walk;
};

/**
 * Starts the walk. CLI_YES: walk is set. CLI_NO: no vocabulary, or no such token. CLI_FAILED: the
 * file could not be read. The last two are reported. token_range_end() follows in any case.
 */
enum cli_exit token_range_begin(struct token_range *range, const struct model_file *model,
                                const struct inspect_options *options);

/** Frees @p range; returns @p status, or CLI_FAILED after a walk that ended too early. */
enum cli_exit token_range_end(struct token_range *range, const struct model_file *model,
                              enum cli_exit status);

#endif
