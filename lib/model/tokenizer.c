#include <libgguf/tokenizer.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <libgguf/file.h>

#include "base/cursor.h"
#include "base/error.h"
#include "format/value.h"
#include "model/token_table.h"
#include "model/token_text.h"
#include "model/tokenizer.h"

/* The last part of each special token's key; where a key has been renamed, the old one too. */
static const struct {
    const char *name;
    const char *key;
    const char *other_key;
} special_keys[LIBGGUF_SPECIAL_COUNT] = {
    [LIBGGUF_SPECIAL_BOS] = {"bos", "tokenizer.ggml.bos_token_id", NULL},
    [LIBGGUF_SPECIAL_EOS] = {"eos", "tokenizer.ggml.eos_token_id", NULL},
    [LIBGGUF_SPECIAL_EOT] = {"eot", "tokenizer.ggml.eot_token_id", NULL},
    [LIBGGUF_SPECIAL_EOM] = {"eom", "tokenizer.ggml.eom_token_id", NULL},
    [LIBGGUF_SPECIAL_UNK] = {"unk", "tokenizer.ggml.unknown_token_id", NULL},
    [LIBGGUF_SPECIAL_SEP] = {"sep", "tokenizer.ggml.seperator_token_id",
                             "tokenizer.ggml.separator_token_id"},
    [LIBGGUF_SPECIAL_PAD] = {"pad", "tokenizer.ggml.padding_token_id", NULL},
    [LIBGGUF_SPECIAL_CLS] = {"cls", "tokenizer.ggml.cls_token_id", NULL},
    [LIBGGUF_SPECIAL_MASK] = {"mask", "tokenizer.ggml.mask_token_id", NULL},
    [LIBGGUF_SPECIAL_FIM_PRE] = {"fim_pre", "tokenizer.ggml.fim_pre_token_id",
                                 "tokenizer.ggml.prefix_token_id"},
    [LIBGGUF_SPECIAL_FIM_SUF] = {"fim_suf", "tokenizer.ggml.fim_suf_token_id",
                                 "tokenizer.ggml.suffix_token_id"},
    [LIBGGUF_SPECIAL_FIM_MID] = {"fim_mid", "tokenizer.ggml.fim_mid_token_id",
                                 "tokenizer.ggml.middle_token_id"},
    [LIBGGUF_SPECIAL_FIM_PAD] = {"fim_pad", "tokenizer.ggml.fim_pad_token_id", NULL},
    [LIBGGUF_SPECIAL_FIM_REP] = {"fim_rep", "tokenizer.ggml.fim_rep_token_id", NULL},
    [LIBGGUF_SPECIAL_FIM_SEP] = {"fim_sep", "tokenizer.ggml.fim_sep_token_id", NULL},
};

static struct libgguf_str string_or_empty(const struct libgguf_file *file, const char *key)
{
    struct libgguf_str text = {"", 0, 0};
    const struct libgguf_kv *kv = libgguf_kv_find(file, key);
    return kv && kv->value.type == LIBGGUF_VALUE_STRING ? kv->value.as.string : text;
}

static const struct libgguf_array *array_at(const struct libgguf_file *file, const char *key)
{
    const struct libgguf_kv *kv = libgguf_kv_find(file, key);
    return kv && kv->value.type == LIBGGUF_VALUE_ARRAY ? &kv->value.as.array : NULL;
}

static const struct libgguf_array *array_of(const struct libgguf_file *file, const char *key,
                                            enum libgguf_value_type type)
{
    const struct libgguf_array *array = array_at(file, key);
    return array && array->type == type ? array : NULL;
}

static enum libgguf_flag flag_at(const struct libgguf_file *file, const char *key)
{
    const struct libgguf_kv *kv = libgguf_kv_find(file, key);
    if (!kv || kv->value.type != LIBGGUF_VALUE_BOOL) {
        return LIBGGUF_FLAG_ABSENT;
    }
    return kv->value.as.boolean ? LIBGGUF_FLAG_TRUE : LIBGGUF_FLAG_FALSE;
}

static void fill_info(const struct libgguf_file *file, struct libgguf_tokenizer_info *info)
{
    info->model = string_or_empty(file, "tokenizer.ggml.model");
    info->pre = string_or_empty(file, "tokenizer.ggml.pre");
    info->kind = token_text_kind(&info->model);
    info->tokens = array_of(file, "tokenizer.ggml.tokens", LIBGGUF_VALUE_STRING);
    info->scores = array_of(file, "tokenizer.ggml.scores", LIBGGUF_VALUE_F32);
    info->merges = array_of(file, "tokenizer.ggml.merges", LIBGGUF_VALUE_STRING);
    info->types = array_at(file, "tokenizer.ggml.token_type");
    if (info->types && !value_type_is_integer(info->types->type)) {
        info->types = NULL;
    }
    info->token_count = info->tokens ? info->tokens->count : 0;
    info->add_bos = flag_at(file, "tokenizer.ggml.add_bos_token");
    info->add_eos = flag_at(file, "tokenizer.ggml.add_eos_token");
    info->add_sep = flag_at(file, "tokenizer.ggml.add_sep_token");
    info->add_space_prefix = flag_at(file, "tokenizer.ggml.add_space_prefix");
    info->remove_extra_whitespaces = flag_at(file, "tokenizer.ggml.remove_extra_whitespaces");
}

static struct libgguf_special_token find_special(const struct libgguf_tokenizer *tokenizer,
                                                 size_t which)
{
    struct libgguf_special_token special = {NULL, LIBGGUF_ABSENT_TOKEN, false};
    special.kv = libgguf_kv_find(tokenizer->file, special_keys[which].key);
    if (!special.kv && special_keys[which].other_key) {
        special.kv = libgguf_kv_find(tokenizer->file, special_keys[which].other_key);
    }
    uint64_t id;
    if (special.kv && libgguf_value_as_u64(&special.kv->value, &id)) {
        special.id = id;
        special.present = id < tokenizer->info.token_count;
    }
    return special;
}

void tokenizer_init(struct libgguf_tokenizer *tokenizer, const struct libgguf_file *file)
{
    tokenizer->file = file;
    fill_info(file, &tokenizer->info);
    for (size_t i = 0; i < LIBGGUF_SPECIAL_COUNT; i++) {
        tokenizer->special[i] = find_special(tokenizer, i);
    }
    atomic_init(&tokenizer->offsets, NULL);
    for (size_t i = 0; i < TOKENIZER_FORM_COUNT; i++) {
        atomic_init(&tokenizer->hashes[i], NULL);
    }
}

enum libgguf_status libgguf_tokenizer_create(const struct libgguf_file *file,
                                             struct libgguf_tokenizer **out,
                                             struct libgguf_error *err)
{
    *out = NULL;
    struct libgguf_tokenizer *tokenizer = malloc(sizeof *tokenizer);
    if (!tokenizer) {
        return failure_memory(err);
    }
    tokenizer_init(tokenizer, file);
    *out = tokenizer;
    return LIBGGUF_OK;
}

void libgguf_tokenizer_free(struct libgguf_tokenizer *tokenizer)
{
    if (!tokenizer) {
        return;
    }
    for (size_t i = 0; i < TOKENIZER_FORM_COUNT; i++) {
        free(atomic_load(&tokenizer->hashes[i]));
    }
    free(atomic_load(&tokenizer->offsets));
    free(tokenizer);
}

const struct libgguf_tokenizer_info *
libgguf_tokenizer_info(const struct libgguf_tokenizer *tokenizer)
{
    return &tokenizer->info;
}

struct libgguf_special_token libgguf_tokenizer_special(const struct libgguf_tokenizer *tokenizer,
                                                       enum libgguf_special which)
{
    if ((size_t)which >= LIBGGUF_SPECIAL_COUNT) {
        return (struct libgguf_special_token){NULL, LIBGGUF_ABSENT_TOKEN, false};
    }
    return tokenizer->special[which];
}

const char *libgguf_special_name(enum libgguf_special which)
{
    return (size_t)which < LIBGGUF_SPECIAL_COUNT ? special_keys[which].name : NULL;
}

const char *libgguf_token_type_name(enum libgguf_token_type type)
{
    static const char *const names[] = {"undefined",    "normal", "unknown", "control",
                                        "user-defined", "unused", "byte"};
    return (size_t)type < sizeof names / sizeof names[0] ? names[type] : NULL;
}

/* The atomics change although the view they belong to is const for its users. */
static struct libgguf_tokenizer *tables_of(const struct libgguf_tokenizer *tokenizer)
{
    return (struct libgguf_tokenizer *)(uintptr_t)tokenizer;
}

static enum libgguf_status get_offsets(const struct libgguf_tokenizer *tokenizer,
                                       const struct token_offsets **out, struct libgguf_error *err)
{
    struct libgguf_tokenizer *tables = tables_of(tokenizer);
    struct token_offsets *offsets = atomic_load(&tables->offsets);
    if (!offsets) {
        struct token_offsets *built;
        const enum libgguf_status status = token_offsets_build(tokenizer->info.tokens, &built, err);
        if (status != LIBGGUF_OK) {
            return status;
        }
        if (atomic_compare_exchange_strong(&tables->offsets, &offsets, built)) {
            offsets = built;
        } else {
            free(built);
        }
    }
    *out = offsets;
    return LIBGGUF_OK;
}

static enum libgguf_status get_hash(const struct libgguf_tokenizer *tokenizer,
                                    const struct token_offsets *offsets,
                                    enum libgguf_token_form form, const struct token_hash **out,
                                    struct libgguf_error *err)
{
    struct libgguf_tokenizer *tables = tables_of(tokenizer);
    struct token_hash *hash = atomic_load(&tables->hashes[form]);
    if (!hash) {
        struct token_hash *built;
        const enum libgguf_status status = token_hash_build(tokenizer, offsets, form, &built, err);
        if (status != LIBGGUF_OK) {
            return status;
        }
        if (atomic_compare_exchange_strong(&tables->hashes[form], &hash, built)) {
            hash = built;
        } else {
            free(built);
        }
    }
    *out = hash;
    return LIBGGUF_OK;
}

enum libgguf_status libgguf_tokenizer_prepare(const struct libgguf_tokenizer *tokenizer,
                                              struct libgguf_error *err)
{
    if (!tokenizer->info.tokens) {
        return LIBGGUF_OK;
    }
    const struct token_offsets *offsets;
    const struct token_hash *hash;
    enum libgguf_status status = get_offsets(tokenizer, &offsets, err);
    for (int form = 0; form < TOKENIZER_FORM_COUNT && !status; form++) {
        status = get_hash(tokenizer, offsets, (enum libgguf_token_form)form, &hash, err);
    }
    return status;
}

static enum libgguf_status no_such_token(const struct libgguf_tokenizer *tokenizer, uint64_t id,
                                         struct libgguf_error *err)
{
    return failure(err, LIBGGUF_ERR_NOT_FOUND, LIBGGUF_NO_OFFSET,
                   "token %" PRIu64 " asked for, the vocabulary has %" PRIu64, id,
                   tokenizer->info.token_count);
}

enum libgguf_status libgguf_token_raw(const struct libgguf_tokenizer *tokenizer, uint64_t id,
                                      struct libgguf_str *out, struct libgguf_error *err)
{
    if (id >= tokenizer->info.token_count) {
        return no_such_token(tokenizer, id, err);
    }
    const struct token_offsets *offsets;
    const enum libgguf_status status = get_offsets(tokenizer, &offsets, err);
    if (status == LIBGGUF_OK) {
        *out = token_offsets_at(offsets, tokenizer->info.tokens, (uint32_t)id);
    }
    return status;
}

enum libgguf_status libgguf_token_text(const struct libgguf_tokenizer *tokenizer, uint64_t id,
                                       enum libgguf_token_form form, char *buffer, size_t size,
                                       size_t *length, struct libgguf_error *err)
{
    struct libgguf_str raw;
    enum libgguf_status status = libgguf_token_raw(tokenizer, id, &raw, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    /* Below 4 GiB, so that it fits a size_t of 32 bits. */
    const size_t raw_size = (size_t)raw.size;
    *length = raw_size;
    if (raw_size > size) {
        return failure(err, LIBGGUF_ERR_RANGE, raw.offset,
                       "token %" PRIu64 " has %zu bytes, there is room for %zu", id, raw_size,
                       size);
    }
    status = libgguf_str_read(tokenizer->info.tokens->file, &raw, 0, buffer, raw_size, err);
    if (status != LIBGGUF_OK || form == LIBGGUF_TOKEN_RAW) {
        return status;
    }
    enum libgguf_token_type type;
    status = libgguf_token_type(tokenizer, id, &type, err);
    if (status == LIBGGUF_OK) {
        *length = libgguf_token_decode(tokenizer, type, buffer, raw_size);
    }
    return status;
}

size_t libgguf_token_decode(const struct libgguf_tokenizer *tokenizer, enum libgguf_token_type type,
                            char *buffer, size_t size)
{
    return token_text_decode(tokenizer->info.kind, type, buffer, size);
}

enum libgguf_status libgguf_token_find(const struct libgguf_tokenizer *tokenizer,
                                       enum libgguf_token_form form, const char *text, size_t size,
                                       uint64_t *id, struct libgguf_error *err)
{
    if ((size_t)form >= TOKENIZER_FORM_COUNT) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET, "no such form of a token: %d",
                       (int)form);
    }
    if (!tokenizer->info.tokens || size > LIBGGUF_MAX_TOKEN_TEXT) {
        return failure(err, LIBGGUF_ERR_NOT_FOUND, LIBGGUF_NO_OFFSET,
                       "no token has this text of %zu bytes", size);
    }
    const struct token_offsets *offsets;
    const struct token_hash *hash;
    enum libgguf_status status = get_offsets(tokenizer, &offsets, err);
    if (status == LIBGGUF_OK) {
        status = get_hash(tokenizer, offsets, form, &hash, err);
    }
    if (status != LIBGGUF_OK) {
        return status;
    }
    uint32_t found;
    status = token_hash_find(hash, tokenizer, offsets, form, text, size, &found, err);
    if (status == LIBGGUF_OK) {
        *id = found;
    }
    return status;
}

/* The element at @p index of an array of scalars of @p size bytes, as an integer without sign. */
static enum libgguf_status read_scalar(const struct libgguf_array *array, uint64_t index,
                                       uint64_t *out, struct libgguf_error *err)
{
    const size_t size = libgguf_value_type_size(array->type);
    unsigned char window[16];
    struct cursor cursor;
    cursor_init(&cursor, libgguf_file_source(array->file), array->offset + index * size, window,
                sizeof window);
    cursor.big_endian = libgguf_header(array->file)->big_endian;
    *out = size == 1   ? cursor_u8(&cursor)
           : size == 2 ? cursor_u16(&cursor)
           : size == 4 ? cursor_u32(&cursor)
                       : cursor_u64(&cursor);
    return cursor.ok ? LIBGGUF_OK
                     : failure(err, cursor.status, array->offset,
                               "element %" PRIu64 " could not be read", index);
}

enum libgguf_status libgguf_token_score(const struct libgguf_tokenizer *tokenizer, uint64_t id,
                                        float *out, struct libgguf_error *err)
{
    if (id >= tokenizer->info.token_count) {
        return no_such_token(tokenizer, id, err);
    }
    const struct libgguf_array *scores = tokenizer->info.scores;
    if (!scores || id >= scores->count) {
        return failure(err, LIBGGUF_ERR_NOT_FOUND, LIBGGUF_NO_OFFSET,
                       "the file has no score for token %" PRIu64, id);
    }
    uint64_t wide;
    const enum libgguf_status status = read_scalar(scores, id, &wide, err);
    if (status == LIBGGUF_OK) {
        const uint32_t bits = (uint32_t)wide;
        memcpy(out, &bits, sizeof *out);
    }
    return status;
}

enum libgguf_status libgguf_token_type(const struct libgguf_tokenizer *tokenizer, uint64_t id,
                                       enum libgguf_token_type *out, struct libgguf_error *err)
{
    if (id >= tokenizer->info.token_count) {
        return no_such_token(tokenizer, id, err);
    }
    const struct libgguf_array *types = tokenizer->info.types;
    *out = LIBGGUF_TOKEN_UNDEFINED;
    if (!types || id >= types->count) {
        return LIBGGUF_OK;
    }
    uint64_t value;
    const enum libgguf_status status = read_scalar(types, id, &value, err);
    if (status == LIBGGUF_OK && value <= LIBGGUF_TOKEN_BYTE) {
        *out = (enum libgguf_token_type)value;
    }
    return status;
}

bool libgguf_chat_template_next(const struct libgguf_file *file, size_t *position,
                                struct libgguf_chat_template *out)
{
    static const char prefix[] = "tokenizer.chat_template";
    const size_t prefix_size = sizeof prefix - 1;
    const struct libgguf_kv *kv;
    while ((kv = libgguf_kv_at(file, *position)) != NULL) {
        (*position)++;
        const struct libgguf_str *key = &kv->key;
        if (kv->value.type != LIBGGUF_VALUE_STRING || key->size < prefix_size ||
            memcmp(key->data, prefix, prefix_size) != 0) {
            continue;
        }
        const bool named = key->size > prefix_size + 1 && key->data[prefix_size] == '.';
        if (!named && key->size != prefix_size) {
            continue;
        }
        const uint64_t skipped = named ? prefix_size + 1 : prefix_size;
        out->name =
            (struct libgguf_str){key->data + skipped, key->size - skipped, key->offset + skipped};
        out->text = kv->value.as.string;
        out->kv = kv;
        return true;
    }
    return false;
}
