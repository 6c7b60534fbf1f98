/**
 * @file Statuses and error details. Nothing here is global: an error lives in the struct that the
 * caller passes, so any number of threads may fail at once.
 */
#ifndef LIBGGUF_ERROR_H
#define LIBGGUF_ERROR_H

#include <stdint.h>

#include <libgguf/export.h>

LIBGGUF_BEGIN_DECLS

/** The offset of an error that belongs to no place in a file. */
#define LIBGGUF_NO_OFFSET UINT64_MAX

/** What a call came to. New values are only ever appended. */
enum libgguf_status {
    LIBGGUF_OK = 0,       /**< done */
    LIBGGUF_ERR_ARGUMENT, /**< the caller broke a contract (NULL, index out of range, bad option) */
    LIBGGUF_ERR_MEMORY,   /**< an allocation failed */
    LIBGGUF_ERR_IO,       /**< a system call failed; sys_errno says how */
    LIBGGUF_ERR_CHANGED,  /**< the file changed (size or time) while it was being read */
    LIBGGUF_ERR_CANCELLED,   /**< a callback asked to stop */
    LIBGGUF_ERR_NOT_FOUND,   /**< no such key, tensor or token */
    LIBGGUF_ERR_AMBIGUOUS,   /**< the name occurs more than once in the file */
    LIBGGUF_ERR_WRONG_TYPE,  /**< the value has another type than the one asked for */
    LIBGGUF_ERR_RANGE,       /**< the value does not fit the type or the limit asked for */
    LIBGGUF_ERR_UNSUPPORTED, /**< valid, but this library cannot do it (unknown tensor type, no map)
                              */
    LIBGGUF_ERR_NOT_GGUF,    /**< the file does not start like a GGUF file */
    LIBGGUF_ERR_VERSION,     /**< a GGUF version other than 1, 2 and 3 */
    LIBGGUF_ERR_TRUNCATED,   /**< a length or count says more than the bytes that are left */
    LIBGGUF_ERR_VALUE_TYPE,  /**< an unknown value type */
    LIBGGUF_ERR_DEPTH,       /**< arrays nested deeper than LIBGGUF_MAX_ARRAY_DEPTH */
    LIBGGUF_ERR_EMPTY_KEY,   /**< a key of length zero */
    LIBGGUF_ERR_DUPLICATE_KEY,    /**< a key occurs twice */
    LIBGGUF_ERR_DUPLICATE_TENSOR, /**< a tensor name occurs twice */
    LIBGGUF_ERR_ALIGNMENT,        /**< general.alignment is not usable */
    LIBGGUF_ERR_DIMENSIONS,       /**< too many dimensions, or a tensor of 2^63 bytes or elements */
    LIBGGUF_ERR_TENSOR_RANGE,     /**< a tensor's offset wraps or its end is beyond the file */
    LIBGGUF_ERR_SHARDS,           /**< shards are missing or contradict each other */
    LIBGGUF_ERR_MANIFEST,         /**< a manifest breaks a rule; the text names the member */
    LIBGGUF_ERR_KEY,              /**< not a key that can be used for this */
    LIBGGUF_ERR_SIGNATURE,        /**< the signature is not that of this key over these bytes */
    LIBGGUF_ERR_STATE,            /**< the call is not for the state that things are in */
    LIBGGUF_ERR_HANDLE,           /**< no such handle: made up, closed, or of an earlier life */
    LIBGGUF_ERR_DIGEST,           /**< the bytes are not those of the digest */
    LIBGGUF_ERR_EXISTS,           /**< something is there already that was not to be replaced */
    LIBGGUF_ERR_BUSY,             /**< another process is at work on the same output */
    LIBGGUF_ERR_SAME_FILE,        /**< the output would take the place of its own input */
};

/** Why a call failed. Filled only on failure; the caller owns it and may pass NULL instead. */
struct libgguf_error {
    enum libgguf_status status;
    int sys_errno;   /**< errno of the failed system call, or 0 */
    uint64_t offset; /**< bytes from the start of the file, or LIBGGUF_NO_OFFSET */
    char text[192];  /**< one line, NUL-terminated, names from files escaped to printable ASCII */
};

/** A stable lower-case identifier of @p status, such as "truncated"; never NULL. */
LIBGGUF_API const char *libgguf_status_name(enum libgguf_status status);

/** The version of the library that is running, such as "0.1.0". */
LIBGGUF_API const char *libgguf_version(void);

LIBGGUF_END_DECLS

#endif
