/** @file The first screen: what the model is, in 80 columns. */
#ifndef INSPECT_OVERVIEW_H
#define INSPECT_OVERVIEW_H

#include "model_file.h"
#include "options.h"

/** Prints the first screen of @p model. */
void overview_print(const struct model_file *model, const struct inspect_options *options);

#endif
