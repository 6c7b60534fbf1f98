/** @file The grid of the first screen: labels and values in one or two columns. */
#ifndef INSPECT_LAYOUT_H
#define INSPECT_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include <libgguf.h>

/** Where values start, and where the second label and value of a line do: columns from 0. */
#define LAYOUT_VALUE 16
#define LAYOUT_SECOND_LABEL 40
#define LAYOUT_SECOND_VALUE 58

/** Prints a heading over the lines that follow, after an empty line. */
void layout_heading(const char *text);

/** Prints @p label and moves to LAYOUT_VALUE. */
void layout_label(const char *label);

/** A line of one label and a value of the program's making. */
#if defined(__GNUC__) || defined(__clang__)
__attribute__((__format__(printf, 2, 3)))
#endif
void layout_line(const char *label, const char *format, ...);

/** Pairs of label and value, put side by side where both fit; an empty line before the first. */
struct layout_pairs {
    bool begun;
    size_t column; /* 0: a new line starts */
};

/** Adds a pair; @p value is the program's own text. */
void layout_pair(struct layout_pairs *pairs, const char *label, const char *value);

/** Ends the last line. */
void layout_pairs_end(struct layout_pairs *pairs);

#endif
