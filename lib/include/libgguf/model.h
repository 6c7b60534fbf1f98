/**
 * @file What the bytes mean: the architecture's hyperparameters, the number of parameters, and how
 * they are quantised. Nothing here allocates, and nothing here is cached: every call reads the
 * index of an open file, so any number of threads may call these functions on one file. What is
 * handed out is valid until libgguf_close().
 *
 * Hyperparameters have keys of the form ARCH.NAME, where ARCH is the value of general.architecture.
 * The functions here take NAME alone ("attention.head_count_kv"); errors name the whole key.
 */
#ifndef LIBGGUF_MODEL_H
#define LIBGGUF_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libgguf/tensor.h>
#include <libgguf/value.h>

LIBGGUF_BEGIN_DECLS

/** The longest architecture name that keys are made of: bytes. */
#define LIBGGUF_MAX_ARCHITECTURE_SIZE 64

/** The longest NAME of a hyperparameter that can be asked for: bytes. */
#define LIBGGUF_MAX_PARAM_NAME_SIZE 128

/**
 * The largest block_count that is believed. Models have up to a few hundred layers; a claim beyond
 * this is an error of status RANGE, so that a walk over layers always ends soon.
 */
#define LIBGGUF_MAX_LAYERS 65536

/** A number that the file does not give. */
#define LIBGGUF_ABSENT UINT64_MAX

/**
 * The value of general.architecture, always in memory. Statuses: NOT_FOUND, AMBIGUOUS, WRONG_TYPE
 * (not a string), RANGE (empty, longer than LIBGGUF_MAX_ARCHITECTURE_SIZE, or with a NUL inside).
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_model_architecture(const struct libgguf_file *file, struct libgguf_str *out,
                           struct libgguf_error *err);

/**
 * The entry ARCH.@p name. Statuses: those of libgguf_model_architecture(), NOT_FOUND, AMBIGUOUS,
 * ARGUMENT when @p name is longer than LIBGGUF_MAX_PARAM_NAME_SIZE.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_param_lookup(const struct libgguf_file *file, const char *name,
                     const struct libgguf_kv **out, struct libgguf_error *err);

/**
 * ARCH.@p name as a number: an integer of any type that is not negative, no array. @p out is
 * untouched on failure. Statuses: those of libgguf_param_lookup(), WRONG_TYPE, RANGE (negative).
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status libgguf_param_u64(const struct libgguf_file *file,
                                                                    const char *name, uint64_t *out,
                                                                    struct libgguf_error *err);

/** As libgguf_param_u64() for a number of any type, such as rope.freq_base. */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status libgguf_param_f64(const struct libgguf_file *file,
                                                                    const char *name, double *out,
                                                                    struct libgguf_error *err);

/** As libgguf_param_u64() for a bool, such as attention.causal. */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_param_bool(const struct libgguf_file *file, const char *name, bool *out,
                   struct libgguf_error *err);

/** As libgguf_param_u64() for a string, such as rope.scaling.type. */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status libgguf_param_str(const struct libgguf_file *file,
                                                                    const char *name,
                                                                    struct libgguf_str *out,
                                                                    struct libgguf_error *err);

/**
 * ARCH.block_count. Statuses: those of libgguf_param_u64(), RANGE above LIBGGUF_MAX_LAYERS. Zero is
 * handed out as it is.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_model_layer_count(const struct libgguf_file *file, uint64_t *out,
                          struct libgguf_error *err);

/**
 * An integer hyperparameter that is either one number for all layers or an array of one per layer
 * (attention.head_count_kv, feed_forward_length, attention.sliding_window_pattern, ...). Every
 * element was validated: an integer that is not negative, or a bool, counted as 0 and 1.
 */
struct libgguf_layers {
    const struct libgguf_kv *kv; /**< the entry itself */
    uint64_t layer_count; /**< layers there is a value for; the array's length if it is one */
    uint64_t value;       /**< the number, when it is one for all layers; else @c max */
    uint64_t min;         /**< the smallest value of all layers */
    uint64_t max;         /**< the largest value of all layers */
    bool per_layer;       /**< an array in the file */
    bool boolean;         /**< a bool or an array of them: flags, not numbers */
};

/**
 * ARCH.@p name for @p layer_count layers, normally libgguf_model_layer_count(). An array must have
 * exactly that many elements; memory and time follow the array that is present, never the claim.
 * Statuses: those of libgguf_param_u64() (for any element), RANGE for an array of another length
 * or @p layer_count above LIBGGUF_MAX_LAYERS, IO, TRUNCATED (the file shrank).
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_param_layers(const struct libgguf_file *file, const char *name, uint64_t layer_count,
                     struct libgguf_layers *out, struct libgguf_error *err);

/**
 * The value for layer @p layer (0-based): one read of the file for an array. Use an iterator to
 * walk all of them. Statuses: ARGUMENT when @p layer is not below layer_count, IO, TRUNCATED,
 * RANGE or WRONG_TYPE (the file changed since).
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_layers_at(const struct libgguf_layers *layers, uint64_t layer, uint64_t *out,
                  struct libgguf_error *err);

/** A walk over the layers; lives on the caller's stack, needs no end call. Fields are private. */
struct libgguf_layers_iter {
    const struct libgguf_layers *layers;
    uint64_t layer;             /* of the next value */
    enum libgguf_status status; /* sticky */
    struct libgguf_array_iter array;
};

/** Sets @p iter to layer 0 of @p layers, which must outlive it. */
LIBGGUF_API void libgguf_layers_begin(struct libgguf_layers_iter *iter,
                                      const struct libgguf_layers *layers);

/**
 * Stores the next layer's value and returns true; false after the last one, or on a read error
 * (libgguf_layers_status()).
 */
LIBGGUF_API bool libgguf_layers_next(struct libgguf_layers_iter *iter, uint64_t *out);

/** LIBGGUF_OK, or why the walk stopped early: IO, TRUNCATED, RANGE (the file changed). */
LIBGGUF_API enum libgguf_status libgguf_layers_status(const struct libgguf_layers_iter *iter);

/** The smallest and largest value over all layers, equal for a scalar; LIBGGUF_ABSENT if none. */
struct libgguf_layer_range {
    uint64_t min;
    uint64_t max;
    bool per_layer; /**< an array in the file, even if all its values are equal */
};

/**
 * The usual numbers of a model, for a first screen. A number that the file does not give, or gives
 * in a way that cannot be used, is LIBGGUF_ABSENT (NaN for a floating one); @c problem tells about
 * the first that cannot be used. Zero stays zero: never divide by one without looking.
 */
struct libgguf_model_params {
    struct libgguf_str architecture; /**< empty (size 0) when missing */
    struct libgguf_str name;         /**< general.name; empty when missing */
    uint64_t context_length;         /**< tokens */
    uint64_t embedding_length;
    uint64_t block_count;
    struct libgguf_layer_range feed_forward_length;
    struct libgguf_layer_range head_count;
    struct libgguf_layer_range head_count_kv; /**< head_count when the file does not say */
    uint64_t key_length; /**< of one head; embedding_length / head_count when the file does not say
                          */
    uint64_t value_length; /**< as key_length */
    uint64_t vocab_size;   /**< ARCH.vocab_size, else the count of tokenizer.ggml.tokens */
    uint64_t expert_count;
    uint64_t expert_used_count;
    uint64_t sliding_window; /**< tokens */
    uint64_t rope_dimension_count;
    double rope_freq_base;
    double rope_scaling_factor;
    double norm_epsilon; /**< of the RMS norm, else of the layer norm */
    bool norm_is_rms;
    struct libgguf_error problem; /**< status OK when every number that is present is usable */
};

/** Fills @p out; cannot fail. */
LIBGGUF_API void libgguf_model_params(const struct libgguf_file *file,
                                      struct libgguf_model_params *out);

/** How large the model is, over the tensors of all shards that are present. */
struct libgguf_model_size {
    uint64_t tensor_count;
    uint64_t parameter_count;       /**< elements of all tensors */
    uint64_t sized_parameter_count; /**< elements of the tensors of known size */
    uint64_t tensor_size;           /**< bytes of the tensors of known size, without padding */
    uint64_t unsized_tensor_count;  /**< tensors of removed or unknown type */
    double bits_per_weight; /**< 8 * tensor_size / sized_parameter_count; 0 without elements */
};

/** Sums up all tensors. Statuses: RANGE when a sum is above 2^64 - 1. */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_model_size(const struct libgguf_file *file, struct libgguf_model_size *out,
                   struct libgguf_error *err);

/** One line of the histogram of tensor types. */
struct libgguf_type_usage {
    const struct libgguf_tensor_type *type; /**< NULL on the line for all unknown types together */
    uint32_t type_id;                       /**< on that line: of the first such tensor */
    uint64_t tensor_count;
    uint64_t parameter_count; /**< elements */
    uint64_t tensor_size;     /**< bytes, without padding; 0 for types without a size */
};

/** At least the rows of the type table and one more: room for any histogram. */
#define LIBGGUF_MAX_TYPE_USAGES 64

/**
 * Fills @p out with a line per type that occurs, the largest in bytes first, then the one with the
 * most elements, then the lowest id; stores how many in @p count. Statuses: RANGE when a sum is
 * above 2^64 - 1.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_model_types(const struct libgguf_file *file,
                    struct libgguf_type_usage out[LIBGGUF_MAX_TYPE_USAGES], size_t *count,
                    struct libgguf_error *err);

/** One row of the table of file types: the recipe that a quantiser followed (llama_ftype). */
struct libgguf_file_type {
    uint32_t id;
    const char *name;      /**< as people write it: "Q4_K_M", "F32" */
    const char *ggml_name; /**< as llama.h writes it: "MOSTLY_Q4_K_M", "ALL_F32" */
    uint32_t tensor_type;  /**< id of the tensor type that most of its weights have */
    bool removed;          /**< no longer written or read by llama.cpp */
};

/** The file type numbered @p id, or NULL for one the table does not have. */
LIBGGUF_API const struct libgguf_file_type *libgguf_file_type_find(uint32_t id);

/** The row at @p index of the table in order of ids, or NULL beyond its end. */
LIBGGUF_API const struct libgguf_file_type *libgguf_file_type_at(size_t index);

/** The file type with this name, either way of writing, letter case ignored; or NULL. */
LIBGGUF_API const struct libgguf_file_type *libgguf_file_type_by_name(const char *name);

/** What the file says about its quantisation, and what its tensors say. */
struct libgguf_quantization {
    const struct libgguf_file_type *shown; /**< the one to believe: declared unless it is missing,
                                                unknown or contradicted; NULL if nothing is known */
    const struct libgguf_file_type *declared; /**< NULL when missing or not in the table */
    const struct libgguf_file_type *guess;    /**< after the type most weights have; NULL when the
                                                   model has no tensors of at least two dimensions, or
                                                   no file type is made of that type */
    uint64_t declared_id;                     /**< as in the file, or LIBGGUF_ABSENT */
    bool declared_guess; /**< the file says that its writer guessed (bit 1024 is set) */
    bool contradicted;   /**< no weight has the declared type, nor the one that llama-quantize uses
                              in its place for rows that are no multiple of its block */
};

/**
 * Fills @p out from general.file_type and the tensors; cannot fail. An entry of another type than
 * an integer counts as missing.
 */
LIBGGUF_API void libgguf_model_quantization(const struct libgguf_file *file,
                                            struct libgguf_quantization *out);

LIBGGUF_END_DECLS

#endif
