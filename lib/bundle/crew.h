/** @file Sharing out pieces of work among threads: the first failure stops all of them. */
#ifndef BUNDLE_CREW_H
#define BUNDLE_CREW_H

#include <pthread.h>
#include <stdbool.h>

#include <libgguf/bundle.h>
#include <libgguf/digest.h>

/* Small enough to stay in a core's cache between the read and the hash. */
#define CREW_BLOCK_SIZE ((size_t)262144)

struct crew;

/* One thread's own things. */
struct crew_member {
    struct crew *crew;
    unsigned char *block; /* CREW_BLOCK_SIZE bytes */
    struct libgguf_hasher *hasher;
};

/* What is to be done; filled by the caller, the rest is private. */
struct crew {
    enum libgguf_status (*work)(void *context, struct crew_member *member, size_t index,
                                struct libgguf_error *err);
    void *context;
    size_t count;     /* pieces */
    unsigned threads; /* 0: LIBGGUF_DEFAULT_THREADS */
    const struct libgguf_bundle_hooks *hooks;
    enum libgguf_bundle_step step;
    uint64_t total; /* bytes */

    /* private */
    pthread_mutex_t lock;
    pthread_mutex_t progress_lock;
    uint64_t done;
    size_t next;
    bool stopped;
    enum libgguf_status status;
    struct libgguf_error error;
};

/* Does the work for every index. Statuses: MEMORY, CANCELLED, those of the work. */
enum libgguf_status crew_run(struct crew *crew, struct libgguf_error *err);

/* @p bytes more are done. CANCELLED when the work is to stop. */
enum libgguf_status crew_progress(struct crew *crew, uint64_t bytes, struct libgguf_error *err);

/*
 * A member that works alone, outside crew_run(); ended with crew_solo_end() also when this fails.
 * Statuses: MEMORY, UNSUPPORTED.
 */
enum libgguf_status crew_solo_begin(struct crew *crew, struct crew_member *member,
                                    struct libgguf_error *err);
void crew_solo_end(struct crew_member *member);

/* False for options, or hooks in them, of a caller that knows fewer members. */
bool crew_options_are_whole(const struct libgguf_bundle_read_options *options);

/* Tells @p hooks, which may be NULL. False: stop. */
bool crew_tell(const struct libgguf_bundle_hooks *hooks, enum libgguf_bundle_step step,
               uint64_t done, uint64_t total);

#endif
