/**
 * @file The peak memory of loading a model, before it happens: what is live in which pool at which
 * moment of a load, for every way of loading, and whether that stays within limits. Formulas, their
 * sources and what they leave out are in docs/estimate-model.md. Only the header of a model is
 * needed. Nothing here is cached or global: a footprint is immutable, so any number of threads may
 * estimate from one.
 *
 * All sizes are bytes. No sum wraps: what does not fit 64 bits is an error of status RANGE.
 */
#ifndef LIBGGUF_ESTIMATE_H
#define LIBGGUF_ESTIMATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libgguf/error.h>
#include <libgguf/file.h>
#include <libgguf/tensor.h>

LIBGGUF_BEGIN_DECLS

/** A page of WebAssembly memory: bytes. */
#define LIBGGUF_WASM_PAGE_SIZE 65536
/** Ranges that are mapped for a GPU are rounded to this: bytes. */
#define LIBGGUF_MAPPED_PAGE_SIZE 16384
/** The context of a caller who names none is the model's, but not more than this: tokens. */
#define LIBGGUF_DEFAULT_CONTEXT 4096
/** In libgguf_estimate_options.context: the context length that the model states. */
#define LIBGGUF_CONTEXT_OF_MODEL UINT64_MAX
/** Contexts, head counts, lengths and vocabularies beyond this are errors of status RANGE. */
#define LIBGGUF_MAX_HYPERPARAMETER 2147483647

/** How far a number can be trusted. The larger value wins in a sum. */
enum libgguf_certainty {
    LIBGGUF_EXACT,   /**< to the byte */
    LIBGGUF_BOUNDED, /**< an upper bound, or within the error that docs/estimate-model.md states */
    LIBGGUF_UNKNOWN, /**< a lower bound: something could not be counted, and a note says what */
};

/** A number of bytes and how far it can be trusted. */
struct libgguf_amount {
    uint64_t size;
    enum libgguf_certainty certainty;
};

/** Where memory is. */
enum libgguf_pool {
    LIBGGUF_POOL_JS,     /**< ArrayBuffers of the page */
    LIBGGUF_POOL_LINEAR, /**< WebAssembly memory: whole pages, never shrinks */
    LIBGGUF_POOL_HOST,   /**< native memory that only swapping can take away */
    LIBGGUF_POOL_MAPPED, /**< pages of a mapped file, which can be evicted; no part of a total */
    LIBGGUF_POOL_COUNT,
};

/** The steps of a load, in order; every strategy has all of them. */
enum libgguf_phase {
    LIBGGUF_PHASE_FETCH,
    LIBGGUF_PHASE_COPY, /**< into the module, whole or by chunks */
    LIBGGUF_PHASE_MATERIALISE,
    LIBGGUF_PHASE_RUNTIME, /**< KV cache, recurrent state, scratch, logits */
    LIBGGUF_PHASE_RELEASE, /**< what stays while the model is used */
    LIBGGUF_PHASE_COUNT,
};

/** What memory is used for: the entries of the ledger. */
enum libgguf_term {
    LIBGGUF_TERM_BASE,           /**< data and stack of the module (R) */
    LIBGGUF_TERM_FILE,           /**< the whole file, of a set all of them (N) */
    LIBGGUF_TERM_HEADER,         /**< everything before the tensor data (H) */
    LIBGGUF_TERM_INDEX,          /**< tensor records (I) */
    LIBGGUF_TERM_TOKENIZER,      /**< tokenizer structures (Tk) */
    LIBGGUF_TERM_TOKENIZER_LOAD, /**< what a tokenizer needs besides while it is built */
    LIBGGUF_TERM_WEIGHTS,        /**< packed tensors (W) */
    LIBGGUF_TERM_WEIGHTS_F32,    /**< all tensors decoded (F) */
    LIBGGUF_TERM_CACHE_F32,      /**< all tensors decoded a second time, in a loader's cache (F) */
    LIBGGUF_TERM_STAGING,        /**< the largest packed tensor */
    LIBGGUF_TERM_SHRINKING,      /**< the file shrinking from its end while tensors are decoded */
    LIBGGUF_TERM_ROW,            /**< the longest row, decoded */
    LIBGGUF_TERM_CHUNK,          /**< one chunk inside the module (C) */
    LIBGGUF_TERM_WINDOW,         /**< the window that chunks are handed over through (B) */
    LIBGGUF_TERM_FETCHES,        /**< fetches in flight: P chunks, or P windows if streamed */
    LIBGGUF_TERM_KV,             /**< KV cache at the context asked for (K) */
    LIBGGUF_TERM_KV_MAX,         /**< KV cache at the model's context */
    LIBGGUF_TERM_STATE,          /**< state of recurrent layers */
    LIBGGUF_TERM_SCRATCH,        /**< activations, or llama.cpp's compute buffer */
    LIBGGUF_TERM_LOGITS,         /**< one row of logits per sequence */
    LIBGGUF_TERM_REPACKED,       /**< copies of weights in another layout */
    LIBGGUF_TERM_MAPPED_PAGES,   /**< the file in whole pages */
    LIBGGUF_TERM_COUNT,
};

/** Ways of loading; docs/estimate-model.md describes each. */
enum libgguf_strategy {
    LIBGGUF_STRATEGY_FULL_COPY,
    LIBGGUF_STRATEGY_FULL_COPY_F32,
    LIBGGUF_STRATEGY_EAGER_F32,
    LIBGGUF_STRATEGY_LAZY_F32,
    LIBGGUF_STRATEGY_LAZY_F32_RELEASE,
    LIBGGUF_STRATEGY_QUANTIZED,
    LIBGGUF_STRATEGY_CHUNKED,
    LIBGGUF_STRATEGY_STREAM_DECODE,
    LIBGGUF_STRATEGY_STREAM_DECODE_F32,
    LIBGGUF_STRATEGY_MAPPED,
    LIBGGUF_STRATEGY_MEMORY64,
    LIBGGUF_STRATEGY_COUNT, /**< may grow */
};

/** What a load is held against; each has a verdict of its own. */
enum libgguf_limit {
    LIBGGUF_LIMIT_CEILING,   /**< the largest total of js, linear and host */
    LIBGGUF_LIMIT_TRANSFER,  /**< one call from the page into the module */
    LIBGGUF_LIMIT_ADDRESS,   /**< linear memory */
    LIBGGUF_LIMIT_JS_BUFFER, /**< the largest single ArrayBuffer */
    LIBGGUF_LIMIT_TENSOR,    /**< the largest tensor as it is held */
    LIBGGUF_LIMIT_COUNT,
};

/** What came of holding a load against a limit. */
enum libgguf_verdict {
    LIBGGUF_VERDICT_FITS,
    LIBGGUF_VERDICT_EXCEEDS,
    LIBGGUF_VERDICT_NONE,    /**< this strategy has nothing that the limit applies to */
    LIBGGUF_VERDICT_UNKNOWN, /**< what could be counted fits, but not all could be */
};

/** How a runtime keeps the vocabulary. */
enum libgguf_tokenizer_model {
    LIBGGUF_TOKENIZER_MODEL_DEFAULT,   /**< what the runtime has */
    LIBGGUF_TOKENIZER_MODEL_ZERO_COPY, /**< strings once, their places, a hash table */
    LIBGGUF_TOKENIZER_MODEL_LLAMA_CPP, /**< maps of strings; twice that while loading */
    LIBGGUF_TOKENIZER_MODEL_NONE,      /**< the page does it */
};

/** How a runtime computes. */
enum libgguf_scratch_model {
    LIBGGUF_SCRATCH_SMALL_WASM, /**< one token at a time: 4·(10H + 3F + C) */
    LIBGGUF_SCRATCH_LLAMA_CPP,  /**< a graph of ubatch tokens */
};

/** A named set of constants of one runtime. All of them are in docs/estimate-model.md. */
struct libgguf_runtime {
    const char *name;
    const char *summary;
    const char *source;      /**< where the numbers come from */
    const char *date;        /**< when, as YYYY-MM-DD */
    uint64_t base;           /**< bytes of data and stack in the module */
    uint32_t index_record;   /**< bytes per tensor */
    uint32_t index_record64; /**< the same in memory64, with pointers of 8 bytes */
    bool indexes_tokens;     /**< the index has where each token is, and hash tables of their texts
                                  in both forms: see libgguf/tokenizer.h */
    uint32_t token_record;   /**< bytes per token besides its text, zero-copy tokenizer */
    uint32_t token_record64; /**< the same in memory64 */
    uint64_t window;         /**< bytes handed over in one call; 0: a whole chunk */
    bool streamed;           /**< a fetch holds a window, not its chunk */
    uint32_t parallel;       /**< fetches in flight */
    uint32_t context_pad;    /**< the context is rounded up to this many cells; at least 1 */
    uint32_t kv_type;        /**< id of the tensor type of keys and values */
    bool repacks;            /**< holds Q4_0 weights a second time */
    enum libgguf_tokenizer_model tokenizer;
    enum libgguf_scratch_model scratch;
};

/** The runtime at @p index, or NULL beyond the last one; the first is the default. */
LIBGGUF_API const struct libgguf_runtime *libgguf_runtime_at(size_t index);
/** The runtime called @p name, or NULL. */
LIBGGUF_API const struct libgguf_runtime *libgguf_runtime_find(const char *name);

/** Names as tools print and accept them: "full-copy". NULL for a value beyond the enum. */
LIBGGUF_API const char *libgguf_strategy_name(enum libgguf_strategy strategy);
/** One sentence on what happens; NULL for a value beyond the enum. */
LIBGGUF_API const char *libgguf_strategy_summary(enum libgguf_strategy strategy);
/** True, and @p out set, when there is a strategy of this name. */
LIBGGUF_API bool libgguf_strategy_find(const char *name, enum libgguf_strategy *out);
/** "js", "linear", "host", "mapped". */
LIBGGUF_API const char *libgguf_pool_name(enum libgguf_pool value);
/** "ceiling", "transfer", "address", "js-buffer", "tensor". */
LIBGGUF_API const char *libgguf_limit_name(enum libgguf_limit value);
/** "fits", "exceeds", "none", "unknown". */
LIBGGUF_API const char *libgguf_verdict_name(enum libgguf_verdict value);
/** "exact", "bounded", "unknown". */
LIBGGUF_API const char *libgguf_certainty_name(enum libgguf_certainty value);
/** "file", "weights_f32", ... */
LIBGGUF_API const char *libgguf_term_name(enum libgguf_term value);
/** A few words for people: "weights as f32". */
LIBGGUF_API const char *libgguf_term_label(enum libgguf_term value);
/** "zero-copy", "llama.cpp", "none"; NULL for others. */
LIBGGUF_API const char *libgguf_tokenizer_model_name(enum libgguf_tokenizer_model value);

/** Something that a number leaves open. */
enum libgguf_note {
    LIBGGUF_NOTE_UNKNOWN_ARCHITECTURE, /**< full attention on every layer taken as upper bound */
    LIBGGUF_NOTE_NO_ARCHITECTURE,      /**< KV cache and scratch unknown */
    LIBGGUF_NOTE_NO_HYPERPARAMETERS,   /**< KV cache or scratch unknown */
    LIBGGUF_NOTE_NO_VOCABULARY,        /**< logits unknown */
    LIBGGUF_NOTE_UNSIZED_TENSORS,  /**< removed or unknown types: bounded by the next offset, else
                                      unknown */
    LIBGGUF_NOTE_MISSING_SHARDS,   /**< weights unknown */
    LIBGGUF_NOTE_NO_TENSORS,       /**< nothing but metadata */
    LIBGGUF_NOTE_WINDOW_IGNORED,   /**< states a sliding window, which llama.cpp ignores */
    LIBGGUF_NOTE_FULL_UPPER_BOUND, /**< layers are counted that may have no KV cache */
    LIBGGUF_NOTE_COMPUTE_BUFFER,   /**< a formula that was measured, not derived */
    LIBGGUF_NOTE_TOKENIZER_BOUND,  /**< bytes per token that were measured */
    LIBGGUF_NOTE_FRAGMENTS,        /**< an allocator may not reuse what was released */
    LIBGGUF_NOTE_COUNT,
};
/** A stable identifier: "unknown_architecture". NULL for a value beyond the enum. */
LIBGGUF_API const char *libgguf_note_name(enum libgguf_note value);
/** A sentence for people; NULL for a value beyond the enum. */
LIBGGUF_API const char *libgguf_note_text(enum libgguf_note value);

/** Opaque: what of a model matters for memory; freed with libgguf_footprint_free(). */
struct libgguf_footprint;

/** Facts of a footprint. */
struct libgguf_footprint_facts {
    char architecture[84]; /**< printable ASCII, escaped; empty when missing */
    bool known_architecture;
    uint64_t file_size;            /**< N */
    uint64_t largest_file;         /**< of a set: its largest file; else N */
    uint64_t data_offset;          /**< H; of a set: of all files together */
    struct libgguf_amount weights; /**< W */
    uint64_t weights_f32;          /**< F */
    uint64_t largest_tensor;       /**< packed */
    uint64_t largest_tensor_f32;
    uint64_t longest_row; /**< elements */
    uint64_t tensor_count;
    uint64_t parameter_count;
    uint64_t layer_count;
    uint64_t kv_layer_count;      /**< layers with a KV cache */
    uint64_t sliding_layer_count; /**< of those: with a sliding window */
    uint64_t recurrent_layer_count;
    uint64_t sliding_window; /**< tokens; 0 for none */
    uint64_t context_length; /**< of the model; 0 when missing */
    uint64_t vocab_size;     /**< 0 when unknown */
    uint64_t token_count;    /**< in the tokenizer; 0 for none */
    uint32_t notes;          /**< bit n set: enum libgguf_note n */
};

/**
 * Looks at the header of @p file, which may be closed afterwards. @p file_size is the size of the
 * whole model when only a part of it is at hand; 0 takes the size of the file (of a set: the sum).
 * A hyperparameter that cannot be used is an error that names its key: 0 heads, arrays of the
 * wrong length, numbers above LIBGGUF_MAX_HYPERPARAMETER. One that is missing makes a note.
 * Statuses: ARGUMENT, MEMORY, IO, TRUNCATED, WRONG_TYPE, AMBIGUOUS, RANGE (also when tensors end
 * beyond @p file_size).
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_footprint_create(const struct libgguf_file *file, uint64_t file_size,
                         struct libgguf_footprint **out, struct libgguf_error *err);

/** Frees @p footprint; NULL is allowed. */
LIBGGUF_API void libgguf_footprint_free(struct libgguf_footprint *footprint);

/** The facts; never NULL, valid as long as the footprint. */
LIBGGUF_API const struct libgguf_footprint_facts *
libgguf_footprint_facts(const struct libgguf_footprint *footprint);

/** What is asked. Zero-initialise, set struct_size, then what is wanted. */
struct libgguf_estimate_options {
    size_t struct_size;                    /**< sizeof(struct libgguf_estimate_options) */
    const struct libgguf_runtime *runtime; /**< NULL: libgguf_runtime_at(0) */
    uint64_t context; /**< tokens; 0: the smaller of the model's and LIBGGUF_DEFAULT_CONTEXT;
                           LIBGGUF_CONTEXT_OF_MODEL: the model's */
    const struct libgguf_tensor_type *type_k; /**< NULL: the runtime's */
    const struct libgguf_tensor_type *type_v; /**< NULL: the runtime's */
    uint64_t chunk_size;                      /**< 0: LIBGGUF_DEFAULT_CHUNK_SIZE */
    uint32_t parallel;                        /**< fetches in flight; 0: the runtime's */
    uint32_t sequences;                       /**< 0: 1 */
    uint32_t ubatch;                          /**< tokens computed at once; 0: 512 */
    bool flash_attention;
    bool memory64; /**< 64-bit addresses for every strategy */
    enum libgguf_tokenizer_model tokenizer;
    /** As if every tensor that can be (two dimensions, whole blocks) had this type; or NULL. */
    const struct libgguf_tensor_type *weight_type;
    uint64_t limits[LIBGGUF_LIMIT_COUNT]; /**< 0: the default of docs/estimate-model.md */
    bool exact_advice; /**< advise only what has an exact peak; estimates stay as they are */
};

/** Where the context in use comes from. */
enum libgguf_context_origin {
    LIBGGUF_CONTEXT_ASKED,   /**< the caller named it */
    LIBGGUF_CONTEXT_MODEL,   /**< the model's own */
    LIBGGUF_CONTEXT_DEFAULT, /**< LIBGGUF_DEFAULT_CONTEXT, the model's is larger or missing */
};

/** The options in use after all defaults. */
struct libgguf_estimate_settings {
    const struct libgguf_runtime *runtime;
    uint64_t context; /**< tokens */
    uint64_t cells;   /**< tokens that a full-attention layer holds, padding included */
    enum libgguf_context_origin context_origin;
    const struct libgguf_tensor_type *type_k;
    const struct libgguf_tensor_type *type_v;
    uint64_t chunk_size; /**< not larger than the file */
    uint64_t window;     /**< not larger than chunk_size */
    uint32_t parallel;   /**< not more than there are chunks */
    uint32_t sequences;
    uint32_t ubatch;
    bool flash_attention;
    bool memory64;
    enum libgguf_tokenizer_model tokenizer;
    const struct libgguf_tensor_type *weight_type;
    uint64_t limits[LIBGGUF_LIMIT_COUNT];
};

/** One pool at one phase. */
struct libgguf_pool_use {
    uint32_t terms; /**< bit n set: enum libgguf_term n is live */
    uint64_t live;  /**< sum of those */
    uint64_t held;  /**< what the pool takes: for linear memory in whole pages, base included, and
                         never less than in the phase before */
};

/** One phase of a load. */
struct libgguf_phase_use {
    const char *name; /**< "fetch", "copy", "append" or "map", "materialise",
                         "runtime", "release" */
    struct libgguf_pool_use pools[LIBGGUF_POOL_COUNT];
    uint64_t total; /**< js + linear + host, as held */
};

/** One limit. */
struct libgguf_limit_use {
    struct libgguf_amount used;
    uint64_t limit;
    enum libgguf_verdict verdict;
};

/** No tensor, no layer. */
#define LIBGGUF_NONE UINT64_MAX

/** Where an allocation fails because linear memory is at its end. */
struct libgguf_address_failure {
    bool fails;
    enum libgguf_phase phase;
    uint64_t tensor; /**< index of the tensor being decoded, or LIBGGUF_NONE */
    uint64_t layer;  /**< its layer, or LIBGGUF_NONE */
};

/** One load, estimated. */
struct libgguf_estimate {
    enum libgguf_strategy strategy;
    struct libgguf_estimate_settings settings;
    struct libgguf_amount terms[LIBGGUF_TERM_COUNT]; /**< of all terms, used here or not */
    struct libgguf_phase_use phases[LIBGGUF_PHASE_COUNT];
    struct libgguf_amount peak;    /**< the largest total */
    enum libgguf_phase peak_phase; /**< the first phase that reaches it */
    uint64_t pool_peaks[LIBGGUF_POOL_COUNT];
    uint64_t live_peak; /**< the largest live in linear memory, base not included */
    struct libgguf_limit_use limits[LIBGGUF_LIMIT_COUNT];
    bool fits; /**< no limit is exceeded, none unknown */
    struct libgguf_address_failure failure;
    uint32_t notes; /**< bits of enum libgguf_note that concern this load */
};

/**
 * Estimates one load. @p options may be NULL for all defaults. Statuses: ARGUMENT (a strategy or
 * type that does not exist, options without struct_size, a runtime with a context_pad of 0), RANGE
 * (a sum above 2^63 - 1; the text names the key behind it), UNSUPPORTED (a KV type without a size),
 * MEMORY.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_estimate_load(const struct libgguf_footprint *footprint, enum libgguf_strategy strategy,
                      const struct libgguf_estimate_options *options, struct libgguf_estimate *out,
                      struct libgguf_error *err);

/**
 * Bytes of KV cache that one more token costs while no window is full, with keys of @p type_k and
 * values of @p type_v. Statuses: RANGE, UNSUPPORTED.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status libgguf_kv_bytes_per_token(
    const struct libgguf_footprint *footprint, const struct libgguf_tensor_type *type_k,
    const struct libgguf_tensor_type *type_v, uint64_t *out, struct libgguf_error *err);

/** What could be changed. */
enum libgguf_advice_kind {
    LIBGGUF_ADVICE_STRATEGY,    /**< another strategy: the one with the smallest peak */
    LIBGGUF_ADVICE_CHUNK_SIZE,  /**< the largest chunk size that fits */
    LIBGGUF_ADVICE_KV_TYPE,     /**< the widest KV type that fits */
    LIBGGUF_ADVICE_CONTEXT,     /**< the longest context that fits */
    LIBGGUF_ADVICE_WEIGHT_TYPE, /**< the widest quantisation of the weights that fits */
    LIBGGUF_ADVICE_COUNT,
};

/** "strategy", "chunk_size", "kv_type", "context", "weight_type"; NULL for others. */
LIBGGUF_API const char *libgguf_advice_name(enum libgguf_advice_kind value);

/** One change, found by estimating again. */
struct libgguf_advice {
    enum libgguf_advice_kind kind;
    bool fits; /**< the load fits after this change alone; else it is the best there is */
    enum libgguf_strategy strategy;
    uint64_t value;                         /**< bytes of a chunk, or tokens */
    const struct libgguf_tensor_type *type; /**< of KV cache or weights */
    struct libgguf_amount peak;             /**< after the change */
};

/**
 * What could be changed about a load, at most one line of each kind, in the order of the enum;
 * stores how many in @p count. A change that makes no difference is left out; so is a chunk size,
 * KV type, context or weight type with which the load would not fit either, and what would have a
 * peak beyond 2^63 bytes. For a load that fits, context is how far it can grow, at most to the
 * model's own. Statuses: as libgguf_estimate_load() for the load as it is.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_estimate_advise(const struct libgguf_footprint *footprint, enum libgguf_strategy strategy,
                        const struct libgguf_estimate_options *options,
                        struct libgguf_advice out[LIBGGUF_ADVICE_COUNT], size_t *count,
                        struct libgguf_error *err);

LIBGGUF_END_DECLS

#endif
