/** @file --diff --data: the bytes of tensors. */
#ifndef INSPECT_DIFF_DATA_H
#define INSPECT_DIFF_DATA_H

#include "diff.h"

/**
 * Compares the bytes of all tensors of @p diff that both models have in the same type and shape,
 * and counts those that cannot be compared. False when reading failed, which is reported.
 */
bool diff_data_compare(struct diff *diff);

#endif
