#include "cli/model_path.h"

#include <string.h>

#include "cli/report.h"

const char *cli_file_name(const char *path)
{
    const char *const slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

bool cli_settle_for_bytes(const char *path, const struct libgguf_error *why, bool is_fixed)
{
    const bool is_content = why->status >= LIBGGUF_ERR_NOT_GGUF && why->status < LIBGGUF_ERR_SHARDS;
    if (!is_content || !is_fixed) {
        if (why->status == LIBGGUF_ERR_NOT_GGUF) {
            cli_error(path, "%s (any file can be cut with --cut fixed)", why->text);
        } else {
            cli_error_status(path, why);
        }
        return false;
    }
    if (why->status != LIBGGUF_ERR_NOT_GGUF) {
        cli_warning(path, "taken as plain bytes, since as GGUF it is broken: %s", why->text);
    }
    return true;
}
