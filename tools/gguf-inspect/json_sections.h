/** @file The parts of --json that are lists: each call writes one member of a file's object. */
#ifndef INSPECT_JSON_SECTIONS_H
#define INSPECT_JSON_SECTIONS_H

#include "cli/program.h"
#include "model_file.h"
#include "options.h"

/** Writes @p value, or null for the largest one, which stands for "not there". */
void json_number(struct libgguf_json *json, uint64_t value);

/** "tokenizer": kind, size and special ids, or null. */
void json_tokenizer(struct libgguf_json *json, const struct libgguf_file *file);

/** "tensor_types": the histogram. */
void json_tensor_types(struct libgguf_json *json, const struct libgguf_file *file);

/**
 * "metadata": the entries asked for; CLI_NO when a key of -k is missing, CLI_FAILED when it occurs
 * more than once, though all are written.
 */
enum cli_exit json_metadata(struct libgguf_json *json, const struct model_file *model,
                            const struct inspect_options *options);

/** "tensors": the ones asked for. */
void json_tensors(struct libgguf_json *json, const struct model_file *model,
                  const struct inspect_options *options);

/** "tokens": the ones asked for; CLI_NO when there is none like that. */
enum cli_exit json_tokens(struct libgguf_json *json, const struct model_file *model,
                          const struct inspect_options *options);

#endif
