/** @file The commands of gguf-bundle, and what they share. */
#ifndef BUNDLE_TOOL_H
#define BUNDLE_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libgguf/bundle.h>
#include <libgguf/recast.h>

#include "cli/program.h"
#include "cli/progress.h"
#include "cli/values.h"

/* Codes of the options without a letter. */
enum bundle_option {
    OPTION_CHUNK_SIZE = CLI_LONG_ONLY,
    OPTION_CUT,
    OPTION_GZIP,
    OPTION_SIGN,
    OPTION_WITH_LOADER,
    OPTION_STORE,
    OPTION_ALIGN,
    OPTION_SHARDS,
    OPTION_RESUME,
    OPTION_FORCE,
    OPTION_NO_SYNC,
    OPTION_NAME,
    OPTION_TENSOR_DIGESTS,
    OPTION_NO_FILE_DIGEST,
    OPTION_FILE_DIGEST,
    OPTION_KEY,
    OPTION_THREADS,
    OPTION_JSON,
};

enum cli_exit bundle_create(struct cli_args *args);
enum cli_exit bundle_verify(struct cli_args *args);
enum cli_exit bundle_unpack(struct cli_args *args);
enum cli_exit bundle_list(struct cli_args *args);
enum cli_exit bundle_prune(struct cli_args *args);

/** Long work: its progress on the terminal, and the signals that stop it. */
struct run {
    struct libgguf_bundle_hooks hooks; /* for the library */
    /* private */
    struct cli_progress progress;
    bool is_shown;
    enum libgguf_bundle_step step;
};

/** From now on SIGHUP, SIGINT and SIGTERM stop the work where nothing is left behind. */
void run_begin(struct run *run);
/** Ends it. After a signal that is the end of the process as well, as by that signal. */
void run_end(struct run *run);

/** False when @p path is there and no directory, which is reported. */
bool check_directory(const char *path);

/** False when writing @p output would replace the file @p key, which is reported. */
bool key_stays(const char *key, const char *output);

/** "DIRECTORY/NAME", for the caller to free; NULL when out of memory, which is reported. */
char *path_join(const char *directory, const char *name, size_t name_size);

/** Reports why a bundle could not be made or read; what of it means no is CLI_NO. */
enum cli_exit report_failure(const char *file, enum libgguf_status status,
                             const struct libgguf_error *err);

/** What would be made. */
struct bundle_plan {
    const char *model;
    const struct libgguf_file *file; /* NULL for plain bytes: */
    const struct libgguf_source *source;
    struct libgguf_plan_options options;
    const struct libgguf_split *split; /* for shards instead of chunks, or NULL */
    const char *name;                  /* of the shards, without number */
};

/** The model at @p index of the plan: a shard, or the only one. */
const struct libgguf_file *plan_file(const struct bundle_plan *plan, size_t index);
/** Makes the plan of it; false when that failed, which is reported. */
bool plan_make(const struct bundle_plan *plan, size_t index, struct libgguf_plan **out);
/** The chunks that @p tensor lies in; false when it has no bytes there. */
bool plan_find_tensor(const struct libgguf_plan *plan, const struct libgguf_tensor *tensor,
                      size_t *first, size_t *last);

/** False when the loader takes no bundle of so many chunks, which is reported. */
bool plan_suits_loader(const struct bundle_plan *plan);

/** Prints the plan. */
enum cli_exit plan_text(const struct bundle_plan *plan);
/** Prints the plan as gguf-bundle-plan/1. */
enum cli_exit plan_json(const struct bundle_plan *plan);

/** Prints what was made. */
void created_text(const struct libgguf_bundle_created *created, bool is_shards);
/** Prints it as gguf-bundle-create/1. */
void created_json(const struct libgguf_bundle_created *created);

/** Prints the outcome of a verification as gguf-bundle-verify/1. */
void verify_json(const struct libgguf_bundle_report *report);
/** The stable name of a fault, for JSON. */
const char *fault_name(enum libgguf_bundle_fault fault);
/** True for what --with-loader puts into a bundle. */
bool is_of_loader(const char *path);

#endif
