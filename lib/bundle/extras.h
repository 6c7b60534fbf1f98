/** @file What lies in a bundle's directories besides the bundle. */
#ifndef BUNDLE_EXTRAS_H
#define BUNDLE_EXTRAS_H

#include "bundle/stored.h"

/*
 * Lists the paths in @p root and in its directory of chunks that are not the bundle's, sorted; each
 * and the list are freed by the caller. Statuses: MEMORY, IO.
 */
enum libgguf_status extras_list(int root, const struct stored_list *stored, char ***out,
                                size_t *count, struct libgguf_error *err);

#endif
