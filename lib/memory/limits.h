/** @file Holding a load against its limits. Private to memory/. */
#ifndef MEMORY_LIMITS_H
#define MEMORY_LIMITS_H

#include "memory/strategy.h"
#include "memory/weights.h"

/** Fills in the limits of @p estimate, whose phases are complete, and whether it fits. */
void limits_check(const struct strategy_row *row, const struct weights_total *total,
                  struct libgguf_estimate *estimate);

#endif
