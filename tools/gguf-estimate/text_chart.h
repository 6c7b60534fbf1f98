/** @file The phases of a load drawn in characters. */
#ifndef ESTIMATE_TEXT_CHART_H
#define ESTIMATE_TEXT_CHART_H

#include <stdio.h>

#include <libgguf.h>

/** Prints one line per phase, to scale, with a mark where the ceiling is. */
void text_chart_print(const struct libgguf_estimate *estimate, FILE *stream);

#endif
