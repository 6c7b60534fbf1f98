/** @file Lists that grow as elements are found, never as they are claimed. */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stddef.h>

/**
 * @p list, moved where needed, with room for one more element of @p size bytes behind the @p count
 * that it has. @p capacity is what it has room for, 0 at first. NULL, and nothing changed, when
 * there is no memory.
 */
void *list_room(void *list, size_t count, size_t *capacity, size_t size);

#endif
