#include <stdio.h>
#include <string.h>

#include "cli/output.h"
#include "cli/report.h"
#include "report.h"

/* Rules are numbered for good: the limits in their order, then these. */
enum { RULE_GROWTH = LIBGGUF_LIMIT_COUNT, RULE_STRICT, RULE_UNREADABLE, RULE_COUNT };

static const struct {
    const char *id;
    const char *text;
} rules[RULE_COUNT] = {
    [LIBGGUF_LIMIT_CEILING] = {"gguf-estimate/ceiling",
                               "The peak of all memory is within the ceiling."},
    [LIBGGUF_LIMIT_TRANSFER] = {"gguf-estimate/transfer",
                                "One transfer into the module is within its cap."},
    [LIBGGUF_LIMIT_ADDRESS] = {"gguf-estimate/address",
                               "Linear memory is within what can be addressed."},
    [LIBGGUF_LIMIT_JS_BUFFER] = {"gguf-estimate/js-buffer",
                                 "The largest ArrayBuffer is within what engines allow."},
    [LIBGGUF_LIMIT_TENSOR] = {"gguf-estimate/tensor",
                              "The largest tensor can be held in one piece."},
    [RULE_GROWTH] = {"gguf-estimate/growth",
                     "The peak has not grown more than is allowed since the baseline."},
    [RULE_STRICT] = {"gguf-estimate/strict", "The estimate is exact."},
    [RULE_UNREADABLE] = {"gguf-estimate/unreadable", "The model can be estimated."},
};

static void put_text(struct libgguf_json *json, const char *key, const char *text)
{
    libgguf_json_key(json, key);
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
    libgguf_json_member_text(json, "text", text);
    libgguf_json_object_end(json);
}

/* A path as a relative URI reference: what is not unreserved is percent-encoded. */
static void put_uri(struct libgguf_json *json, const char *path)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-._~/";
    char uri[3 * 1024 + 1];
    size_t used = 0;
    for (; *path && used + 4 < sizeof uri; path++) {
        const unsigned char c = (unsigned char)*path;
        if (strchr(plain, c)) {
            uri[used++] = (char)c;
        } else {
            used += (size_t)snprintf(uri + used, 4, "%%%02X", c);
        }
    }
    libgguf_json_member_text(json, "uri", (uri[used] = '\0', uri));
}

static void put_result(struct libgguf_json *json, const struct measurement *item, int rule,
                       const char *level, const char *message)
{
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
    libgguf_json_member_text(json, "ruleId", rules[rule].id);
    libgguf_json_member_u64(json, "ruleIndex", (uint64_t)rule);
    libgguf_json_member_text(json, "level", level);
    put_text(json, "message", message);
    libgguf_json_key(json, "locations");
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINE);
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
    libgguf_json_key(json, "physicalLocation");
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
    libgguf_json_key(json, "artifactLocation");
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
    put_uri(json, item->entry->path);
    libgguf_json_object_end(json);
    libgguf_json_object_end(json);
    libgguf_json_object_end(json);
    libgguf_json_array_end(json);
    libgguf_json_object_end(json);
}

static void put_load(struct libgguf_json *json, const struct measurement *item,
                     const struct load *load)
{
    const char *level = measure_blames(item, load) ? "error" : "note";
    const char *strategy = libgguf_strategy_name(load->estimate.strategy);
    char amount[REPORT_AMOUNT_SIZE];
    char message[256];
    for (unsigned i = 0; i < LIBGGUF_LIMIT_COUNT; i++) {
        const struct libgguf_limit_use *use = &load->estimate.limits[i];
        if (report_exceeds(load, (enum libgguf_limit)i)) {
            snprintf(message, sizeof message, "Loaded by %s: %s bytes, the %s limit is %llu.",
                     strategy, report_amount(use->used, amount),
                     libgguf_limit_name((enum libgguf_limit)i), (unsigned long long)use->limit);
            put_result(json, item, (int)i, level, message);
        }
    }
    if (load->grown) {
        snprintf(message, sizeof message, "Loaded by %s: %s bytes, %llu are allowed.", strategy,
                 report_amount(load->estimate.peak, amount),
                 (unsigned long long)load->growth_limit);
        put_result(json, item, RULE_GROWTH, level, message);
    }
    if (item->entry->strict && load->estimate.peak.certainty != LIBGGUF_EXACT) {
        snprintf(message, sizeof message, "Loaded by %s: the estimate is %s.", strategy,
                 libgguf_certainty_name(load->estimate.peak.certainty));
        put_result(json, item, RULE_STRICT, level, message);
    }
}

static void put_tool(struct libgguf_json *json)
{
    libgguf_json_key(json, "tool");
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
    libgguf_json_key(json, "driver");
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
    libgguf_json_member_text(json, "name", "gguf-estimate");
    libgguf_json_member_text(json, "version", libgguf_version());
    libgguf_json_key(json, "rules");
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINES);
    for (size_t i = 0; i < RULE_COUNT; i++) {
        libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
        libgguf_json_member_text(json, "id", rules[i].id);
        put_text(json, "shortDescription", rules[i].text);
        libgguf_json_object_end(json);
    }
    libgguf_json_array_end(json);
    libgguf_json_object_end(json);
    libgguf_json_object_end(json);
}

bool sarif_print(const struct report *report, FILE *stream)
{
    struct libgguf_json json;
    libgguf_json_init(&json, cli_json_to_stream, stream);
    libgguf_json_object_begin(&json, LIBGGUF_JSON_LINES);
    libgguf_json_member_text(&json, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    libgguf_json_member_text(&json, "version", "2.1.0");
    libgguf_json_key(&json, "runs");
    libgguf_json_array_begin(&json, LIBGGUF_JSON_LINES);
    libgguf_json_object_begin(&json, LIBGGUF_JSON_LINES);
    put_tool(&json);
    libgguf_json_key(&json, "results");
    libgguf_json_array_begin(&json, LIBGGUF_JSON_LINES);
    for (size_t i = 0; i < report->count; i++) {
        const struct measurement *item = &report->items[i];
        if (item->failed) {
            put_result(&json, item, RULE_UNREADABLE, "error", item->error.text);
        }
        for (size_t j = 0; j < item->load_count && !item->failed; j++) {
            put_load(&json, item, &item->loads[j]);
        }
    }
    libgguf_json_array_end(&json);
    libgguf_json_object_end(&json);
    libgguf_json_array_end(&json);
    libgguf_json_object_end(&json);
    return libgguf_json_finish(&json, NULL) == LIBGGUF_OK;
}
