/** @file Reading: metadata, tokenizer and tensors of a model, or of a session with its header. */
#include <inttypes.h>
#include <string.h>

#include <libgguf/tensor.h>
#include <libgguf/tokenizer.h>
#include <libgguf/value.h>

#include "admission/wasm/module.h"
#include "base/error.h"

/* A tokenizer for the active model, and one for the session that may replace it. */
static struct kept_tokenizer {
    uint32_t handle;
    struct libgguf_tokenizer *view; /* NULL: free */
} tokenizers[2];

/*
 * An array is read window by window; the iterator stands where the last call ended, so that a long
 * list is walked once.
 */
static struct {
    uint32_t handle;
    uint32_t entry;
    uint64_t next;
    struct libgguf_array_iter iter;
} reading;

static struct kept_tokenizer *kept_for(uint32_t handle)
{
    for (size_t i = 0; i < sizeof tokenizers / sizeof tokenizers[0]; i++) {
        if (tokenizers[i].view && tokenizers[i].handle == handle) {
            return &tokenizers[i];
        }
    }
    return NULL;
}

void module_forget(uint32_t handle)
{
    if (reading.handle == handle) {
        reading.handle = 0; /* the iterator walks an array of the index that goes */
    }
    struct kept_tokenizer *const kept = kept_for(handle);
    if (kept) {
        libgguf_tokenizer_free(kept->view);
        kept->view = NULL;
    }
}

static const struct libgguf_file *file_of(uint32_t handle)
{
    struct libgguf_admission *const admission = module_admission();
    const struct libgguf_file *const file =
        admission ? libgguf_admission_file(admission, handle) : NULL;
    if (!file && admission) {
        error_set(&module_error, LIBGGUF_ERR_HANDLE, LIBGGUF_NO_OFFSET,
                  "%" PRIu32 " is not the handle of a model that can be read", handle);
    }
    return file;
}

static void answer_str(size_t at, const struct libgguf_str *str)
{
    module_answer[at] = (uintptr_t)str->data;
    module_answer[at + 1] = str->size;
}

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* A scalar as 64 bits: unsigned, signed, or those of a double. */
static uint64_t scalar_bits(const struct libgguf_value *value)
{
    switch (value->type) {
    case LIBGGUF_VALUE_U8:
        return value->as.u8;
    case LIBGGUF_VALUE_I8:
        return (uint64_t)value->as.i8;
    case LIBGGUF_VALUE_U16:
        return value->as.u16;
    case LIBGGUF_VALUE_I16:
        return (uint64_t)value->as.i16;
    case LIBGGUF_VALUE_U32:
        return value->as.u32;
    case LIBGGUF_VALUE_I32:
        return (uint64_t)value->as.i32;
    case LIBGGUF_VALUE_F32:
        return bits_of(value->as.f32);
    case LIBGGUF_VALUE_BOOL:
        return value->as.boolean;
    case LIBGGUF_VALUE_F64:
        return bits_of(value->as.f64);
    default:
        return value->as.u64;
    }
}

/* answer: version, big-endian, alignment, entries, tensors, data offset, header's end, data's end.
 */
EXPORT("file") enum libgguf_status export_file(uint32_t handle);
enum libgguf_status export_file(uint32_t handle)
{
    const struct libgguf_file *const file = file_of(handle);
    if (!file) {
        return LIBGGUF_ERR_HANDLE;
    }
    const struct libgguf_header *const header = libgguf_header(file);
    module_answer[0] = header->version;
    module_answer[1] = header->big_endian;
    module_answer[2] = header->alignment;
    module_answer[3] = libgguf_kv_count(file);
    module_answer[4] = libgguf_tensor_count(file);
    module_answer[5] = header->data_offset;
    module_answer[6] = header->info_end;
    module_answer[7] = header->data_end;
    return LIBGGUF_OK;
}

/*
 * answer: type, key's address and size; then of a string its address and size, of an array the
 * type and count of its elements, of a scalar its bits.
 */
EXPORT("entry") enum libgguf_status export_entry(uint32_t handle, uint32_t index);
enum libgguf_status export_entry(uint32_t handle, uint32_t index)
{
    const struct libgguf_file *const file = file_of(handle);
    if (!file) {
        return LIBGGUF_ERR_HANDLE;
    }
    const struct libgguf_kv *const kv = libgguf_kv_at(file, index);
    if (!kv) {
        return failure(&module_error, LIBGGUF_ERR_NOT_FOUND, LIBGGUF_NO_OFFSET,
                       "no metadata entry %" PRIu32, index);
    }
    module_answer[0] = (uint64_t)kv->value.type;
    answer_str(1, &kv->key);
    if (kv->value.type == LIBGGUF_VALUE_STRING) {
        answer_str(3, &kv->value.as.string);
    } else if (kv->value.type == LIBGGUF_VALUE_ARRAY) {
        module_answer[3] = (uint64_t)kv->value.as.array.type;
        module_answer[4] = kv->value.as.array.count;
    } else {
        module_answer[3] = scalar_bits(&kv->value);
        module_answer[4] = 0;
    }
    return LIBGGUF_OK;
}

/* A run of the window that elements are written to. */
struct packer {
    size_t used;
    bool full;
};

static void pack(struct packer *packer, const void *data, uint64_t size)
{
    if (packer->full || size > sizeof module_window - packer->used) {
        packer->full = true;
        return;
    }
    memcpy(module_window + packer->used, data, (size_t)size);
    packer->used += (size_t)size;
}

static void pack_u64(struct packer *packer, uint64_t value)
{
    pack(packer, &value, sizeof value);
}

/*
 * Scalars are 64 bits, strings a 64-bit size and their bytes, arrays the type and count of their
 * elements in 64 bits each and these. Arrays inside arrays are walked without recursion.
 */
static void pack_value(struct packer *packer, const struct libgguf_value *first)
{
    static struct {
        struct libgguf_array array;
        struct libgguf_array_iter iter;
    } levels[LIBGGUF_MAX_ARRAY_DEPTH];
    struct libgguf_value value = *first;
    size_t depth = 0;
    for (;;) {
        if (value.type == LIBGGUF_VALUE_STRING) {
            pack_u64(packer, value.as.string.size);
            if (value.as.string.data) {
                pack(packer, value.as.string.data, value.as.string.size);
            } else {
                packer->full = true;
            }
        } else if (value.type == LIBGGUF_VALUE_ARRAY) {
            levels[depth].array = value.as.array;
            pack_u64(packer, (uint64_t)value.as.array.type);
            pack_u64(packer, value.as.array.count);
            libgguf_array_begin(&levels[depth].iter, &levels[depth].array);
            depth++;
        } else {
            pack_u64(packer, scalar_bits(&value));
        }
        while (depth > 0 && !libgguf_array_next(&levels[depth - 1].iter, &value)) {
            depth--;
        }
        if (depth == 0 || packer->full) {
            return;
        }
    }
}

static void read_from(uint32_t handle, uint32_t entry, const struct libgguf_array *array,
                      uint64_t from)
{
    struct libgguf_value passed;
    if (reading.handle != handle || reading.entry != entry || reading.next > from) {
        libgguf_array_begin(&reading.iter, array);
        reading.next = 0;
        if (libgguf_array_seek(&reading.iter, from)) {
            reading.next = from;
        }
    }
    while (reading.next < from && libgguf_array_next(&reading.iter, &passed)) {
        reading.next++;
    }
    reading.handle = handle;
    reading.entry = entry;
}

/* window: elements from number @p from on. answer: how many, and their bytes in the window. */
EXPORT("elements")
enum libgguf_status export_elements(uint32_t handle, uint32_t index, uint32_t from);
enum libgguf_status export_elements(uint32_t handle, uint32_t index, uint32_t from)
{
    const struct libgguf_file *const file = file_of(handle);
    if (!file) {
        return LIBGGUF_ERR_HANDLE;
    }
    const struct libgguf_kv *const kv = libgguf_kv_at(file, index);
    if (!kv || kv->value.type != LIBGGUF_VALUE_ARRAY) {
        return failure(&module_error, LIBGGUF_ERR_NOT_FOUND, LIBGGUF_NO_OFFSET,
                       "metadata entry %" PRIu32 " is no array", index);
    }
    struct packer packer = {.used = 0};
    struct libgguf_value value;
    uint64_t count = 0;
    read_from(handle, index, &kv->value.as.array, from);
    for (;;) {
        const size_t before = packer.used;
        struct libgguf_array_iter *const iter = &reading.iter;
        const uint64_t position = iter->pos;
        if (!libgguf_array_next(iter, &value)) {
            break;
        }
        pack_value(&packer, &value);
        if (packer.full) {
            packer.used = before;
            iter->pos = position;
            iter->index--;
            break;
        }
        count++;
        reading.next++;
    }
    module_answer[0] = count;
    module_answer[1] = packer.used;
    if (count == 0 && packer.full) {
        return failure(&module_error, LIBGGUF_ERR_RANGE, value.offset,
                       "element %" PRIu32 " is larger than the window", from);
    }
    return LIBGGUF_OK;
}

/* window: a name of @p size bytes. answer: the index of the entry (or tensor) of that name. */
EXPORT("find") enum libgguf_status export_find(uint32_t handle, uint32_t size, uint32_t tensor);
enum libgguf_status export_find(uint32_t handle, uint32_t size, uint32_t tensor)
{
    const struct libgguf_file *const file = file_of(handle);
    if (!file) {
        return LIBGGUF_ERR_HANDLE;
    }
    if (size >= sizeof module_window || memchr(module_window, '\0', size)) {
        return failure(&module_error, LIBGGUF_ERR_NOT_FOUND, LIBGGUF_NO_OFFSET, "no such name");
    }
    module_window[size] = '\0';
    const char *const name = (const char *)module_window;
    if (tensor) {
        const struct libgguf_tensor *const found = libgguf_tensor_find(file, name);
        if (!found) {
            char text[ERROR_NAME_SIZE];
            return failure(&module_error, LIBGGUF_ERR_NOT_FOUND, LIBGGUF_NO_OFFSET,
                           "no tensor '%s'", error_name(text, name, size));
        }
        module_answer[0] = found->index;
        return LIBGGUF_OK;
    }
    const struct libgguf_kv *kv;
    const enum libgguf_status status = libgguf_kv_lookup(file, name, &kv, &module_error);
    if (!status) {
        module_answer[0] = (uint64_t)(kv - libgguf_kv_at(file, 0));
    }
    return status;
}

/* answer: the address of the active model's bytes, and their count. */
EXPORT("data") enum libgguf_status export_data(uint32_t handle);
enum libgguf_status export_data(uint32_t handle)
{
    struct libgguf_admission *const admission = module_admission();
    const void *const data =
        admission ? libgguf_admission_data(admission, handle, &module_answer[1]) : NULL;
    if (!data) {
        return failure(&module_error, LIBGGUF_ERR_HANDLE, LIBGGUF_NO_OFFSET,
                       "%" PRIu32 " is not the handle of a model in memory", handle);
    }
    module_answer[0] = (uintptr_t)data;
    return LIBGGUF_OK;
}

/*
 * answer: name's address and size, type's number, its name's address and size, dimension count,
 * four dimensions, offset, size, whether the size is known, and the address of its bytes, or 0.
 */
EXPORT("tensor") enum libgguf_status export_tensor(uint32_t handle, uint32_t index);
enum libgguf_status export_tensor(uint32_t handle, uint32_t index)
{
    const struct libgguf_file *const file = file_of(handle);
    if (!file) {
        return LIBGGUF_ERR_HANDLE;
    }
    const struct libgguf_tensor *const tensor = libgguf_tensor_at(file, index);
    if (!tensor) {
        return failure(&module_error, LIBGGUF_ERR_NOT_FOUND, LIBGGUF_NO_OFFSET,
                       "no tensor %" PRIu32, index);
    }
    const char *const type = tensor->type ? tensor->type->name : "";
    answer_str(0, &tensor->name);
    module_answer[2] = tensor->type_id;
    module_answer[3] = (uintptr_t)type;
    module_answer[4] = strlen(type);
    module_answer[5] = tensor->dim_count;
    for (size_t i = 0; i < LIBGGUF_MAX_DIMS; i++) {
        module_answer[6 + i] = tensor->dims[i];
    }
    uint64_t size;
    const unsigned char *const data = libgguf_admission_data(module_admission(), handle, &size);
    module_answer[10] = tensor->offset;
    module_answer[11] = tensor->size;
    module_answer[12] = tensor->size_known;
    module_answer[13] = data ? (uintptr_t)data + tensor->offset : 0;
    return LIBGGUF_OK;
}

static struct libgguf_tokenizer *tokenizer_of(uint32_t handle, enum libgguf_status *status)
{
    const struct libgguf_file *const file = file_of(handle);
    struct kept_tokenizer *kept = file ? kept_for(handle) : NULL;
    *status = file ? LIBGGUF_OK : LIBGGUF_ERR_HANDLE;
    if (file && !kept) {
        kept = tokenizers[0].view ? &tokenizers[1] : &tokenizers[0];
        libgguf_tokenizer_free(kept->view);
        kept->handle = handle;
        *status = libgguf_tokenizer_create(file, &kept->view, &module_error);
    }
    return *status ? NULL : kept->view;
}

enum libgguf_status module_prepare(uint32_t handle)
{
    enum libgguf_status status;
    const struct libgguf_tokenizer *const view = tokenizer_of(handle, &status);
    if (view) {
        status = libgguf_tokenizer_prepare(view, &module_error);
    }
    return status == LIBGGUF_ERR_MEMORY ? status : LIBGGUF_OK;
}

/* answer: the number of tokens, the kind, then the id of @p special or 2^64 - 1. */
EXPORT("tokenizer") enum libgguf_status export_tokenizer(uint32_t handle, uint32_t special);
enum libgguf_status export_tokenizer(uint32_t handle, uint32_t special)
{
    enum libgguf_status status;
    const struct libgguf_tokenizer *const view = tokenizer_of(handle, &status);
    if (view) {
        const struct libgguf_special_token found =
            libgguf_tokenizer_special(view, (enum libgguf_special)special);
        const char *const name = libgguf_special_name((enum libgguf_special)special);
        module_answer[0] = libgguf_tokenizer_info(view)->token_count;
        module_answer[1] = (uint64_t)libgguf_tokenizer_info(view)->kind;
        module_answer[2] = found.present ? found.id : LIBGGUF_ABSENT_TOKEN;
        module_answer[3] = (uintptr_t)name;
        module_answer[4] = name ? strlen(name) : 0;
    }
    return status;
}

/* window: the text of a token. answer: its size, type, and score as the bits of a double. */
EXPORT("token") enum libgguf_status export_token(uint32_t handle, uint32_t id, uint32_t display);
enum libgguf_status export_token(uint32_t handle, uint32_t id, uint32_t display)
{
    enum libgguf_status status;
    const struct libgguf_tokenizer *const view = tokenizer_of(handle, &status);
    if (!view) {
        return status;
    }
    size_t size;
    enum libgguf_token_type type;
    float score = 0;
    status = libgguf_token_text(view, id, display ? LIBGGUF_TOKEN_DISPLAY : LIBGGUF_TOKEN_RAW,
                                (char *)module_window, sizeof module_window, &size, &module_error);
    if (!status) {
        status = libgguf_token_type(view, id, &type, &module_error);
    }
    if (status) {
        return status;
    }
    if (libgguf_token_score(view, id, &score, NULL)) {
        score = 0;
    }
    module_answer[0] = size;
    module_answer[1] = (uint64_t)type;
    module_answer[2] = bits_of(score);
    return LIBGGUF_OK;
}

/* window: a text of @p size bytes. answer: the token that it is. */
EXPORT("token_find")
enum libgguf_status export_token_find(uint32_t handle, uint32_t size, uint32_t display);
enum libgguf_status export_token_find(uint32_t handle, uint32_t size, uint32_t display)
{
    enum libgguf_status status;
    const struct libgguf_tokenizer *const view = tokenizer_of(handle, &status);
    if (!view) {
        return status;
    }
    if (size > sizeof module_window) {
        return failure(&module_error, LIBGGUF_ERR_RANGE, LIBGGUF_NO_OFFSET,
                       "a text larger than the window");
    }
    return libgguf_token_find(view, display ? LIBGGUF_TOKEN_DISPLAY : LIBGGUF_TOKEN_RAW,
                              (const char *)module_window, size, &module_answer[0], &module_error);
}
