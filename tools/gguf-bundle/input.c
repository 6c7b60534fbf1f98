#include <sys/stat.h>

#include "bundle_tool.h"

bool check_directory(const char *path)
{
    struct stat facts;
    if (stat(path, &facts) != 0 || S_ISDIR(facts.st_mode)) {
        return true;
    }
    cli_error(path, "is no directory; name the one that manifest.json is in");
    return false;
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
