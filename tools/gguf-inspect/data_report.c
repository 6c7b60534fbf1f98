#include "data_report.h"

#include "data_stats.h"

/* What is shown of one run over the tensors. */
struct views {
    const char *glob;
    bool stats;
    bool check;
};

static enum cli_exit show(const struct model_file *model, struct views views,
                          struct libgguf_json *json)
{
    struct data_stats stats;
    enum cli_exit status = data_stats_compute(model, views.glob, &stats);
    if (status != CLI_YES) {
        return status;
    }
    if (views.stats && json) {
        libgguf_json_key(json, "stats");
        data_stats_json(&stats, json);
    } else if (views.stats) {
        data_stats_print(&stats);
    }
    if (views.check && json) {
        libgguf_json_key(json, "data_check");
        status = data_check_json(&stats, json);
    } else if (views.check) {
        status = data_check_print(&stats);
    }
    data_stats_free(&stats);
    return status;
}

enum cli_exit data_report(const struct model_file *model, const struct inspect_options *options,
                          struct libgguf_json *json)
{
    /* One run does for both, unless the statistics are of some tensors only. */
    if (!options->stats_glob || !options->check_data) {
        const struct views views = {options->stats_glob, options->stats, options->check_data};
        return show(model, views, json);
    }
    const enum cli_exit stats = show(model, (struct views){options->stats_glob, true, false}, json);
    const enum cli_exit check = show(model, (struct views){NULL, false, true}, json);
    return check > stats ? check : stats;
}
