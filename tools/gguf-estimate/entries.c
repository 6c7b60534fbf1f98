#include "entries.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *entry_label(const struct entry *entry)
{
    if (entry->name) {
        return entry->name;
    }
    return strcmp(entry->path, "-") == 0 ? "standard input" : entry->path;
}

bool entry_is_called(const struct entry *entry, const char *path, const char *name)
{
    const bool same_name =
        entry->name && name ? strcmp(entry->name, name) == 0 : !entry->name && !name;
    return same_name && strcmp(entry->path, path) == 0;
}

size_t entry_count_alike(const struct entry_list *list, size_t count, const struct entry *entry,
                         enum libgguf_strategy strategy)
{
    size_t alike = 0;
    for (size_t i = 0; i < count; i++) {
        const struct entry *other = &list->items[i];
        alike += (!other->gated || other->strategy == strategy) &&
                 entry_is_called(other, entry->path, entry->name);
    }
    return alike;
}

static bool copy_text(const char *text, char **out)
{
    *out = text ? strdup(text) : NULL;
    return !text || *out;
}

bool entry_add(struct entry_list *list, const struct entry *model, const char *path,
               const char *name)
{
    struct entry *items = realloc(list->items, (list->count + 1) * sizeof *items);
    if (!items) {
        return false;
    }
    list->items = items;
    struct entry *entry = &items[list->count];
    *entry = *model;
    entry->path = NULL;
    entry->name = NULL;
    list->count++;
    return copy_text(path, &entry->path) && copy_text(name, &entry->name);
}

int entry_add_matching(struct entry_list *list, const struct entry *model, const char *path,
                       const char *name)
{
    struct stat status;
    if (stat(path, &status) == 0) {
        return entry_add(list, model, path, name) ? 1 : -1;
    }
    glob_t found;
    const int result = glob(path, 0, NULL, &found);
    if (result == GLOB_NOMATCH) {
        return 0;
    }
    if (result != 0) {
        return -1;
    }
    int added = 0;
    for (size_t i = 0; i < found.gl_pathc && added >= 0; i++) {
        added = entry_add(list, model, found.gl_pathv[i], name) ? added + 1 : -1;
    }
    globfree(&found);
    return added;
}

void entry_list_free(struct entry_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].path);
        free(list->items[i].name);
    }
    free(list->items);
    *list = (struct entry_list){0};
}
