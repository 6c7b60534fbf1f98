/**
 * @file Numbers as people write and read them. Sizes are accepted as 16777216, 16MiB (powers of
 * 1024) and 16MB (powers of 1000); a bare 16M could be either and is refused with a hint.
 */
#ifndef CLI_SIZE_H
#define CLI_SIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Room for the texts of this file, NUL included. */
#define CLI_NUMBER_SIZE 48

/** Decimal digits only: true, and @p out set, when @p text is a number that fits. */
bool cli_parse_u64(const char *text, uint64_t *out);

/**
 * A size: true, and @p out set to bytes. Otherwise false, and @p why (of @p why_size bytes) says
 * what is wrong and what to write instead. Fractions are accepted with a unit, 1.5GiB, and rounded
 * down to whole bytes.
 */
bool cli_parse_size(const char *text, uint64_t *out, char *why, size_t why_size);

/** "1,185,376"; returns @p out. */
const char *cli_count_text(uint64_t value, char out[CLI_NUMBER_SIZE]);

/**
 * "1 tensor", "1,185,376 tensors": @p value of @p noun, whose plural has an s; returns out. For
 * UINT64_MAX, where sums stop, "more than 2^64 - 1 tensors".
 */
const char *cli_nouns_text(uint64_t value, const char *noun, char out[CLI_NUMBER_SIZE]);

/** Adds @p more to @p sum, which stops at UINT64_MAX. */
void cli_sum_add(uint64_t *sum, uint64_t more);

/** "1.13 MiB", "512 bytes", "1 byte": three digits and a binary unit; returns @p out. */
const char *cli_size_text(uint64_t bytes, char out[CLI_NUMBER_SIZE]);

/** "1.10 B", "260 k", "999": three digits and a decimal letter (k M B T); returns @p out. */
const char *cli_magnitude_text(uint64_t value, char out[CLI_NUMBER_SIZE]);

#endif
