/**
 * @file Checking a file that can be read: will it load, is it what the specification allows? Every
 * finding names a rule of the table, so that scripts can tell findings apart. All functions may be
 * called from several threads on one file.
 */
#ifndef LIBGGUF_CHECK_H
#define LIBGGUF_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libgguf/error.h>

LIBGGUF_BEGIN_DECLS

struct libgguf_file;

/** Whose word counts. */
enum libgguf_check_profile {
    LIBGGUF_PROFILE_LLAMA_CPP, /**< an error is what llama.cpp's loader refuses */
    LIBGGUF_PROFILE_SPEC,      /**< an error is what the GGUF specification forbids */
};

/** How bad a finding is. */
enum libgguf_severity {
    LIBGGUF_SEVERITY_NONE,    /**< not looked at in this profile */
    LIBGGUF_SEVERITY_WARNING, /**< unusual; loads all the same */
    LIBGGUF_SEVERITY_ERROR,   /**< refused or forbidden */
};

/** One rule. Ids never change their meaning; new rules are only ever added. */
struct libgguf_check_rule {
    const char *id;                  /**< such as "tensor-offset-unaligned" */
    const char *summary;             /**< what it finds, a phrase */
    enum libgguf_severity llama_cpp; /**< how bad in LIBGGUF_PROFILE_LLAMA_CPP */
    enum libgguf_severity spec;      /**< how bad in LIBGGUF_PROFILE_SPEC */
};

/** The rule at @p index of the table, or NULL beyond its end. Source: docs/gguf-format.md 9. */
LIBGGUF_API const struct libgguf_check_rule *libgguf_check_rule_at(size_t index);

/** One thing found; valid during the call that reports it. */
struct libgguf_finding {
    const struct libgguf_check_rule *rule;
    enum libgguf_severity severity; /**< in the profile that was asked for; never NONE */
    size_t shard;                   /**< index of the file in the set; 0 for a single file */
    uint64_t offset;                /**< bytes from the start of that file, or LIBGGUF_NO_OFFSET */
    char text[192]; /**< one line, NUL-terminated, names from the file escaped to ASCII */
};

/** What to check. Zero-initialise, set struct_size, then what is wanted. */
struct libgguf_check_options {
    size_t struct_size; /**< sizeof(struct libgguf_check_options) */
    enum libgguf_check_profile profile;
};

/**
 * Looks at the header, the metadata with all its strings, the tensor table and the shards of
 * @p file, and calls @p report for everything found, in file order within each rule's subject.
 * Tensor data is not read. @p report returns false to stop (CANCELLED). Open the file with
 * allow_missing_data and allow_duplicates to have those reported instead of refused.
 * Statuses: ARGUMENT, MEMORY, IO, TRUNCATED (the file shrank), CANCELLED.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_check(const struct libgguf_file *file, const struct libgguf_check_options *options,
              bool (*report)(void *context, const struct libgguf_finding *finding), void *context,
              struct libgguf_error *err);

LIBGGUF_END_DECLS

#endif
