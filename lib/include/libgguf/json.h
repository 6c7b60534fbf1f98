/**
 * @file A streaming JSON writer for values that JSON libraries cannot hold. GGUF metadata has
 * 64-bit integers, NaN and strings that are not UTF-8; all of them are written so that the output
 * is always valid JSON (RFC 8259) and nothing is lost:
 *
 *   - integers are plain digits over the whole range of 64 bits, also above 2^53 where a reader
 *     that keeps numbers as doubles rounds them;
 *   - floats are the shortest decimal that reads back as the same f32 or f64 (0.1, 1e-05, -0);
 *     the ones JSON has no number for are the strings "NaN", "Infinity" and "-Infinity";
 *   - strings that are valid UTF-8 are JSON strings; control characters and characters that are
 *     invisible or reorder text on a terminal (U+202E and its like) are \u escapes;
 *   - any other string is an object with its bytes in lower-case hexadecimal: {"hex": "ff00"}.
 *
 * The same calls give the same bytes everywhere: no locale, no clock, members in the order given.
 * The writer lives where the caller puts it, allocates nothing and needs no cleanup. Errors are
 * sticky: after the first one calls do nothing, and libgguf_json_finish() reports it. A writer is
 * used by one thread at a time.
 */
#ifndef LIBGGUF_JSON_H
#define LIBGGUF_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libgguf/error.h>

LIBGGUF_BEGIN_DECLS

/** Objects and arrays can be inside each other this deep. */
#define LIBGGUF_JSON_MAX_DEPTH 32
/** Bytes that are collected before they are passed on. */
#define LIBGGUF_JSON_BUFFER_SIZE 4096

/** How the members of an object or the elements of an array are laid out. */
enum libgguf_json_layout {
    LIBGGUF_JSON_LINES, /**< each on a line of its own, indented by 2 spaces a level */
    LIBGGUF_JSON_LINE,  /**< all on one line, with a space after commas and colons, and so is
                             everything inside; an empty one of either kind is {} or [] */
    LIBGGUF_JSON_DENSE, /**< no white space at all, and so is everything inside */
};

/**
 * Takes @p size bytes of output. Returns 0 to go on, or an errno value, which becomes the writer's
 * error (LIBGGUF_ERR_IO). Called for every LIBGGUF_JSON_BUFFER_SIZE bytes or so.
 */
typedef int libgguf_json_sink(void *context, const char *data, size_t size);

/** One open object or array. Private. */
struct libgguf_json_level {
    unsigned char layout;
    bool is_object;
    bool has_members;
};

/** A writer. The fields are private. */
struct libgguf_json {
    libgguf_json_sink *sink;
    void *context;
    enum libgguf_status status; /* sticky */
    int sys_errno;              /* of the sink */
    const char *misuse;         /* what the caller did wrong, or NULL */
    bool done;                  /* the outermost value is complete */
    bool has_key;               /* a member's key was written, its value is next */
    size_t depth;               /* open objects and arrays */
    size_t used;                /* bytes in buffer */
    struct libgguf_json_level levels[LIBGGUF_JSON_MAX_DEPTH];
    char buffer[LIBGGUF_JSON_BUFFER_SIZE];
};

/** Prepares @p json to write one document to @p sink, which is called with @p context. */
LIBGGUF_API void libgguf_json_init(struct libgguf_json *json, libgguf_json_sink *sink,
                                   void *context);

/** Opens an object. Inside one that is LINE or DENSE, @p layout is ignored. */
LIBGGUF_API void libgguf_json_object_begin(struct libgguf_json *json,
                                           enum libgguf_json_layout layout);
/** Closes the innermost object. */
LIBGGUF_API void libgguf_json_object_end(struct libgguf_json *json);

/** Opens an array. Inside one that is LINE or DENSE, @p layout is ignored. */
LIBGGUF_API void libgguf_json_array_begin(struct libgguf_json *json,
                                          enum libgguf_json_layout layout);
/** Closes the innermost array. */
LIBGGUF_API void libgguf_json_array_end(struct libgguf_json *json);

/**
 * Writes the name of the next member; its value must follow. @p key is NUL-terminated UTF-8 and
 * comes from the program: names from a file are values, since they may repeat or not be UTF-8.
 */
LIBGGUF_API void libgguf_json_key(struct libgguf_json *json, const char *key);

/** Writes @p size bytes at @p data, as a JSON string or as {"hex": "…"} when not valid UTF-8. */
LIBGGUF_API void libgguf_json_string(struct libgguf_json *json, const char *data, size_t size);
/** As libgguf_json_string() for a NUL-terminated @p text; NULL is written as null. */
LIBGGUF_API void libgguf_json_text(struct libgguf_json *json, const char *text);
/** Writes @p size bytes at @p data as a JSON string of lower-case hexadecimal digits. */
LIBGGUF_API void libgguf_json_hex(struct libgguf_json *json, const void *data, size_t size);
/** Writes an unsigned integer. */
LIBGGUF_API void libgguf_json_u64(struct libgguf_json *json, uint64_t value);
/** Writes a signed integer. */
LIBGGUF_API void libgguf_json_i64(struct libgguf_json *json, int64_t value);
/** Writes the shortest decimal that reads back as this f32, or a string for NaN and infinities. */
LIBGGUF_API void libgguf_json_f32(struct libgguf_json *json, float value);
/** Writes the shortest decimal that reads back as this f64, or a string for NaN and infinities. */
LIBGGUF_API void libgguf_json_f64(struct libgguf_json *json, double value);
/** Writes true or false. */
LIBGGUF_API void libgguf_json_bool(struct libgguf_json *json, bool value);
/** Writes null. */
LIBGGUF_API void libgguf_json_null(struct libgguf_json *json);

/** A member in one call: the key, then the value. */
LIBGGUF_API void libgguf_json_member_text(struct libgguf_json *json, const char *key,
                                          const char *text);
/** As libgguf_json_member_text(), for an unsigned integer. */
LIBGGUF_API void libgguf_json_member_u64(struct libgguf_json *json, const char *key,
                                         uint64_t value);
/** As libgguf_json_member_text(), for a boolean. */
LIBGGUF_API void libgguf_json_member_bool(struct libgguf_json *json, const char *key, bool value);

/** The first error so far, so that a long loop can stop early. */
LIBGGUF_API enum libgguf_status libgguf_json_status(const struct libgguf_json *json);

/**
 * Ends the document with a newline and passes on what is still buffered.
 * Statuses: IO (the sink failed; sys_errno says how), ARGUMENT (the calls do not make one whole
 * JSON value: an object left open, a member without key, a second document, nesting deeper than
 * LIBGGUF_JSON_MAX_DEPTH).
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status libgguf_json_finish(struct libgguf_json *json,
                                                                      struct libgguf_error *err);

LIBGGUF_END_DECLS

#endif
