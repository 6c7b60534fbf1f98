#include "data_stats.h"
#include "json_value.h"
#include "tensor_text.h"

static const char *status_name(const struct libgguf_tensor_stats *stats)
{
    if (stats->status != LIBGGUF_OK) {
        return stats->status == LIBGGUF_ERR_TRUNCATED ? "missing-bytes" : "unsupported";
    }
    return data_stats_is_sound(stats) ? "sound" : "unsound";
}

static const char *fault_name(enum libgguf_block_fault fault)
{
    switch (fault) {
    case LIBGGUF_BLOCK_NAN_VALUE:
        return "nan-value";
    case LIBGGUF_BLOCK_INF_VALUE:
        return "infinite-value";
    case LIBGGUF_BLOCK_NAN_SCALE:
        return "nan-scale";
    case LIBGGUF_BLOCK_INF_SCALE:
        return "infinite-scale";
    case LIBGGUF_BLOCK_SOUND:
        break;
    }
    return "none";
}

/* The members that both documents have of a tensor. */
static void json_tensor(struct libgguf_json *json, const struct libgguf_tensor *tensor,
                        const struct libgguf_tensor_stats *stats)
{
    libgguf_json_key(json, "name");
    libgguf_json_string(json, tensor->name.data, (size_t)tensor->name.size);
    libgguf_json_member_text(json, "type", tensor->type ? tensor->type->name : NULL);
    libgguf_json_member_u64(json, "type_id", tensor->type_id);
    libgguf_json_member_u64(json, "elements", tensor->element_count);
    libgguf_json_member_text(json, "status", status_name(stats));
    if (stats->nan_count + stats->inf_count > 0) {
        libgguf_json_member_u64(json, "nan", stats->nan_count);
        libgguf_json_member_u64(json, "infinite", stats->inf_count);
        libgguf_json_member_u64(json, "first_nonfinite", stats->first_nonfinite);
    }
    if (stats->faults.count > 0) {
        libgguf_json_member_u64(json, "bad_blocks", stats->faults.count);
        libgguf_json_member_u64(json, "first_bad_block", stats->faults.first);
        libgguf_json_member_text(json, "fault", fault_name(stats->faults.first_kind));
    }
}

void data_stats_json(const struct data_stats *stats, const char *glob, struct libgguf_json *json)
{
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINES);
    for (size_t i = 0; i < stats->count; i++) {
        const struct libgguf_tensor_stats *one = &stats->stats[i];
        if (!tensor_is_wanted(stats->tensors[i], glob)) {
            continue;
        }
        libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
        json_tensor(json, stats->tensors[i], one);
        if (one->status == LIBGGUF_OK) {
            json_member_float(json, "min", one->min);
            json_member_float(json, "max", one->max);
            json_member_float(json, "mean", one->mean);
            json_member_float(json, "rms", one->rms);
            libgguf_json_member_u64(json, "zeros", one->zero_count);
        }
        libgguf_json_object_end(json);
    }
    libgguf_json_array_end(json);
}

enum cli_exit data_check_json(const struct data_stats *stats, struct libgguf_json *json)
{
    const struct data_tally tally = data_stats_tally(stats);
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINES);
    libgguf_json_member_u64(json, "sound", tally.sound);
    libgguf_json_member_u64(json, "sound_size", tally.sound_size);
    libgguf_json_member_u64(json, "unsound", tally.unsound);
    libgguf_json_member_u64(json, "not_checked", tally.missing + tally.unsupported);
    libgguf_json_member_u64(json, "shards_missing", tally.shards_missing);
    libgguf_json_key(json, "findings");
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINES);
    for (size_t i = 0; i < stats->count; i++) {
        if (!data_stats_is_sound(&stats->stats[i])) {
            libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
            json_tensor(json, stats->tensors[i], &stats->stats[i]);
            libgguf_json_object_end(json);
        }
    }
    libgguf_json_array_end(json);
    libgguf_json_object_end(json);
    return data_tally_verdict(&tally);
}
