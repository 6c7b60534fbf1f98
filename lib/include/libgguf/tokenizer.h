/**
 * @file Views of a model's vocabulary: tokens, scores, types, special ids and chat templates.
 *
 * A tokenizer is a cheap view. Creating one looks at the index only; nothing in it grows with the
 * vocabulary until a token is asked for by id (then 4 bytes a token) or by text (4 bytes times the
 * smallest power of two that is at least twice the tokens, for each form that is asked for), or
 * libgguf_tokenizer_prepare() is called. Those tables are built once, by whichever thread comes
 * first, and kept until libgguf_tokenizer_free().
 * All functions may be called from several threads on one tokenizer; the file must stay open.
 */
#ifndef LIBGGUF_TOKENIZER_H
#define LIBGGUF_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libgguf/value.h>

LIBGGUF_BEGIN_DECLS

/** Tokens longer than this many bytes are not found by text. */
#define LIBGGUF_MAX_TOKEN_TEXT 8192

/** How a vocabulary writes its tokens, after tokenizer.ggml.model. */
enum libgguf_tokenizer_kind {
    LIBGGUF_TOKENIZER_OTHER,         /**< not known here: the display form is the raw one */
    LIBGGUF_TOKENIZER_SENTENCEPIECE, /**< "llama", "t5", "gemma4", "plamo2", "plamo3": U+2581 is
                                          a space, <0xNN> a byte */
    LIBGGUF_TOKENIZER_BYTE_BPE,      /**< "gpt2": one printable code point for each byte */
    LIBGGUF_TOKENIZER_WORDPIECE,     /**< "bert": U+2581 or "##" says if a word begins */
    LIBGGUF_TOKENIZER_RWKV,          /**< "rwkv": backslash escapes */
};

/** What a token is, as numbered in tokenizer.ggml.token_type. */
enum libgguf_token_type {
    LIBGGUF_TOKEN_UNDEFINED = 0, /**< also: the file has no types */
    LIBGGUF_TOKEN_NORMAL = 1,
    LIBGGUF_TOKEN_UNKNOWN = 2,
    LIBGGUF_TOKEN_CONTROL = 3,
    LIBGGUF_TOKEN_USER_DEFINED = 4,
    LIBGGUF_TOKEN_UNUSED = 5,
    LIBGGUF_TOKEN_BYTE = 6,
};

/** The two ways to write a token. */
enum libgguf_token_form {
    LIBGGUF_TOKEN_RAW,     /**< the bytes in the file: "Ġthe", "▁the", "<0x0A>" */
    LIBGGUF_TOKEN_DISPLAY, /**< the bytes it stands for: " the", "\n". They may be a part of a
                                character. Control, unknown and user-defined tokens stay raw */
};

/** The tokens that have a role. */
enum libgguf_special {
    LIBGGUF_SPECIAL_BOS,     /**< begin of sequence */
    LIBGGUF_SPECIAL_EOS,     /**< end of sequence */
    LIBGGUF_SPECIAL_EOT,     /**< end of turn */
    LIBGGUF_SPECIAL_EOM,     /**< end of message */
    LIBGGUF_SPECIAL_UNK,     /**< unknown */
    LIBGGUF_SPECIAL_SEP,     /**< separator (the key says "seperator") */
    LIBGGUF_SPECIAL_PAD,     /**< padding */
    LIBGGUF_SPECIAL_CLS,     /**< classification */
    LIBGGUF_SPECIAL_MASK,    /**< mask */
    LIBGGUF_SPECIAL_FIM_PRE, /**< fill in the middle: before ("prefix" in older files) */
    LIBGGUF_SPECIAL_FIM_SUF, /**< after ("suffix") */
    LIBGGUF_SPECIAL_FIM_MID, /**< what is to be filled in ("middle") */
    LIBGGUF_SPECIAL_FIM_PAD, /**< padding */
    LIBGGUF_SPECIAL_FIM_REP, /**< repository */
    LIBGGUF_SPECIAL_FIM_SEP, /**< file separator */
    LIBGGUF_SPECIAL_COUNT,   /**< how many there are; may grow */
};

/** A flag that a file may leave open. */
enum libgguf_flag {
    LIBGGUF_FLAG_ABSENT,
    LIBGGUF_FLAG_FALSE,
    LIBGGUF_FLAG_TRUE,
};

/** Opaque; refers to the file it was created from. */
struct libgguf_tokenizer;

/** What the index tells about a vocabulary. Valid as long as the tokenizer. */
struct libgguf_tokenizer_info {
    struct libgguf_str model; /**< tokenizer.ggml.model; empty when missing */
    struct libgguf_str pre;   /**< tokenizer.ggml.pre; empty when missing */
    enum libgguf_tokenizer_kind kind;
    uint64_t token_count;               /**< 0 when the file has no token list */
    const struct libgguf_array *tokens; /**< of strings; NULL when missing or of other type */
    const struct libgguf_array *scores; /**< of f32; NULL when missing or of other type */
    const struct libgguf_array *types;  /**< of integers; NULL when missing or of other type */
    const struct libgguf_array *merges; /**< of strings; NULL when missing or of other type */
    enum libgguf_flag add_bos;          /**< tokenizer.ggml.add_bos_token */
    enum libgguf_flag add_eos;          /**< tokenizer.ggml.add_eos_token */
    enum libgguf_flag add_sep;          /**< tokenizer.ggml.add_sep_token */
    enum libgguf_flag add_space_prefix; /**< tokenizer.ggml.add_space_prefix */
    enum libgguf_flag remove_extra_whitespaces;
};

/** One special id as the file gives it. */
struct libgguf_special_token {
    const struct libgguf_kv *kv; /**< NULL when the file does not give it */
    uint64_t id;                 /**< LIBGGUF_ABSENT_TOKEN when missing or no integer */
    bool present; /**< a token of the vocabulary. False for -1 and 2^32 - 1, by which writers say
                       that there is none, and for an id beyond the vocabulary */
};

/** The id of no token. */
#define LIBGGUF_ABSENT_TOKEN UINT64_MAX

/**
 * Creates a view of the vocabulary of @p file, which must stay open until
 * libgguf_tokenizer_free(). A file without a vocabulary gives one with token_count 0.
 * Statuses: MEMORY.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_tokenizer_create(const struct libgguf_file *file, struct libgguf_tokenizer **out,
                         struct libgguf_error *err);

/**
 * Builds all tables now, for both forms, so that no later call needs memory or walks the list of
 * tokens. Does nothing without a vocabulary.
 * Statuses: those of libgguf_token_raw() except NOT_FOUND.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_tokenizer_prepare(const struct libgguf_tokenizer *tokenizer, struct libgguf_error *err);

/** Frees @p tokenizer and its tables; NULL is allowed. */
LIBGGUF_API void libgguf_tokenizer_free(struct libgguf_tokenizer *tokenizer);

/** What the index tells; never NULL. */
LIBGGUF_API const struct libgguf_tokenizer_info *
libgguf_tokenizer_info(const struct libgguf_tokenizer *tokenizer);

/** The special token @p which; all fields absent for a value beyond the enum. */
LIBGGUF_API struct libgguf_special_token
libgguf_tokenizer_special(const struct libgguf_tokenizer *tokenizer, enum libgguf_special which);

/** A short name of a special token, "bos" to "fim_sep"; NULL for a value beyond the enum. */
LIBGGUF_API const char *libgguf_special_name(enum libgguf_special which);

/** A short name of a token type, "normal" to "byte"; NULL for a value beyond the enum. */
LIBGGUF_API const char *libgguf_token_type_name(enum libgguf_token_type type);

/**
 * Where the raw bytes of token @p id are; data is set only when the file was opened from memory,
 * otherwise read them with libgguf_token_text() or libgguf_str_read().
 * Statuses: NOT_FOUND when @p id is not below token_count, MEMORY, IO, TRUNCATED (the file shrank),
 * CHANGED, UNSUPPORTED (a token list of 4 GiB or 2^28 tokens or more).
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_token_raw(const struct libgguf_tokenizer *tokenizer, uint64_t id, struct libgguf_str *out,
                  struct libgguf_error *err);

/**
 * Writes token @p id into @p buffer in the form asked for and stores the bytes written in
 * @p length; no NUL is added. @p size must be at least the size of the raw form, which is never
 * shorter than the display form; otherwise the status is RANGE, @p length the size needed.
 * Other statuses: those of libgguf_token_raw().
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_token_text(const struct libgguf_tokenizer *tokenizer, uint64_t id,
                   enum libgguf_token_form form, char *buffer, size_t size, size_t *length,
                   struct libgguf_error *err);

/**
 * Decodes @p size bytes of raw token text at @p buffer in place, as libgguf_token_text() does for a
 * token of type @p type in a vocabulary like this one, and returns the new size, which is not
 * larger. For callers that walk the array of tokens themselves.
 */
LIBGGUF_API size_t libgguf_token_decode(const struct libgguf_tokenizer *tokenizer,
                                        enum libgguf_token_type type, char *buffer, size_t size);

/**
 * The token whose form @p form is exactly the @p size bytes at @p text. Of several equal tokens
 * the lowest id is found; a byte token (<0x41>) is found by its display form only when no other
 * token reads the same.
 * Statuses: NOT_FOUND, ARGUMENT when there is no such form, and those of libgguf_token_raw().
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_token_find(const struct libgguf_tokenizer *tokenizer, enum libgguf_token_form form,
                   const char *text, size_t size, uint64_t *id, struct libgguf_error *err);

/**
 * The score of token @p id. Statuses: NOT_FOUND when the file has no score for it, IO, TRUNCATED.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_token_score(const struct libgguf_tokenizer *tokenizer, uint64_t id, float *out,
                    struct libgguf_error *err);

/**
 * The type of token @p id: UNDEFINED when the file has none for it or one that is not in the enum.
 * Statuses: NOT_FOUND when @p id is not below token_count, IO, TRUNCATED.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_token_type(const struct libgguf_tokenizer *tokenizer, uint64_t id,
                   enum libgguf_token_type *out, struct libgguf_error *err);

/** A chat template. */
struct libgguf_chat_template {
    struct libgguf_str name; /**< NAME of tokenizer.chat_template.NAME; empty for the default one */
    struct libgguf_str text; /**< read it with libgguf_str_read() or libgguf_str_load() */
    const struct libgguf_kv *kv;
};

/**
 * Walks the chat templates of @p file in file order: set @p position to 0 first. Returns false
 * when there are no more. Entries that are no strings, and the list of names in
 * tokenizer.chat_templates, are passed over.
 */
LIBGGUF_API bool libgguf_chat_template_next(const struct libgguf_file *file, size_t *position,
                                            struct libgguf_chat_template *out);

LIBGGUF_END_DECLS

#endif
