#include "format/check.h"

#include <stdarg.h>
#include <stdio.h>

#define NONE LIBGGUF_SEVERITY_NONE
#define WARNING LIBGGUF_SEVERITY_WARNING
#define ERROR LIBGGUF_SEVERITY_ERROR

/* docs/gguf-format.md 9; columns: llama.cpp, spec. */
static const struct libgguf_check_rule rules[] = {
    [CHECK_VERSION_1] = {"version-1", "the file has version 1", ERROR, NONE},
    [CHECK_BYTE_ORDER] = {"byte-order", "the byte order is not this machine's", ERROR, NONE},
    [CHECK_ALIGNMENT_NOT_POWER_OF_TWO] = {"alignment-not-power-of-two",
                                          "general.alignment is not a power of two", ERROR, NONE},
    [CHECK_DUPLICATE_KEY] = {"duplicate-key", "a key occurs more than once", ERROR, ERROR},
    [CHECK_KEY_TOO_LONG] = {"key-too-long", "a key has more than 65,535 bytes", WARNING, ERROR},
    [CHECK_KEY_NOT_SNAKE_CASE] = {"key-not-snake-case", "a key is not lower_snake_case with dots",
                                  WARNING, ERROR},
    [CHECK_KEY_NOT_UTF8] = {"key-not-utf8", "a key is not valid UTF-8", WARNING, ERROR},
    [CHECK_KEY_CONTAINS_NUL] = {"key-contains-nul", "a key has a NUL inside", ERROR, ERROR},
    [CHECK_STRING_NOT_UTF8] = {"string-not-utf8", "a string is not valid UTF-8", WARNING, ERROR},
    [CHECK_STRING_CONTAINS_NUL] = {"string-contains-nul", "a string has a NUL inside", WARNING,
                                   ERROR},
    [CHECK_BOOL_NOT_0_OR_1] = {"bool-not-0-or-1", "a bool byte is neither 0 nor 1", WARNING, ERROR},
    [CHECK_NESTED_ARRAY] = {"nested-array", "an array holds arrays", ERROR, NONE},
    [CHECK_DUPLICATE_TENSOR] = {"duplicate-tensor", "a tensor name occurs more than once", ERROR,
                                ERROR},
    [CHECK_TENSOR_NAME_EMPTY] = {"tensor-name-empty", "a tensor has an empty name", WARNING,
                                 WARNING},
    [CHECK_TENSOR_NAME_64_BYTES] = {"tensor-name-64-bytes",
                                    "a tensor name has exactly 64 bytes, one too many for ggml",
                                    ERROR, NONE},
    [CHECK_TENSOR_NAME_TOO_LONG] = {"tensor-name-too-long", "a tensor name has more than 64 bytes",
                                    ERROR, ERROR},
    [CHECK_TENSOR_NAME_NOT_UTF8] = {"tensor-name-not-utf8", "a tensor name is not valid UTF-8",
                                    WARNING, ERROR},
    [CHECK_TENSOR_NAME_CONTAINS_NUL] = {"tensor-name-contains-nul",
                                        "a tensor name has a NUL inside", ERROR, ERROR},
    [CHECK_TENSOR_TYPE_UNKNOWN] = {"tensor-type-unknown", "a tensor has an unknown type", ERROR,
                                   WARNING},
    [CHECK_TENSOR_TYPE_REMOVED] = {"tensor-type-removed",
                                   "a tensor has a type that was removed from ggml", ERROR,
                                   WARNING},
    [CHECK_TENSOR_ROW_PARTIAL_BLOCK] = {"tensor-row-partial-block",
                                        "a tensor's rows are no whole number of blocks", ERROR,
                                        ERROR},
    [CHECK_TENSOR_OFFSET_UNALIGNED] = {"tensor-offset-unaligned",
                                       "a tensor's offset is not aligned", ERROR, ERROR},
    [CHECK_TENSORS_OUT_OF_ORDER] = {"tensors-out-of-order",
                                    "a tensor's data lies before that of the one listed before it",
                                    ERROR, WARNING},
    [CHECK_TENSORS_OVERLAP] = {"tensors-overlap", "two tensors share bytes", ERROR, ERROR},
    [CHECK_TENSOR_GAP] = {"tensor-gap", "there are unused bytes before a tensor", ERROR, WARNING},
    [CHECK_TENSOR_DATA_MISSING] = {"tensor-data-missing", "a tensor ends beyond the file", ERROR,
                                   ERROR},
    [CHECK_LAST_PADDING_MISSING] = {"last-padding-missing",
                                    "the file ends before the padding of its last tensor", WARNING,
                                    WARNING},
    [CHECK_TRAILING_BYTES] = {"trailing-bytes", "there are bytes after the last tensor", WARNING,
                              WARNING},
    [CHECK_SPLIT_NUMBER] = {"split-number", "split.no is not below split.count", ERROR, ERROR},
    [CHECK_SHARDS_MISSING] = {"shards-missing", "shards of the set are missing", ERROR, ERROR},
    [CHECK_SHARDS_INCONSISTENT] = {"shards-inconsistent",
                                   "shards disagree on count, byte order or architecture", ERROR,
                                   ERROR},
    [CHECK_ARCHITECTURE_MISSING] = {"architecture-missing", "general.architecture is missing",
                                    ERROR, ERROR},
    [CHECK_HYPERPARAMETER_MISSING] = {"hyperparameter-missing",
                                      "a hyperparameter the architecture requires is missing",
                                      ERROR, ERROR},
    [CHECK_HYPERPARAMETER_INVALID] = {"hyperparameter-invalid",
                                      "a hyperparameter has a value that cannot be used", ERROR,
                                      ERROR},
    [CHECK_TOKENIZER_INCOMPLETE] = {"tokenizer-incomplete",
                                    "the tokenizer lacks an array that its model needs", ERROR,
                                    ERROR},
    [CHECK_TOKENIZER_ARRAY_LENGTH] = {"tokenizer-array-length",
                                      "a tokenizer array is not as long as the tokens", ERROR,
                                      ERROR},
    [CHECK_TOKENIZER_ELEMENT_TYPE] = {"tokenizer-element-type",
                                      "a tokenizer array has elements of an unexpected type", ERROR,
                                      ERROR},
    [CHECK_TOKENIZER_SPECIAL_ID] = {"tokenizer-special-id",
                                    "a special token id is outside the vocabulary", ERROR, ERROR},
};

const struct libgguf_check_rule *libgguf_check_rule_at(size_t index)
{
    return index < sizeof rules / sizeof rules[0] ? &rules[index] : NULL;
}

void check_report(struct check *check, enum check_rule rule, uint64_t offset, const char *format,
                  ...)
{
    struct libgguf_finding finding = {.rule = &rules[rule],
                                      .severity = check->profile == LIBGGUF_PROFILE_SPEC
                                                      ? rules[rule].spec
                                                      : rules[rule].llama_cpp,
                                      .shard = check->shard,
                                      .offset = offset};
    if (finding.severity == LIBGGUF_SEVERITY_NONE || check->cancelled) {
        return;
    }
    va_list args;
    va_start(args, format);
    vsnprintf(finding.text, sizeof finding.text, format, args);
    va_end(args);
    check->cancelled = !check->report(check->context, &finding);
}
