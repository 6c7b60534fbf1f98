#include "diff.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/color.h"
#include "cli/size.h"
#include "cli/text.h"
#include "tensor_text.h"
#include "value_text.h"

/* Columns for a value on one line, for each side of an arrow, and for an excerpt of a string. */
#define VALUE_COLUMNS 60
#define SIDE_COLUMNS 32
#define EXCERPT_COLUMNS 68
/* Bytes of an excerpt before the first difference, and in all. */
#define EXCERPT_BEFORE 24
#define EXCERPT_SIZE 256
/* Items of an array that are shown one by one. */
#define ITEMS_SHOWN 3
#define KEY_COLUMNS_MAX 44

static const char arrow[] = " → ";

static void put_sign(char sign)
{
    const enum cli_style style = sign == '+' ? CLI_GOOD : sign == '-' ? CLI_BAD : CLI_WARN;
    printf("  %s%c%s ", cli_style(style), sign, cli_style(CLI_PLAIN));
}

static void put_padded(const struct libgguf_str *name, size_t columns)
{
    const size_t used = cli_put_text(stdout, name->data, (size_t)name->size, CLI_ALL_COLUMNS);
    cli_put_spaces(stdout, used < columns ? columns - used : 0);
    fputs("  ", stdout);
}

static void put_counts(const char *title, const struct diff_counts *counts)
{
    char text[4][CLI_NUMBER_SIZE];
    printf("\n%s%s%s: %s added, %s removed, %s changed, %s the same\n", cli_style(CLI_HEADING),
           title, cli_style(CLI_PLAIN), cli_count_text(counts->added, text[0]),
           cli_count_text(counts->removed, text[1]), cli_count_text(counts->changed, text[2]),
           cli_count_text(counts->same, text[3]));
}

/* Where the text from @p data on is shown from, @p before bytes before what differs. */
static size_t excerpt_start(const char *data, size_t size, size_t before, bool inside)
{
    size_t start = 0;
    /* Not from the middle of a character, which has three more bytes at most. */
    while (inside && start < 3 && start < before && ((unsigned char)data[start] & 0xc0) == 0x80) {
        start++;
    }
    /* What differs is to be seen, however many columns the bytes before it take. */
    while (cli_text_columns(data + start, before - start, CLI_ALL_COLUMNS) > EXCERPT_COLUMNS / 2) {
        const size_t used = cli_text_next(data + start, size - start).used;
        start = used < before - start ? start + used : before;
    }
    return start;
}

static void put_excerpt(char sign, struct value_ref ref, uint64_t first)
{
    const struct libgguf_str *str = &ref.value->as.string;
    char buffer[EXCERPT_SIZE];
    uint64_t from = first > EXCERPT_BEFORE ? first - EXCERPT_BEFORE : 0;
    const uint64_t rest = str->size - from;
    const size_t size = rest < sizeof buffer ? (size_t)rest : sizeof buffer;
    const char *data = buffer;
    if (str->data) {
        data = str->data + from;
    } else if (libgguf_str_read(ref.file, str, from, buffer, size, NULL) != LIBGGUF_OK) {
        return;
    }
    const size_t skipped = excerpt_start(data, size, (size_t)(first - from), from > 0);
    fputs("    ", stdout);
    put_sign(sign);
    fputs(from + skipped > 0 ? "…" : "", stdout);
    cli_put_text(stdout, data + skipped, size - skipped, EXCERPT_COLUMNS);
    putchar('\n');
}

static void put_changed_string(struct value_ref a, struct value_ref b,
                               const struct value_difference *difference)
{
    char text[4][CLI_NUMBER_SIZE];
    printf("%s%s%s, differs from byte %s on, in line %s\n",
           cli_count_text(a.value->as.string.size, text[0]), arrow,
           cli_nouns_text(b.value->as.string.size, "byte", text[1]),
           cli_count_text(difference->first, text[2]), cli_count_text(difference->line, text[3]));
    put_excerpt('-', a, difference->first);
    put_excerpt('+', b, difference->first);
}

static void put_value(struct value_ref ref, size_t columns)
{
    const struct value_extent extent = {.columns = columns, .items = UINT64_MAX};
    value_put(stdout, ref.file, ref.value, extent);
}

static void put_two_values(struct value_ref a, struct value_ref b, bool with_types)
{
    char type[VALUE_SCALAR_SIZE];
    if (with_types) {
        printf("%s ", value_type_text(a.value, type));
    }
    put_value(a, SIDE_COLUMNS);
    fputs(arrow, stdout);
    if (with_types) {
        printf("%s ", value_type_text(b.value, type));
    }
    put_value(b, SIDE_COLUMNS);
    putchar('\n');
}

/* Walks both arrays again, to the first few items that differ. */
static void put_differing_items(const struct libgguf_array *a, const struct libgguf_array *b,
                                uint64_t differing)
{
    struct libgguf_array_iter iters[2];
    struct libgguf_value items[2];
    char text[CLI_NUMBER_SIZE];
    uint64_t shown = 0;
    libgguf_array_begin(&iters[0], a);
    libgguf_array_begin(&iters[1], b);
    for (uint64_t i = 0; shown < differing && shown < ITEMS_SHOWN; i++) {
        struct value_difference difference;
        if (!libgguf_array_next(&iters[0], &items[0]) ||
            !libgguf_array_next(&iters[1], &items[1])) {
            return;
        }
        const struct value_ref refs[2] = {{a->file, &items[0]}, {b->file, &items[1]}};
        if (value_compare(refs[0], refs[1], &difference, NULL) != LIBGGUF_OK) {
            return;
        }
        if (difference.different) {
            printf("        item %s: ", cli_count_text(i, text));
            put_two_values(refs[0], refs[1], false);
            shown++;
        }
    }
    if (differing > shown) {
        printf("        … %s more\n", cli_count_text(differing - shown, text));
    }
}

static void put_changed_array(struct value_ref a, struct value_ref b,
                              const struct value_difference *difference)
{
    const struct libgguf_array *first = &a.value->as.array;
    const struct libgguf_array *second = &b.value->as.array;
    char text[3][CLI_NUMBER_SIZE];
    char types[2][VALUE_SCALAR_SIZE];
    printf("%s of %s", value_type_text(a.value, types[0]), cli_count_text(first->count, text[0]));
    if (first->type != second->type) {
        printf("%s%s of %s\n", arrow, value_type_text(b.value, types[1]),
               cli_count_text(second->count, text[1]));
        return;
    }
    if (first->count != second->count) {
        printf("%s%s", arrow, cli_count_text(second->count, text[1]));
    }
    const char *items = second->count == 1 ? "item" : "items";
    if (difference->differing == 0) {
        printf(" %s, the first %s the same\n", items, cli_count_text(difference->first, text[2]));
        return;
    }
    printf(" %s, %s differ%s\n", items, cli_count_text(difference->differing, text[2]),
           difference->differing == 1 ? "s" : "");
    put_differing_items(first, second, difference->differing);
}

static void put_change(const struct diff *diff, const struct diff_entry *entry)
{
    const struct value_ref a = {diff->old_model->file, &entry->old_kv->value};
    const struct value_ref b = {diff->new_model->file, &entry->new_kv->value};
    if (a.value->type != b.value->type) {
        put_two_values(a, b, true);
    } else if (a.value->type == LIBGGUF_VALUE_ARRAY) {
        put_changed_array(a, b, &entry->difference);
    } else if (a.value->type == LIBGGUF_VALUE_STRING &&
               (a.value->as.string.size > SIDE_COLUMNS || b.value->as.string.size > SIDE_COLUMNS)) {
        put_changed_string(a, b, &entry->difference);
    } else {
        put_two_values(a, b, false);
    }
}

static void put_entry(const struct diff *diff, const struct diff_entry *entry, size_t key_columns)
{
    if (entry->old_kv && entry->new_kv) {
        put_sign('~');
        put_padded(&entry->old_kv->key, key_columns);
        put_change(diff, entry);
        return;
    }
    const struct libgguf_kv *kv = entry->old_kv ? entry->old_kv : entry->new_kv;
    const struct model_file *model = entry->old_kv ? diff->old_model : diff->new_model;
    put_sign(entry->old_kv ? '-' : '+');
    put_padded(&kv->key, key_columns);
    put_value((struct value_ref){model->file, &kv->value}, VALUE_COLUMNS);
    putchar('\n');
}

static void put_entries(const struct diff *diff, const char *title,
                        const struct diff_counts *counts, bool tokenizer)
{
    size_t widest = 0;
    if (counts->added + counts->removed + counts->changed == 0) {
        return;
    }
    for (size_t i = 0; i < diff->entry_count; i++) {
        const struct diff_entry *entry = &diff->entries[i];
        const struct libgguf_str *key = entry->old_kv ? &entry->old_kv->key : &entry->new_kv->key;
        if (diff_entry_is_tokenizer(entry) == tokenizer) {
            const size_t columns = cli_text_columns(key->data, (size_t)key->size, KEY_COLUMNS_MAX);
            widest = columns > widest ? columns : widest;
        }
    }
    put_counts(title, counts);
    for (size_t i = 0; i < diff->entry_count; i++) {
        if (diff_entry_is_tokenizer(&diff->entries[i]) == tokenizer) {
            put_entry(diff, &diff->entries[i], widest);
        }
    }
}

static void put_type(const struct libgguf_tensor *tensor)
{
    char text[CLI_NUMBER_SIZE];
    fputs(tensor_type_text(tensor, text), stdout);
}

static void put_shape(const struct libgguf_tensor *tensor)
{
    char text[TENSOR_SHAPE_SIZE];
    fputs(tensor_shape_text(tensor, text), stdout);
}

static void put_changed_tensor(const struct diff_tensor *tensor)
{
    put_type(tensor->old_tensor);
    if (tensor->changes & DIFF_TYPE) {
        fputs(arrow, stdout);
        put_type(tensor->new_tensor);
    }
    fputs(", ", stdout);
    put_shape(tensor->old_tensor);
    if (tensor->changes & DIFF_SHAPE) {
        fputs(arrow, stdout);
        put_shape(tensor->new_tensor);
    }
    putchar('\n');
    if (tensor->changes & DIFF_BYTES) {
        char text[3][CLI_NUMBER_SIZE];
        char hex[2][LIBGGUF_DIGEST_HEX_SIZE];
        printf("        %s of %s differ%s, the first is byte %s\n",
               cli_count_text(tensor->differing_bytes, text[0]),
               cli_nouns_text(tensor->old_tensor->size, "byte", text[1]),
               tensor->differing_bytes == 1 ? "s" : "",
               cli_count_text(tensor->first_byte, text[2]));
        libgguf_digest_hex(&tensor->digests[0], hex[0]);
        libgguf_digest_hex(&tensor->digests[1], hex[1]);
        printf("        SHA-256 %.16s…%s%.16s…\n", hex[0], arrow, hex[1]);
    }
}

static void put_tensor(const struct diff_tensor *tensor, size_t name_columns)
{
    const struct libgguf_tensor *shown =
        tensor->old_tensor ? tensor->old_tensor : tensor->new_tensor;
    const bool both = tensor->old_tensor && tensor->new_tensor;
    put_sign(both ? '~' : tensor->old_tensor ? '-' : '+');
    put_padded(&shown->name, name_columns);
    if (both) {
        put_changed_tensor(tensor);
        return;
    }
    put_type(shown);
    fputs(", ", stdout);
    put_shape(shown);
    putchar('\n');
}

static bool only_moved(const struct diff_tensor *tensor)
{
    return tensor->changes == DIFF_MOVED;
}

static void put_tensors(const struct diff *diff)
{
    size_t widest = 0;
    char text[CLI_NUMBER_SIZE];
    if (diff->tensor_count == 0) {
        return;
    }
    for (size_t i = 0; i < diff->tensor_count; i++) {
        const struct diff_tensor *tensor = &diff->tensors[i];
        const struct libgguf_str *name =
            tensor->old_tensor ? &tensor->old_tensor->name : &tensor->new_tensor->name;
        if (!only_moved(tensor)) {
            const size_t columns =
                cli_text_columns(name->data, (size_t)name->size, KEY_COLUMNS_MAX);
            widest = columns > widest ? columns : widest;
        }
    }
    put_counts("Tensors", &diff->tensor_counts);
    for (size_t i = 0; i < diff->tensor_count; i++) {
        if (!only_moved(&diff->tensors[i])) {
            put_tensor(&diff->tensors[i], widest);
        }
    }
    if (diff->moved > 0) {
        printf("    %s only at another offset\n", cli_count_text(diff->moved, text));
    }
}

static void put_header(const struct diff *diff)
{
    const struct libgguf_header *a = libgguf_header(diff->old_model->file);
    const struct libgguf_header *b = libgguf_header(diff->new_model->file);
    if (!diff_header(diff)) {
        return;
    }
    printf("\n%sHeader%s\n", cli_style(CLI_HEADING), cli_style(CLI_PLAIN));
    if (a->version != b->version) {
        put_sign('~');
        printf("version     %" PRIu32 "%s%" PRIu32 "\n", a->version, arrow, b->version);
    }
    if (a->big_endian != b->big_endian) {
        put_sign('~');
        printf("byte order  %s%s%s\n", a->big_endian ? "big" : "little", arrow,
               b->big_endian ? "big" : "little");
    }
    if (a->alignment != b->alignment) {
        put_sign('~');
        printf("alignment   %" PRIu64 "%s%" PRIu64 " bytes\n", a->alignment, arrow, b->alignment);
    }
}

static void put_not_compared(const struct diff *diff)
{
    char text[CLI_NUMBER_SIZE];
    if (diff->not_compared > 0) {
        printf("\n%s%s not compared: bytes missing, of unknown size or in another byte order%s\n",
               cli_style(CLI_WARN), cli_nouns_text(diff->not_compared, "tensor", text),
               cli_style(CLI_PLAIN));
    }
    if (diff->old_model->shards_missing + diff->new_model->shards_missing > 0) {
        putchar('\n');
        tensor_put_missing_shards(diff->old_model);
        tensor_put_missing_shards(diff->new_model);
    }
    if (diff->unmatched > 0) {
        printf("%s not compared, which may be in a missing shard\n",
               cli_nouns_text(diff->unmatched, "tensor", text));
    }
}

void diff_print(const struct diff *diff)
{
    printf("%s", cli_style(CLI_HEADING));
    cli_put_text(stdout, diff->old_model->label, strlen(diff->old_model->label), CLI_ALL_COLUMNS);
    fputs(arrow, stdout);
    cli_put_text(stdout, diff->new_model->label, strlen(diff->new_model->label), CLI_ALL_COLUMNS);
    printf("%s\n", cli_style(CLI_PLAIN));
    put_header(diff);
    put_entries(diff, "Metadata", &diff->metadata, false);
    put_entries(diff, "Tokenizer", &diff->tokenizer, true);
    put_tensors(diff);
    put_not_compared(diff);
    if (diff_verdict(diff) == CLI_YES) {
        printf("\nNo differences in header, metadata, tokenizer and tensor %s\n",
               diff->data ? "records and bytes" : "records (bytes: --data)");
    }
}
