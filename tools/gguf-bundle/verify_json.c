#include <libgguf/json.h>

#include "bundle_tool.h"
#include "cli/output.h"

const char *fault_name(enum libgguf_bundle_fault fault)
{
    static const char *const names[] = {
        [LIBGGUF_BUNDLE_MISSING] = "missing",       [LIBGGUF_BUNDLE_UNREADABLE] = "unreadable",
        [LIBGGUF_BUNDLE_NOT_A_FILE] = "not_a_file", [LIBGGUF_BUNDLE_EMPTY] = "empty",
        [LIBGGUF_BUNDLE_TOO_SHORT] = "too_short",   [LIBGGUF_BUNDLE_TOO_LONG] = "too_long",
        [LIBGGUF_BUNDLE_SWAPPED] = "swapped",       [LIBGGUF_BUNDLE_DIFFERENT] = "different",
        [LIBGGUF_BUNDLE_BAD_GZIP] = "bad_gzip"};
    return names[fault];
}

static void write_finding(struct libgguf_json *json, const struct libgguf_bundle_report *report,
                          const struct libgguf_bundle_finding *finding)
{
    const struct libgguf_manifest_file *const file = &report->manifest->files[finding->file];
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
    libgguf_json_member_text(json, "path", finding->path);
    libgguf_json_member_text(json, "fault", fault_name(finding->fault));
    libgguf_json_member_u64(json, "size", finding->size);
    libgguf_json_member_u64(json, "found_size", finding->found);
    libgguf_json_member_u64(json, "file", finding->file);
    if (report->manifest->is_bundle) {
        libgguf_json_member_u64(json, "chunk", finding->chunk);
        libgguf_json_member_u64(json, "offset", file->chunks[finding->chunk].piece.offset);
        libgguf_json_member_bool(json, "gzip", finding->is_gzip);
    }
    if (finding->other) {
        libgguf_json_member_text(json, "bytes_of", finding->other);
    }
    libgguf_json_object_end(json);
}

void verify_json(const struct libgguf_bundle_report *report)
{
    struct libgguf_json json;
    libgguf_json_init(&json, cli_json_to_stdout, NULL);
    libgguf_json_object_begin(&json, LIBGGUF_JSON_LINES);
    libgguf_json_member_text(&json, "schema", "gguf-bundle-verify/1");
    libgguf_json_member_bool(&json, "good",
                             report->finding_count == 0 && !report->file_digest_wrong);
    libgguf_json_member_u64(&json, "checked_count", report->checked_count);
    libgguf_json_member_u64(&json, "checked_size", report->checked_size);
    libgguf_json_member_bool(&json, "file_digest_wrong", report->file_digest_wrong);
    libgguf_json_key(&json, "findings");
    libgguf_json_array_begin(&json, LIBGGUF_JSON_LINES);
    for (size_t i = 0; i < report->finding_count; i++) {
        write_finding(&json, report, &report->findings[i]);
    }
    libgguf_json_array_end(&json);
    libgguf_json_key(&json, "extras");
    libgguf_json_array_begin(&json, LIBGGUF_JSON_LINES);
    for (size_t i = 0; i < report->extra_count; i++) {
        if (!is_of_loader(report->extras[i])) {
            libgguf_json_text(&json, report->extras[i]);
        }
    }
    libgguf_json_array_end(&json);
    libgguf_json_object_end(&json);
    /* A stdout that failed is reported by cli_main(). */
    (void)!libgguf_json_finish(&json, NULL);
}
