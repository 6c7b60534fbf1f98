/**
 * @file Metadata: key/value pairs, strings, arrays, and the getters that read them. Everything
 * handed out here belongs to the libgguf_file it came from and is valid until libgguf_close().
 * All functions may be called from several threads on one file.
 */
#ifndef LIBGGUF_VALUE_H
#define LIBGGUF_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libgguf/error.h>
#include <libgguf/float_text.h>

LIBGGUF_BEGIN_DECLS

/** Arrays may hold arrays, this deep: an array of scalars has depth 1. */
#define LIBGGUF_MAX_ARRAY_DEPTH 4

/** String values up to this many bytes are kept in memory; longer ones are read when asked for. */
#define LIBGGUF_INLINE_STRING_MAX 1024

/** The bytes an array iterator reads at once, and the longest string element it hands out whole. */
#define LIBGGUF_ITER_WINDOW 16384

/** The types of metadata values, as numbered in the file. */
enum libgguf_value_type {
    LIBGGUF_VALUE_U8 = 0,
    LIBGGUF_VALUE_I8 = 1,
    LIBGGUF_VALUE_U16 = 2,
    LIBGGUF_VALUE_I16 = 3,
    LIBGGUF_VALUE_U32 = 4,
    LIBGGUF_VALUE_I32 = 5,
    LIBGGUF_VALUE_F32 = 6,
    LIBGGUF_VALUE_BOOL = 7,   /**< one byte */
    LIBGGUF_VALUE_STRING = 8, /**< length and bytes; no NUL at the end, not trusted to be UTF-8 */
    LIBGGUF_VALUE_ARRAY = 9,
    LIBGGUF_VALUE_U64 = 10,
    LIBGGUF_VALUE_I64 = 11,
    LIBGGUF_VALUE_F64 = 12,
};

struct libgguf_file;

/**
 * A run of bytes from a file: not NUL-terminated, not trusted. Keys and tensor names always have
 * data; a long string value has data == NULL and is read with libgguf_str_read().
 */
struct libgguf_str {
    const char *data; /**< the bytes, or NULL when they are not in memory */
    uint64_t size;    /**< bytes */
    uint64_t offset;  /**< bytes from the start of the file to the first one */
};

/** An array that stays in the file; iterate with libgguf_array_begin(). */
struct libgguf_array {
    const struct libgguf_file *file;
    enum libgguf_value_type type; /**< of the elements */
    uint64_t count;               /**< elements */
    uint64_t offset;              /**< bytes from the start of the file to the first element */
    uint64_t size;                /**< bytes of all elements together */
};

/** One value. Which member of @c as is set follows from @c type. */
struct libgguf_value {
    enum libgguf_value_type type;
    uint64_t offset; /**< bytes from the start of the file to the value, after its type */
    uint64_t size;   /**< bytes of the value in the file, length and count fields included */
    union {
        uint8_t u8;
        int8_t i8;
        uint16_t u16;
        int16_t i16;
        uint32_t u32;
        int32_t i32;
        float f32;
        uint8_t boolean; /**< the byte as it stands in the file: 0 is false, all others are true */
        struct libgguf_str string;
        struct libgguf_array array;
        uint64_t u64;
        int64_t i64;
        double f64;
    } as;
};

/** One metadata entry. Allocated by the library only, so fields may be appended. */
struct libgguf_kv {
    struct libgguf_str key;
    struct libgguf_value value;
    uint64_t offset; /**< bytes from the start of the file to the key's length field */
    uint64_t size;   /**< bytes of the whole entry */
    bool duplicate;  /**< another entry of the file has the same key */
};

/** The name of a value type as the specification writes it ("u32", "array"); NULL if unknown. */
LIBGGUF_API const char *libgguf_value_type_name(enum libgguf_value_type type);

/** Bytes of one scalar of @p type in a file; 0 for strings, arrays and unknown types. */
LIBGGUF_API size_t libgguf_value_type_size(enum libgguf_value_type type);

/** How many metadata entries the file has. */
LIBGGUF_API size_t libgguf_kv_count(const struct libgguf_file *file);

/** The entry at @p index in file order, or NULL if out of range. */
LIBGGUF_API const struct libgguf_kv *libgguf_kv_at(const struct libgguf_file *file, size_t index);

/**
 * The only entry with this NUL-terminated @p key, or NULL when there is none or when there are
 * several (see libgguf_kv_lookup() to tell the two apart).
 */
LIBGGUF_API const struct libgguf_kv *libgguf_kv_find(const struct libgguf_file *file,
                                                     const char *key);

/** As libgguf_kv_find(), with a reason. Statuses: NOT_FOUND, AMBIGUOUS. */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status libgguf_kv_lookup(const struct libgguf_file *file,
                                                                    const char *key,
                                                                    const struct libgguf_kv **out,
                                                                    struct libgguf_error *err);

/**
 * Typed getters: the value of @p key, which must have exactly this type.
 * Statuses: NOT_FOUND, AMBIGUOUS, WRONG_TYPE. @p out is untouched on failure.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status libgguf_get_u8(const struct libgguf_file *file,
                                                                 const char *key, uint8_t *out,
                                                                 struct libgguf_error *err);
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status libgguf_get_i8(const struct libgguf_file *file,
                                                                 const char *key, int8_t *out,
                                                                 struct libgguf_error *err);
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status libgguf_get_u16(const struct libgguf_file *file,
                                                                  const char *key, uint16_t *out,
                                                                  struct libgguf_error *err);
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status libgguf_get_i16(const struct libgguf_file *file,
                                                                  const char *key, int16_t *out,
                                                                  struct libgguf_error *err);
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status libgguf_get_u32(const struct libgguf_file *file,
                                                                  const char *key, uint32_t *out,
                                                                  struct libgguf_error *err);
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status libgguf_get_i32(const struct libgguf_file *file,
                                                                  const char *key, int32_t *out,
                                                                  struct libgguf_error *err);
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status libgguf_get_u64(const struct libgguf_file *file,
                                                                  const char *key, uint64_t *out,
                                                                  struct libgguf_error *err);
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status libgguf_get_i64(const struct libgguf_file *file,
                                                                  const char *key, int64_t *out,
                                                                  struct libgguf_error *err);
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status libgguf_get_f32(const struct libgguf_file *file,
                                                                  const char *key, float *out,
                                                                  struct libgguf_error *err);
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status libgguf_get_f64(const struct libgguf_file *file,
                                                                  const char *key, double *out,
                                                                  struct libgguf_error *err);
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status libgguf_get_bool(const struct libgguf_file *file,
                                                                   const char *key, bool *out,
                                                                   struct libgguf_error *err);
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status libgguf_get_str(const struct libgguf_file *file,
                                                                  const char *key,
                                                                  struct libgguf_str *out,
                                                                  struct libgguf_error *err);
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status libgguf_get_array(const struct libgguf_file *file,
                                                                    const char *key,
                                                                    struct libgguf_array *out,
                                                                    struct libgguf_error *err);

/** True, and @p out set, when @p value is an integer of any type that is not negative. */
LIBGGUF_API bool libgguf_value_as_u64(const struct libgguf_value *value, uint64_t *out);

/** True, and @p out set, when @p value is a number of any type; integers are rounded to double. */
LIBGGUF_API bool libgguf_value_as_f64(const struct libgguf_value *value, double *out);

/** True when @p str is in memory and equals the NUL-terminated @p text. */
LIBGGUF_API bool libgguf_str_equal(const struct libgguf_str *str, const char *text);

/**
 * Reads @p size bytes of @p str, from byte @p from of it, into @p buffer. Works whether or not
 * the string is in memory. @p file is the one the string came from.
 * Statuses: ARGUMENT when from + size is beyond the string, IO, TRUNCATED (the file shrank), RANGE
 * and MEMORY (streams).
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_str_read(const struct libgguf_file *file, const struct libgguf_str *str, uint64_t from,
                 void *buffer, size_t size, struct libgguf_error *err);

/**
 * Reads the whole of @p str into a fresh NUL-terminated buffer that the caller gives back with
 * libgguf_free(). Statuses: MEMORY, IO, TRUNCATED, RANGE (streams).
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status libgguf_str_load(const struct libgguf_file *file,
                                                                   const struct libgguf_str *str,
                                                                   char **out,
                                                                   struct libgguf_error *err);

/** Frees what the library returned as "the caller frees"; NULL is allowed. */
LIBGGUF_API void libgguf_free(void *memory);

/**
 * An iterator over an array: lives on the caller's stack, needs no end call, allocates nothing.
 * The fields are private. One thread uses one iterator.
 */
struct libgguf_array_iter {
    const struct libgguf_array *array;
    uint64_t index;             /* of the next element */
    uint64_t pos;               /* file offset of the next element */
    enum libgguf_status status; /* sticky */
    uint64_t window_offset;     /* file offset of window[0] */
    size_t window_size;         /* bytes filled */
    const unsigned char *base;  /* window, or the memory source itself */
    unsigned char window[LIBGGUF_ITER_WINDOW];
};

/** Sets @p iter to the first element of @p array, which must outlive it. */
LIBGGUF_API void libgguf_array_begin(struct libgguf_array_iter *iter,
                                     const struct libgguf_array *array);

/**
 * Stores the next element in @p out and returns true; returns false at the end or after an error
 * (see libgguf_array_status()). A string element's data lies in the iterator and is valid until
 * the next call; it is NULL for a string longer than LIBGGUF_ITER_WINDOW.
 */
LIBGGUF_API bool libgguf_array_next(struct libgguf_array_iter *iter, struct libgguf_value *out);

/**
 * Moves to the element at @p index, which may be the end: at once in an array of scalars, in one of
 * strings by walking over the lengths in between (from the beginning when going back). False for
 * arrays of arrays, for an index beyond the end, and after an error.
 */
LIBGGUF_API bool libgguf_array_seek(struct libgguf_array_iter *iter, uint64_t index);

/**
 * LIBGGUF_OK, or why the iteration stopped early: IO, TRUNCATED (the file shrank), VALUE_TYPE or
 * DEPTH (arrays within it changed), RANGE and MEMORY (streams).
 */
LIBGGUF_API enum libgguf_status libgguf_array_status(const struct libgguf_array_iter *iter);

LIBGGUF_END_DECLS

#endif
