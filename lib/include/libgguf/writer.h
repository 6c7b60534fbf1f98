/**
 * @file Writing GGUF files. Metadata and tensors are added to a writer in file order; it works out
 * every offset, then pushes the file once, from the first byte to the last, into a sink. Tensor
 * bytes, and long strings and arrays copied from another file, are pulled while writing: memory
 * holds names and what was added by value, never tensor data. A writer is used by one thread.
 *
 * What is written is a valid file: the writer refuses what libgguf_open() would refuse. Entries
 * follow each other as they were added, tensors too, each at the next multiple of the alignment,
 * and the file ends with the padding of the last one.
 */
#ifndef LIBGGUF_WRITER_H
#define LIBGGUF_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libgguf/error.h>
#include <libgguf/file.h>
#include <libgguf/tensor.h>
#include <libgguf/value.h>

LIBGGUF_BEGIN_DECLS

/** Opaque; freed with libgguf_writer_free(). */
struct libgguf_writer;

/** What kind of file to write. Zero-initialise, set struct_size, then what is wanted. */
struct libgguf_writer_options {
    size_t struct_size; /**< sizeof(struct libgguf_writer_options) */
    uint32_t version;   /**< 1, 2 or 3; 0 means 3 */
    bool big_endian;    /**< byte order of everything after the magic */
    /**
     * Bytes, or 0 for what a general.alignment entry says. Otherwise such an entry is written with
     * this value wherever it is added, and if none is added one is appended to the metadata unless
     * the value is LIBGGUF_DEFAULT_ALIGNMENT.
     */
    uint64_t alignment;
};

/** An array to be written. It is encoded when it is added; nothing of it is kept. */
struct libgguf_array_input {
    enum libgguf_value_type type; /**< of the elements */
    uint64_t count;               /**< elements */
    /**
     * The elements: for scalars the C type of that width in host byte order (bool: one byte
     * each), for strings struct libgguf_str with data in memory, for arrays struct
     * libgguf_array_input. NULL only when count is 0.
     */
    const void *elements;
};

/** A tensor to be written. Zero-initialise, set struct_size, then what is wanted. */
struct libgguf_tensor_input {
    size_t struct_size;              /**< sizeof(struct libgguf_tensor_input) */
    const char *name;                /**< copied */
    size_t name_size;                /**< bytes */
    uint32_t type_id;                /**< a type of known block size */
    uint32_t dim_count;              /**< 0 (a scalar) to LIBGGUF_MAX_DIMS */
    uint64_t dims[LIBGGUF_MAX_DIMS]; /**< elements, fastest-varying first */
    /**
     * Stores @p size bytes of the tensor, from byte @p from of it, in @p buffer, in the byte order
     * of the file. Called in order while writing, without overlap. A failure ends the writing and
     * is handed to its caller with @p err. NULL writes zeros.
     */
    enum libgguf_status (*read)(void *context, uint64_t from, void *buffer, size_t size,
                                struct libgguf_error *err);
    void *context; /**< for @c read; must live until the file is written */
};

/** Where the bytes of a file go. Both functions return 0 or an errno value. */
struct libgguf_sink {
    size_t struct_size; /**< sizeof(struct libgguf_sink) */
    /** Takes the next @p size bytes. ECANCELED stops the writing with LIBGGUF_ERR_CANCELLED. */
    int (*write)(void *context, const void *data, size_t size);
    /** Takes @p size zero bytes, as a hole for example; NULL has zeros written instead. */
    int (*zeros)(void *context, uint64_t size);
    void *context;
};

/** A writer with nothing in it. @p options may be NULL. Statuses: ARGUMENT, VERSION, ALIGNMENT,
 * MEMORY. */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_writer_create(const struct libgguf_writer_options *options, struct libgguf_writer **out,
                      struct libgguf_error *err);

/** Frees @p writer; NULL is allowed. */
LIBGGUF_API void libgguf_writer_free(struct libgguf_writer *writer);

/**
 * Adds a metadata entry under the NUL-terminated @p key. A failure leaves the writer as it was.
 * Statuses: EMPTY_KEY, DUPLICATE_KEY, RANGE (version 1 counts and lengths of 2^32 and above),
 * ALIGNMENT (a general.alignment that is not u32 or not usable), MEMORY.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_writer_add_u8(struct libgguf_writer *writer, const char *key, uint8_t value,
                      struct libgguf_error *err);
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_writer_add_i8(struct libgguf_writer *writer, const char *key, int8_t value,
                      struct libgguf_error *err);
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_writer_add_u16(struct libgguf_writer *writer, const char *key, uint16_t value,
                       struct libgguf_error *err);
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_writer_add_i16(struct libgguf_writer *writer, const char *key, int16_t value,
                       struct libgguf_error *err);
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_writer_add_u32(struct libgguf_writer *writer, const char *key, uint32_t value,
                       struct libgguf_error *err);
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_writer_add_i32(struct libgguf_writer *writer, const char *key, int32_t value,
                       struct libgguf_error *err);
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_writer_add_u64(struct libgguf_writer *writer, const char *key, uint64_t value,
                       struct libgguf_error *err);
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_writer_add_i64(struct libgguf_writer *writer, const char *key, int64_t value,
                       struct libgguf_error *err);
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_writer_add_f32(struct libgguf_writer *writer, const char *key, float value,
                       struct libgguf_error *err);
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_writer_add_f64(struct libgguf_writer *writer, const char *key, double value,
                       struct libgguf_error *err);
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_writer_add_bool(struct libgguf_writer *writer, const char *key, bool value,
                        struct libgguf_error *err);
/** As above: a string of @p size bytes, which may hold any byte. */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_writer_add_str(struct libgguf_writer *writer, const char *key, const char *data,
                       size_t size, struct libgguf_error *err);
/**
 * As above: an array. Further statuses: ARGUMENT (no elements, a string that is not in memory),
 * VALUE_TYPE, DEPTH.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_writer_add_array(struct libgguf_writer *writer, const char *key,
                         const struct libgguf_array_input *array, struct libgguf_error *err);

/**
 * Adds an entry of @p file, in the version and byte order of the writer. An array, or a string
 * that is not in memory, is read again when the file is written: @p file stays open until then.
 * Floats keep their bits and bools their byte. Statuses: as for the entries above, IO, TRUNCATED.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_writer_copy_kv(struct libgguf_writer *writer, const struct libgguf_file *file,
                       const struct libgguf_kv *kv, struct libgguf_error *err);

/**
 * Adds a tensor. A failure leaves the writer as it was. Statuses: ARGUMENT, DUPLICATE_TENSOR,
 * UNSUPPORTED (a type of unknown size), DIMENSIONS (too many of them, 2^63 elements or bytes, rows
 * that are not whole blocks), RANGE (version 1 dimensions of 2^32 and above), MEMORY.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_writer_add_tensor(struct libgguf_writer *writer, const struct libgguf_tensor_input *tensor,
                          struct libgguf_error *err);

/**
 * Adds a tensor of @p file, whose bytes are read when the file is written: @p file stays open
 * until then. Further statuses: UNSUPPORTED when the byte orders of file and writer differ and
 * the tensor has elements.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_writer_copy_tensor(struct libgguf_writer *writer, const struct libgguf_file *file,
                           const struct libgguf_tensor *tensor, struct libgguf_error *err);

/**
 * What the header of the file would be, were it written now. Statuses: RANGE (the file would
 * exceed 2^63 - 1 bytes, or a count 2^32 - 1 in version 1).
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_writer_layout(struct libgguf_writer *writer, struct libgguf_header *out,
                      struct libgguf_error *err);

/**
 * Where the tensor that was added as number @p index (from 0) would lie: bytes from the start of
 * the file, and its size without padding. Statuses: as libgguf_writer_layout(), and ARGUMENT when
 * there is no such tensor.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_writer_tensor_place(struct libgguf_writer *writer, size_t index, uint64_t *offset,
                            uint64_t *size, struct libgguf_error *err);

/**
 * Pushes the whole file into @p sink. May be called again, with the same bytes as long as what it
 * copies from stays the same. Statuses: as libgguf_writer_layout(); ARGUMENT, MEMORY, IO and
 * CANCELLED (from the sink); TRUNCATED, CHANGED and IO (from a source); what a tensor's read
 * returns.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_writer_write(struct libgguf_writer *writer, const struct libgguf_sink *sink,
                     struct libgguf_error *err);

/** As libgguf_writer_write(), but stops at data_offset, before the first tensor's bytes. */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_writer_write_header(struct libgguf_writer *writer, const struct libgguf_sink *sink,
                            struct libgguf_error *err);

LIBGGUF_END_DECLS

#endif
