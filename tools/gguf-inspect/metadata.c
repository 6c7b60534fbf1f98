#include "sections.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/color.h"
#include "cli/glob.h"
#include "cli/report.h"
#include "cli/size.h"
#include "cli/text.h"
#include "layout.h"
#include "value_text.h"

/* The widest column of keys; longer keys are cut on the first screen and push in the listing. */
#define KEY_COLUMNS_SHORT 40
#define KEY_COLUMNS 48
#define TYPE_COLUMNS 9

/* Items of an array in the listing, where --array-items does not say. */
#define DEFAULT_ITEMS 8

static bool is_wanted(const struct libgguf_kv *kv, const char *glob)
{
    return !glob || cli_glob_match(glob, kv->key.data, (size_t)kv->key.size);
}

static size_t key_columns(const struct model_file *model, const char *glob, size_t limit)
{
    size_t widest = 0;
    for (size_t i = 0; i < libgguf_kv_count(model->file); i++) {
        const struct libgguf_kv *kv = libgguf_kv_at(model->file, i);
        if (is_wanted(kv, glob)) {
            const size_t columns = cli_text_columns(kv->key.data, (size_t)kv->key.size, limit);
            widest = columns > widest ? columns : widest;
        }
    }
    return widest;
}

/* What a number stands for, where a table says: "15 (Q4_K_M)". */
static void put_meaning(const struct libgguf_kv *kv)
{
    uint64_t number;
    if (!libgguf_str_equal(&kv->key, "general.file_type") ||
        !libgguf_value_as_u64(&kv->value, &number) || number > UINT32_MAX) {
        return;
    }
    const struct libgguf_file_type *type = libgguf_file_type_find((uint32_t)number);
    if (type) {
        printf(" (%s)", type->name);
    }
}

static void put_duplicate_mark(const struct libgguf_kv *kv)
{
    if (kv->duplicate) {
        printf(" %s(duplicate key)%s", cli_style(CLI_BAD), cli_style(CLI_PLAIN));
    }
}

void metadata_print_short(const struct model_file *model, const struct inspect_options *options)
{
    const size_t count = libgguf_kv_count(model->file);
    const size_t keys = key_columns(model, NULL, KEY_COLUMNS_SHORT);
    char text[CLI_NUMBER_SIZE];
    char heading[CLI_NUMBER_SIZE + 32];
    snprintf(heading, sizeof heading, "Metadata (%s %s)", cli_count_text(count, text),
             count == 1 ? "entry" : "entries");
    layout_heading(heading);
    const uint64_t items = options->array_items_given ? options->array_items : INSPECT_ALL_ITEMS;
    for (size_t i = 0; i < count; i++) {
        const struct libgguf_kv *kv = libgguf_kv_at(model->file, i);
        const size_t mark = kv->duplicate ? sizeof " (duplicate key)" - 1 : 0;
        const struct value_extent extent = {
            .columns = options->array_items_given && kv->value.type == LIBGGUF_VALUE_ARRAY
                           ? CLI_ALL_COLUMNS
                           : SCREEN_COLUMNS - keys - 2 - mark,
            .items = items,
        };
        cli_put_left(stdout, kv->key.data, (size_t)kv->key.size, keys);
        fputs("  ", stdout);
        value_put(stdout, model->file, &kv->value, extent);
        put_meaning(kv);
        put_duplicate_mark(kv);
        putchar('\n');
    }
}

void metadata_print(const struct model_file *model, const struct inspect_options *options)
{
    const size_t keys = key_columns(model, options->metadata_glob, KEY_COLUMNS);
    const struct value_extent extent = {
        .columns = CLI_ALL_COLUMNS,
        .items = options->array_items_given ? options->array_items : DEFAULT_ITEMS,
    };
    for (size_t i = 0; i < libgguf_kv_count(model->file); i++) {
        const struct libgguf_kv *kv = libgguf_kv_at(model->file, i);
        char type[VALUE_SCALAR_SIZE];
        if (!is_wanted(kv, options->metadata_glob)) {
            continue;
        }
        const size_t used =
            cli_put_text(stdout, kv->key.data, (size_t)kv->key.size, CLI_ALL_COLUMNS);
        cli_put_spaces(stdout, used < keys ? keys - used : 0);
        printf("  %s%-*s%s ", cli_style(CLI_FAINT), TYPE_COLUMNS, value_type_text(&kv->value, type),
               cli_style(CLI_PLAIN));
        value_put(stdout, model->file, &kv->value, extent);
        put_meaning(kv);
        put_duplicate_mark(kv);
        putchar('\n');
    }
}

enum cli_exit key_find(const struct model_file *model, const char *key,
                       const struct libgguf_kv **out)
{
    struct libgguf_error err;
    switch (libgguf_kv_lookup(model->file, key, out, &err)) {
    case LIBGGUF_OK:
        return CLI_YES;
    case LIBGGUF_ERR_NOT_FOUND:
        cli_error(model->label, "no key '%s'", key);
        return CLI_NO;
    default:
        cli_error_status(model->label, &err);
        return CLI_FAILED;
    }
}

static enum cli_exit key_print(const struct model_file *model, const char *key,
                               const struct inspect_options *options)
{
    const struct libgguf_kv *kv;
    const enum cli_exit found = key_find(model, key, &kv);
    if (found != CLI_YES) {
        return found;
    }
    const uint64_t items = options->array_items_given ? options->array_items : INSPECT_ALL_ITEMS;
    if (!value_put_raw(stdout, model->file, &kv->value, items, isatty(STDOUT_FILENO))) {
        cli_error(model->label, "the value of '%s' could not be read", key);
        return CLI_FAILED;
    }
    return CLI_YES;
}

enum cli_exit keys_print(const struct model_file *model, const struct inspect_options *options)
{
    enum cli_exit worst = CLI_YES;
    for (size_t i = 0; i < options->key_count; i++) {
        const enum cli_exit status = key_print(model, options->keys[i], options);
        worst = status > worst ? status : worst;
    }
    return worst;
}
