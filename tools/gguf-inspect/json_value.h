/** @file Metadata values as JSON. */
#ifndef INSPECT_JSON_VALUE_H
#define INSPECT_JSON_VALUE_H

#include <libgguf.h>

/** Writes @p str of @p file, null when it could not be read. */
void json_value_str(struct libgguf_json *json, const struct libgguf_file *file,
                    const struct libgguf_str *str);

/** Writes the members that describe @p value: type, value, or count and items of an array. */
void json_value_members(struct libgguf_json *json, const struct libgguf_file *file,
                        const struct libgguf_value *value, uint64_t items);

#endif
