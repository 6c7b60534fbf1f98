#include "digest/manifest_split.h"

#include <stdlib.h>
#include <string.h>

/* Where a list can be: in an object (3) in the array "files" (2) of the manifest (1). */
enum { DEPTH_MANIFEST = 1, DEPTH_FILES = 2, DEPTH_FILE = 3 };

struct scanner {
    const char *data;
    size_t size;
    size_t pos;
    size_t depth;
    bool in_files; /* inside the array "files" */
    size_t file;   /* elements of it that began so far */
    size_t key;    /* the last string that ended, within its quotes */
    size_t key_end;
    char last;      /* the last byte outside of strings that was no white space; '"' for a string */
    bool after_key; /* that string and a colon came last */
    size_t copied;  /* of the data */
    struct manifest_split *out;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* From a quote to behind the quote that ends the string, or to the end of the data. */
static size_t string_end(const char *data, size_t size, size_t pos)
{
    for (pos++; pos < size; pos++) {
        if (data[pos] == '\\') {
            pos++;
        } else if (data[pos] == '"') {
            return pos + 1;
        }
    }
    return size;
}

/*
 * From behind an opening bracket to its closing one, or to @p stop outside of all brackets, or to
 * the end of the data.
 */
static size_t skip(const char *data, size_t size, size_t pos, char stop)
{
    size_t depth = 0;
    while (pos < size) {
        const char c = data[pos];
        if (c == '"') {
            pos = string_end(data, size, pos);
            continue;
        }
        if (depth == 0 && (c == stop || c == ']' || c == '}')) {
            return pos;
        }
        depth += c == '[' || c == '{';
        depth -= c == ']' || c == '}';
        pos++;
    }
    return size;
}

static bool key_is(const struct scanner *scanner, const char *key)
{
    const size_t size = strlen(key);
    return scanner->after_key && scanner->key_end - scanner->key == size &&
           memcmp(scanner->data + scanner->key, key, size) == 0;
}

static void copy_until(struct scanner *scanner, size_t end)
{
    struct manifest_split *const out = scanner->out;
    memcpy(out->text + out->size, scanner->data + scanner->copied, end - scanner->copied);
    out->size += end - scanner->copied;
    scanner->copied = end;
}

/* At the opening bracket of a list: takes out what is in it. False when out of memory. */
static bool take_list(struct scanner *scanner, enum split_member member)
{
    struct manifest_split *const out = scanner->out;
    const size_t start = scanner->pos + 1;
    const size_t end = skip(scanner->data, scanner->size, start, ']');
    /* Powers of two: there is no room left exactly when the count is one of them. */
    if ((out->list_count & (out->list_count - 1)) == 0) {
        const size_t capacity = out->list_count ? 2 * out->list_count : 1;
        struct split_list *const lists = realloc(out->lists, capacity * sizeof *lists);
        if (!lists) {
            return false;
        }
        out->lists = lists;
    }
    out->lists[out->list_count++] = (struct split_list){.file = scanner->file - 1,
                                                        .member = member,
                                                        .data = scanner->data + start,
                                                        .size = end - start};
    copy_until(scanner, start);
    /* Line ends stay, so that errors behind the list name the right line. */
    for (size_t i = start; i < end; i++) {
        if (scanner->data[i] == '\n') {
            out->text[out->size++] = '\n';
        }
    }
    scanner->copied = end;
    scanner->depth++;
    scanner->pos = end;
    return true;
}

static bool open_bracket(struct scanner *scanner, char c)
{
    if (c == '[' && scanner->depth == DEPTH_MANIFEST && key_is(scanner, "files")) {
        scanner->in_files = true;
        scanner->file = 0;
    }
    if (c == '[' && scanner->depth == DEPTH_FILE && scanner->in_files) {
        if (key_is(scanner, "chunks")) {
            return take_list(scanner, SPLIT_CHUNKS);
        }
        if (key_is(scanner, "tensors")) {
            return take_list(scanner, SPLIT_TENSORS);
        }
    }
    scanner->file += scanner->depth == DEPTH_FILES && scanner->in_files;
    scanner->depth++;
    scanner->pos++;
    return true;
}

static void close_bracket(struct scanner *scanner)
{
    scanner->depth -= scanner->depth > 0;
    scanner->in_files = scanner->in_files && scanner->depth > DEPTH_MANIFEST;
    scanner->pos++;
}

/* One string, bracket or other byte. False when out of memory. */
static bool scan_next(struct scanner *scanner)
{
    const char c = scanner->data[scanner->pos];
    const char last = scanner->last;
    if (is_space(c)) {
        scanner->pos++;
        return true;
    }
    scanner->last = c;
    if (c == '[' || c == '{') {
        const bool done = open_bracket(scanner, c);
        scanner->after_key = false;
        return done;
    }
    scanner->after_key = c == ':' && last == '"';
    if (c == '"') {
        scanner->key = scanner->pos + 1;
        scanner->pos = string_end(scanner->data, scanner->size, scanner->pos);
        scanner->key_end = scanner->pos - 1;
    } else if (c == ']' || c == '}') {
        close_bracket(scanner);
    } else {
        scanner->pos++;
    }
    return true;
}

bool split_make(struct manifest_split *out, const char *data, size_t size)
{
    *out = (struct manifest_split){.text = malloc(size + 1)};
    struct scanner scanner = {.data = data, .size = size, .out = out};
    bool done = out->text != NULL;
    while (done && scanner.pos < size) {
        done = scan_next(&scanner);
    }
    if (done) {
        copy_until(&scanner, size);
    } else {
        split_free(out);
    }
    return done;
}

void split_free(struct manifest_split *split)
{
    free(split->text);
    free(split->lists);
    *split = (struct manifest_split){0};
}

const struct split_list *split_find(const struct manifest_split *split, size_t file,
                                    enum split_member member)
{
    size_t low = 0;
    size_t high = split->list_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (split->lists[middle].file < file) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < split->list_count && split->lists[low].file == file; low++) {
        if (split->lists[low].member == member) {
            return &split->lists[low];
        }
    }
    return NULL;
}

bool split_next(const struct split_list *list, size_t *taken, const char **data, size_t *size)
{
    size_t spaces = 0;
    while (*taken == 0 && spaces < list->size && is_space(list->data[spaces])) {
        spaces++;
    }
    if (*taken > list->size || spaces == list->size) {
        return false;
    }
    const size_t end = skip(list->data, list->size, *taken, ',');
    *data = list->data + *taken;
    *size = end - *taken;
    *taken = end + 1;
    return true;
}
