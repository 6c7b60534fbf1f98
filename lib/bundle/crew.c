#include "bundle/crew.h"

#include <stdlib.h>

#include "base/error.h"

bool crew_tell(const struct libgguf_bundle_hooks *hooks, enum libgguf_bundle_step step,
               uint64_t done, uint64_t total)
{
    return !hooks || !hooks->progress || hooks->progress(hooks->context, step, done, total);
}

bool crew_options_are_whole(const struct libgguf_bundle_read_options *options)
{
    return options->struct_size >= sizeof *options &&
           (!options->hooks || options->hooks->struct_size >= sizeof *options->hooks);
}

static void crew_fail(struct crew *crew, enum libgguf_status status,
                      const struct libgguf_error *err)
{
    pthread_mutex_lock(&crew->lock);
    if (!crew->stopped) {
        crew->stopped = true;
        crew->status = status;
        crew->error = *err;
    }
    pthread_mutex_unlock(&crew->lock);
}

static enum libgguf_status cancelled(struct libgguf_error *err)
{
    return failure(err, LIBGGUF_ERR_CANCELLED, LIBGGUF_NO_OFFSET, "cancelled");
}

enum libgguf_status crew_progress(struct crew *crew, uint64_t bytes, struct libgguf_error *err)
{
    pthread_mutex_lock(&crew->lock);
    const bool stopped = crew->stopped;
    pthread_mutex_unlock(&crew->lock);
    if (stopped) {
        return cancelled(err);
    }
    pthread_mutex_lock(&crew->progress_lock);
    crew->done += bytes;
    const bool go_on = crew_tell(crew->hooks, crew->step, crew->done, crew->total);
    pthread_mutex_unlock(&crew->progress_lock);
    return go_on ? LIBGGUF_OK : cancelled(err);
}

static bool next_index(struct crew *crew, size_t *out)
{
    pthread_mutex_lock(&crew->lock);
    const bool more = !crew->stopped && crew->next < crew->count;
    *out = more ? crew->next++ : 0;
    pthread_mutex_unlock(&crew->lock);
    return more;
}

static enum libgguf_status equip(struct crew_member *member, struct libgguf_error *err)
{
    member->block = malloc(CREW_BLOCK_SIZE);
    if (!member->block) {
        return failure_memory(err);
    }
    return libgguf_hasher_create(&member->hasher, err);
}

static void unequip(struct crew_member *member)
{
    libgguf_hasher_free(member->hasher);
    free(member->block);
}

static void *work(void *context)
{
    struct crew *const crew = context;
    struct crew_member member = {.crew = crew};
    struct libgguf_error err;
    enum libgguf_status status = equip(&member, &err);
    size_t index;
    while (!status && next_index(crew, &index)) {
        status = crew->work(crew->context, &member, index, &err);
    }
    if (status) {
        crew_fail(crew, status, &err);
    }
    unequip(&member);
    return NULL;
}

static bool locks_init(struct crew *crew)
{
    if (pthread_mutex_init(&crew->lock, NULL) != 0) {
        return false;
    }
    if (pthread_mutex_init(&crew->progress_lock, NULL) != 0) {
        pthread_mutex_destroy(&crew->lock);
        return false;
    }
    return true;
}

static void locks_destroy(struct crew *crew)
{
    pthread_mutex_destroy(&crew->progress_lock);
    pthread_mutex_destroy(&crew->lock);
}

enum libgguf_status crew_solo_begin(struct crew *crew, struct crew_member *member,
                                    struct libgguf_error *err)
{
    *crew = (struct crew){0};
    *member = (struct crew_member){0};
    if (!locks_init(crew)) {
        return failure_memory(err);
    }
    member->crew = crew;
    return equip(member, err);
}

void crew_solo_end(struct crew_member *member)
{
    if (member->crew) {
        unequip(member);
        locks_destroy(member->crew);
    }
}

enum libgguf_status crew_run(struct crew *crew, struct libgguf_error *err)
{
    pthread_t threads[LIBGGUF_MAX_THREADS];
    size_t started = 0;
    size_t wanted = crew->threads > 0 ? (size_t)crew->threads : (size_t)LIBGGUF_DEFAULT_THREADS;
    wanted = wanted < LIBGGUF_MAX_THREADS ? wanted : LIBGGUF_MAX_THREADS;
    wanted = wanted < crew->count ? wanted : crew->count;
    if (crew->count == 0) {
        return LIBGGUF_OK;
    }
    if (!locks_init(crew)) {
        return failure_memory(err);
    }
    /* The caller's thread is one of them, so fewer than wanted will do. */
    while (started + 1 < wanted && pthread_create(&threads[started], NULL, work, crew) == 0) {
        started++;
    }
    work(crew);
    for (size_t i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
    }
    locks_destroy(crew);
    if (crew->status && err) {
        *err = crew->error;
    }
    return crew->status;
}
