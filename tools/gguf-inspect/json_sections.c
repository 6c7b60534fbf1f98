#include "json_sections.h"

#include <string.h>

#include "cli/glob.h"
#include "json_value.h"
#include "sections.h"
#include "tensor_text.h"
#include "token_find.h"
#include "token_walk.h"

static const char *kind_name(enum libgguf_tokenizer_kind kind)
{
    switch (kind) {
    case LIBGGUF_TOKENIZER_SENTENCEPIECE:
        return "sentencepiece";
    case LIBGGUF_TOKENIZER_BYTE_BPE:
        return "byte-bpe";
    case LIBGGUF_TOKENIZER_WORDPIECE:
        return "wordpiece";
    case LIBGGUF_TOKENIZER_RWKV:
        return "rwkv";
    case LIBGGUF_TOKENIZER_OTHER:
        break;
    }
    return NULL;
}

static void specials_member(struct libgguf_json *json, const struct libgguf_tokenizer *tokenizer)
{
    libgguf_json_key(json, "special");
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
    for (int i = 0; i < LIBGGUF_SPECIAL_COUNT; i++) {
        const enum libgguf_special which = (enum libgguf_special)i;
        const struct libgguf_special_token token = libgguf_tokenizer_special(tokenizer, which);
        if (token.present) {
            libgguf_json_member_u64(json, libgguf_special_name(which), token.id);
        }
    }
    libgguf_json_object_end(json);
}

static uint64_t template_count(const struct libgguf_file *file)
{
    struct libgguf_chat_template chat;
    size_t position = 0;
    uint64_t count = 0;
    while (libgguf_chat_template_next(file, &position, &chat)) {
        count++;
    }
    return count;
}

void json_tokenizer(struct libgguf_json *json, const struct libgguf_file *file)
{
    struct libgguf_tokenizer *tokenizer = NULL;
    libgguf_json_key(json, "tokenizer");
    const bool created = libgguf_tokenizer_create(file, &tokenizer, NULL) == LIBGGUF_OK;
    const struct libgguf_tokenizer_info *info = created ? libgguf_tokenizer_info(tokenizer) : NULL;
    if (!info || (!info->tokens && info->model.size == 0)) {
        libgguf_json_null(json);
    } else {
        libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
        json_member_str(json, "model", file, &info->model);
        json_member_str(json, "pre", file, &info->pre);
        libgguf_json_member_text(json, "kind", kind_name(info->kind));
        libgguf_json_member_u64(json, "token_count", info->token_count);
        libgguf_json_member_u64(json, "merge_count", info->merges ? info->merges->count : 0);
        specials_member(json, tokenizer);
        libgguf_json_member_u64(json, "chat_template_count", template_count(file));
        libgguf_json_object_end(json);
    }
    libgguf_tokenizer_free(tokenizer);
}

void json_tensor_types(struct libgguf_json *json, const struct libgguf_file *file)
{
    struct libgguf_type_usage usages[LIBGGUF_MAX_TYPE_USAGES];
    size_t count = 0;
    if (libgguf_model_types(file, usages, &count, NULL) != LIBGGUF_OK) {
        count = 0;
    }
    libgguf_json_key(json, "tensor_types");
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINES);
    for (size_t i = 0; i < count; i++) {
        const struct libgguf_type_usage *usage = &usages[i];
        libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
        libgguf_json_member_text(json, "type", usage->type ? usage->type->name : NULL);
        libgguf_json_member_u64(json, "type_id", usage->type_id);
        libgguf_json_member_u64(json, "tensors", usage->tensor_count);
        libgguf_json_member_u64(json, "elements", usage->parameter_count);
        libgguf_json_key(json, "size");
        json_number(json,
                    usage->type && usage->type->block_size > 0 ? usage->tensor_size : UINT64_MAX);
        libgguf_json_object_end(json);
    }
    libgguf_json_array_end(json);
}

static bool is_asked_for(const struct libgguf_kv *kv, const struct inspect_options *options)
{
    for (size_t i = 0; i < options->key_count; i++) {
        if (libgguf_str_equal(&kv->key, options->keys[i])) {
            return true;
        }
    }
    if (options->key_count > 0 && !options->metadata) {
        return false;
    }
    return !options->metadata_glob ||
           cli_glob_match(options->metadata_glob, kv->key.data, (size_t)kv->key.size);
}

static enum cli_exit report_keys(const struct model_file *model,
                                 const struct inspect_options *options)
{
    enum cli_exit status = CLI_YES;
    for (size_t i = 0; i < options->key_count; i++) {
        const struct libgguf_kv *kv;
        const enum cli_exit found = key_find(model, options->keys[i], &kv);
        status = found > status ? found : status;
    }
    return status;
}

enum cli_exit json_metadata(struct libgguf_json *json, const struct model_file *model,
                            const struct inspect_options *options)
{
    libgguf_json_key(json, "metadata");
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINES);
    for (size_t i = 0; i < libgguf_kv_count(model->file); i++) {
        const struct libgguf_kv *kv = libgguf_kv_at(model->file, i);
        if (!is_asked_for(kv, options)) {
            continue;
        }
        libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
        libgguf_json_key(json, "key");
        json_value_str(json, model->file, &kv->key);
        if (kv->duplicate) {
            libgguf_json_member_bool(json, "duplicate", true);
        }
        json_value_members(json, model->file, &kv->value,
                           options->array_items_given ? options->array_items : 0);
        libgguf_json_object_end(json);
    }
    libgguf_json_array_end(json);
    return report_keys(model, options);
}

static void tensor_object(struct libgguf_json *json, const struct model_file *model,
                          const struct libgguf_tensor *tensor)
{
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
    libgguf_json_key(json, "name");
    json_value_str(json, model->file, &tensor->name);
    json_tensor_members(json, tensor);
    libgguf_json_member_u64(json, "elements", tensor->element_count);
    libgguf_json_member_u64(json, "offset", tensor->offset);
    libgguf_json_key(json, "size");
    json_number(json, tensor->size_known ? tensor->size : UINT64_MAX);
    libgguf_json_member_u64(json, "shard", tensor->shard);
    const uint64_t missing = tensor->missing_size;
    if (missing > 0) {
        libgguf_json_member_u64(json, "missing_size", missing);
    }
    if (tensor->duplicate) {
        libgguf_json_member_bool(json, "duplicate", true);
    }
    libgguf_json_object_end(json);
}

void json_tensors(struct libgguf_json *json, const struct model_file *model,
                  const struct inspect_options *options)
{
    libgguf_json_key(json, "tensors");
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINES);
    for (size_t i = 0; i < libgguf_tensor_count(model->file); i++) {
        const struct libgguf_tensor *tensor = libgguf_tensor_at(model->file, i);
        if (tensor_is_wanted(tensor, options->tensors_glob)) {
            tensor_object(json, model, tensor);
        }
        if (libgguf_json_status(json) != LIBGGUF_OK) {
            break;
        }
    }
    libgguf_json_array_end(json);
}

static void token_object(struct libgguf_json *json, const struct token *token)
{
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
    libgguf_json_member_u64(json, "id", token->id);
    libgguf_json_key(json, "text");
    libgguf_json_string(json, token->text, token->text_size);
    libgguf_json_key(json, "raw");
    libgguf_json_string(json, token->raw, token->raw_size);
    libgguf_json_member_text(json, "type", libgguf_token_type_name(token->type));
    if (token->full_size > token->raw_size) {
        libgguf_json_member_u64(json, "size", token->full_size);
    }
    if (token->has_score) {
        libgguf_json_key(json, "score");
        libgguf_json_f32(json, token->score);
    }
    libgguf_json_object_end(json);
}

enum cli_exit json_tokens(struct libgguf_json *json, const struct model_file *model,
                          const struct inspect_options *options)
{
    struct token_range range;
    libgguf_json_key(json, "tokens");
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINES);
    const enum cli_exit status = token_range_begin(&range, model, options);
    const struct token *token;
    while (status == CLI_YES && libgguf_json_status(json) == LIBGGUF_OK &&
           (token = token_walk_next(range.walk))) {
        token_object(json, token);
    }
    libgguf_json_array_end(json);
    return token_range_end(&range, model, status);
}
