#include "admission/session.h"

#include <inttypes.h>
#include <stdlib.h>

#include "admission/plan_check.h"
#include "base/error.h"

enum libgguf_status libgguf_admission_create(const struct libgguf_admission_options *options,
                                             struct libgguf_admission **out,
                                             struct libgguf_error *err)
{
    *out = NULL;
    if (options && options->struct_size < sizeof *options) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "options with struct_size are needed");
    }
    struct libgguf_admission *const admission = calloc(1, sizeof *admission);
    if (!admission) {
        return failure_memory(err);
    }
    admission->memory_limit = options ? options->memory_limit : 0;
    *out = admission;
    return LIBGGUF_OK;
}

void model_free(struct model *model)
{
    libgguf_close(model->file);
    free(model->allocation);
    *model = (struct model){.handle = 0};
}

/* Everything of the session but the handles of its chunks, which stay used up. */
static void session_end(struct libgguf_admission *admission)
{
    for (size_t i = 0; i < LIBGGUF_ADMISSION_MAX_OPEN; i++) {
        struct slot *const slot = &admission->slots[i];
        slot->generation += slot->generation & 1;
    }
    free(admission->chunks);
    admission->chunks = NULL;
    admission->open_count = 0;
    admission->state = LIBGGUF_ADMISSION_IDLE;
}

void libgguf_admission_free(struct libgguf_admission *admission)
{
    if (!admission) {
        return;
    }
    session_end(admission);
    model_free(&admission->pending);
    model_free(&admission->active);
    free(admission);
}

enum libgguf_status session_check(const struct libgguf_admission *admission, uint32_t session,
                                  struct libgguf_error *err)
{
    if (session == 0 || session != admission->pending.handle) {
        return failure(err, LIBGGUF_ERR_HANDLE, LIBGGUF_NO_OFFSET,
                       "%" PRIu32 " is not the handle of a session", session);
    }
    return LIBGGUF_OK;
}

enum libgguf_status session_expect(const struct libgguf_admission *admission, uint32_t session,
                                   enum libgguf_admission_state state, const char *verb,
                                   struct libgguf_error *err)
{
    static const char *const names[] = {"idle", "receiving", "ready", "failed"};
    const enum libgguf_status status = session_check(admission, session, err);
    if (!status && admission->state != state) {
        return failure(err, LIBGGUF_ERR_STATE, LIBGGUF_NO_OFFSET,
                       "%s needs a session that is %s; this one is %s", verb, names[state],
                       names[admission->state]);
    }
    return status;
}

static uint32_t next_handle(struct libgguf_admission *admission)
{
    do {
        admission->last_handle++;
    } while (admission->last_handle == 0 || admission->last_handle == admission->active.handle);
    return admission->last_handle;
}

static enum libgguf_status allocate(struct libgguf_admission *admission,
                                    const struct libgguf_admission_plan *plan,
                                    const struct plan_facts *facts, struct libgguf_error *err)
{
    struct chunk *const chunks = malloc(plan->count * sizeof *chunks);
    /* A request for less than was asked for cannot come of this: kept_size was held against
     * PTRDIFF_MAX. */
    void *const allocation =
        chunks ? malloc((size_t)facts->kept_size + LIBGGUF_ADMISSION_ALIGNMENT - 1) : NULL;
    if (!allocation) {
        free(chunks);
        return failure(err, LIBGGUF_ERR_MEMORY, LIBGGUF_NO_OFFSET,
                       "no memory for a model of %" PRIu64 " bytes", facts->kept_size);
    }
    for (size_t i = 0; i < plan->count; i++) {
        chunks[i] = (struct chunk){.entry = plan->chunks[plan->first + i], .state = CHUNK_MISSING};
    }
    const size_t past = (size_t)((uintptr_t)allocation % LIBGGUF_ADMISSION_ALIGNMENT);
    admission->chunks = chunks;
    admission->pending.allocation = allocation;
    admission->pending.data =
        (unsigned char *)allocation + (past ? LIBGGUF_ADMISSION_ALIGNMENT - past : 0);
    return LIBGGUF_OK;
}

enum libgguf_status libgguf_admission_begin(struct libgguf_admission *admission,
                                            const struct libgguf_admission_plan *plan,
                                            uint32_t *session, struct libgguf_error *err)
{
    struct plan_facts facts;
    if (!admission || !plan || !session) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "an admission, a plan and room for a handle are needed");
    }
    *session = 0;
    if (admission->state != LIBGGUF_ADMISSION_IDLE) {
        return failure(err, LIBGGUF_ERR_STATE, LIBGGUF_NO_OFFSET,
                       "there is a session already; cancel it first");
    }
    enum libgguf_status status = plan_check(plan, admission->memory_limit, &facts, err);
    if (!status) {
        status = allocate(admission, plan, &facts, err);
    }
    if (status) {
        return status;
    }
    admission->pending.handle = next_handle(admission);
    admission->pending.store = plan->store;
    admission->pending.size = plan->size;
    admission->pending.kept_size = facts.kept_size;
    admission->state = LIBGGUF_ADMISSION_RECEIVING;
    admission->chunk_count = plan->count;
    admission->header_count = facts.header_count;
    admission->header_accepted = 0;
    admission->accepted_count = 0;
    admission->verified_size = 0;
    *session = admission->pending.handle;
    return LIBGGUF_OK;
}

enum libgguf_status libgguf_admission_cancel(struct libgguf_admission *admission, uint32_t session,
                                             struct libgguf_error *err)
{
    const enum libgguf_status status = session_check(admission, session, err);
    if (!status) {
        session_end(admission);
        model_free(&admission->pending);
    }
    return status;
}

enum libgguf_status libgguf_admission_activate(struct libgguf_admission *admission,
                                               uint32_t session, struct libgguf_error *err)
{
    const enum libgguf_status status =
        session_expect(admission, session, LIBGGUF_ADMISSION_READY, "activate", err);
    if (status) {
        return status;
    }
    struct model old = admission->active;
    admission->active = admission->pending;
    admission->pending = (struct model){.handle = 0};
    session_end(admission);
    model_free(&old);
    return LIBGGUF_OK;
}

enum libgguf_status libgguf_admission_release(struct libgguf_admission *admission, uint32_t model,
                                              struct libgguf_error *err)
{
    if (model == 0 || model != admission->active.handle) {
        return failure(err, LIBGGUF_ERR_HANDLE, LIBGGUF_NO_OFFSET,
                       "%" PRIu32 " is not the handle of the active model", model);
    }
    model_free(&admission->active);
    return LIBGGUF_OK;
}

uint32_t libgguf_admission_active(const struct libgguf_admission *admission)
{
    return admission->active.handle;
}

const struct libgguf_file *libgguf_admission_file(const struct libgguf_admission *admission,
                                                  uint32_t handle)
{
    if (handle == 0) {
        return NULL;
    }
    if (handle == admission->active.handle) {
        return admission->active.file;
    }
    return handle == admission->pending.handle ? admission->pending.file : NULL;
}

const void *libgguf_admission_data(const struct libgguf_admission *admission, uint32_t handle,
                                   uint64_t *size)
{
    const struct model *const model = &admission->active;
    *size = 0;
    if (handle == 0 || handle != model->handle || model->store != LIBGGUF_ADMISSION_IN_MEMORY) {
        return NULL;
    }
    *size = model->size;
    return model->data;
}

enum libgguf_status libgguf_admission_progress(const struct libgguf_admission *admission,
                                               uint32_t session,
                                               struct libgguf_admission_progress *out,
                                               struct libgguf_error *err)
{
    *out = (struct libgguf_admission_progress){.state = LIBGGUF_ADMISSION_IDLE};
    const enum libgguf_status status = session_check(admission, session, err);
    if (status) {
        return status;
    }
    *out = (struct libgguf_admission_progress){
        .state = admission->state,
        .size = admission->pending.size,
        .verified_size = admission->verified_size,
        .chunk_count = admission->chunk_count,
        .accepted_count = admission->accepted_count,
        .open_count = admission->open_count,
        .header_count = admission->header_count,
        .header_verified = admission->header_accepted == admission->header_count,
        .allocated_size = admission->pending.kept_size,
    };
    return LIBGGUF_OK;
}
