#include <libgguf/model.h>

#include <inttypes.h>
#include <string.h>

#include "base/arithmetic.h"
#include "base/error.h"

static enum libgguf_status too_large(const char *what, const struct libgguf_tensor *tensor,
                                     struct libgguf_error *err)
{
    char name[ERROR_NAME_SIZE];
    return failure(err, LIBGGUF_ERR_RANGE, tensor->info_offset,
                   "with tensor '%s' the model has more than 2^64 - 1 %s",
                   error_name(name, tensor->name.data, tensor->name.size), what);
}

enum libgguf_status libgguf_model_size(const struct libgguf_file *file,
                                       struct libgguf_model_size *out, struct libgguf_error *err)
{
    struct libgguf_model_size sum = {.tensor_count = libgguf_tensor_count(file)};
    for (size_t i = 0; i < sum.tensor_count; i++) {
        const struct libgguf_tensor *tensor = libgguf_tensor_at(file, i);
        if (!checked_add_u64(sum.parameter_count, tensor->element_count, &sum.parameter_count)) {
            return too_large("elements", tensor, err);
        }
        if (!tensor->size_known) {
            sum.unsized_tensor_count++;
            continue;
        }
        sum.sized_parameter_count += tensor->element_count; /* at most parameter_count */
        if (!checked_add_u64(sum.tensor_size, tensor->size, &sum.tensor_size)) {
            return too_large("bytes", tensor, err);
        }
    }
    if (sum.sized_parameter_count > 0) {
        sum.bits_per_weight = 8.0 * (double)sum.tensor_size / (double)sum.sized_parameter_count;
    }
    *out = sum;
    return LIBGGUF_OK;
}

/* The line for @p tensor's type: one of the lines in use, or a new one. */
static struct libgguf_type_usage *
usage_line(struct libgguf_type_usage lines[LIBGGUF_MAX_TYPE_USAGES], size_t *count,
           const struct libgguf_tensor *tensor)
{
    for (size_t i = 0; i < *count; i++) {
        if (lines[i].type == tensor->type) {
            return &lines[i];
        }
    }
    struct libgguf_type_usage *line = &lines[(*count)++];
    memset(line, 0, sizeof *line);
    line->type = tensor->type;
    line->type_id = tensor->type_id;
    return line;
}

static bool comes_before(const struct libgguf_type_usage *a, const struct libgguf_type_usage *b)
{
    if (a->tensor_size != b->tensor_size) {
        return a->tensor_size > b->tensor_size;
    }
    if (a->parameter_count != b->parameter_count) {
        return a->parameter_count > b->parameter_count;
    }
    return a->type_id < b->type_id;
}

static void sort_lines(struct libgguf_type_usage *lines, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct libgguf_type_usage line = lines[i];
        size_t at = i;
        for (; at > 0 && comes_before(&line, &lines[at - 1]); at--) {
            lines[at] = lines[at - 1];
        }
        lines[at] = line;
    }
}

enum libgguf_status libgguf_model_types(const struct libgguf_file *file,
                                        struct libgguf_type_usage out[LIBGGUF_MAX_TYPE_USAGES],
                                        size_t *count, struct libgguf_error *err)
{
    *count = 0;
    const size_t tensor_count = libgguf_tensor_count(file);
    for (size_t i = 0; i < tensor_count; i++) {
        const struct libgguf_tensor *tensor = libgguf_tensor_at(file, i);
        struct libgguf_type_usage *line = usage_line(out, count, tensor);
        line->tensor_count++;
        if (!checked_add_u64(line->parameter_count, tensor->element_count,
                             &line->parameter_count)) {
            return too_large("elements of one type", tensor, err);
        }
        if (tensor->size_known &&
            !checked_add_u64(line->tensor_size, tensor->size, &line->tensor_size)) {
            return too_large("bytes of one type", tensor, err);
        }
    }
    sort_lines(out, *count);
    return LIBGGUF_OK;
}
