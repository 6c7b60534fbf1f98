#include "sections.h"

#include <stdio.h>
#include <string.h>

#include "cli/color.h"
#include "cli/size.h"
#include "cli/text.h"
#include "tensor_text.h"

#define NAME_COLUMNS_MAX 64

/* How wide the columns must be so that everything below a heading fits. */
struct widths {
    size_t name;
    size_t type;
    size_t dims;
    size_t offset;
    size_t size;
};

static const char *size_text(const struct libgguf_tensor *tensor, char out[CLI_NUMBER_SIZE])
{
    return tensor->size_known ? cli_count_text(tensor->size, out) : "unknown";
}

static void widen(size_t *width, const char *text)
{
    const size_t columns = cli_text_columns(text, strlen(text), CLI_ALL_COLUMNS);
    *width = columns > *width ? columns : *width;
}

static struct widths measure(const struct model_file *model, const char *glob)
{
    struct widths widths = {strlen("Tensor"), strlen("Type"), strlen("Dimensions"),
                            strlen("Offset"), strlen("Bytes")};
    char text[TENSOR_SHAPE_SIZE];
    for (size_t i = 0; i < libgguf_tensor_count(model->file); i++) {
        const struct libgguf_tensor *tensor = libgguf_tensor_at(model->file, i);
        if (!tensor_is_wanted(tensor, glob)) {
            continue;
        }
        const size_t name =
            cli_text_columns(tensor->name.data, (size_t)tensor->name.size, NAME_COLUMNS_MAX);
        widths.name = name > widths.name ? name : widths.name;
        widen(&widths.type, tensor_type_text(tensor, text));
        widen(&widths.dims, tensor_shape_text(tensor, text));
        widen(&widths.offset, cli_count_text(tensor->offset, text));
        widen(&widths.size, size_text(tensor, text));
    }
    return widths;
}

static void print_tensor(const struct model_file *model, const struct libgguf_tensor *tensor,
                         const struct widths *widths)
{
    char text[TENSOR_SHAPE_SIZE];
    const size_t used =
        cli_put_text(stdout, tensor->name.data, (size_t)tensor->name.size, CLI_ALL_COLUMNS);
    cli_put_spaces(stdout, used < widths->name ? widths->name - used : 0);
    printf("  %-*s  ", (int)widths->type, tensor_type_text(tensor, text));
    tensor_shape_text(tensor, text);
    cli_put_left(stdout, text, strlen(text), widths->dims);
    fputs("  ", stdout);
    cli_put_right(stdout, cli_count_text(tensor->offset, text), widths->offset);
    fputs("  ", stdout);
    cli_put_right(stdout, size_text(tensor, text), widths->size);
    if (libgguf_shard_count(model->file) > 1) {
        printf("  shard %zu", tensor->shard + 1);
    }
    const uint64_t missing = tensor->missing_size;
    if (missing > 0) {
        printf("  %s%s missing%s", cli_style(CLI_WARN),
               missing == tensor->size ? "all" : cli_count_text(missing, text),
               cli_style(CLI_PLAIN));
    }
    if (tensor->duplicate) {
        printf("  %sduplicate name%s", cli_style(CLI_BAD), cli_style(CLI_PLAIN));
    }
    putchar('\n');
}

void tensors_print(const struct model_file *model, const struct inspect_options *options)
{
    const struct widths widths = measure(model, options->tensors_glob);
    uint64_t count = 0;
    uint64_t elements = 0;
    uint64_t size = 0;
    uint64_t unsized = 0;
    char text[3][CLI_NUMBER_SIZE];
    printf("%s%-*s  %-*s  %-*s  %*s  %*s%s\n", cli_style(CLI_HEADING), (int)widths.name, "Tensor",
           (int)widths.type, "Type", (int)widths.dims, "Dimensions", (int)widths.offset, "Offset",
           (int)widths.size, "Bytes", cli_style(CLI_PLAIN));
    for (size_t i = 0; i < libgguf_tensor_count(model->file); i++) {
        const struct libgguf_tensor *tensor = libgguf_tensor_at(model->file, i);
        if (tensor_is_wanted(tensor, options->tensors_glob)) {
            print_tensor(model, tensor, &widths);
            count++;
            cli_sum_add(&elements, tensor->element_count);
            cli_sum_add(&size, tensor->size);
            unsized += !tensor->size_known;
        }
    }
    printf("%s, %s, %s", cli_nouns_text(count, "tensor", text[0]),
           cli_nouns_text(elements, "element", text[1]), cli_nouns_text(size, "byte", text[2]));
    if (unsized > 0) {
        printf(", %s of unknown size", cli_count_text(unsized, text[0]));
    }
    putchar('\n');
    tensor_put_missing_shards(model);
}
