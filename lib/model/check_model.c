#include "model/check_model.h"

#include <inttypes.h>
#include <string.h>

#include <libgguf/model.h>

#include "model/architecture.h"
#include "model/tokenizer.h"

/* The rules report into check; what a read came to is kept until the end. */
struct checker {
    struct check *check;
    const struct libgguf_file *file;
    enum libgguf_status status; /* the first IO or TRUNCATED */
    struct libgguf_error err;
};

static bool present(struct checker *checker, const char *name)
{
    const struct libgguf_kv *kv;
    const enum libgguf_status status = libgguf_param_lookup(checker->file, name, &kv, NULL);
    return status == LIBGGUF_OK || status == LIBGGUF_ERR_AMBIGUOUS;
}

static void check_present(struct checker *checker, const struct libgguf_str *architecture,
                          const char *name)
{
    if (!present(checker, name)) {
        char prefix[ERROR_NAME_SIZE];
        check_report(checker->check, CHECK_HYPERPARAMETER_MISSING, LIBGGUF_NO_OFFSET,
                     "'%s.%s' is missing, which the architecture needs",
                     error_name(prefix, architecture->data, architecture->size), name);
    }
}

static void check_required(struct checker *checker, const struct libgguf_str *architecture)
{
    const struct architecture *row = architecture_find(architecture);
    /* A vocabulary alone is loaded without the numbers of layers. */
    if (!row || libgguf_tensor_count(checker->file) == 0) {
        return;
    }
    check_present(checker, architecture, "context_length");
    check_present(checker, architecture, "embedding_length");
    check_present(checker, architecture, "block_count");
    for (size_t i = 0; i < ARCHITECTURE_MAX_REQUIRED && row->required[i]; i++) {
        check_present(checker, architecture, row->required[i]);
    }
}

/* Reports a value that is there but cannot be used; a missing one has been reported. */
static bool check_usable(struct checker *checker, enum libgguf_status status,
                         const struct libgguf_error *err)
{
    if (status == LIBGGUF_ERR_IO || status == LIBGGUF_ERR_TRUNCATED) {
        checker->status = status;
        checker->err = *err;
    } else if (status != LIBGGUF_OK && status != LIBGGUF_ERR_NOT_FOUND &&
               status != LIBGGUF_ERR_AMBIGUOUS) {
        check_report(checker->check, CHECK_HYPERPARAMETER_INVALID, err->offset, "%s", err->text);
    }
    return status == LIBGGUF_OK;
}

static void check_not_zero(struct checker *checker, const char *name)
{
    struct libgguf_error err;
    const struct libgguf_kv *kv;
    uint64_t value;
    if (check_usable(checker, libgguf_param_u64(checker->file, name, &value, &err), &err) &&
        value == 0 && libgguf_param_lookup(checker->file, name, &kv, NULL) == LIBGGUF_OK) {
        char key[ERROR_NAME_SIZE];
        check_report(checker->check, CHECK_HYPERPARAMETER_INVALID, kv->value.offset, "'%s' is 0",
                     error_name(key, kv->key.data, kv->key.size));
    }
}

/* How a hyperparameter is written: one integer where this table does not say otherwise. */
enum form {
    INTEGER,
    NUMBER,
    BOOL,
    LIST, /* an integer or a bool, or an array of them */
};

static const struct {
    const char *name;
    enum form form;
    bool always; /* looked at wherever it is, not only where the architecture needs it */
} known[] = {
    {"attention.key_length", INTEGER, true},
    {"attention.value_length", INTEGER, true},
    {"attention.sliding_window", INTEGER, true},
    {"vocab_size", INTEGER, true},
    {"expert_count", INTEGER, true},
    {"expert_used_count", INTEGER, true},
    {"rope.dimension_count", INTEGER, true},
    {"rope.freq_base", NUMBER, true},
    {"rope.scaling.factor", NUMBER, true},
    {"attention.layer_norm_rms_epsilon", NUMBER, true},
    {"attention.layer_norm_epsilon", NUMBER, true},
    {"attention.group_norm_epsilon", NUMBER, false},
    {"attention.clamp_kqv", NUMBER, false},
    {"logit_scale", NUMBER, false},
    {"expert_group_scale", NUMBER, false},
    {"use_parallel_residual", BOOL, false},
    {"rope.dimension_sections", LIST, false},
    {"attention.sliding_window_pattern", LIST, false},
};

static const char *const per_layer[] = {"feed_forward_length", "attention.head_count",
                                        "attention.head_count_kv"};

static enum libgguf_status read_list(const struct libgguf_file *file, const char *name,
                                     struct libgguf_error *err)
{
    const struct libgguf_kv *kv;
    struct libgguf_layers layers;
    const enum libgguf_status status = libgguf_param_lookup(file, name, &kv, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    const uint64_t count = kv->value.type == LIBGGUF_VALUE_ARRAY ? kv->value.as.array.count : 0;
    return libgguf_param_layers(file, name, count, &layers, err);
}

static void check_form(struct checker *checker, const char *name, enum form form)
{
    const struct libgguf_file *const file = checker->file;
    enum libgguf_status status = LIBGGUF_OK;
    struct libgguf_error err;
    uint64_t integer;
    double number;
    bool boolean;
    switch (form) {
    case INTEGER:
        status = libgguf_param_u64(file, name, &integer, &err);
        break;
    case NUMBER:
        status = libgguf_param_f64(file, name, &number, &err);
        break;
    case BOOL:
        status = libgguf_param_bool(file, name, &boolean, &err);
        break;
    case LIST:
        status = read_list(file, name, &err);
        break;
    }
    check_usable(checker, status, &err);
}

static bool is_per_layer(const char *name)
{
    for (size_t i = 0; i < sizeof per_layer / sizeof per_layer[0]; i++) {
        if (strcmp(name, per_layer[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Of what an architecture needs, what is not looked at in all of them. */
static void check_form_of_required(struct checker *checker, const char *name)
{
    enum form form = INTEGER;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(name, known[i].name) == 0) {
            if (known[i].always) {
                return;
            }
            form = known[i].form;
        }
    }
    if (!is_per_layer(name)) {
        check_form(checker, name, form);
    }
}

static void check_layers(struct checker *checker)
{
    struct libgguf_error err;
    uint64_t layer_count;
    if (libgguf_param_u64(checker->file, "block_count", &layer_count, NULL) != LIBGGUF_OK ||
        !check_usable(checker, libgguf_model_layer_count(checker->file, &layer_count, &err),
                      &err)) {
        return;
    }
    for (size_t i = 0; i < sizeof per_layer / sizeof per_layer[0]; i++) {
        struct libgguf_layers layers;
        check_usable(checker,
                     libgguf_param_layers(checker->file, per_layer[i], layer_count, &layers, &err),
                     &err);
    }
}

static void check_values(struct checker *checker, const struct libgguf_str *architecture)
{
    check_not_zero(checker, "context_length");
    check_not_zero(checker, "embedding_length");
    check_not_zero(checker, "block_count");
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].always) {
            check_form(checker, known[i].name, known[i].form);
        }
    }
    const struct architecture *row = architecture_find(architecture);
    for (size_t i = 0; row && i < ARCHITECTURE_MAX_REQUIRED && row->required[i]; i++) {
        check_form_of_required(checker, row->required[i]);
    }
    check_layers(checker);
}

/* Only language models have the keys of the table: an adapter or a projector does not. */
static bool is_language_model(const struct libgguf_file *file)
{
    struct libgguf_str type;
    return libgguf_get_str(file, "general.type", &type, NULL) != LIBGGUF_OK ||
           libgguf_str_equal(&type, "model");
}

static void check_architecture(struct checker *checker)
{
    struct libgguf_str architecture;
    struct libgguf_error err;
    const enum libgguf_status status =
        libgguf_model_architecture(checker->file, &architecture, &err);
    if (status == LIBGGUF_ERR_AMBIGUOUS) {
        return; /* a duplicate key is a finding of the rules about bytes */
    }
    if (status == LIBGGUF_ERR_NOT_FOUND) {
        check_report(checker->check, CHECK_ARCHITECTURE_MISSING, LIBGGUF_NO_OFFSET,
                     "'general.architecture' is missing");
        return;
    }
    if (status != LIBGGUF_OK) {
        check_report(checker->check, CHECK_HYPERPARAMETER_INVALID, err.offset, "%s", err.text);
        return;
    }
    struct libgguf_str name;
    check_usable(checker, libgguf_get_str(checker->file, "general.name", &name, &err), &err);
    if (is_language_model(checker->file)) {
        check_required(checker, &architecture);
        check_values(checker, &architecture);
    }
}

static const struct libgguf_kv *find_array(struct checker *checker, const char *key,
                                           const char *needed,
                                           bool (*allowed)(enum libgguf_value_type type))
{
    const struct libgguf_kv *kv = libgguf_kv_find(checker->file, key);
    if (!kv) {
        return NULL;
    }
    const bool is_array = kv->value.type == LIBGGUF_VALUE_ARRAY;
    if (is_array && allowed(kv->value.as.array.type)) {
        return kv;
    }
    check_report(checker->check, CHECK_TOKENIZER_ELEMENT_TYPE, kv->value.offset,
                 "'%s' is %s%s, needed an array of %s", key, is_array ? "an array of " : "of type ",
                 libgguf_value_type_name(is_array ? kv->value.as.array.type : kv->value.type),
                 needed);
    return NULL;
}

static bool is_string(enum libgguf_value_type type)
{
    return type == LIBGGUF_VALUE_STRING;
}

static bool is_f32(enum libgguf_value_type type)
{
    return type == LIBGGUF_VALUE_F32;
}

static bool is_32_bits(enum libgguf_value_type type)
{
    return type == LIBGGUF_VALUE_I32 || type == LIBGGUF_VALUE_U32;
}

static void check_length(struct checker *checker, const struct libgguf_kv *tokens,
                         const struct libgguf_kv *other)
{
    if (!tokens || !other || tokens->value.as.array.count == other->value.as.array.count) {
        return;
    }
    char key[ERROR_NAME_SIZE];
    const uint64_t count = other->value.as.array.count;
    check_report(checker->check, CHECK_TOKENIZER_ARRAY_LENGTH, other->value.offset,
                 "'%s' has %" PRIu64 " element%s for %" PRIu64 " token%s",
                 error_name(key, other->key.data, other->key.size), count, error_plural(count),
                 tokens->value.as.array.count, error_plural(tokens->value.as.array.count));
}

static void check_special_token(struct checker *checker,
                                const struct libgguf_special_token *special, uint64_t token_count)
{
    if (!special->kv || special->present) {
        return;
    }
    char key[ERROR_NAME_SIZE];
    error_name(key, special->kv->key.data, special->kv->key.size);
    const struct libgguf_value *value = &special->kv->value;
    const bool minus_one = value->type == LIBGGUF_VALUE_I32 && value->as.i32 == -1;
    if (minus_one || special->id == UINT32_MAX) {
        return; /* how writers say that there is none */
    }
    if (special->id == LIBGGUF_ABSENT_TOKEN) {
        check_report(checker->check, CHECK_TOKENIZER_SPECIAL_ID, value->offset,
                     "'%s' is no token id: a value of type %s", key,
                     libgguf_value_type_name(value->type));
        return;
    }
    check_report(checker->check, CHECK_TOKENIZER_SPECIAL_ID, value->offset,
                 "'%s' is %" PRIu64 ", but the vocabulary has %" PRIu64 " token%s", key,
                 special->id, token_count, error_plural(token_count));
}

static void check_special_tokens(struct checker *checker)
{
    struct libgguf_tokenizer view;
    tokenizer_init(&view, checker->file);
    for (size_t i = 0; i < LIBGGUF_SPECIAL_COUNT; i++) {
        const struct libgguf_special_token special =
            libgguf_tokenizer_special(&view, (enum libgguf_special)i);
        check_special_token(checker, &special, libgguf_tokenizer_info(&view)->token_count);
    }
}

/* What a tokenizer of that model cannot do without. */
static void check_tokenizer_missing(struct checker *checker, bool has_tokens, bool has_merges)
{
    struct libgguf_str model;
    const enum libgguf_status status =
        libgguf_get_str(checker->file, "tokenizer.ggml.model", &model, NULL);
    if (status == LIBGGUF_ERR_NOT_FOUND && has_tokens) {
        check_report(checker->check, CHECK_TOKENIZER_INCOMPLETE, LIBGGUF_NO_OFFSET,
                     "'tokenizer.ggml.model' is missing, which says what the tokens are for");
    }
    if (status != LIBGGUF_OK || libgguf_str_equal(&model, "none") ||
        libgguf_str_equal(&model, "no_vocab")) {
        return;
    }
    char name[ERROR_NAME_SIZE];
    error_name(name, model.data ? model.data : "", model.data ? model.size : 0);
    if (!has_tokens) {
        check_report(checker->check, CHECK_TOKENIZER_INCOMPLETE, LIBGGUF_NO_OFFSET,
                     "'tokenizer.ggml.tokens' is missing, which a tokenizer '%s' needs", name);
    } else if (!has_merges && libgguf_str_equal(&model, "gpt2")) {
        check_report(checker->check, CHECK_TOKENIZER_INCOMPLETE, LIBGGUF_NO_OFFSET,
                     "'tokenizer.ggml.merges' is missing, which a tokenizer '%s' needs", name);
    }
}

static void check_tokenizer(struct checker *checker)
{
    const struct libgguf_file *file = checker->file;
    const struct libgguf_kv *tokens =
        find_array(checker, "tokenizer.ggml.tokens", "strings", is_string);
    const struct libgguf_kv *scores = find_array(checker, "tokenizer.ggml.scores", "f32", is_f32);
    const struct libgguf_kv *types =
        find_array(checker, "tokenizer.ggml.token_type", "i32", is_32_bits);
    find_array(checker, "tokenizer.ggml.merges", "strings", is_string);
    check_tokenizer_missing(checker, libgguf_kv_find(file, "tokenizer.ggml.tokens") != NULL,
                            libgguf_kv_find(file, "tokenizer.ggml.merges") != NULL);
    check_length(checker, tokens, scores);
    check_length(checker, tokens, types);
    if (tokens) {
        check_special_tokens(checker);
    }
}

/* All shards but the first hold tensors only. */
static bool is_later_shard(const struct libgguf_file *file)
{
    const struct libgguf_kv *number_kv = libgguf_kv_find(file, "split.no");
    const struct libgguf_kv *count_kv = libgguf_kv_find(file, "split.count");
    uint64_t number;
    uint64_t count;
    return number_kv && libgguf_value_as_u64(&number_kv->value, &number) && number > 0 &&
           count_kv && libgguf_value_as_u64(&count_kv->value, &count) && number < count;
}

enum libgguf_status check_model(struct check *check, const struct libgguf_file *file,
                                struct libgguf_error *err)
{
    struct checker checker = {.check = check, .file = file};
    if (!is_later_shard(file)) {
        check_architecture(&checker);
        check_tokenizer(&checker);
    }
    if (checker.status != LIBGGUF_OK && err) {
        *err = checker.err;
    }
    return checker.status;
}
