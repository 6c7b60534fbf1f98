/** @file Naming what a file that is not GGUF looks like. */
#ifndef FORMAT_LOOK_ALIKE_H
#define FORMAT_LOOK_ALIKE_H

#include <stddef.h>

/** How many first bytes are enough to tell. */
#define LOOK_ALIKE_SIZE 64

/** What the first @p size bytes look like ("an HTML page"), or NULL for nothing known. */
const char *look_alike_name(const unsigned char *bytes, size_t size);

#endif
