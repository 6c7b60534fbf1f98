#include "walk_everything.h"

#include <stdlib.h>
#include <string.h>

#include <libgguf.h>

#include "walk_model.h"

#define ELEMENTS_READ 3000

static void require(bool promise)
{
    if (!promise) {
        abort();
    }
}

/* Touches every byte, so that a sanitizer sees what is not ours. */
static unsigned touch(const char *data, uint64_t size)
{
    unsigned sum = 0;
    for (uint64_t i = 0; i < size; i++) {
        sum += (unsigned char)data[i];
    }
    return sum;
}

static void walk_string(const struct libgguf_file *file, const struct libgguf_str *str)
{
    char *text;
    char part[8];
    if (str->data) {
        touch(str->data, str->size);
    }
    if (libgguf_str_load(file, str, &text, NULL) == LIBGGUF_OK) {
        require(text[str->size] == '\0');
        libgguf_free(text);
    }
    require(libgguf_str_read(file, str, str->size, part, 1, NULL) == LIBGGUF_ERR_ARGUMENT);
}

static void walk_value(const struct libgguf_file *file, const struct libgguf_value *value)
{
    uint64_t natural;
    double number;
    if (libgguf_value_as_u64(value, &natural)) {
        require(libgguf_value_as_f64(value, &number));
    }
    if (value->type == LIBGGUF_VALUE_STRING) {
        walk_string(file, &value->as.string);
    } else if (value->type == LIBGGUF_VALUE_F32) {
        char text[LIBGGUF_FLOAT_TEXT_SIZE];
        require(libgguf_f32_text(value->as.f32, text) == strlen(text));
    } else if (value->type == LIBGGUF_VALUE_F64) {
        char text[LIBGGUF_FLOAT_TEXT_SIZE];
        require(libgguf_f64_text(value->as.f64, text) == strlen(text));
    }
}

/* All elements, and those of arrays inside, without recursion: one iterator a level. */
static void walk_array(const struct libgguf_file *file, const struct libgguf_array *array)
{
    struct libgguf_array arrays[LIBGGUF_MAX_ARRAY_DEPTH] = {*array};
    struct libgguf_array_iter *const iters = malloc(LIBGGUF_MAX_ARRAY_DEPTH * sizeof *iters);
    size_t depth = 1;
    size_t budget = ELEMENTS_READ;
    if (!iters) {
        return;
    }
    libgguf_array_begin(&iters[0], &arrays[0]);
    while (depth > 0 && budget-- > 0) {
        struct libgguf_value element;
        if (!libgguf_array_next(&iters[depth - 1], &element)) {
            depth--;
        } else if (element.type == LIBGGUF_VALUE_ARRAY) {
            require(depth < LIBGGUF_MAX_ARRAY_DEPTH);
            arrays[depth] = element.as.array;
            libgguf_array_begin(&iters[depth], &arrays[depth]);
            depth++;
        } else {
            walk_value(file, &element);
        }
    }
    if (libgguf_array_seek(&iters[0], array->count / 2)) {
        struct libgguf_value element;
        libgguf_array_next(&iters[0], &element);
    }
    free(iters);
}

static void walk_metadata(const struct libgguf_file *file)
{
    for (size_t i = 0; i < libgguf_kv_count(file); i++) {
        const struct libgguf_kv *const kv = libgguf_kv_at(file, i);
        char *key;
        touch(kv->key.data, kv->key.size);
        require(kv->key.size > 0 && libgguf_value_type_name(kv->value.type));
        if (libgguf_str_load(file, &kv->key, &key, NULL) == LIBGGUF_OK) {
            const struct libgguf_kv *const found = libgguf_kv_find(file, key);
            require(kv->duplicate || strlen(key) != kv->key.size || found == kv);
            libgguf_free(key);
        }
        walk_value(file, &kv->value);
        if (kv->value.type == LIBGGUF_VALUE_ARRAY) {
            walk_array(file, &kv->value.as.array);
        }
    }
    require(libgguf_kv_at(file, libgguf_kv_count(file)) == NULL);
}

static void walk_tensors(const struct libgguf_file *file)
{
    for (size_t i = 0; i < libgguf_tensor_count(file); i++) {
        const struct libgguf_tensor *const tensor = libgguf_tensor_at(file, i);
        unsigned char bytes[64];
        struct libgguf_mapping mapping;
        touch(tensor->name.data, tensor->name.size);
        require(tensor->index == i && tensor->element_count <= INT64_MAX);
        const size_t size = tensor->size < sizeof bytes ? (size_t)tensor->size : sizeof bytes;
        const enum libgguf_status read =
            libgguf_tensor_read(file, tensor, tensor->size - size, bytes, size, NULL);
        require(read == LIBGGUF_OK || !tensor->size_known || tensor->missing_size > 0);
        if (libgguf_tensor_map(file, tensor, &mapping, NULL) == LIBGGUF_OK && mapping.size > 0) {
            touch((const char *)mapping.data + mapping.size - 1, 1);
        }
    }
    require(libgguf_tensor_at(file, libgguf_tensor_count(file)) == NULL);
}

static bool look_at_finding(void *context, const struct libgguf_finding *finding)
{
    require(finding->severity != LIBGGUF_SEVERITY_NONE && finding->rule->id);
    require(strlen(finding->text) < sizeof finding->text);
    ++*(size_t *)context;
    return true;
}

static void walk_findings(const struct libgguf_file *file)
{
    for (int profile = LIBGGUF_PROFILE_LLAMA_CPP; profile <= LIBGGUF_PROFILE_SPEC; profile++) {
        const struct libgguf_check_options options = {
            .struct_size = sizeof options, .profile = (enum libgguf_check_profile)profile};
        size_t count = 0;
        const enum libgguf_status status =
            libgguf_check(file, &options, look_at_finding, &count, NULL);
        require(status == LIBGGUF_OK || status == LIBGGUF_ERR_MEMORY);
    }
}

void walk_everything(const struct libgguf_file *file)
{
    const struct libgguf_header *const header = libgguf_header(file);
    require(header->version >= 1 && header->version <= 3 && header->alignment > 0);
    require(header->kv_offset <= header->tensor_info_offset &&
            header->tensor_info_offset <= header->info_end &&
            header->info_end <= header->data_offset && header->info_end <= header->data_end);
    require(libgguf_file_source(file) != NULL);
    for (size_t i = 0; i < libgguf_shard_count(file); i++) {
        const char *const path = libgguf_shard_path(file, i);
        require(libgguf_shard_at(file, i) != NULL || path != NULL);
    }
    walk_metadata(file);
    walk_tensors(file);
    walk_findings(file);
    walk_model(file);
}
