#include "data_report.h"

#include "data_stats.h"

enum cli_exit data_report_compute(const struct model_file *model,
                                  const struct inspect_options *options, struct data_stats *out)
{
    return data_stats_compute(model, options->check_data ? NULL : options->stats_glob, out);
}

enum cli_exit data_report_print(const struct data_stats *stats,
                                const struct inspect_options *options)
{
    if (options->stats) {
        data_stats_print(stats, options->stats_glob);
    }
    return options->check_data ? data_check_print(stats) : CLI_YES;
}

enum cli_exit data_report_json(const struct data_stats *stats,
                               const struct inspect_options *options, struct libgguf_json *json)
{
    if (options->stats) {
        libgguf_json_key(json, "stats");
        data_stats_json(stats, options->stats_glob, json);
    }
    if (!options->check_data) {
        return CLI_YES;
    }
    libgguf_json_key(json, "data_check");
    return data_check_json(stats, json);
}
