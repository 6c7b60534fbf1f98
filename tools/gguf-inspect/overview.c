#include "overview.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "check_text.h"
#include "cli/color.h"
#include "cli/size.h"
#include "cli/text.h"
#include "layout.h"
#include "sections.h"
#include "tokenizer_text.h"
#include "value_text.h"

/* The file a path ends in: directories are the shell's business. */
static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static void print_title(const struct model_file *model, const struct inspect_options *options)
{
    const struct libgguf_header *header = libgguf_header(model->file);
    const char *name = options->several_files ? model->label : base_name(model->label);
    fputs(cli_style(CLI_HEADING), stdout);
    cli_put_text(stdout, name, strlen(name),
                 options->several_files ? CLI_ALL_COLUMNS : SCREEN_COLUMNS - 32);
    printf("%s: GGUF version %" PRIu32 "%s\n", cli_style(CLI_PLAIN), header->version,
           header->big_endian ? ", big-endian" : "");
}

static void print_string(const char *label, const struct libgguf_file *file,
                         const struct libgguf_str *str)
{
    layout_label(label);
    if (str->size > 0) {
        value_put_str(stdout, file, str, SCREEN_COLUMNS - LAYOUT_VALUE);
        putchar('\n');
    } else {
        printf("%s(not given)%s\n", cli_style(CLI_FAINT), cli_style(CLI_PLAIN));
    }
}

/* "292 k (291,712)"; small numbers speak for themselves. */
static void print_parameters(const struct libgguf_model_size *size)
{
    char magnitude[CLI_NUMBER_SIZE];
    char exact[CLI_NUMBER_SIZE];
    cli_count_text(size->parameter_count, exact);
    if (size->parameter_count < 10000) {
        layout_line("Parameters", "%s", size->tensor_count > 0 ? exact : "none (no tensors)");
    } else {
        layout_line("Parameters", "%s (%s)", cli_magnitude_text(size->parameter_count, magnitude),
                    exact);
    }
}

static void print_quantization(const struct libgguf_file *file,
                               const struct libgguf_model_size *size)
{
    struct libgguf_quantization quantization;
    libgguf_model_quantization(file, &quantization);
    if (size->parameter_count == 0) {
        return;
    }
    layout_label("Quantisation");
    fputs(quantization.shown ? quantization.shown->name : "not known", stdout);
    if (size->sized_parameter_count > 0) {
        printf(", %.2f bits per weight", size->bits_per_weight);
    }
    if (quantization.contradicted) {
        printf(", %sthe file claims %s%s", cli_style(CLI_WARN),
               quantization.declared ? quantization.declared->name : "another type",
               cli_style(CLI_PLAIN));
    } else if (!quantization.declared && quantization.declared_id != LIBGGUF_ABSENT) {
        printf(", file type %" PRIu64 " is not known", quantization.declared_id);
    } else if (!quantization.declared && quantization.shown) {
        fputs(" (judged by its tensors)", stdout);
    }
    putchar('\n');
}

/* "297 KiB (304,096 bytes)" */
static void put_size(uint64_t bytes)
{
    char binary[CLI_NUMBER_SIZE];
    char exact[CLI_NUMBER_SIZE];
    if (bytes == UINT64_MAX) {
        fputs(cli_nouns_text(bytes, "byte", exact), stdout);
        return;
    }
    fputs(cli_size_text(bytes, binary), stdout);
    if (bytes >= 1024) {
        printf(" (%s bytes)", cli_count_text(bytes, exact));
    }
}

static void print_sizes(const struct model_file *model)
{
    if (model->size == LIBGGUF_SIZE_UNKNOWN) {
        return;
    }
    layout_label("File size");
    put_size(model->size);
    putchar('\n');
    const uint64_t header = model->header_size < model->size ? model->header_size : model->size;
    if (header == model->size) {
        return;
    }
    char header_text[CLI_NUMBER_SIZE];
    char data_text[CLI_NUMBER_SIZE];
    layout_line("", "= header %s + tensors %s", cli_count_text(header, header_text),
                cli_nouns_text(model->size - header, "byte", data_text));
}

static void print_missing(const struct model_file *model)
{
    char tensors[CLI_NUMBER_SIZE];
    char all[CLI_NUMBER_SIZE];
    if (model->missing_size == 0) {
        return;
    }
    layout_label("Missing");
    fputs(cli_style(CLI_WARN), stdout);
    put_size(model->missing_size);
    printf(" in %s of %s%s\n", cli_count_text(model->missing_count, tensors),
           cli_nouns_text(libgguf_tensor_count(model->file), "tensor", all), cli_style(CLI_PLAIN));
}

static void print_shards(const struct model_file *model)
{
    const size_t count = libgguf_shard_count(model->file);
    if (count < 2) {
        return;
    }
    layout_line("Shards", "%zu of %zu present", count - (size_t)model->shards_missing, count);
    for (size_t i = 0; i < count; i++) {
        if (!libgguf_shard_at(model->file, i)) {
            const char *path = libgguf_shard_path(model->file, i);
            layout_label("");
            printf("%smissing: ", cli_style(CLI_BAD));
            path = path ? base_name(path) : "?";
            cli_put_text(stdout, path, strlen(path), SCREEN_COLUMNS - LAYOUT_VALUE - 9);
            printf("%s\n", cli_style(CLI_PLAIN));
        }
    }
}

static void pair_count(struct layout_pairs *pairs, const char *label, uint64_t value)
{
    char text[CLI_NUMBER_SIZE];
    if (value != LIBGGUF_ABSENT) {
        layout_pair(pairs, label, cli_count_text(value, text));
    }
}

static void pair_tokens(struct layout_pairs *pairs, const char *label, uint64_t value)
{
    char text[CLI_NUMBER_SIZE];
    if (value != LIBGGUF_ABSENT) {
        layout_pair(pairs, label, cli_nouns_text(value, "token", text));
    }
}

static void pair_range(struct layout_pairs *pairs, const char *label,
                       const struct libgguf_layer_range *range)
{
    char min[CLI_NUMBER_SIZE];
    char max[CLI_NUMBER_SIZE];
    char text[3 * CLI_NUMBER_SIZE];
    if (range->min == LIBGGUF_ABSENT) {
        return;
    }
    cli_count_text(range->min, min);
    cli_count_text(range->max, max);
    if (range->min == range->max) {
        layout_pair(pairs, label, min);
    } else {
        snprintf(text, sizeof text, "%s to %s", min, max);
        layout_pair(pairs, label, text);
    }
}

static void pair_float(struct layout_pairs *pairs, const char *label, double value)
{
    char text[LIBGGUF_FLOAT_TEXT_SIZE];
    if (!isnan(value)) {
        /* Nearly always stored as f32: then its shortest text is the one that was meant. */
        const float narrow = (float)value;
        if ((double)narrow == value) {
            libgguf_f32_text(narrow, text);
        } else {
            libgguf_f64_text(value, text);
        }
        layout_pair(pairs, label, text);
    }
}

static void print_experts(struct layout_pairs *pairs, const struct libgguf_model_params *params)
{
    char count[CLI_NUMBER_SIZE];
    char used[CLI_NUMBER_SIZE];
    char text[3 * CLI_NUMBER_SIZE];
    if (params->expert_count == LIBGGUF_ABSENT || params->expert_count == 0) {
        return;
    }
    cli_count_text(params->expert_count, count);
    if (params->expert_used_count == LIBGGUF_ABSENT) {
        layout_pair(pairs, "Experts", count);
        return;
    }
    snprintf(text, sizeof text, "%s, %s used", count,
             cli_count_text(params->expert_used_count, used));
    layout_pair(pairs, "Experts", text);
}

static void print_head_size(struct layout_pairs *pairs, const struct libgguf_model_params *params)
{
    char key[CLI_NUMBER_SIZE];
    char value[CLI_NUMBER_SIZE];
    char text[3 * CLI_NUMBER_SIZE];
    if (params->key_length == params->value_length || params->value_length == LIBGGUF_ABSENT) {
        pair_count(pairs, "Head size", params->key_length);
        return;
    }
    snprintf(text, sizeof text, "%s key, %s value", cli_count_text(params->key_length, key),
             cli_count_text(params->value_length, value));
    layout_pair(pairs, "Head size", text);
}

static void print_params(const struct libgguf_model_params *params)
{
    struct layout_pairs pairs = {0};
    pair_tokens(&pairs, "Context", params->context_length);
    pair_count(&pairs, "Layers", params->block_count);
    pair_count(&pairs, "Embedding", params->embedding_length);
    pair_range(&pairs, "Feed-forward", &params->feed_forward_length);
    pair_range(&pairs, "Heads", &params->head_count);
    pair_range(&pairs, "Key/value heads", &params->head_count_kv);
    print_head_size(&pairs, params);
    print_experts(&pairs, params);
    pair_tokens(&pairs, "Sliding window", params->sliding_window);
    pair_tokens(&pairs, "Vocabulary", params->vocab_size);
    pair_float(&pairs, "RoPE base", params->rope_freq_base);
    pair_count(&pairs, "RoPE dimensions", params->rope_dimension_count);
    pair_float(&pairs, "RoPE scaling", params->rope_scaling_factor);
    pair_float(&pairs, params->norm_is_rms ? "RMS epsilon" : "Norm epsilon", params->norm_epsilon);
    layout_pairs_end(&pairs);
    if (params->problem.status != LIBGGUF_OK) {
        if (!pairs.begun) {
            putchar('\n');
        }
        layout_label("Unusable");
        fputs(cli_style(CLI_BAD), stdout);
        /* The library has escaped what is from the file. */
        cli_put_wrapped(stdout, params->problem.text, LAYOUT_VALUE, LAYOUT_VALUE, SCREEN_COLUMNS);
        fputs(cli_style(CLI_PLAIN), stdout);
    }
}

/* At least a sliver for what is there at all. */
static void print_bar(double share)
{
    const int rounded = (int)(share * 15 * 8 + 0.5);
    const int eighths = rounded > 0 ? rounded : 1;
    static const char *const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    for (int i = 0; i < eighths / 8; i++) {
        fputs("█", stdout);
    }
    fputs(parts[eighths % 8], stdout);
}

static void print_type(const struct libgguf_type_usage *usage, uint64_t total)
{
    char text[CLI_NUMBER_SIZE];
    printf("%-10s", usage->type ? usage->type->name : "unknown");
    cli_put_right(stdout, cli_count_text(usage->tensor_count, text), 8);
    cli_put_right(stdout, cli_count_text(usage->parameter_count, text), 18);
    if (usage->type && usage->type->block_size > 0) {
        const double share = total > 0 ? (double)usage->tensor_size / (double)total : 0;
        cli_put_right(stdout, cli_count_text(usage->tensor_size, text), 19);
        printf("%7.1f%%", 100 * share);
        if (share > 0) {
            printf("  %s", cli_style(CLI_FAINT));
            print_bar(share);
            fputs(cli_style(CLI_PLAIN), stdout);
        }
    } else {
        cli_put_right(stdout, "unknown", 19);
    }
    putchar('\n');
}

static void print_types(const struct libgguf_file *file, const struct libgguf_model_size *size)
{
    struct libgguf_type_usage usages[LIBGGUF_MAX_TYPE_USAGES];
    size_t count;
    if (size->tensor_count == 0 || libgguf_model_types(file, usages, &count, NULL) != LIBGGUF_OK) {
        return;
    }
    putchar('\n');
    printf("%s%-10s%8s%18s%19s%s\n", cli_style(CLI_HEADING), "Type", "Tensors", "Elements", "Bytes",
           cli_style(CLI_PLAIN));
    for (size_t i = 0; i < count; i++) {
        print_type(&usages[i], size->tensor_size);
    }
}

void overview_print(const struct model_file *model, const struct inspect_options *options)
{
    struct libgguf_model_params params;
    struct libgguf_model_size size;
    struct libgguf_error err;
    print_title(model, options);
    putchar('\n');
    libgguf_model_params(model->file, &params);
    print_string("Name", model->file, &params.name);
    print_string("Architecture", model->file, &params.architecture);
    if (libgguf_model_size(model->file, &size, &err) == LIBGGUF_OK) {
        print_parameters(&size);
        print_quantization(model->file, &size);
    } else {
        memset(&size, 0, sizeof size);
        layout_line("Parameters", "%s", err.text);
    }
    print_sizes(model);
    print_missing(model);
    print_shards(model);
    print_params(&params);
    tokenizer_print_lines(model->file);
    print_types(model->file, &size);
    metadata_print_short(model, options);
    check_print_summary(model, options);
}
