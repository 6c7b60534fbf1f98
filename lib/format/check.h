/** @file Reporting findings, and the rules about structure. */
#ifndef FORMAT_CHECK_H
#define FORMAT_CHECK_H

#include <libgguf/check.h>

#include "base/error.h"
#include "format/file.h"

/** Every rule; the table in check_rules.c has the same order. */
enum check_rule {
    CHECK_VERSION_1,
    CHECK_BYTE_ORDER,
    CHECK_ALIGNMENT_NOT_POWER_OF_TWO,
    CHECK_DUPLICATE_KEY,
    CHECK_KEY_TOO_LONG,
    CHECK_KEY_NOT_SNAKE_CASE,
    CHECK_KEY_NOT_UTF8,
    CHECK_KEY_CONTAINS_NUL,
    CHECK_STRING_NOT_UTF8,
    CHECK_STRING_CONTAINS_NUL,
    CHECK_BOOL_NOT_0_OR_1,
    CHECK_NESTED_ARRAY,
    CHECK_DUPLICATE_TENSOR,
    CHECK_TENSOR_NAME_EMPTY,
    CHECK_TENSOR_NAME_64_BYTES,
    CHECK_TENSOR_NAME_TOO_LONG,
    CHECK_TENSOR_NAME_NOT_UTF8,
    CHECK_TENSOR_NAME_CONTAINS_NUL,
    CHECK_TENSOR_TYPE_UNKNOWN,
    CHECK_TENSOR_TYPE_REMOVED,
    CHECK_TENSOR_ROW_PARTIAL_BLOCK,
    CHECK_TENSOR_OFFSET_UNALIGNED,
    CHECK_TENSORS_OUT_OF_ORDER,
    CHECK_TENSORS_OVERLAP,
    CHECK_TENSOR_GAP,
    CHECK_TENSOR_DATA_MISSING,
    CHECK_LAST_PADDING_MISSING,
    CHECK_TRAILING_BYTES,
    CHECK_SPLIT_NUMBER,
    CHECK_SHARDS_MISSING,
    CHECK_SHARDS_INCONSISTENT,
    CHECK_ARCHITECTURE_MISSING,
    CHECK_HYPERPARAMETER_MISSING,
    CHECK_HYPERPARAMETER_INVALID,
    CHECK_TOKENIZER_INCOMPLETE,
    CHECK_TOKENIZER_ARRAY_LENGTH,
    CHECK_TOKENIZER_ELEMENT_TYPE,
    CHECK_TOKENIZER_SPECIAL_ID,
};

/** A check under way. */
struct check {
    const struct libgguf_file *file; /* the file or set that was asked about */
    enum libgguf_check_profile profile;
    bool (*report)(void *context, const struct libgguf_finding *finding);
    void *context;
    size_t shard; /* the file that findings are about */
    bool cancelled;
};

/** Reports a finding, unless the profile does not look at @p rule or the check was cancelled. */
void check_report(struct check *check, enum check_rule rule, uint64_t offset, const char *format,
                  ...) ERROR_PRINTF(4, 5);

/** The structural rules over @p file, one file. Statuses: MEMORY, IO, TRUNCATED. */
enum libgguf_status check_structure(struct check *check, const struct libgguf_file *file,
                                    struct libgguf_error *err);

/** The rules about the text and values of the metadata of @p file, one file. */
enum libgguf_status check_metadata(struct check *check, const struct libgguf_file *file,
                                   struct libgguf_error *err);

/** The rules about the tensor table of @p file, one file. */
enum libgguf_status check_tensors(struct check *check, const struct libgguf_file *file,
                                  struct libgguf_error *err);

/** The rules about a set of shards as a whole, and about a single file that claims to be one. */
void check_shards(struct check *check);

#endif
