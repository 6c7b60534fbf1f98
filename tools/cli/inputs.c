#include "cli/inputs.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/report.h"

struct cli_file_identity {
    dev_t device;
    ino_t inode;
};

bool cli_inputs_add(struct cli_inputs *inputs, const char *path)
{
    struct stat facts;
    if (!path || (strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &facts) : stat(path, &facts)) != 0 ||
        !S_ISREG(facts.st_mode)) {
        return true;
    }
    struct cli_file_identity *const items =
        realloc(inputs->items, (inputs->count + 1) * sizeof *items);
    if (!items) {
        cli_error(path, "out of memory");
        return false;
    }
    inputs->items = items;
    items[inputs->count++] =
        (struct cli_file_identity){.device = facts.st_dev, .inode = facts.st_ino};
    return true;
}

bool cli_inputs_add_model(struct cli_inputs *inputs, const char *path,
                          const struct libgguf_file *file)
{
    bool added = cli_inputs_add(inputs, path);
    const size_t shards = file ? libgguf_shard_count(file) : 0;
    for (size_t i = 0; added && shards > 1 && i < shards; i++) {
        added = cli_inputs_add(inputs, libgguf_shard_path(file, i));
    }
    return added;
}

bool cli_inputs_contain(const struct cli_inputs *inputs, const struct stat *facts)
{
    for (size_t i = 0; i < inputs->count; i++) {
        if (inputs->items[i].device == facts->st_dev && inputs->items[i].inode == facts->st_ino) {
            return true;
        }
    }
    return false;
}

void cli_inputs_free(struct cli_inputs *inputs)
{
    free(inputs->items);
    *inputs = (struct cli_inputs){0};
}
