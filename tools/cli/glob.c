#include "cli/glob.h"

#include <libgguf/utf8.h>

/*
 * Matches one byte against the set that starts after '['. Returns the pattern after its ']', or
 * NULL when there is none: then the bracket is an ordinary character.
 */
static const char *match_set(const char *set, unsigned char byte, bool *matches)
{
    const bool negated = *set == '!' || *set == '^';
    bool found = false;
    set += negated;
    for (bool first = true; first || *set != ']'; first = false) {
        if (*set == '\0') {
            return NULL;
        }
        const unsigned char low = (unsigned char)*set++;
        unsigned char high = low;
        if (set[0] == '-' && set[1] != ']' && set[1] != '\0') {
            high = (unsigned char)set[1];
            set += 2;
        }
        found = found || (byte >= low && byte <= high);
    }
    *matches = found != negated;
    return set + 1;
}

/* Matches the one element at @p pattern, which is not '*'; returns the bytes of @p name it takes.
 */
static size_t match_one(const char **pattern, const char *name, size_t size)
{
    const char *at = *pattern;
    bool matches = false;
    const char *after_set =
        *at == '[' && size > 0 ? match_set(at + 1, (unsigned char)*name, &matches) : NULL;
    if (after_set) {
        *pattern = after_set;
        return matches;
    }
    if (*at == '?') {
        unsigned code_point;
        const size_t used = libgguf_utf8_decode(name, size, &code_point);
        *pattern = at + 1;
        return used > 0 ? used : size > 0;
    }
    if (*at == '\\' && at[1] != '\0') {
        at++;
    }
    *pattern = at + 1;
    return size > 0 && *at == *name;
}

bool cli_glob_match(const char *pattern, const char *name, size_t size)
{
    const char *after_star = NULL; /* where to try again ... */
    size_t star_at = 0;            /* ... with the star taking everything up to here */
    size_t at = 0;
    for (;;) {
        if (*pattern == '*') {
            after_star = ++pattern;
            star_at = at;
            continue;
        }
        if (*pattern == '\0' && at == size) {
            return true;
        }
        if (*pattern != '\0' && at < size) {
            const size_t used = match_one(&pattern, name + at, size - at);
            if (used > 0) {
                at += used;
                continue;
            }
        }
        if (!after_star || star_at == size) {
            return false;
        }
        pattern = after_star;
        at = ++star_at;
    }
}
