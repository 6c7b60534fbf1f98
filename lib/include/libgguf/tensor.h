/**
 * @file Tensors: the type table, the tensor index, and access to tensor bytes. Everything handed
 * out belongs to the file and is valid until libgguf_close(). All functions may be called from
 * several threads on one file.
 */
#ifndef LIBGGUF_TENSOR_H
#define LIBGGUF_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libgguf/value.h>

LIBGGUF_BEGIN_DECLS

#define LIBGGUF_MAX_DIMS 4

/** What has become of a tensor type. */
enum libgguf_type_status {
    LIBGGUF_TYPE_ACTIVE,   /**< stored in files today */
    LIBGGUF_TYPE_INTERNAL, /**< a helper of dot products, never stored by the usual tools */
    LIBGGUF_TYPE_REMOVED,  /**< once stored; no size is known any more */
};

/** One row of the table of tensor types (ggml.h of August 2026). */
struct libgguf_tensor_type {
    uint32_t id;
    const char *name;        /**< as people write it: "Q4_K" */
    const char *ggml_name;   /**< as ggml writes it: "q4_K"; NULL for removed types */
    uint32_t block_elements; /**< elements in one block; 0 for removed types */
    uint32_t block_size;     /**< bytes of one block; 0 for removed types */
    enum libgguf_type_status status;
};

/** The type numbered @p id, or NULL for one the table does not have. */
LIBGGUF_API const struct libgguf_tensor_type *libgguf_tensor_type_find(uint32_t id);

/** The type at @p index of the table in order of ids, or NULL beyond its end. */
LIBGGUF_API const struct libgguf_tensor_type *libgguf_tensor_type_at(size_t index);

/** The type with this name, letter case ignored ("q8_0", "Q4_K", "f16"), or NULL. */
LIBGGUF_API const struct libgguf_tensor_type *libgguf_tensor_type_by_name(const char *name);

/**
 * The bytes of @p row_elements elements of @p type: whole blocks, the last one rounded up.
 * False when the type has no size or the result would exceed 2^63 - 1.
 */
LIBGGUF_API bool libgguf_tensor_type_row_size(const struct libgguf_tensor_type *type,
                                              uint64_t row_elements, uint64_t *out);

/** One tensor record. Allocated by the library only, so fields may be appended. */
struct libgguf_tensor {
    struct libgguf_str name;                /**< not NUL-terminated, not trusted */
    uint32_t type_id;                       /**< as in the file */
    const struct libgguf_tensor_type *type; /**< NULL when the table does not have type_id */
    uint32_t dim_count;                     /**< 0 (a scalar) to LIBGGUF_MAX_DIMS */
    uint64_t dims[LIBGGUF_MAX_DIMS]; /**< elements, fastest-varying first; unused ones are 1 */
    uint64_t element_count;          /**< product of dims, below 2^63 */
    uint64_t offset;                 /**< bytes from the start of its shard's file to its data */
    uint64_t data_offset;  /**< bytes from the start of the data section, as in the file */
    uint64_t size;         /**< bytes, without alignment padding; 0 unless size_known */
    bool size_known;       /**< false for removed and unknown types */
    uint64_t missing_size; /**< bytes of it beyond the end of the file */
    uint64_t info_offset;  /**< bytes from the start of the file to its record */
    uint64_t info_size;    /**< bytes of its record */
    size_t shard;          /**< index of its file in the set; 0 for a single file */
    size_t index;          /**< its own index: libgguf_tensor_at(file, index) */
    bool duplicate;        /**< another tensor of the model has the same name */
};

/** How many tensors the model has, over all shards. */
LIBGGUF_API size_t libgguf_tensor_count(const struct libgguf_file *file);

/** The tensor at @p index in file order, or NULL if out of range. */
LIBGGUF_API const struct libgguf_tensor *libgguf_tensor_at(const struct libgguf_file *file,
                                                           size_t index);

/** The only tensor with this NUL-terminated @p name; NULL when there is none or several. */
LIBGGUF_API const struct libgguf_tensor *libgguf_tensor_find(const struct libgguf_file *file,
                                                             const char *name);

/**
 * Reads @p size bytes of @p tensor, from byte @p from of it, into @p buffer, in the byte order of
 * the file. Statuses: ARGUMENT when from + size is beyond the tensor, UNSUPPORTED when its size is
 * unknown, TRUNCATED when the bytes are missing, IO, and RANGE and MEMORY for a stream, of which
 * tensors are not kept.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_tensor_read(const struct libgguf_file *file, const struct libgguf_tensor *tensor,
                    uint64_t from, void *buffer, size_t size, struct libgguf_error *err);

/** A view of one tensor's bytes in whole pages. */
struct libgguf_mapping {
    const void *data;   /**< the tensor's first byte */
    uint64_t size;      /**< the tensor's bytes */
    const void *page;   /**< @c data rounded down to a page */
    uint64_t page_size; /**< bytes from @c page to the end of the tensor's last page */
};

/**
 * Maps @p tensor read-only, without copying: pages are read when touched and can be evicted. The
 * first call maps, every later one from any thread returns the same pointers; libgguf_close()
 * unmaps. For a memory source the view is the memory itself, and @c page is @c data. Should the
 * file be cut short afterwards, touching the lost pages raises SIGBUS, as with any mapping; use
 * libgguf_tensor_read() on files that others may change.
 * Statuses: UNSUPPORTED (unknown size, or a source that is neither file nor memory), TRUNCATED
 * when bytes are missing, RANGE (more than memory can address), IO, MEMORY.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_tensor_map(const struct libgguf_file *file, const struct libgguf_tensor *tensor,
                   struct libgguf_mapping *out, struct libgguf_error *err);

LIBGGUF_END_DECLS

#endif
