#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <libgguf/model.h>
#include <libgguf/utf8.h>

#include "base/error.h"
#include "digest/manifest.h"

/* Longer ones are no architecture. */
#define ARCHITECTURE_MAX 256

/* One file on its way into a manifest. */
struct entry {
    struct manifest *manifest;
    const struct libgguf_manifest_options *options;
    const struct libgguf_file *file; /* NULL when it is not GGUF */
    const struct libgguf_source *source;
    size_t index;
    uint64_t progress_base;
    struct libgguf_piece *spans;
    size_t *span_tensors; /* the tensor of each span */
    size_t span_count;
    struct libgguf_digest *span_digests;
    struct libgguf_error *err;
};

static struct libgguf_manifest_number number(uint64_t value)
{
    return (struct libgguf_manifest_number){.present = value <= LIBGGUF_MANIFEST_MAX_NUMBER,
                                            .value = value};
}

static enum libgguf_status describe_tensor(struct entry *entry, const struct libgguf_tensor *tensor,
                                           struct libgguf_manifest_tensor *out)
{
    *out = (struct libgguf_manifest_tensor){.type_id = tensor->type_id,
                                            .dim_count = tensor->dim_count,
                                            .has_dims = true,
                                            .offset = number(tensor->offset),
                                            .size = number(tensor->size)};
    if (!tensor->size_known || tensor->offset + tensor->size > LIBGGUF_MANIFEST_MAX_NUMBER) {
        out->size.present = false;
    }
    for (uint32_t i = 0; i < LIBGGUF_MAX_DIMS; i++) {
        out->dims[i] = tensor->dims[i];
        out->has_dims = out->has_dims && number(tensor->dims[i]).present;
    }
    const char *const type = tensor->type ? tensor->type->name : NULL;
    if (!manifest_copy_text(entry->manifest, tensor->name.data, (size_t)tensor->name.size,
                            &out->name) ||
        (type && !manifest_copy_text(entry->manifest, type, strlen(type), &out->type))) {
        return failure_memory(entry->err);
    }
    return LIBGGUF_OK;
}

static enum libgguf_status describe_tensors(struct entry *entry, struct libgguf_manifest_file *out)
{
    const size_t count = libgguf_tensor_count(entry->file);
    out->tensors = calloc(count ? count : 1, sizeof *out->tensors);
    if (!out->tensors) {
        return failure_memory(entry->err);
    }
    uint64_t parameters = 0;
    bool fits = true;
    for (size_t i = 0; i < count; i++) {
        const struct libgguf_tensor *const tensor = libgguf_tensor_at(entry->file, i);
        const enum libgguf_status status = describe_tensor(entry, tensor, &out->tensors[i]);
        if (status) {
            return status;
        }
        out->tensor_count = i + 1;
        fits = fits && tensor->element_count <= LIBGGUF_MANIFEST_MAX_NUMBER - parameters;
        parameters += fits ? tensor->element_count : 0;
    }
    out->gguf.parameters =
        (struct libgguf_manifest_number){.present = fits, .value = fits ? parameters : 0};
    return LIBGGUF_OK;
}

static enum libgguf_status describe_model(struct entry *entry, struct libgguf_manifest_gguf *out)
{
    struct libgguf_str architecture;
    if (!libgguf_get_str(entry->file, "general.architecture", &architecture, NULL) &&
        architecture.data && architecture.size > 0 && architecture.size <= ARCHITECTURE_MAX &&
        !memchr(architecture.data, '\0', (size_t)architecture.size) &&
        libgguf_utf8_valid(architecture.data, (size_t)architecture.size) &&
        !manifest_copy_text(entry->manifest, architecture.data, (size_t)architecture.size,
                            &out->architecture)) {
        return failure_memory(entry->err);
    }
    struct libgguf_quantization quantization;
    libgguf_model_quantization(entry->file, &quantization);
    const char *const file_type = quantization.declared ? quantization.declared->name : NULL;
    if (file_type &&
        !manifest_copy_text(entry->manifest, file_type, strlen(file_type), &out->file_type)) {
        return failure_memory(entry->err);
    }
    return LIBGGUF_OK;
}

static enum libgguf_status describe(struct entry *entry, struct libgguf_manifest_file *out)
{
    const struct libgguf_header *const header = libgguf_header(entry->file);
    out->is_gguf = true;
    out->gguf = (struct libgguf_manifest_gguf){.version = header->version,
                                               .big_endian = header->big_endian,
                                               .alignment = header->alignment,
                                               .data_offset = header->data_offset,
                                               .kv_count = libgguf_kv_count(entry->file),
                                               .tensor_count = libgguf_tensor_count(entry->file)};
    enum libgguf_status status = describe_model(entry, &out->gguf);
    if (!status) {
        status = describe_tensors(entry, out);
    }
    return status ? status : libgguf_identity(entry->file, &out->gguf.identity, entry->err);
}

struct placed {
    uint64_t offset;
    uint64_t size;
    size_t index;
};

static int by_place(const void *a, const void *b)
{
    const struct placed *const left = a;
    const struct placed *const right = b;
    if (left->offset != right->offset) {
        return left->offset < right->offset ? -1 : 1;
    }
    if (left->size != right->size) {
        return left->size < right->size ? -1 : 1;
    }
    return left->index < right->index ? -1 : 1;
}

static enum libgguf_status place_spans(struct entry *entry, struct placed *placed)
{
    for (size_t i = 0; i < libgguf_tensor_count(entry->file); i++) {
        const struct libgguf_tensor *const tensor = libgguf_tensor_at(entry->file, i);
        if (tensor->size_known) {
            placed[entry->span_count++] = (struct placed){tensor->offset, tensor->size, i};
        }
    }
    qsort(placed, entry->span_count, sizeof *placed, by_place);
    uint64_t end = 0;
    for (size_t i = 0; i < entry->span_count; i++) {
        if (placed[i].offset < end) {
            return failure(entry->err, LIBGGUF_ERR_UNSUPPORTED, placed[i].offset,
                           "tensors overlap, so they cannot have digests of their own");
        }
        entry->spans[i] =
            (struct libgguf_piece){.offset = placed[i].offset, .size = placed[i].size};
        entry->span_tensors[i] = placed[i].index;
        end = placed[i].offset + placed[i].size;
    }
    return LIBGGUF_OK;
}

static enum libgguf_status list_spans(struct entry *entry)
{
    const size_t count = libgguf_tensor_count(entry->file) + 1;
    struct placed *const placed = malloc(count * sizeof *placed);
    entry->spans = malloc(count * sizeof *entry->spans);
    entry->span_tensors = malloc(count * sizeof *entry->span_tensors);
    entry->span_digests = malloc(count * sizeof *entry->span_digests);
    enum libgguf_status status = LIBGGUF_OK;
    if (placed && entry->spans && entry->span_tensors && entry->span_digests) {
        status = place_spans(entry, placed);
    } else {
        status = failure_memory(entry->err);
    }
    free(placed);
    return status;
}

/* Takes over what was hashed: of tensors only those that are there as a whole. */
static enum libgguf_status take_digests(struct entry *entry, const struct libgguf_plan *plan,
                                        const struct libgguf_source_digests *digests,
                                        struct libgguf_manifest_file *out)
{
    out->size = digests->size;
    out->has_sha256 = !entry->options->no_file_digest;
    out->sha256 = digests->source;
    out->chunks = calloc(digests->count ? digests->count : 1, sizeof *out->chunks);
    if (!out->chunks) {
        return failure_memory(entry->err);
    }
    out->chunk_count = digests->count;
    for (size_t i = 0; i < digests->count; i++) {
        struct libgguf_piece *const piece = &out->chunks[i].piece;
        libgguf_plan_at(plan, i, piece);
        const uint64_t left = out->size - piece->offset;
        piece->size = piece->size < left ? piece->size : left;
        out->chunks[i].sha256 = digests->chunks[i];
    }
    for (size_t i = 0; i < entry->span_count; i++) {
        struct libgguf_manifest_tensor *const tensor = &out->tensors[entry->span_tensors[i]];
        tensor->has_sha256 = entry->spans[i].offset + entry->spans[i].size <= out->size;
        tensor->sha256 = entry->span_digests[i];
    }
    for (size_t i = 0; i < out->tensor_count; i++) {
        manifest_locate_tensor(out, &out->tensors[i]);
    }
    return LIBGGUF_OK;
}

static enum libgguf_status hash(struct entry *entry, struct libgguf_manifest_file *out)
{
    const struct libgguf_plan_options plan_options = {.struct_size = sizeof plan_options,
                                                      .cut = entry->options->cut,
                                                      .chunk_size = entry->options->chunk_size};
    const struct libgguf_digest_options digest_options = {.struct_size = sizeof digest_options,
                                                          .threads = entry->options->threads,
                                                          .no_source_digest =
                                                              entry->options->no_file_digest,
                                                          .spans = entry->spans,
                                                          .span_count = entry->span_count,
                                                          .span_digests = entry->span_digests,
                                                          .file = entry->index,
                                                          .progress_base = entry->progress_base,
                                                          .hooks = entry->options->hooks};
    struct libgguf_plan *plan;
    enum libgguf_status status = libgguf_plan_create(
        entry->file, libgguf_source_size(entry->source), &plan_options, &plan, entry->err);
    if (status) {
        return status;
    }
    struct libgguf_source_digests digests;
    status = libgguf_source_digest(entry->source, plan, &digest_options, &digests, entry->err);
    if (!status) {
        status = take_digests(entry, plan, &digests, out);
        libgguf_source_digests_free(&digests);
    }
    libgguf_plan_free(plan);
    return status;
}

static enum libgguf_status fill_entry(struct entry *entry, const char *name)
{
    struct libgguf_manifest_file *const out = &entry->manifest->public.files[entry->index];
    if (!name || !manifest_name_is_safe(name, strlen(name))) {
        return failure(entry->err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "the manifest needs a plain name for the file");
    }
    if (!manifest_copy_text(entry->manifest, name, strlen(name), &out->name)) {
        return failure_memory(entry->err);
    }
    enum libgguf_status status = LIBGGUF_OK;
    if (entry->file) {
        status = describe(entry, out);
    }
    if (!status && entry->file && entry->options->tensor_digests) {
        status = list_spans(entry);
    }
    if (!status) {
        status = hash(entry, out);
    }
    free(entry->spans);
    free(entry->span_tensors);
    free(entry->span_digests);
    return status;
}

static const char *base_name(const char *path)
{
    const char *const slash = path ? strrchr(path, '/') : NULL;
    return slash ? slash + 1 : path;
}

static enum libgguf_status fill_set(struct manifest *manifest, const struct libgguf_file *model,
                                    const struct libgguf_source *source,
                                    const struct libgguf_manifest_options *options,
                                    struct libgguf_error *err)
{
    uint64_t done = 0;
    for (size_t i = 0; i < manifest->public.file_count; i++) {
        const struct libgguf_file *const file = model ? libgguf_shard_at(model, i) : NULL;
        if (model && !file) {
            char name[ERROR_NAME_SIZE];
            const char *const path = libgguf_shard_path(model, i);
            return failure(err, LIBGGUF_ERR_SHARDS, LIBGGUF_NO_OFFSET,
                           "shard %zu of %zu is missing: '%s'", i + 1, manifest->public.file_count,
                           error_name(name, path ? path : "", path ? strlen(path) : 0));
        }
        const bool rename = options->name && manifest->public.file_count == 1;
        struct entry entry = {.manifest = manifest,
                              .options = options,
                              .file = file,
                              .source = file ? libgguf_file_source(file) : source,
                              .index = i,
                              .progress_base = done,
                              .err = err};
        const enum libgguf_status status = fill_entry(
            &entry, rename || !model ? options->name : base_name(libgguf_shard_path(model, i)));
        if (status && manifest->public.file_count > 1) {
            error_prefix(err, "shard %zu: ", i + 1);
        }
        if (status) {
            return status;
        }
        done += manifest->public.files[i].size;
    }
    return manifest_digest_of_chunks(&manifest->public, &manifest->public.chunks_sha256, err);
}

static enum libgguf_status create(const struct libgguf_file *model,
                                  const struct libgguf_source *source,
                                  const struct libgguf_manifest_options *options,
                                  struct libgguf_manifest **out, struct libgguf_error *err)
{
    static const struct libgguf_manifest_options defaults = {.struct_size = sizeof defaults};
    *out = NULL;
    options = options ? options : &defaults;
    if (options->struct_size < sizeof *options) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "manifest options are incomplete");
    }
    struct manifest *const manifest = manifest_new(model ? libgguf_shard_count(model) : 1);
    if (!manifest) {
        return failure_memory(err);
    }
    manifest->public.cut = options->cut;
    manifest->public.target_size =
        options->chunk_size ? options->chunk_size : LIBGGUF_DEFAULT_CHUNK_SIZE;
    manifest->public.max_size = manifest->public.target_size;
    const enum libgguf_status status = fill_set(manifest, model, source, options, err);
    if (status) {
        libgguf_manifest_free(&manifest->public);
        return status;
    }
    *out = &manifest->public;
    return LIBGGUF_OK;
}

enum libgguf_status libgguf_manifest_create(const struct libgguf_file *model,
                                            const struct libgguf_manifest_options *options,
                                            struct libgguf_manifest **out,
                                            struct libgguf_error *err)
{
    return create(model, NULL, options, out, err);
}

enum libgguf_status
libgguf_manifest_create_from_source(const struct libgguf_source *source,
                                    const struct libgguf_manifest_options *options,
                                    struct libgguf_manifest **out, struct libgguf_error *err)
{
    return create(NULL, source, options, out, err);
}
