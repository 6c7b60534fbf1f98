/** @file The commands of gguf-manifest, and what they share. */
#ifndef MANIFEST_TOOL_H
#define MANIFEST_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <libgguf/manifest.h>

#include "cli/program.h"
#include "cli/values.h"

/* Codes of the options without a letter. */
enum manifest_option {
    OPTION_CHUNK_SIZE = CLI_LONG_ONLY,
    OPTION_CUT,
    OPTION_THREADS,
    OPTION_NO_FILE_DIGEST,
    OPTION_FILE_DIGEST,
    OPTION_TENSOR_DIGESTS,
    OPTION_FORMAT,
    OPTION_URL,
    OPTION_NAME,
    OPTION_JSON,
    OPTION_KEY,
    OPTION_SIGNATURE,
};

enum cli_exit manifest_create(struct cli_args *args);
enum cli_exit manifest_verify(struct cli_args *args);
enum cli_exit manifest_show(struct cli_args *args);
enum cli_exit manifest_diff(struct cli_args *args);
enum cli_exit manifest_sign(struct cli_args *args);
enum cli_exit manifest_verify_signature(struct cli_args *args);

/** Whether the file @p path starts as a GGUF file does. */
bool input_is_model(const char *path);

/** The bytes of a manifest; false when that failed, which is reported. The caller frees @p data. */
bool input_read(const char *path, char **data, size_t *size);

/** A manifest from a file or "-"; NULL when that failed, which is reported. */
struct libgguf_manifest *input_manifest(const char *path);

/**
 * As input_manifest(), but only after its signature was found to be by the key in the file
 * @p key. @p signature may be NULL for the manifest's name with .sig behind it. What went wrong is
 * reported, and stored in @p exit: CLI_NO for a signature that is not there or does not match.
 */
struct libgguf_manifest *input_signed_manifest(const char *path, const char *key,
                                               const char *signature, enum cli_exit *exit);

/** "PATH.sig", for the caller to free; NULL when out of memory, which is reported. */
char *input_signature_path(const char *path);

/** A signature that is not there or does not match: CLI_NO. Reports. */
enum cli_exit input_check_signature(const char *path, const char *data, size_t size,
                                    const char *key, const char *signature);

/** How a manifest is printed. */
enum manifest_format { FORMAT_JSON, FORMAT_SHA256SUM, FORMAT_SRI, FORMAT_METALINK, FORMAT_TEXT };

/** The format that was asked for, or the default. */
struct format_choice {
    enum manifest_format format;
    bool is_given;
};

/** Takes the argument of --format, or "json" for --json: once. */
enum cli_exit format_take(struct cli_args *args, const char *text, bool is_text_one,
                          struct format_choice *choice);

/** True when @p manifest can be printed in @p format; otherwise says why not, about @p file. */
bool format_is_possible(const struct libgguf_manifest *manifest, enum manifest_format format,
                        const char *url, const char *file);

/**
 * Prints @p manifest as anything but FORMAT_TEXT; @p url is for FORMAT_METALINK. Returns 0, or the
 * errno of the stream.
 */
int format_print(const struct libgguf_manifest *manifest, enum manifest_format format,
                 const char *url, FILE *stream);

/** Prints "402,368 bytes (393 KiB)"; what is less than a KiB without the second number. */
void print_size(uint64_t size);

/** Which tensors lie in a chunk. Zero-initialised is empty. */
struct tensor_lookup {
    const struct libgguf_manifest_file *file;
    size_t *by_first;   /* tensors that lie in chunks, by first_chunk */
    uint64_t *last;     /* their last_chunk, ascending */
    uint64_t *last_max; /* a tree: the largest last_chunk of a node's tensors; the root is 1 */
    size_t *found;      /* tensors of the chunk that was asked for */
    size_t count;
    size_t leaves; /* of the tree: a power of two */
};

/** Prepares lookups in @p file; false when out of memory, which is reported. */
bool tensor_lookup_init(struct tensor_lookup *lookup, const struct libgguf_manifest_file *file);
void tensor_lookup_free(struct tensor_lookup *lookup);

/**
 * The tensors with bytes in @p chunk: calls @p visit with the first @p most of them, in the order
 * of the file, and returns how many there are. Tensors may overlap, so that all are in each chunk.
 */
size_t tensor_lookup_chunk(const struct tensor_lookup *lookup, uint64_t chunk, size_t most,
                           void (*visit)(void *context,
                                         const struct libgguf_manifest_tensor *tensor),
                           void *context);

/** A conclusion about a file that does not match: one line. */
struct finding {
    const char *id; /* stable, for JSON */
    char text[256];
};

#define MAX_FINDINGS 8

/** What can be said about why a file does not match. */
struct findings {
    size_t count;
    struct finding list[MAX_FINDINGS];
};

/**
 * Compares the header of the model at @p path (NULL: it cannot be read again) and the outcome with
 * what the manifest says.
 */
void findings_collect(const struct libgguf_manifest *manifest, size_t index, const char *path,
                      const struct libgguf_verification *found, struct findings *out);

/** One file as it was verified. */
struct verified_file {
    const char *path;    /* as opened; belongs to the caller */
    bool could_not_read; /* which was reported */
    struct libgguf_verification found;
    struct findings findings;
};

/** True when nothing is wrong with it. */
bool verified_is_good(const struct libgguf_manifest_file *file,
                      const struct verified_file *verified);

/** Prints the outcome for people; one line when all is well. */
void report_text(const struct libgguf_manifest *manifest, const struct verified_file *verified);

/** Prints the outcome as gguf-manifest-verify/1. */
void report_json(const struct libgguf_manifest *manifest, const struct verified_file *verified);

#endif
