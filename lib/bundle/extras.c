#include "bundle/extras.h"
#include "base/list.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libgguf/bundle.h>

#include "bundle/place.h"

struct search {
    const struct stored_list *stored;
    const char *directory; /* "" or "chunks" */
    char **found;
    size_t count;
    size_t capacity;
    bool out_of_memory;
};

/* True for a directory that files of the bundle lie below. */
static bool leads_to_files(const struct stored_list *stored, const char *path)
{
    const size_t size = strlen(path);
    size_t low = 0;
    size_t high = stored->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (strncmp(stored->by_path[middle]->path, path, size) < 0 ||
            (strncmp(stored->by_path[middle]->path, path, size) == 0 &&
             (unsigned char)stored->by_path[middle]->path[size] < '/')) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < stored->count && strncmp(stored->by_path[low]->path, path, size) == 0 &&
           stored->by_path[low]->path[size] == '/';
}

static bool is_own(const struct stored_list *stored, const char *path)
{
    return strcmp(path, LIBGGUF_BUNDLE_MANIFEST) == 0 ||
           strcmp(path, LIBGGUF_BUNDLE_SIGNATURE) == 0 ||
           strcmp(path, LIBGGUF_BUNDLE_CHUNKS) == 0 || stored_with_path(stored, path) ||
           leads_to_files(stored, path);
}

static bool keep(struct search *search, char *path)
{
    char **const found = list_room(search->found, search->count, &search->capacity, sizeof *found);
    if (!found) {
        return false;
    }
    search->found = found;
    found[search->count++] = path;
    return true;
}

static bool look_at(void *context, const char *name)
{
    struct search *const search = context;
    const size_t before = strlen(search->directory);
    const size_t size = strlen(name);
    char *const path = malloc(before + 1 + size + 1);
    if (!path) {
        search->out_of_memory = true;
        return false;
    }
    memcpy(path, search->directory, before);
    path[before] = '/';
    memcpy(path + before + (before > 0), name, size + 1);
    if (is_own(search->stored, path)) {
        free(path);
    } else if (!keep(search, path)) {
        free(path);
        search->out_of_memory = true;
        return false;
    }
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

enum libgguf_status extras_list(int root, const struct stored_list *stored, char ***out,
                                size_t *count, struct libgguf_error *err)
{
    struct search search = {.stored = stored, .directory = ""};
    int failed = place_list(root, look_at, &search);
    int chunks;
    if (!failed && place_enter(root, LIBGGUF_BUNDLE_CHUNKS, false, &chunks, NULL) == 0) {
        search.directory = LIBGGUF_BUNDLE_CHUNKS;
        failed = place_list(chunks, look_at, &search);
        close(chunks);
    }
    if (search.count > 1) {
        qsort(search.found, search.count, sizeof *search.found, by_text);
    }
    *out = search.found;
    *count = search.count;
    if (search.out_of_memory) {
        return failure_memory(err);
    }
    return failed ? failure_errno(err, failed, "cannot list the bundle") : LIBGGUF_OK;
}
