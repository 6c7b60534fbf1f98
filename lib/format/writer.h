/** @file What the parts of the writer share: its state, and encoding into memory. */
#ifndef FORMAT_WRITER_H
#define FORMAT_WRITER_H

#include <libgguf/writer.h>

#include "base/buffer.h"
#include "base/hash_index.h"

/** A metadata entry. Key and, unless it is read from a file, encoded value lie in the bytes. */
struct writer_entry {
    size_t key;
    size_t key_size;
    size_t value;
    uint64_t value_size; /* encoded, type field not counted */
    enum libgguf_value_type type;
    const struct libgguf_file *file;    /* NULL for a value in memory */
    const struct libgguf_value *source; /* in file */
};

struct writer_tensor {
    size_t name; /* in the bytes */
    size_t name_size;
    uint32_t type_id;
    uint32_t dim_count;
    uint64_t dims[LIBGGUF_MAX_DIMS];
    uint64_t size;
    uint64_t data_offset; /* from the start of the data section; set by the layout */
    enum libgguf_status (*read)(void *context, uint64_t from, void *buffer, size_t size,
                                struct libgguf_error *err);
    void *context;
    const struct libgguf_file *file; /* NULL unless copied */
    const struct libgguf_tensor *source;
};

struct libgguf_writer {
    uint32_t version;
    bool big_endian;
    bool alignment_forced; /* by the options */
    bool alignment_listed; /* by an entry */
    uint64_t alignment;
    struct buffer bytes;
    struct writer_entry *entries;
    size_t entry_count;
    size_t entry_capacity;
    uint64_t entries_size; /* encoded */
    struct hash_index keys;
    struct writer_tensor *tensors;
    size_t tensor_count;
    size_t tensor_capacity;
    uint64_t infos_size; /* encoded */
    struct hash_index names;
    bool laid_out; /* since the last addition */
    struct libgguf_header layout;
};

/** Bytes of a length or count field. */
size_t writer_length_size(const struct libgguf_writer *writer);

/** Encodes the low @p size bytes of @p number. */
void writer_encode(const struct libgguf_writer *writer, uint64_t number, size_t size,
                   unsigned char *out);

/** Appends bytes as they are; false without memory. */
bool writer_put_bytes(struct libgguf_writer *writer, const char *data, size_t size);

/** Appends the low @p size bytes of @p number, encoded; false without memory. */
bool writer_put(struct libgguf_writer *writer, uint64_t number, size_t size);

/** Appends a length or a count. Statuses: RANGE, MEMORY. */
enum libgguf_status writer_put_length(struct libgguf_writer *writer, uint64_t length,
                                      struct libgguf_error *err);

/** Appends a string with its length. Statuses: RANGE, MEMORY. */
enum libgguf_status writer_put_str(struct libgguf_writer *writer, const char *data, uint64_t size,
                                   struct libgguf_error *err);

/** The bits of a scalar of @p size bytes in host order, as a number. */
uint64_t writer_scalar_bits(const void *scalar, size_t size);

/** RANGE when @p length does not fit a length or count field of the version. */
enum libgguf_status writer_check_length(const struct libgguf_writer *writer, uint64_t length,
                                        struct libgguf_error *err);

/**
 * Adds @p entry, whose value is what was appended to the bytes from @p entry.value on, or comes
 * from a file, under @p key; takes the bytes from entry.value on back when it fails.
 */
enum libgguf_status writer_add_entry(struct libgguf_writer *writer, const char *key,
                                     size_t key_size, struct writer_entry entry,
                                     struct libgguf_error *err);

/** True when the metadata ends with an alignment that no entry gave. */
bool writer_appends_alignment(const struct libgguf_writer *writer);

/** Bytes on their way to a sink, through a buffer. */
struct emitter {
    const struct libgguf_sink *sink;
    uint64_t pos; /* bytes of the file so far */
    size_t used;
    unsigned char *buffer; /* EMITTER_SIZE bytes */
};

#define EMITTER_SIZE 262144

/**
 * Room for at most @p size bytes, stored in @p room and at least 1; call emitter_commit() when they
 * are filled. The pointer is NULL after a failure of the sink, which is stored in @p status.
 */
unsigned char *emitter_room(struct emitter *emitter, uint64_t size, size_t *room,
                            enum libgguf_status *status, struct libgguf_error *err);
void emitter_commit(struct emitter *emitter, size_t size);

enum libgguf_status emitter_put(struct emitter *emitter, const void *data, size_t size,
                                struct libgguf_error *err);
enum libgguf_status emitter_zeros(struct emitter *emitter, uint64_t size,
                                  struct libgguf_error *err);
enum libgguf_status emitter_flush(struct emitter *emitter, struct libgguf_error *err);

/** The bytes that @p value of @p file takes in a file of @p writer. */
enum libgguf_status writer_copy_size(const struct libgguf_writer *writer,
                                     const struct libgguf_file *file,
                                     const struct libgguf_value *value, uint64_t *out,
                                     struct libgguf_error *err);

/** Emits @p value of @p file, encoded for @p writer. */
enum libgguf_status writer_copy_emit(const struct libgguf_writer *writer,
                                     const struct libgguf_file *file,
                                     const struct libgguf_value *value, struct emitter *emitter,
                                     struct libgguf_error *err);

#endif
