#include <libgguf/check.h>

#include "format/check.h"
#include "model/check_model.h"

/* The file of a set whose metadata is that of the set. */
static size_t first_present(const struct libgguf_file *file)
{
    size_t index = 0;
    while (index + 1 < libgguf_shard_count(file) && !libgguf_shard_at(file, index)) {
        index++;
    }
    return index;
}

enum libgguf_status
libgguf_check(const struct libgguf_file *file, const struct libgguf_check_options *options,
              bool (*report)(void *context, const struct libgguf_finding *finding), void *context,
              struct libgguf_error *err)
{
    if (!file || !options || options->struct_size < sizeof *options || !report) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "a file, options with struct_size and a report function are needed");
    }
    struct check check = {
        .file = file, .profile = options->profile, .report = report, .context = context};
    enum libgguf_status status = LIBGGUF_OK;
    for (size_t i = 0; !status && !check.cancelled && i < libgguf_shard_count(file); i++) {
        const struct libgguf_file *const shard = libgguf_shard_at(file, i);
        check.shard = i;
        if (shard) {
            status = check_structure(&check, shard, err);
        }
    }
    if (!status) {
        check_shards(&check);
        check.shard = first_present(file);
        status = check_model(&check, file, err);
    }
    if (!status && check.cancelled) {
        status = failure(err, LIBGGUF_ERR_CANCELLED, LIBGGUF_NO_OFFSET, "cancelled");
    }
    return status;
}
