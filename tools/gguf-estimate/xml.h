/** @file Text inside XML. */
#ifndef ESTIMATE_XML_H
#define ESTIMATE_XML_H

#include <stdio.h>

/**
 * Prints @p text for an attribute or an element: markup becomes entities; what XML 1.0 cannot
 * hold, or a reader could not see, is shown as an escape.
 */
void xml_put(const char *text, FILE *stream);

#endif
