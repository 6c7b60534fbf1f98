/** @file What rooms above ask of types of values. */
#ifndef FORMAT_VALUE_H
#define FORMAT_VALUE_H

#include <libgguf/value.h>

/** True for the types of integers; a bool is none. */
bool value_type_is_integer(enum libgguf_value_type type);

#endif
