/** @file Arithmetic on numbers that come from files: the result, or false when it does not fit. */
#ifndef BASE_ARITHMETIC_H
#define BASE_ARITHMETIC_H

#include <stdbool.h>
#include <stdint.h>

static inline bool checked_add_u64(uint64_t a, uint64_t b, uint64_t *out)
{
    *out = a + b;
    return *out >= a;
}

static inline bool checked_mul_u64(uint64_t a, uint64_t b, uint64_t *out)
{
    *out = a * b;
    return a == 0 || *out / a == b;
}

/** Rounds @p value up to a multiple of @p alignment, which is not 0. */
static inline bool checked_align_u64(uint64_t value, uint64_t alignment, uint64_t *out)
{
    const uint64_t rest = value % alignment;
    return checked_add_u64(value, rest ? alignment - rest : 0, out);
}

#endif
