#include "walk_model.h"

#include <stdlib.h>
#include <string.h>

#include <libgguf.h>

#define TOKENS_READ 100
#define LONGEST_TEXT 512

static void require(bool promise)
{
    if (!promise) {
        abort();
    }
}

static void walk_layers(const struct libgguf_file *file, const char *name, uint64_t layer_count)
{
    struct libgguf_layers layers;
    if (libgguf_param_layers(file, name, layer_count, &layers, NULL) != LIBGGUF_OK) {
        return;
    }
    struct libgguf_layers_iter iter;
    uint64_t value, last = 0, count = 0;
    for (libgguf_layers_begin(&iter, &layers); libgguf_layers_next(&iter, &value); count++) {
        require(value >= layers.min && value <= layers.max);
        last = value;
    }
    require(count == layer_count && libgguf_layers_status(&iter) == LIBGGUF_OK);
    if (count > 0) {
        require(libgguf_layers_at(&layers, count - 1, &value, NULL) == LIBGGUF_OK);
        require(value == last);
    }
    require(libgguf_layers_at(&layers, count, &value, NULL) == LIBGGUF_ERR_ARGUMENT);
}

static void walk_numbers(const struct libgguf_file *file)
{
    static const char *const names[] = {"feed_forward_length", "attention.head_count",
                                        "attention.head_count_kv",
                                        "attention.sliding_window_pattern"};
    struct libgguf_model_params params;
    struct libgguf_error err;
    uint64_t number;
    double real;
    bool flag;
    struct libgguf_str text;
    libgguf_model_params(file, &params);
    require(params.head_count.min <= params.head_count.max);
    require(params.problem.status == LIBGGUF_OK || params.problem.text[0] != '\0');
    if (libgguf_param_u64(file, "block_count", &number, &err) == LIBGGUF_OK) {
        require(libgguf_param_f64(file, "block_count", &real, NULL) == LIBGGUF_OK);
        require(libgguf_param_bool(file, "block_count", &flag, NULL) == LIBGGUF_ERR_WRONG_TYPE);
        require(libgguf_param_str(file, "block_count", &text, NULL) == LIBGGUF_ERR_WRONG_TYPE);
    } else {
        require(err.text[0] != '\0');
    }
    if (libgguf_model_layer_count(file, &number, NULL) == LIBGGUF_OK) {
        require(number <= LIBGGUF_MAX_LAYERS);
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            walk_layers(file, names[i], number);
        }
    }
}

static void walk_size(const struct libgguf_file *file)
{
    struct libgguf_model_size size;
    struct libgguf_type_usage lines[LIBGGUF_MAX_TYPE_USAGES];
    struct libgguf_quantization quantization;
    size_t line_count;
    libgguf_model_quantization(file, &quantization);
    require(!quantization.contradicted || quantization.declared);
    if (libgguf_model_size(file, &size, NULL) != LIBGGUF_OK) {
        return;
    }
    require(size.bits_per_weight >= 0 && size.sized_parameter_count <= size.parameter_count);
    require(libgguf_model_types(file, lines, &line_count, NULL) == LIBGGUF_OK);
    uint64_t tensors = 0;
    for (size_t i = 0; i < line_count; i++) {
        tensors += lines[i].tensor_count;
    }
    require(tensors == size.tensor_count);
}

static void walk_token(const struct libgguf_tokenizer *tokenizer, uint64_t id)
{
    struct libgguf_str raw;
    enum libgguf_token_type type;
    float score;
    if (libgguf_token_raw(tokenizer, id, &raw, NULL) != LIBGGUF_OK) {
        return;
    }
    require(libgguf_token_type(tokenizer, id, &type, NULL) == LIBGGUF_OK);
    require(libgguf_token_type_name(type) != NULL);
    if (libgguf_token_score(tokenizer, id, &score, NULL) == LIBGGUF_OK) {
        require(libgguf_tokenizer_info(tokenizer)->scores != NULL);
    }
    for (int form = LIBGGUF_TOKEN_RAW; form <= LIBGGUF_TOKEN_DISPLAY; form++) {
        char text[LONGEST_TEXT];
        size_t length = 0;
        uint64_t found = UINT64_MAX;
        const enum libgguf_token_form as = (enum libgguf_token_form)form;
        const enum libgguf_status status =
            libgguf_token_text(tokenizer, id, as, text, sizeof text, &length, NULL);
        require(status == (raw.size <= sizeof text ? LIBGGUF_OK : LIBGGUF_ERR_RANGE));
        require(length <= raw.size);
        if (status == LIBGGUF_OK &&
            libgguf_token_find(tokenizer, as, text, length, &found, NULL) == LIBGGUF_OK) {
            require(found <= id || as == LIBGGUF_TOKEN_DISPLAY);
        }
    }
}

static void walk_tokenizer(const struct libgguf_file *file)
{
    struct libgguf_tokenizer *tokenizer;
    if (libgguf_tokenizer_create(file, &tokenizer, NULL) != LIBGGUF_OK) {
        return;
    }
    const uint64_t count = libgguf_tokenizer_info(tokenizer)->token_count;
    for (uint64_t id = 0; id < count && id < TOKENS_READ; id++) {
        walk_token(tokenizer, id);
        walk_token(tokenizer, count - 1 - id);
    }
    for (int i = 0; i < LIBGGUF_SPECIAL_COUNT; i++) {
        const struct libgguf_special_token special =
            libgguf_tokenizer_special(tokenizer, (enum libgguf_special)i);
        require(!special.present || (special.kv && special.id < count));
    }
    struct libgguf_str raw;
    require(libgguf_token_raw(tokenizer, count, &raw, NULL) == LIBGGUF_ERR_NOT_FOUND);
    libgguf_tokenizer_free(tokenizer);
}

static void walk_templates(const struct libgguf_file *file)
{
    struct libgguf_chat_template found;
    size_t position = 0;
    while (libgguf_chat_template_next(file, &position, &found)) {
        char *text;
        require(found.kv == libgguf_kv_at(file, position - 1));
        if (libgguf_str_load(file, &found.text, &text, NULL) == LIBGGUF_OK) {
            libgguf_free(text);
        }
    }
}

void walk_model(const struct libgguf_file *file)
{
    walk_numbers(file);
    walk_size(file);
    walk_tokenizer(file);
    walk_templates(file);
}
