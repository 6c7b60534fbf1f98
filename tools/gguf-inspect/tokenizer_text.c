#include "tokenizer_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/size.h"
#include "cli/text.h"
#include "layout.h"
#include "sections.h"
#include "value_text.h"

/* Names of the vocabulary and of its splitting into words are cut to this many columns. */
#define NAME_COLUMNS 20

/* Token texts on the line of special tokens are cut to this many columns. */
#define SPECIAL_COLUMNS 30
/* The bytes of them that are looked at, which are more than that unless they hide something. */
#define SPECIAL_SIZE (4 * SPECIAL_COLUMNS)

static const char ellipsis[] = "…";

const char *tokenizer_kind_text(enum libgguf_tokenizer_kind kind)
{
    switch (kind) {
    case LIBGGUF_TOKENIZER_SENTENCEPIECE:
        return "SentencePiece";
    case LIBGGUF_TOKENIZER_BYTE_BPE:
        return "byte-level BPE";
    case LIBGGUF_TOKENIZER_WORDPIECE:
        return "WordPiece";
    case LIBGGUF_TOKENIZER_RWKV:
        return "RWKV";
    case LIBGGUF_TOKENIZER_OTHER:
        break;
    }
    return NULL;
}

/* ", 32,000 tokens" on the line, or on the next one. A column is left for another comma. */
static void put_part(const char *text, size_t *column)
{
    const size_t columns = strlen(text);
    if (*column + 2 + columns + 1 > SCREEN_COLUMNS) {
        fputs(",\n", stdout);
        layout_label("");
        *column = LAYOUT_VALUE;
    } else {
        fputs(", ", stdout);
        *column += 2;
    }
    fputs(text, stdout);
    *column += columns;
}

static void print_kind(const struct libgguf_file *file, const struct libgguf_tokenizer_info *info)
{
    char text[CLI_NUMBER_SIZE];
    const char *kind = tokenizer_kind_text(info->kind);
    size_t column = LAYOUT_VALUE;
    layout_label("Tokenizer");
    if (!kind && info->model.size > 0) {
        column += value_put_str(stdout, file, &info->model, NAME_COLUMNS);
    } else {
        kind = kind ? kind : "of no known kind";
        fputs(kind, stdout);
        column += strlen(kind);
    }
    if (info->pre.size > 0) {
        fputs(" (", stdout);
        column += value_put_str(stdout, file, &info->pre, NAME_COLUMNS) + 3;
        putchar(')');
    }
    put_part(cli_nouns_text(info->token_count, "token", text), &column);
    if (info->merges && info->merges->count > 0) {
        put_part(cli_nouns_text(info->merges->count, "merge", text), &column);
    }
    putchar('\n');
}

static void print_templates(const struct libgguf_file *file)
{
    struct libgguf_chat_template chat;
    char text[CLI_NUMBER_SIZE];
    size_t position = 0;
    size_t count = 0;
    uint64_t size = 0;
    while (libgguf_chat_template_next(file, &position, &chat)) {
        count++;
        size += chat.text.size;
    }
    if (count == 1) {
        layout_line("Chat template", "%s", cli_nouns_text(size, "byte", text));
    } else if (count > 1) {
        layout_line("Chat templates", "%zu, together %s", count,
                    cli_nouns_text(size, "byte", text));
    }
}

/* A special token that is printed, and its text once the walk over the vocabulary has reached it.
 */
struct shown_special {
    const char *name;
    uint64_t id;
    bool present;
    char text[SPECIAL_SIZE + sizeof ellipsis];
    size_t size;
};

/* Takes over what is shown of the text, with a mark where that is not all of it. */
static void take_text(const struct libgguf_file *file, const struct libgguf_str *str,
                      struct shown_special *special)
{
    const bool cut = str->size > SPECIAL_SIZE;
    size_t size = cut ? SPECIAL_SIZE : (size_t)str->size;
    if (libgguf_str_read(file, str, 0, special->text, size, NULL) != LIBGGUF_OK) {
        return;
    }
    if (cut) {
        /* Without the last character, which may be half of one. */
        for (int i = 0; i < 3 && ((unsigned char)special->text[size - 1] & 0xc0) == 0x80; i++) {
            size--;
        }
        size -= (unsigned char)special->text[size - 1] >= 0xc0;
        memcpy(special->text + size, ellipsis, sizeof ellipsis - 1);
        size += sizeof ellipsis - 1;
    }
    special->size = size;
}

static size_t collect_specials(const struct libgguf_tokenizer *tokenizer,
                               struct shown_special out[LIBGGUF_SPECIAL_COUNT])
{
    size_t count = 0;
    for (int i = 0; i < LIBGGUF_SPECIAL_COUNT; i++) {
        const enum libgguf_special which = (enum libgguf_special)i;
        const struct libgguf_special_token token = libgguf_tokenizer_special(tokenizer, which);
        if (token.kv && token.id != LIBGGUF_ABSENT_TOKEN && token.id != UINT32_MAX) {
            out[count] = (struct shown_special){
                .name = libgguf_special_name(which), .id = token.id, .present = token.present};
            count++;
        }
    }
    return count;
}

/* The present one with the smallest id that is not below @p from, or NULL. */
static struct shown_special *next_special(struct shown_special *specials, size_t count,
                                          uint64_t from)
{
    struct shown_special *found = NULL;
    for (size_t i = 0; i < count; i++) {
        if (specials[i].present && specials[i].id >= from &&
            (!found || specials[i].id < found->id)) {
            found = &specials[i];
        }
    }
    return found;
}

/* One walk from each special token to the next greater one finds all texts. */
static void find_texts(const struct libgguf_file *file, const struct libgguf_tokenizer_info *info,
                       struct shown_special *specials, size_t count)
{
    struct libgguf_array_iter iter;
    struct libgguf_value token;
    libgguf_array_begin(&iter, info->tokens);
    for (struct shown_special *next = next_special(specials, count, 0); next;
         next = next_special(specials, count, next->id + 1)) {
        if (!libgguf_array_seek(&iter, next->id) || !libgguf_array_next(&iter, &token)) {
            return;
        }
        for (size_t i = 0; i < count; i++) {
            if (specials[i].id == next->id) {
                take_text(file, &token.as.string, &specials[i]);
            }
        }
    }
}

static void print_special(const struct shown_special *special, size_t *column)
{
    static const char nothing[] = "(no such token)";
    const char *text = special->present ? special->text : nothing;
    const size_t size = special->present ? special->size : sizeof nothing - 1;
    char label[40];
    size_t columns =
        (size_t)snprintf(label, sizeof label, "%s %" PRIu64 " ", special->name, special->id);
    columns += cli_text_columns(text, size, SPECIAL_COLUMNS);
    if (*column > 0 && *column + 2 + columns + 1 > SCREEN_COLUMNS) {
        printf(",\n");
        *column = 0;
    }
    if (*column == 0) {
        layout_label("");
        *column = LAYOUT_VALUE;
    } else {
        printf(", ");
        *column += 2;
    }
    fputs(label, stdout);
    cli_put_text(stdout, text, size, SPECIAL_COLUMNS);
    *column += columns;
}

void tokenizer_print_lines(const struct libgguf_file *file)
{
    struct libgguf_tokenizer *tokenizer;
    if (libgguf_tokenizer_create(file, &tokenizer, NULL) != LIBGGUF_OK) {
        return;
    }
    const struct libgguf_tokenizer_info *info = libgguf_tokenizer_info(tokenizer);
    struct shown_special specials[LIBGGUF_SPECIAL_COUNT];
    const size_t count = collect_specials(tokenizer, specials);
    if (info->tokens || info->model.size > 0) {
        putchar('\n');
        print_kind(file, info);
        if (info->tokens && count > 0) {
            find_texts(file, info, specials, count);
        }
        size_t column = 0;
        for (size_t i = 0; i < count; i++) {
            print_special(&specials[i], &column);
        }
        if (column > 0) {
            putchar('\n');
        }
    }
    print_templates(file);
    libgguf_tokenizer_free(tokenizer);
}
