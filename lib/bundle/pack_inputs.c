/* The files that are read, which nothing that is made may take the place of. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/source.h"
#include "bundle/pack.h"

enum libgguf_status pack_add_inputs(struct pack *pack, const struct libgguf_file *model,
                                    struct libgguf_error *err)
{
    const size_t count = model ? libgguf_shard_count(model) : 1;
    struct file_identity *const grown =
        realloc(pack->inputs, (pack->input_count + count) * sizeof *grown);
    if (!grown) {
        return failure_memory(err);
    }
    pack->inputs = grown;
    for (size_t i = 0; i < count; i++) {
        const struct libgguf_file *const shard = model ? libgguf_shard_at(model, i) : NULL;
        const struct libgguf_source *const source =
            shard ? libgguf_file_source(shard) : pack->source;
        struct stat facts;
        if (source && source->fd >= 0 && fstat(source->fd, &facts) == 0) {
            grown[pack->input_count++] =
                (struct file_identity){.device = facts.st_dev, .inode = facts.st_ino};
        }
    }
    return LIBGGUF_OK;
}

static bool is_input(const struct pack *pack, const struct stat *facts)
{
    for (size_t i = 0; i < pack->input_count; i++) {
        if (pack->inputs[i].device == facts->st_dev && pack->inputs[i].inode == facts->st_ino) {
            return true;
        }
    }
    return false;
}

enum libgguf_status pack_check_target(const struct pack *pack, int at, const char *name,
                                      struct libgguf_error *err)
{
    struct stat facts;
    /* Both what stands there and what a link there leads to. */
    for (int flags = AT_SYMLINK_NOFOLLOW; flags >= 0; flags -= AT_SYMLINK_NOFOLLOW) {
        if (fstatat(at, name, &facts, flags) != 0) {
            continue;
        }
        if (S_ISDIR(facts.st_mode)) {
            return failure_errno(err, EISDIR, "%s", name);
        }
        if (is_input(pack, &facts)) {
            return failure(err, LIBGGUF_ERR_SAME_FILE, LIBGGUF_NO_OFFSET,
                           "%s is the model itself, and would be replaced", name);
        }
    }
    return LIBGGUF_OK;
}

/* A link that leads to an input is none, and can go. */
static bool is_input_itself(const struct pack *pack, int at, const char *name)
{
    struct stat facts;
    return fstatat(at, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 && is_input(pack, &facts);
}

struct input_search {
    const struct pack *pack;
    int at;
    bool found;
};

static bool is_no_input(void *context, const char *name)
{
    struct input_search *const search = context;
    search->found = place_is_partial_name(name) && is_input_itself(search->pack, search->at, name);
    return !search->found;
}

enum libgguf_status pack_check_partials(const struct pack *pack, int at, struct libgguf_error *err)
{
    struct input_search search = {.pack = pack, .at = at};
    const int failed = place_list(at, is_no_input, &search);
    if (failed) {
        return failure_errno(err, failed, "cannot list the directory");
    }
    if (search.found) {
        return failure(err, LIBGGUF_ERR_SAME_FILE, LIBGGUF_NO_OFFSET,
                       "the model has the name of a temporary file, and would be removed");
    }
    return LIBGGUF_OK;
}

struct removal {
    const struct pack *pack;
    int at;
};

static bool remove_partial(void *context, const char *name)
{
    const struct removal *const removal = context;
    if (place_is_partial_name(name) && !is_input_itself(removal->pack, removal->at, name)) {
        (void)unlinkat(removal->at, name, 0);
    }
    return true;
}

int pack_remove_partials(const struct pack *pack, int at)
{
    struct removal removal = {.pack = pack, .at = at};
    return place_list(at, remove_partial, &removal);
}
