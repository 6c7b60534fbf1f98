#include "cli/output.h"
#include "report.h"

/* A number and what it is held against: of a model that does not pass, those by which it does not.
 */
struct comparison {
    uint64_t size;
    uint64_t limit;
};

static struct comparison compare(const struct measurement *item)
{
    const struct load *load = item->passed ? &item->loads[item->shown] : report_culprit(item);
    const struct libgguf_estimate *estimate = &load->estimate;
    if (load->grown) {
        return (struct comparison){estimate->peak.size, load->growth_limit};
    }
    for (unsigned i = 0; i < LIBGGUF_LIMIT_COUNT; i++) {
        const struct libgguf_limit_use *use = &estimate->limits[i];
        if (use->verdict == LIBGGUF_VERDICT_EXCEEDS) {
            return (struct comparison){use->used.size, use->limit};
        }
    }
    return (struct comparison){estimate->peak.size, estimate->limits[LIBGGUF_LIMIT_CEILING].limit};
}

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
            const struct comparison comparison = compare(item);
            libgguf_json_member_u64(&json, "size", comparison.size);
            libgguf_json_member_u64(&json, "sizeLimit", comparison.limit);
        }
        libgguf_json_object_end(&json);
    }
    libgguf_json_array_end(&json);
    return libgguf_json_finish(&json, NULL) == LIBGGUF_OK;
}
