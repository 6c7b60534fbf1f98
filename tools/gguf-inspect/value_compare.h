/** @file Are two metadata values of two files the same, and if not, where do they part? */
#ifndef INSPECT_VALUE_COMPARE_H
#define INSPECT_VALUE_COMPARE_H

#include <libgguf.h>

/** A value and the file it comes from. */
struct value_ref {
    const struct libgguf_file *file;
    const struct libgguf_value *value;
};

/** How two values differ. */
struct value_difference {
    bool different;
    uint64_t first;     /**< of strings of one type: the first byte that differs or that one of them
                             does not have; of arrays: the first such item */
    uint64_t line;      /**< of strings: the line that byte is in, from 1 */
    uint64_t differing; /**< of arrays: items that differ, of those that both have */
};

/**
 * Compares two values: types, then numbers bit by bit, strings byte by byte, arrays item by item.
 * Statuses: those of reading strings and arrays.
 */
LIBGGUF_NODISCARD enum libgguf_status value_compare(struct value_ref a, struct value_ref b,
                                                    struct value_difference *out,
                                                    struct libgguf_error *err);

#endif
