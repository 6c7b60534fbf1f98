#include "cli/output.h"
#include "report.h"

/* An entry per model, as size-limit --json prints them; a model that could not be read has no size.
 */
bool size_limit_print(const struct report *report, FILE *stream)
{
    struct libgguf_json json;
    libgguf_json_init(&json, cli_json_to_stream, stream);
    libgguf_json_array_begin(&json, LIBGGUF_JSON_LINES);
    for (size_t i = 0; i < report->count; i++) {
        const struct measurement *item = &report->items[i];
        libgguf_json_object_begin(&json, LIBGGUF_JSON_LINES);
        libgguf_json_member_text(&json, "name", entry_label(item->entry));
        libgguf_json_member_bool(&json, "passed", item->passed);
        if (!item->failed) {
            const struct libgguf_estimate *estimate = &item->loads[item->shown].estimate;
            libgguf_json_member_u64(&json, "size", estimate->peak.size);
            libgguf_json_member_u64(&json, "sizeLimit",
                                    estimate->limits[LIBGGUF_LIMIT_CEILING].limit);
        }
        libgguf_json_object_end(&json);
    }
    libgguf_json_array_end(&json);
    return libgguf_json_finish(&json, NULL) == LIBGGUF_OK;
}
