#include "report.h"

#include "cli/output.h"

static void member_none(struct libgguf_json *json, const char *key, uint64_t value, uint64_t none)
{
    libgguf_json_key(json, key);
    if (value == none) {
        libgguf_json_null(json);
    } else {
        libgguf_json_u64(json, value);
    }
}

static void member_certainty(struct libgguf_json *json, enum libgguf_certainty certainty)
{
    libgguf_json_member_bool(json, "exact", certainty == LIBGGUF_EXACT);
    libgguf_json_member_text(json, "certainty", libgguf_certainty_name(certainty));
}

static void member_amount(struct libgguf_json *json, const char *key, struct libgguf_amount amount)
{
    libgguf_json_key(json, key);
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
    libgguf_json_member_u64(json, "size", amount.size);
    member_certainty(json, amount.certainty);
    libgguf_json_object_end(json);
}

static void put_model(struct libgguf_json *json, const struct libgguf_footprint_facts *facts)
{
    libgguf_json_key(json, "model");
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
    libgguf_json_member_text(json, "architecture",
                             facts->architecture[0] ? facts->architecture : NULL);
    libgguf_json_member_bool(json, "known_architecture", facts->known_architecture);
    libgguf_json_member_u64(json, "file_size", facts->file_size);
    libgguf_json_member_u64(json, "data_offset", facts->data_offset);
    member_amount(json, "weights", facts->weights);
    libgguf_json_member_u64(json, "weights_f32", facts->weights_f32);
    libgguf_json_member_u64(json, "largest_tensor", facts->largest_tensor);
    libgguf_json_member_u64(json, "largest_tensor_f32", facts->largest_tensor_f32);
    libgguf_json_member_u64(json, "parameters", facts->parameter_count);
    libgguf_json_member_u64(json, "tensors", facts->tensor_count);
    libgguf_json_member_u64(json, "layers", facts->layer_count);
    libgguf_json_member_u64(json, "kv_layers", facts->kv_layer_count);
    libgguf_json_member_u64(json, "sliding_layers", facts->sliding_layer_count);
    libgguf_json_member_u64(json, "recurrent_layers", facts->recurrent_layer_count);
    member_none(json, "sliding_window", facts->sliding_window, 0);
    member_none(json, "context_length", facts->context_length, 0);
    member_none(json, "vocab_size", facts->vocab_size, 0);
    libgguf_json_member_u64(json, "tokens", facts->token_count);
    libgguf_json_object_end(json);
}

static const char *origin_name(enum libgguf_context_origin origin)
{
    switch (origin) {
    case LIBGGUF_CONTEXT_ASKED:
        return "asked";
    case LIBGGUF_CONTEXT_MODEL:
        return "model";
    case LIBGGUF_CONTEXT_DEFAULT:
        break;
    }
    return "default";
}

static void put_settings(struct libgguf_json *json, const struct measurement *item)
{
    const struct libgguf_estimate_settings *settings = &item->loads[item->shown].estimate.settings;
    libgguf_json_key(json, "settings");
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
    libgguf_json_member_text(
        json, "strategy", item->entry->gated ? libgguf_strategy_name(item->entry->strategy) : NULL);
    libgguf_json_member_text(json, "runtime", settings->runtime->name);
    libgguf_json_member_u64(json, "context", settings->context);
    libgguf_json_member_text(json, "context_from", origin_name(settings->context_origin));
    libgguf_json_member_u64(json, "cells", settings->cells);
    libgguf_json_member_text(json, "type_k", settings->type_k->ggml_name);
    libgguf_json_member_text(json, "type_v", settings->type_v->ggml_name);
    libgguf_json_member_u64(json, "chunk_size", settings->chunk_size);
    libgguf_json_member_u64(json, "window", settings->window);
    libgguf_json_member_u64(json, "parallel", settings->parallel);
    libgguf_json_member_u64(json, "sequences", settings->sequences);
    libgguf_json_member_u64(json, "ubatch", settings->ubatch);
    libgguf_json_member_bool(json, "flash_attn", settings->flash_attention);
    libgguf_json_member_bool(json, "memory64", item->entry->options.memory64);
    libgguf_json_member_text(json, "tokenizer", libgguf_tokenizer_model_name(settings->tokenizer));
    libgguf_json_member_bool(json, "strict", item->entry->strict);
    libgguf_json_object_end(json);
}

static void put_limits(struct libgguf_json *json, const struct libgguf_estimate *estimate)
{
    libgguf_json_key(json, "limits");
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINES);
    for (unsigned i = 0; i < LIBGGUF_LIMIT_COUNT; i++) {
        const struct libgguf_limit_use *use = &estimate->limits[i];
        libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
        libgguf_json_member_text(json, "name", libgguf_limit_name((enum libgguf_limit)i));
        libgguf_json_member_u64(json, "used", use->used.size);
        member_certainty(json, use->used.certainty);
        libgguf_json_member_u64(json, "limit", use->limit);
        libgguf_json_member_text(json, "verdict", libgguf_verdict_name(use->verdict));
        libgguf_json_object_end(json);
    }
    libgguf_json_array_end(json);
}

static void put_phases(struct libgguf_json *json, const struct libgguf_estimate *estimate)
{
    libgguf_json_key(json, "phases");
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINES);
    for (unsigned i = 0; i < LIBGGUF_PHASE_COUNT; i++) {
        const struct libgguf_phase_use *phase = &estimate->phases[i];
        libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
        libgguf_json_member_text(json, "name", phase->name);
        libgguf_json_member_u64(json, "total", phase->total);
        for (unsigned pool = 0; pool < LIBGGUF_POOL_COUNT; pool++) {
            const struct libgguf_pool_use *use = &phase->pools[pool];
            libgguf_json_key(json, libgguf_pool_name((enum libgguf_pool)pool));
            libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
            libgguf_json_member_u64(json, "held", use->held);
            libgguf_json_member_u64(json, "live", use->live);
            libgguf_json_key(json, "terms");
            libgguf_json_array_begin(json, LIBGGUF_JSON_LINE);
            for (unsigned term = 0; term < LIBGGUF_TERM_COUNT; term++) {
                if ((use->terms >> term & 1) != 0 && estimate->terms[term].size > 0) {
                    libgguf_json_text(json, libgguf_term_name((enum libgguf_term)term));
                }
            }
            libgguf_json_array_end(json);
            libgguf_json_object_end(json);
        }
        libgguf_json_object_end(json);
    }
    libgguf_json_array_end(json);
}

static uint32_t used_terms(const struct libgguf_estimate *estimate)
{
    uint32_t used = UINT32_C(1) << LIBGGUF_TERM_BASE;
    for (unsigned i = 0; i < LIBGGUF_PHASE_COUNT; i++) {
        for (unsigned pool = 0; pool < LIBGGUF_POOL_COUNT; pool++) {
            used |= estimate->phases[i].pools[pool].terms;
        }
    }
    return used;
}

static void put_terms(struct libgguf_json *json, const struct libgguf_estimate *estimate)
{
    const uint32_t used = used_terms(estimate);
    libgguf_json_key(json, "terms");
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
    for (unsigned i = 0; i < LIBGGUF_TERM_COUNT; i++) {
        if ((used >> i & 1) != 0) {
            member_amount(json, libgguf_term_name((enum libgguf_term)i), estimate->terms[i]);
        }
    }
    libgguf_json_object_end(json);
}

static void put_failure(struct libgguf_json *json, const struct load *load)
{
    const struct libgguf_address_failure *failure = &load->estimate.failure;
    libgguf_json_key(json, "address_failure");
    if (!failure->fails) {
        libgguf_json_null(json);
        return;
    }
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
    libgguf_json_member_text(json, "phase", load->estimate.phases[failure->phase].name);
    member_none(json, "layer", failure->layer, LIBGGUF_NONE);
    libgguf_json_member_text(json, "tensor", load->failing_tensor[0] ? load->failing_tensor : NULL);
    libgguf_json_object_end(json);
}

static void put_load(struct libgguf_json *json, const struct load *load)
{
    const struct libgguf_estimate *estimate = &load->estimate;
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
    libgguf_json_member_text(json, "name", libgguf_strategy_name(estimate->strategy));
    libgguf_json_member_bool(json, "fits", estimate->fits);
    libgguf_json_member_bool(json, "passed", load->passed);
    libgguf_json_member_u64(json, "peak", estimate->peak.size);
    member_certainty(json, estimate->peak.certainty);
    libgguf_json_member_text(json, "peak_phase", estimate->phases[estimate->peak_phase].name);
    libgguf_json_member_u64(json, "live_peak", estimate->live_peak);
    for (unsigned pool = 0; pool < LIBGGUF_POOL_COUNT; pool++) {
        static const char *const keys[] = {"js_peak", "linear_peak", "host_peak", "mapped_peak"};
        libgguf_json_member_u64(json, keys[pool], estimate->pool_peaks[pool]);
    }
    put_limits(json, estimate);
    put_terms(json, estimate);
    put_phases(json, estimate);
    put_failure(json, load);
    libgguf_json_key(json, "baseline");
    if (load->has_baseline) {
        libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
        libgguf_json_member_u64(json, "peak", load->baseline);
        libgguf_json_member_u64(json, "limit", load->growth_limit);
        libgguf_json_member_bool(json, "grown", load->grown);
        libgguf_json_object_end(json);
    } else {
        libgguf_json_null(json);
    }
    libgguf_json_object_end(json);
}

static void put_advice(struct libgguf_json *json, const struct measurement *item)
{
    libgguf_json_key(json, "advice");
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
    libgguf_json_member_text(json, "about",
                             libgguf_strategy_name(item->loads[item->shown].estimate.strategy));
    libgguf_json_key(json, "changes");
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINES);
    for (size_t i = 0; i < item->advice_count; i++) {
        const struct libgguf_advice *advice = &item->advice[i];
        libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
        libgguf_json_member_text(json, "change", libgguf_advice_name(advice->kind));
        libgguf_json_key(json, "to");
        if (advice->kind == LIBGGUF_ADVICE_STRATEGY) {
            libgguf_json_text(json, libgguf_strategy_name(advice->strategy));
        } else if (advice->type) {
            libgguf_json_text(json, advice->type->ggml_name);
        } else {
            libgguf_json_u64(json, advice->value);
        }
        libgguf_json_member_u64(json, "peak", advice->peak.size);
        libgguf_json_member_bool(json, "fits", advice->fits);
        libgguf_json_object_end(json);
    }
    libgguf_json_array_end(json);
    libgguf_json_object_end(json);
}

static void put_notes(struct libgguf_json *json, const struct measurement *item)
{
    uint32_t notes = 0;
    for (size_t i = 0; i < item->load_count; i++) {
        notes |= item->loads[i].estimate.notes;
    }
    libgguf_json_key(json, "notes");
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINES);
    for (unsigned i = 0; i < LIBGGUF_NOTE_COUNT; i++) {
        if ((notes >> i & 1) != 0) {
            libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
            libgguf_json_member_text(json, "id", libgguf_note_name((enum libgguf_note)i));
            libgguf_json_member_text(json, "text", libgguf_note_text((enum libgguf_note)i));
            libgguf_json_object_end(json);
        }
    }
    libgguf_json_array_end(json);
}

static void put_error(struct libgguf_json *json, const struct libgguf_error *error)
{
    libgguf_json_key(json, "error");
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
    libgguf_json_member_text(json, "status", libgguf_status_name(error->status));
    libgguf_json_member_text(json, "message", error->text);
    member_none(json, "offset", error->offset, LIBGGUF_NO_OFFSET);
    libgguf_json_object_end(json);
}

static void put_measurement(struct libgguf_json *json, const struct measurement *item)
{
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
    libgguf_json_member_text(json, "path", item->entry->path);
    libgguf_json_member_text(json, "name", item->entry->name);
    if (item->failed) {
        put_error(json, &item->error);
        libgguf_json_object_end(json);
        return;
    }
    libgguf_json_member_bool(json, "passed", item->passed);
    put_model(json, &item->facts);
    put_settings(json, item);
    libgguf_json_member_u64(json, "kv_bytes_per_token", item->kv_per_token);
    libgguf_json_key(json, "strategies");
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINES);
    for (size_t i = 0; i < item->load_count; i++) {
        put_load(json, &item->loads[i]);
    }
    libgguf_json_array_end(json);
    put_advice(json, item);
    put_notes(json, item);
    libgguf_json_object_end(json);
}

bool json_report_print(const struct report *report, FILE *stream)
{
    struct libgguf_json json;
    libgguf_json_init(&json, cli_json_to_stream, stream);
    libgguf_json_object_begin(&json, LIBGGUF_JSON_LINES);
    libgguf_json_member_text(&json, "schema", "gguf-estimate/1");
    libgguf_json_member_bool(&json, "passed", report->passed);
    libgguf_json_key(&json, "files");
    libgguf_json_array_begin(&json, LIBGGUF_JSON_LINES);
    for (size_t i = 0; i < report->count; i++) {
        put_measurement(&json, &report->items[i]);
    }
    libgguf_json_array_end(&json);
    libgguf_json_object_end(&json);
    return libgguf_json_finish(&json, NULL) == LIBGGUF_OK;
}
