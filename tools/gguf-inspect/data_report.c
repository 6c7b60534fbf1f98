#include "data_report.h"

#include "data_stats.h"

/* One run over the tensors does for both; of a stream there cannot be a second one. */
enum cli_exit data_report(const struct model_file *model, const struct inspect_options *options,
                          struct libgguf_json *json)
{
    struct data_stats stats;
    enum cli_exit status =
        data_stats_compute(model, options->check_data ? NULL : options->stats_glob, &stats);
    if (status != CLI_YES) {
        return status;
    }
    if (options->stats && json) {
        libgguf_json_key(json, "stats");
        data_stats_json(&stats, options->stats_glob, json);
    } else if (options->stats) {
        data_stats_print(&stats, options->stats_glob);
    }
    if (options->check_data && json) {
        libgguf_json_key(json, "data_check");
        status = data_check_json(&stats, json);
    } else if (options->check_data) {
        status = data_check_print(&stats);
    }
    data_stats_free(&stats);
    return status;
}
