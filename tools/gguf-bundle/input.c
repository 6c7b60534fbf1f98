#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bundle_tool.h"
#include "cli/output.h"

bool check_directory(const char *path)
{
    struct stat facts;
    if (stat(path, &facts) != 0 || S_ISDIR(facts.st_mode)) {
        return true;
    }
    cli_error(path, "is no directory; name the one that manifest.json is in");
    return false;
}

bool key_stays(const char *key, const char *output)
{
    struct cli_inputs inputs = {0};
    const bool stays = cli_inputs_add(&inputs, key) && cli_output_check(output, &inputs);
    cli_inputs_free(&inputs);
    return stays;
}

char *path_join(const char *directory, const char *name, size_t name_size)
{
    const size_t before = strlen(directory);
    char *const path = malloc(before + 1 + name_size + 1);
    if (!path) {
        cli_error(directory, "out of memory");
        return NULL;
    }
    memcpy(path, directory, before);
    path[before] = '/';
    memcpy(path + before + 1, name, name_size);
    path[before + 1 + name_size] = '\0';
    return path;
}

enum cli_exit report_failure(const char *file, enum libgguf_status status,
                             const struct libgguf_error *err)
{
    switch (status) {
    case LIBGGUF_ERR_CANCELLED:
        /* By a signal, which says it all. */
        return CLI_FAILED;
    case LIBGGUF_ERR_EXISTS:
        cli_error(file, "%s; --force replaces it", err->text);
        return CLI_FAILED;
    case LIBGGUF_ERR_SIGNATURE:
        cli_error(file, "%s", err->text);
        return CLI_NO;
    case LIBGGUF_ERR_DIGEST:
        cli_error(file, "%s", err->text);
        return CLI_NO;
    default:
        cli_error_status(file, err);
        return CLI_FAILED;
    }
}
