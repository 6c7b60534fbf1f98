/** @file Metadata values as JSON. */
#ifndef INSPECT_JSON_VALUE_H
#define INSPECT_JSON_VALUE_H

#include <libgguf.h>

/** Writes @p str of @p file, null when it could not be read. */
void json_value_str(struct libgguf_json *json, const struct libgguf_file *file,
                    const struct libgguf_str *str);

/** Writes a member with the text @p str of @p file, null when it is empty or could not be read. */
void json_member_str(struct libgguf_json *json, const char *key, const struct libgguf_file *file,
                     const struct libgguf_str *str);

/** Writes the members that describe @p value: type, value, or count and items of an array. */
void json_value_members(struct libgguf_json *json, const struct libgguf_file *file,
                        const struct libgguf_value *value, uint64_t items);

/** Writes a number, shortest as f32 where it is one; null for NaN. */
void json_member_float(struct libgguf_json *json, const char *key, double value);

/** Writes the members that every description of a tensor has: type, type_id and dims. */
void json_tensor_members(struct libgguf_json *json, const struct libgguf_tensor *tensor);

#endif
