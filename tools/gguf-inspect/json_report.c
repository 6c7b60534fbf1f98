#include "json_report.h"

#include "check_text.h"
#include "cli/output.h"
#include "data_report.h"
#include "json_sections.h"
#include "json_value.h"

void json_report_begin(struct libgguf_json *json)
{
    libgguf_json_init(json, cli_json_to_stdout, NULL);
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
    libgguf_json_member_text(json, "schema", "gguf-inspect/1");
    libgguf_json_key(json, "files");
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINES);
}

bool json_report_end(struct libgguf_json *json)
{
    libgguf_json_array_end(json);
    libgguf_json_object_end(json);
    return libgguf_json_finish(json, NULL) == LIBGGUF_OK;
}

void json_report_failure(struct libgguf_json *json, const char *path,
                         const struct libgguf_error *err)
{
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
    libgguf_json_member_text(json, "path", path);
    libgguf_json_key(json, "error");
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
    libgguf_json_member_text(json, "status", libgguf_status_name(err->status));
    libgguf_json_member_text(json, "message", err->text);
    libgguf_json_key(json, "offset");
    json_number(json, err->offset);
    libgguf_json_object_end(json);
    libgguf_json_object_end(json);
}

void json_number(struct libgguf_json *json, uint64_t value)
{
    /* LIBGGUF_ABSENT, LIBGGUF_NO_OFFSET, LIBGGUF_SIZE_UNKNOWN and the like are one number. */
    if (value == UINT64_MAX) {
        libgguf_json_null(json);
    } else {
        libgguf_json_u64(json, value);
    }
}

static void member_number(struct libgguf_json *json, const char *key, uint64_t value)
{
    libgguf_json_key(json, key);
    json_number(json, value);
}

/* One number, or {"min": …, "max": …} where layers differ. */
static void member_range(struct libgguf_json *json, const char *key,
                         const struct libgguf_layer_range *range)
{
    libgguf_json_key(json, key);
    if (range->min == range->max) {
        json_number(json, range->min);
        return;
    }
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
    libgguf_json_member_u64(json, "min", range->min);
    libgguf_json_member_u64(json, "max", range->max);
    libgguf_json_object_end(json);
}

static void header_members(struct libgguf_json *json, const struct model_file *model)
{
    const struct libgguf_header *header = libgguf_header(model->file);
    libgguf_json_member_u64(json, "version", header->version);
    libgguf_json_member_text(json, "byte_order", header->big_endian ? "big" : "little");
    libgguf_json_member_u64(json, "alignment", header->alignment);
    member_number(json, "size", model->size);
    libgguf_json_member_u64(json, "header_size", model->header_size);
    member_number(json, "missing_size", model->missing_size);
    libgguf_json_member_u64(json, "data_offset", header->data_offset);
    libgguf_json_member_u64(json, "kv_count", libgguf_kv_count(model->file));
    libgguf_json_member_u64(json, "tensor_count", libgguf_tensor_count(model->file));
}

static void shards_member(struct libgguf_json *json, const struct libgguf_file *file)
{
    const size_t count = libgguf_shard_count(file);
    if (count < 2) {
        return;
    }
    libgguf_json_key(json, "shards");
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINES);
    for (size_t i = 0; i < count; i++) {
        const struct libgguf_file *shard = libgguf_shard_at(file, i);
        libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
        libgguf_json_member_text(json, "path", libgguf_shard_path(file, i));
        member_number(json, "size",
                      shard ? libgguf_source_size(libgguf_file_source(shard)) : UINT64_MAX);
        libgguf_json_member_bool(json, "missing", !shard);
        libgguf_json_object_end(json);
    }
    libgguf_json_array_end(json);
}

static void quantization_members(struct libgguf_json *json, const struct libgguf_file *file)
{
    struct libgguf_quantization quantization;
    libgguf_model_quantization(file, &quantization);
    libgguf_json_member_text(json, "file_type",
                             quantization.shown ? quantization.shown->name : NULL);
    member_number(json, "declared_file_type", quantization.declared_id);
    libgguf_json_member_bool(json, "file_type_contradicted", quantization.contradicted);
}

static void size_members(struct libgguf_json *json, const struct libgguf_file *file)
{
    struct libgguf_model_size size;
    const bool known = libgguf_model_size(file, &size, NULL) == LIBGGUF_OK;
    member_number(json, "parameter_count", known ? size.parameter_count : UINT64_MAX);
    member_number(json, "tensor_size", known ? size.tensor_size : UINT64_MAX);
    libgguf_json_key(json, "bits_per_weight");
    if (known && size.sized_parameter_count > 0) {
        libgguf_json_f64(json, size.bits_per_weight);
    } else {
        libgguf_json_null(json);
    }
}

static void model_member(struct libgguf_json *json, const struct libgguf_file *file)
{
    struct libgguf_model_params params;
    libgguf_model_params(file, &params);
    libgguf_json_key(json, "model");
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
    json_member_str(json, "name", file, &params.name);
    json_member_str(json, "architecture", file, &params.architecture);
    size_members(json, file);
    quantization_members(json, file);
    member_number(json, "context_length", params.context_length);
    member_number(json, "embedding_length", params.embedding_length);
    member_number(json, "block_count", params.block_count);
    member_range(json, "feed_forward_length", &params.feed_forward_length);
    member_range(json, "head_count", &params.head_count);
    member_range(json, "head_count_kv", &params.head_count_kv);
    member_number(json, "key_length", params.key_length);
    member_number(json, "value_length", params.value_length);
    member_number(json, "vocab_size", params.vocab_size);
    member_number(json, "expert_count", params.expert_count);
    member_number(json, "expert_used_count", params.expert_used_count);
    member_number(json, "sliding_window", params.sliding_window);
    member_number(json, "rope_dimension_count", params.rope_dimension_count);
    json_member_float(json, "rope_freq_base", params.rope_freq_base);
    json_member_float(json, "rope_scaling_factor", params.rope_scaling_factor);
    json_member_float(json, "norm_epsilon", params.norm_epsilon);
    libgguf_json_object_end(json);
}

enum cli_exit json_report_model(struct libgguf_json *json, const struct model_file *model,
                                const struct inspect_options *options,
                                const struct data_stats *stats)
{
    const bool overview = inspect_wants_overview(options);
    enum cli_exit status = CLI_YES;
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
    libgguf_json_member_text(json, "path", model->is_stream ? "-" : model->label);
    header_members(json, model);
    shards_member(json, model->file);
    model_member(json, model->file);
    json_tokenizer(json, model->file);
    json_tensor_types(json, model->file);
    if (overview || options->metadata || options->key_count > 0) {
        const enum cli_exit found = json_metadata(json, model, options);
        status = found > status ? found : status;
    }
    if (options->tensors) {
        json_tensors(json, model, options);
    }
    if (options->tokens || options->token) {
        const enum cli_exit found = json_tokens(json, model, options);
        status = found > status ? found : status;
    }
    if (overview || options->check) {
        const enum cli_exit found = check_json(json, model, options);
        status = found > status ? found : status;
    }
    if (stats) {
        const enum cli_exit found = data_report_json(stats, options, json);
        status = found > status ? found : status;
    }
    libgguf_json_object_end(json);
    return status;
}
