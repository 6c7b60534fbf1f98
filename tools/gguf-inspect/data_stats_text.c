#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/color.h"
#include "cli/report.h"
#include "cli/size.h"
#include "cli/text.h"
#include "data_stats.h"
#include "tensor_text.h"

#define NAME_COLUMNS_MAX 64
#define NUMBER_COLUMNS 12

static void put_number(double value)
{
    char text[CLI_NUMBER_SIZE];
    if (isnan(value)) {
        snprintf(text, sizeof text, "-");
    } else {
        snprintf(text, sizeof text, "%.5g", value);
    }
    cli_put_right(stdout, text, NUMBER_COLUMNS);
}

static void put_count(uint64_t value, size_t columns)
{
    char text[CLI_NUMBER_SIZE];
    cli_put_right(stdout, cli_count_text(value, text), columns);
}

static void put_name(const struct libgguf_tensor *tensor)
{
    cli_put_text(stdout, tensor->name.data, (size_t)tensor->name.size, CLI_ALL_COLUMNS);
}

static const char *why_not_decoded(const struct libgguf_tensor_stats *stats)
{
    return stats->status == LIBGGUF_ERR_TRUNCATED ? "bytes of it are missing"
                                                  : "it cannot be decoded";
}

static void put_bad_block(const struct libgguf_tensor *tensor,
                          const struct libgguf_block_faults *faults)
{
    char text[2][CLI_NUMBER_SIZE];
    const uint64_t blocks = tensor->element_count / tensor->type->block_elements;
    printf("block %s of %s: %s", cli_count_text(faults->first, text[0]),
           cli_count_text(blocks, text[1]), libgguf_block_fault_name(faults->first_kind));
    if (faults->count > 1) {
        printf(", and %s", cli_nouns_text(faults->count - 1, "more bad block", text[0]));
    }
}

/* Bad scales are the cause; what they decode to is told only where there is no other cause. */
static void put_findings(const struct libgguf_tensor *tensor,
                         const struct libgguf_tensor_stats *stats)
{
    char text[3][CLI_NUMBER_SIZE];
    fputs(cli_style(CLI_BAD), stdout);
    if (stats->faults.count > 0 && tensor->type->block_elements > 1) {
        put_bad_block(tensor, &stats->faults);
    } else {
        printf("%s NaN, %s infinite, the first at element %s",
               cli_count_text(stats->nan_count, text[0]), cli_count_text(stats->inf_count, text[1]),
               cli_count_text(stats->first_nonfinite, text[2]));
    }
    printf("%s\n", cli_style(CLI_PLAIN));
}

static size_t name_columns(const struct data_stats *stats, const char *glob)
{
    size_t widest = strlen("Tensor");
    for (size_t i = 0; i < stats->count; i++) {
        const struct libgguf_str *name = &stats->tensors[i]->name;
        const size_t columns = cli_text_columns(name->data, (size_t)name->size, NAME_COLUMNS_MAX);
        if (tensor_is_wanted(stats->tensors[i], glob)) {
            widest = columns > widest ? columns : widest;
        }
    }
    return widest;
}

static void print_tensor(const struct libgguf_tensor *tensor,
                         const struct libgguf_tensor_stats *stats, size_t name_width)
{
    char text[CLI_NUMBER_SIZE];
    const size_t used =
        cli_put_text(stdout, tensor->name.data, (size_t)tensor->name.size, CLI_ALL_COLUMNS);
    cli_put_spaces(stdout, used < name_width ? name_width - used : 0);
    printf("  %-10s", tensor_type_text(tensor, text));
    put_count(tensor->element_count, 15);
    if (stats->status != LIBGGUF_OK) {
        printf("  %s%s%s\n", cli_style(CLI_WARN), why_not_decoded(stats), cli_style(CLI_PLAIN));
        return;
    }
    put_number(stats->min);
    put_number(stats->max);
    put_number(stats->mean);
    put_number(stats->rms);
    put_count(stats->zero_count, 16);
    putchar('\n');
    if (!data_stats_is_sound(stats)) {
        fputs("    ", stdout);
        put_findings(tensor, stats);
    }
}

void data_stats_print(const struct data_stats *stats, const char *glob)
{
    const size_t width = name_columns(stats, glob);
    printf("%s%-*s  %-10s%15s%12s%12s%12s%12s%16s%s\n", cli_style(CLI_HEADING), (int)width,
           "Tensor", "Type", "Elements", "Minimum", "Maximum", "Mean", "RMS", "Zeros",
           cli_style(CLI_PLAIN));
    for (size_t i = 0; i < stats->count; i++) {
        if (tensor_is_wanted(stats->tensors[i], glob)) {
            print_tensor(stats->tensors[i], &stats->stats[i], width);
        }
    }
    tensor_put_missing_shards(stats->model);
}

enum cli_exit data_check_print(const struct data_stats *stats)
{
    const struct data_tally tally = data_stats_tally(stats);
    char text[2][CLI_NUMBER_SIZE];
    for (size_t i = 0; i < stats->count; i++) {
        if (data_stats_is_sound(&stats->stats[i])) {
            continue;
        }
        put_name(stats->tensors[i]);
        fputs(": ", stdout);
        if (stats->stats[i].status == LIBGGUF_OK) {
            put_findings(stats->tensors[i], &stats->stats[i]);
        } else {
            printf("%snot checked, %s%s\n", cli_style(CLI_WARN), why_not_decoded(&stats->stats[i]),
                   cli_style(CLI_PLAIN));
        }
    }
    tensor_put_missing_shards(stats->model);
    if (cli_quiet()) {
        return data_tally_verdict(&tally);
    }
    printf("%s (%s) sound", cli_nouns_text(tally.sound, "tensor", text[0]),
           cli_nouns_text(tally.sound_size, "byte", text[1]));
    if (tally.unsound > 0) {
        printf(", %s unsound", cli_count_text(tally.unsound, text[0]));
    }
    if (tally.missing + tally.unsupported > 0) {
        printf(", %s not checked", cli_count_text(tally.missing + tally.unsupported, text[0]));
    }
    if (tally.shards_missing > 0) {
        printf(", %s missing", cli_nouns_text(tally.shards_missing, "shard", text[0]));
    }
    putchar('\n');
    return data_tally_verdict(&tally);
}
