#include "tensor_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/color.h"
#include "cli/glob.h"
#include "cli/text.h"

bool tensor_is_wanted(const struct libgguf_tensor *tensor, const char *glob)
{
    return !glob || cli_glob_match(glob, tensor->name.data, (size_t)tensor->name.size);
}

const char *tensor_type_text(const struct libgguf_tensor *tensor, char out[CLI_NUMBER_SIZE])
{
    if (tensor->type) {
        return tensor->type->name;
    }
    snprintf(out, CLI_NUMBER_SIZE, "type %" PRIu32, tensor->type_id);
    return out;
}

const char *tensor_shape_text(const struct libgguf_tensor *tensor, char out[TENSOR_SHAPE_SIZE])
{
    size_t used = 0;
    for (uint32_t i = 0; i < tensor->dim_count; i++) {
        used += (size_t)snprintf(out + used, TENSOR_SHAPE_SIZE - used, "%s%" PRIu64,
                                 i > 0 ? " × " : "", tensor->dims[i]);
    }
    if (tensor->dim_count == 0) {
        strcpy(out, "scalar");
    }
    return out;
}

void tensor_put_missing_shards(const struct model_file *model)
{
    const size_t count = libgguf_shard_count(model->file);
    for (size_t i = 0; i < count && model->shards_missing > 0; i++) {
        if (!libgguf_shard_at(model->file, i)) {
            const char *path = libgguf_shard_path(model->file, i);
            printf("%sshard %zu of %zu is missing: ", cli_style(CLI_BAD), i + 1, count);
            cli_put_text(stdout, path, strlen(path), CLI_ALL_COLUMNS);
            printf("%s\n", cli_style(CLI_PLAIN));
        }
    }
}
