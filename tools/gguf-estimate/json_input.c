#include "json_input.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report.h"
#include "fields.h"

static enum cli_exit load(const char *path, json_t **out)
{
    json_error_t error;
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (!file) {
        cli_error_errno(path, errno, "cannot open");
        return CLI_FAILED;
    }
    errno = 0;
    *out = json_loadf(file, JSON_REJECT_DUPLICATES, &error);
    const int read_error = ferror(file) ? errno : 0;
    if (file != stdin) {
        fclose(file);
    }
    if (*out) {
        return CLI_YES;
    }
    if (read_error) {
        cli_error_errno(path, read_error, "cannot read");
        return CLI_FAILED;
    }
    cli_error(path, "line %d: %s", error.line, error.text);
    return CLI_USAGE;
}

/* The text of a condition, which may be written as a number or a boolean where it is one. */
static const char *value_text(const json_t *value, const struct field *field, char buffer[32])
{
    const bool number = field->kind == FIELD_SIZE || field->kind == FIELD_NUMBER;
    if (json_is_integer(value) && number) {
        snprintf(buffer, 32, "%" PRIdMAX, (intmax_t)json_integer_value(value));
        return buffer;
    }
    if (json_is_boolean(value) && field->kind == FIELD_FLAG) {
        return json_is_true(value) ? "true" : "false";
    }
    return json_is_string(value) && field->kind != FIELD_FLAG ? json_string_value(value) : NULL;
}

/* Another member that sets @p field, by its other name; or NULL. */
static const char *find_twin(json_t *object, const char *name, const struct field *field)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        const struct field *other = field_find(key);
        if (other && other->id == field->id && strcmp(key, name) != 0) {
            return key;
        }
    }
    return NULL;
}

static enum cli_exit read_entry(const char *path, size_t index, json_t *object,
                                const struct entry *defaults, struct entry_list *list)
{
    struct entry entry = *defaults;
    const char *key;
    json_t *value;
    const char *model = json_string_value(json_object_get(object, "path"));
    const json_t *name = json_object_get(object, "name");
    if (!json_is_object(object) || !model || (name && !json_is_string(name))) {
        cli_error(path, "entry %zu: an object with a text \"path\" is needed", index);
        return CLI_USAGE;
    }
    json_object_foreach(object, key, value)
    {
        char buffer[32];
        char why[FIELD_WHY_SIZE] = "another type of value is needed";
        if (strcmp(key, "path") == 0 || strcmp(key, "name") == 0) {
            continue;
        }
        const struct field *field = field_find(key);
        if (!field) {
            cli_error(path, "entry %zu: unknown member \"%s\"", index, key);
            return CLI_USAGE;
        }
        const char *twin = find_twin(object, key, field);
        if (twin) {
            cli_error(path, "entry %zu: \"%s\" and \"%s\" are the same condition", index, key,
                      twin);
            return CLI_USAGE;
        }
        const char *text = value_text(value, field, buffer);
        if (!text || !field_set(&entry, field, text, why)) {
            cli_error(path, "entry %zu: \"%s\": %s", index, key, why);
            return CLI_USAGE;
        }
    }
    const int added = entry_add_matching(list, &entry, model, json_string_value(name));
    if (added <= 0) {
        cli_error(path, added < 0 ? "entry %zu: out of memory" : "entry %zu: no file matches '%s'",
                  index, model);
        return CLI_FAILED;
    }
    return CLI_YES;
}

enum cli_exit json_input_config(const char *path, const struct entry *defaults,
                                struct entry_list *list)
{
    json_t *root = NULL;
    enum cli_exit status = load(path, &root);
    if (status != CLI_YES) {
        return status;
    }
    if (!json_is_array(root) || json_array_size(root) == 0) {
        cli_error(path, "an array of entries is needed");
        status = CLI_USAGE;
    }
    for (size_t i = 0; i < json_array_size(root) && status == CLI_YES; i++) {
        status = read_entry(path, i, json_array_get(root, i), defaults, list);
    }
    json_decref(root);
    return status;
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c ? strchr(digits, c) : NULL;
    return found ? (int)(found - digits) : -1;
}

/* Text of a report: a string, or the bytes of what is not UTF-8 as {"hex": "..."}. CLI_USAGE for
 * anything else; the caller frees @p out. */
static enum cli_exit read_text(const json_t *value, char **out)
{
    const char *text = json_string_value(value);
    if (text) {
        *out = strdup(text);
        return *out ? CLI_YES : CLI_FAILED;
    }
    const char *hex = json_string_value(json_object_get(value, "hex"));
    const size_t size = hex ? strlen(hex) / 2 : 0;
    *out = NULL;
    if (size == 0 || hex[2 * size]) {
        return CLI_USAGE;
    }
    char *bytes = calloc(size + 1, 1);
    if (!bytes) {
        return CLI_FAILED;
    }
    for (size_t i = 0; i < size; i++) {
        const int high = hex_digit(hex[2 * i]);
        const int low = hex_digit(hex[2 * i + 1]);
        if (high < 0 || low < 0 || high + low == 0) {
            free(bytes);
            return CLI_USAGE;
        }
        bytes[i] = (char)(16 * high + low);
    }
    *out = bytes;
    return CLI_YES;
}

static enum cli_exit read_peak(const json_t *strategy, const char *path, const char *name,
                               struct baseline *out)
{
    const char *strategy_name = json_string_value(json_object_get(strategy, "name"));
    const json_t *peak = json_object_get(strategy, "peak");
    enum libgguf_strategy known;
    if (!strategy_name || !libgguf_strategy_find(strategy_name, &known) || !json_is_integer(peak) ||
        json_integer_value(peak) < 0) {
        return CLI_USAGE;
    }
    const uint64_t size = (uint64_t)json_integer_value(peak);
    return baseline_add(out, path, name, known, size) ? CLI_YES : CLI_FAILED;
}

/* Adds the peaks of one file of a report; CLI_USAGE when it does not look like one. */
static enum cli_exit read_report(const json_t *file, struct baseline *out)
{
    const json_t *strategies = json_object_get(file, "strategies");
    const json_t *name = json_object_get(file, "name");
    char *path = NULL;
    char *label = NULL;
    enum cli_exit status = read_text(json_object_get(file, "path"), &path);
    if (status == CLI_YES && name && !json_is_null(name)) {
        status = read_text(name, &label);
    }
    if (status == CLI_YES && !json_is_array(strategies) && !json_object_get(file, "error")) {
        status = CLI_USAGE;
    }
    for (size_t i = 0; i < json_array_size(strategies) && status == CLI_YES; i++) {
        status = read_peak(json_array_get(strategies, i), path, label, out);
    }
    free(path);
    free(label);
    return status;
}

enum cli_exit json_input_baseline(const char *path, struct baseline *out)
{
    json_t *root = NULL;
    enum cli_exit status = load(path, &root);
    if (status != CLI_YES) {
        return status;
    }
    const char *schema = json_string_value(json_object_get(root, "schema"));
    const json_t *files = json_object_get(root, "files");
    if (!schema || strcmp(schema, "gguf-estimate/1") != 0 || !json_is_array(files)) {
        status = CLI_USAGE;
    }
    for (size_t i = 0; i < json_array_size(files) && status == CLI_YES; i++) {
        status = read_report(json_array_get(files, i), out);
    }
    out->present = status == CLI_YES;
    json_decref(root);
    if (status == CLI_FAILED) {
        cli_error(path, "out of memory");
    } else if (status == CLI_USAGE) {
        cli_error(path, "not an output of gguf-estimate --json (schema gguf-estimate/1)");
    }
    return status;
}
