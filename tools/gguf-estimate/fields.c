#include "fields.h"

#include <stdio.h>
#include <string.h>

#include "cli/size.h"

enum {
    SET_CEILING,
    SET_TRANSFER,
    SET_ADDRESS,
    SET_JS_BUFFER,
    SET_TENSOR,
    SET_CHUNK_SIZE,
    SET_SIZE,
    SET_CONTEXT,
    SET_PARALLEL,
    SET_SEQUENCES,
    SET_UBATCH,
    SET_TYPE_K,
    SET_TYPE_V,
    SET_STRATEGY,
    SET_RUNTIME,
    SET_TOKENIZER,
    SET_FLASH_ATTENTION,
    SET_MEMORY64,
    SET_STRICT,
};

static const struct field fields[] = {
    {"limit", FIELD_SIZE, SET_CEILING},           {"ceiling", FIELD_SIZE, SET_CEILING},
    {"transfer_cap", FIELD_SIZE, SET_TRANSFER},   {"address_cap", FIELD_SIZE, SET_ADDRESS},
    {"js_buffer_cap", FIELD_SIZE, SET_JS_BUFFER}, {"tensor_cap", FIELD_SIZE, SET_TENSOR},
    {"chunk_size", FIELD_SIZE, SET_CHUNK_SIZE},   {"size", FIELD_SIZE, SET_SIZE},
    {"ctx", FIELD_NUMBER, SET_CONTEXT},           {"parallel", FIELD_NUMBER, SET_PARALLEL},
    {"sequences", FIELD_NUMBER, SET_SEQUENCES},   {"ubatch", FIELD_NUMBER, SET_UBATCH},
    {"type_k", FIELD_TYPE, SET_TYPE_K},           {"type_v", FIELD_TYPE, SET_TYPE_V},
    {"strategy", FIELD_NAME, SET_STRATEGY},       {"runtime", FIELD_NAME, SET_RUNTIME},
    {"tokenizer", FIELD_NAME, SET_TOKENIZER},     {"flash_attn", FIELD_FLAG, SET_FLASH_ATTENTION},
    {"memory64", FIELD_FLAG, SET_MEMORY64},       {"strict", FIELD_FLAG, SET_STRICT},
};

const struct field *field_find(const char *name)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (strcmp(fields[i].name, name) == 0) {
            return &fields[i];
        }
    }
    return NULL;
}

static bool set_size(struct entry *entry, int id, const char *text, char why[FIELD_WHY_SIZE])
{
    uint64_t value;
    if (!cli_parse_size(text, &value, why, FIELD_WHY_SIZE)) {
        return false;
    }
    if (value == 0 || value > INT64_MAX) {
        snprintf(why, FIELD_WHY_SIZE, "'%.40s': a size of 1 to 2^63 - 1 bytes is needed", text);
        return false;
    }
    static const int limits[] = {
        [SET_CEILING] = LIBGGUF_LIMIT_CEILING, [SET_TRANSFER] = LIBGGUF_LIMIT_TRANSFER,
        [SET_ADDRESS] = LIBGGUF_LIMIT_ADDRESS, [SET_JS_BUFFER] = LIBGGUF_LIMIT_JS_BUFFER,
        [SET_TENSOR] = LIBGGUF_LIMIT_TENSOR,
    };
    if (id == SET_CHUNK_SIZE &&
        (value < LIBGGUF_MIN_CHUNK_SIZE || value > LIBGGUF_MAX_CHUNK_SIZE)) {
        snprintf(why, FIELD_WHY_SIZE, "'%.40s': chunks of 64KiB to 128MiB can be made", text);
        return false;
    }
    if (id == SET_CHUNK_SIZE) {
        entry->options.chunk_size = value;
    } else if (id == SET_SIZE) {
        entry->file_size = value;
    } else {
        entry->options.limits[limits[id]] = value;
    }
    return true;
}

static bool set_number(struct entry *entry, int id, const char *text, char why[FIELD_WHY_SIZE])
{
    uint64_t value;
    const bool may_be_0 = id == SET_CONTEXT;
    const uint64_t most = id == SET_SEQUENCES ? 65536 : LIBGGUF_MAX_HYPERPARAMETER;
    if (!cli_parse_u64(text, &value) || value > most || (value == 0 && !may_be_0)) {
        snprintf(why, FIELD_WHY_SIZE, "a number of %d to %d is needed", may_be_0 ? 0 : 1,
                 (int)most);
        return false;
    }
    switch (id) {
    case SET_CONTEXT:
        entry->options.context = value ? value : LIBGGUF_CONTEXT_OF_MODEL;
        break;
    case SET_PARALLEL:
        entry->options.parallel = (uint32_t)value;
        break;
    case SET_SEQUENCES:
        entry->options.sequences = (uint32_t)value;
        break;
    default:
        entry->options.ubatch = (uint32_t)value;
    }
    return true;
}

static bool set_type(struct entry *entry, int id, const char *text, char why[FIELD_WHY_SIZE])
{
    const struct libgguf_tensor_type *type = libgguf_tensor_type_by_name(text);
    if (!type || type->block_size == 0) {
        snprintf(why, FIELD_WHY_SIZE, "no tensor type of that name; f32, f16, q8_0 are some");
        return false;
    }
    if (id == SET_TYPE_K) {
        entry->options.type_k = type;
    } else {
        entry->options.type_v = type;
    }
    return true;
}

/* Appends @p name to the list in @p why. */
static void list_name(char why[FIELD_WHY_SIZE], const char *name)
{
    const size_t used = strlen(why);
    snprintf(why + used, FIELD_WHY_SIZE - used, "%s%s", used ? ", " : "one of ", name);
}

static bool set_name(struct entry *entry, int id, const char *text, char why[FIELD_WHY_SIZE])
{
    why[0] = '\0';
    if (id == SET_STRATEGY) {
        for (unsigned i = 0; i < LIBGGUF_STRATEGY_COUNT; i++) {
            list_name(why, libgguf_strategy_name((enum libgguf_strategy)i));
        }
        entry->gated = libgguf_strategy_find(text, &entry->strategy);
        return entry->gated;
    }
    if (id == SET_RUNTIME) {
        for (size_t i = 0; libgguf_runtime_at(i); i++) {
            list_name(why, libgguf_runtime_at(i)->name);
        }
        entry->options.runtime = libgguf_runtime_find(text);
        return entry->options.runtime != NULL;
    }
    for (unsigned i = LIBGGUF_TOKENIZER_MODEL_ZERO_COPY; i <= LIBGGUF_TOKENIZER_MODEL_NONE; i++) {
        const char *name = libgguf_tokenizer_model_name((enum libgguf_tokenizer_model)i);
        list_name(why, name);
        if (strcmp(name, text) == 0) {
            entry->options.tokenizer = (enum libgguf_tokenizer_model)i;
            return true;
        }
    }
    return false;
}

static bool set_flag(struct entry *entry, int id, const char *text, char why[FIELD_WHY_SIZE])
{
    const bool value = strcmp(text, "true") == 0;
    if (!value && strcmp(text, "false") != 0) {
        snprintf(why, FIELD_WHY_SIZE, "true or false is needed");
        return false;
    }
    if (id == SET_FLASH_ATTENTION) {
        entry->options.flash_attention = value;
    } else if (id == SET_MEMORY64) {
        entry->options.memory64 = value;
    } else {
        entry->strict = value;
    }
    return true;
}

static bool set_by_kind(struct entry *entry, const struct field *field, const char *text,
                        char why[FIELD_WHY_SIZE])
{
    switch (field->kind) {
    case FIELD_SIZE:
        return set_size(entry, field->id, text, why);
    case FIELD_NUMBER:
        return set_number(entry, field->id, text, why);
    case FIELD_TYPE:
        return set_type(entry, field->id, text, why);
    case FIELD_NAME:
        return set_name(entry, field->id, text, why);
    case FIELD_FLAG:
        break;
    }
    return set_flag(entry, field->id, text, why);
}

bool field_set(struct entry *entry, const struct field *field, const char *text,
               char why[FIELD_WHY_SIZE])
{
    char reason[FIELD_WHY_SIZE];
    if (set_by_kind(entry, field, text, reason)) {
        return true;
    }
    /* What is wrong with a size names it already. */
    if (field->kind == FIELD_SIZE) {
        memcpy(why, reason, sizeof reason);
    } else {
        snprintf(why, FIELD_WHY_SIZE, "'%.40s': %.180s", text, reason);
    }
    return false;
}
