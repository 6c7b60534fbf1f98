#include "name_match.h"

#include <stdlib.h>
#include <string.h>

/* A name in the order of names; of equal ones, in the order of the file. */
struct ranked {
    const struct libgguf_str *name;
    size_t index;
};

bool name_list_create(struct name_list *list, size_t count)
{
    const size_t room = count > 0 ? count : 1;
    *list = (struct name_list){
        .names = calloc(room, sizeof *list->names),
        .partners = calloc(room, sizeof *list->partners),
        .count = count,
    };
    return list->names && list->partners;
}

void name_list_free(struct name_list *list)
{
    free(list->names);
    free(list->partners);
    *list = (struct name_list){0};
}

static int compare_names(const struct libgguf_str *a, const struct libgguf_str *b)
{
    const size_t shared = (size_t)(a->size < b->size ? a->size : b->size);
    const int order = shared > 0 ? memcmp(a->data, b->data, shared) : 0;
    return order != 0 ? order : (a->size > b->size) - (a->size < b->size);
}

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *first = a;
    const struct ranked *second = b;
    const int order = compare_names(first->name, second->name);
    return order != 0 ? order : (first->index > second->index) - (first->index < second->index);
}

static struct ranked *rank(struct name_list *list)
{
    struct ranked *ranked = calloc(list->count > 0 ? list->count : 1, sizeof *ranked);
    if (ranked) {
        for (size_t i = 0; i < list->count; i++) {
            ranked[i] = (struct ranked){list->names[i], i};
            list->partners[i] = NAME_ALONE;
        }
        qsort(ranked, list->count, sizeof *ranked, compare_ranked);
    }
    return ranked;
}

bool name_match(struct name_list *a, struct name_list *b)
{
    struct ranked *first = rank(a);
    struct ranked *second = rank(b);
    const bool ranked = first && second;
    for (size_t i = 0, j = 0; ranked && i < a->count && j < b->count;) {
        const int order = compare_names(first[i].name, second[j].name);
        if (order == 0) {
            a->partners[first[i].index] = second[j].index;
            b->partners[second[j].index] = first[i].index;
        }
        i += order <= 0;
        j += order >= 0;
    }
    free(first);
    free(second);
    return ranked;
}
