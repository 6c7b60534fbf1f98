/** @file Where a load that linear memory is too small for breaks off. Private to memory/. */
#ifndef MEMORY_FAILURE_POINT_H
#define MEMORY_FAILURE_POINT_H

#include "memory/footprint.h"
#include "memory/strategy.h"

/** Fills in the failure of @p estimate, whose phases are complete. Statuses: MEMORY. */
enum libgguf_status failure_point_find(const struct libgguf_footprint *footprint,
                                       const struct strategy_row *row,
                                       struct libgguf_estimate *estimate,
                                       struct libgguf_error *err);

#endif
