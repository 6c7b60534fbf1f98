/* The exports of the WebAssembly module, compiled natively: what they keep between calls must not
 * outlive the model that it was taken from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "admission/wasm/module.h"
#include "bundle_in_memory.h"

unsigned char __heap_base; /* the linker of the module defines it */

enum libgguf_status export_begin(void);
enum libgguf_status export_chunk_open(uint32_t session, uint32_t index);
enum libgguf_status export_append(uint32_t chunk, uint32_t size);
enum libgguf_status export_chunk_close(uint32_t chunk);
enum libgguf_status export_header(uint32_t session);
enum libgguf_status export_finalize(uint32_t session);
enum libgguf_status export_activate(uint32_t session);
enum libgguf_status export_cancel(uint32_t session);
enum libgguf_status export_release(uint32_t model);
enum libgguf_status export_active(void);
enum libgguf_status export_progress(uint32_t session);
enum libgguf_status export_file(uint32_t handle);
enum libgguf_status export_entry(uint32_t handle, uint32_t index);
enum libgguf_status export_elements(uint32_t handle, uint32_t index, uint32_t from);
enum libgguf_status export_find(uint32_t handle, uint32_t size, uint32_t tensor);
enum libgguf_status export_data(uint32_t handle);
enum libgguf_status export_tensor(uint32_t handle, uint32_t index);
enum libgguf_status export_tokenizer(uint32_t handle, uint32_t special);
enum libgguf_status export_token(uint32_t handle, uint32_t id, uint32_t display);
enum libgguf_status export_token_find(uint32_t handle, uint32_t size, uint32_t display);

#define TOKENS_ENTRY 2 /* of bundle_make() */
#define CHUNKS 4

static struct bundle bundle;

static int set_up(void **state)
{
    (void)state;
    return bundle_make(&bundle, 1, 2, 4000, CHUNKS - 2);
}

static int tear_down(void **state)
{
    (void)state;
    if (!export_active() && module_answer[0] != 0) {
        (void)export_release((uint32_t)module_answer[0]);
    }
    bundle_free(&bundle);
    return 0;
}

static void put_u64(size_t at, uint64_t value)
{
    memcpy(module_window + at, &value, sizeof value);
}

static enum libgguf_status begin(enum libgguf_admission_store store, uint32_t *session)
{
    const struct libgguf_admission_plan *const plan = &bundle.plan;
    const uint64_t head[] = {plan->size,        plan->header_size, (uint64_t)store,
                             plan->chunk_count, plan->first,       plan->count};
    for (size_t i = 0; i < sizeof head / sizeof *head; i++) {
        put_u64(i * sizeof *head, head[i]);
    }
    memcpy(module_window + sizeof head, &plan->chunks_sha256, sizeof plan->chunks_sha256);
    memcpy(module_window + sizeof head + sizeof plan->chunks_sha256, bundle.chunks,
           plan->chunk_count * sizeof *bundle.chunks);
    const enum libgguf_status status = export_begin();
    if (!status) {
        *session = (uint32_t)module_answer[0];
    }
    return status;
}

static enum libgguf_status send_chunk(uint32_t session, uint32_t index)
{
    enum libgguf_status status = export_chunk_open(session, index);
    if (status) {
        return status;
    }
    const uint32_t chunk = (uint32_t)module_answer[0];
    const struct libgguf_admission_chunk *const entry = &bundle.chunks[index];
    memcpy(module_window, bundle.bytes + entry->offset, (size_t)entry->size);
    status = export_append(chunk, (uint32_t)entry->size);
    return status ? status : export_chunk_close(chunk);
}

static uint32_t receive(enum libgguf_admission_store store)
{
    uint32_t session;
    assert_int_equal(begin(store, &session), LIBGGUF_OK);
    for (uint32_t i = 0; i < CHUNKS; i++) {
        assert_int_equal(send_chunk(session, i), LIBGGUF_OK);
    }
    return session;
}

static void become_active(uint32_t session)
{
    assert_int_equal(export_finalize(session), LIBGGUF_OK);
    assert_int_equal(export_activate(session), LIBGGUF_OK);
}

static void assert_token_element(uint32_t handle, uint32_t from, const char *text)
{
    uint64_t size;
    assert_int_equal(export_elements(handle, TOKENS_ENTRY, from), LIBGGUF_OK);
    assert_int_equal(module_answer[0], 3 - from);
    memcpy(&size, module_window, sizeof size);
    assert_int_equal(size, strlen(text));
    assert_memory_equal(module_window + sizeof size, text, strlen(text));
}

static void assert_token(uint32_t handle, uint32_t id, const char *text)
{
    assert_int_equal(export_token(handle, id, 0), LIBGGUF_OK);
    assert_int_equal(module_answer[0], strlen(text));
    assert_memory_equal(module_window, text, strlen(text));
}

/* The handle stays, the index of the header does not. */
static void an_array_that_was_read_before_finalize_can_be_read_on_after_it(void **state)
{
    (void)state;
    const uint32_t session = receive(LIBGGUF_ADMISSION_IN_MEMORY);
    assert_int_equal(export_header(session), LIBGGUF_OK);
    assert_token_element(session, 0, "<s>");
    become_active(session);
    assert_int_equal(export_elements(session, TOKENS_ENTRY, 3), LIBGGUF_OK);
    assert_int_equal(module_answer[0], 0);
    assert_token_element(session, 1, "a");
}

static void a_tokenizer_that_was_made_before_finalize_is_made_anew_after_it(void **state)
{
    (void)state;
    const uint32_t session = receive(LIBGGUF_ADMISSION_IN_MEMORY);
    assert_int_equal(export_header(session), LIBGGUF_OK);
    assert_token(session, 2, "bc");
    become_active(session);
    assert_token(session, 1, "a");
}

static void what_was_read_of_a_model_is_forgotten_with_it(void **state)
{
    (void)state;
    const uint32_t first = receive(LIBGGUF_ADMISSION_IN_MEMORY);
    become_active(first);
    assert_token_element(first, 0, "<s>");
    assert_token(first, 0, "<s>");
    const uint32_t second = receive(LIBGGUF_ADMISSION_BY_HOST);
    become_active(second);
    assert_int_equal(export_elements(first, TOKENS_ENTRY, 1), LIBGGUF_ERR_HANDLE);
    assert_int_equal(export_token(first, 0, 0), LIBGGUF_ERR_HANDLE);
    assert_token_element(second, 2, "bc");
    assert_token(second, 0, "<s>");
    const uint32_t third = receive(LIBGGUF_ADMISSION_IN_MEMORY);
    assert_int_equal(export_header(third), LIBGGUF_OK);
    assert_token_element(third, 0, "<s>");
    assert_token(third, 0, "<s>");
    assert_int_equal(export_cancel(third), LIBGGUF_OK);
    assert_token_element(second, 1, "a");
    assert_token(second, 1, "a");
}

static void tokens_of_the_active_model_stay_while_another_is_on_its_way(void **state)
{
    (void)state;
    const uint32_t active = receive(LIBGGUF_ADMISSION_IN_MEMORY);
    become_active(active);
    const uint32_t next = receive(LIBGGUF_ADMISSION_IN_MEMORY);
    assert_int_equal(export_header(next), LIBGGUF_OK);
    assert_token(active, 1, "a");
    assert_token(next, 2, "bc");
    assert_int_equal(export_finalize(active), LIBGGUF_ERR_HANDLE);
    assert_token(active, 0, "<s>");
    become_active(next);
    assert_int_equal(export_token(active, 0, 0), LIBGGUF_ERR_HANDLE);
    assert_token(next, 2, "bc");
}

static uint32_t draw(uint32_t *state, uint32_t bound)
{
    *state = *state * 1664525 + 1013904223;
    return (*state >> 8) % bound;
}

/* Every export that reads, of a handle that may be anything. */
static void read_everything(uint32_t handle, uint32_t *seed)
{
    (void)export_file(handle);
    (void)export_entry(handle, draw(seed, 5));
    (void)export_elements(handle, draw(seed, 4), draw(seed, 5));
    memcpy(module_window, "ta", 2);
    (void)export_find(handle, draw(seed, 3), draw(seed, 2));
    (void)export_data(handle);
    (void)export_tensor(handle, draw(seed, 4));
    (void)export_tokenizer(handle, draw(seed, 20));
    (void)export_token(handle, draw(seed, 5), draw(seed, 2));
    (void)export_token_find(handle, draw(seed, 5), draw(seed, 2));
}

static enum libgguf_status random_step(uint32_t *session, uint32_t handle, uint32_t *seed)
{
    switch (draw(seed, 10)) {
    case 0:
        return begin((enum libgguf_admission_store)draw(seed, 2), session);
    case 1:
        return export_header(handle);
    case 2:
        return export_finalize(handle);
    case 3:
    case 4:
        return export_activate(handle);
    case 5:
        return draw(seed, 4) ? LIBGGUF_OK : export_cancel(handle);
    case 6:
        return draw(seed, 4) ? LIBGGUF_OK : export_release(handle);
    default:
        return send_chunk(*session, draw(seed, CHUNKS + 1));
    }
}

/* The sanitizers are the judges here; the model-based test of the admission has the invariants. */
static void any_order_of_calls_reads_only_what_is_there(void **state)
{
    (void)state;
    uint32_t seed = 7;
    uint32_t session = 0;
    uint32_t activated = 0;
    for (int i = 0; i < 20000; i++) {
        const uint32_t guess = draw(&seed, 8) ? session : draw(&seed, session + 2);
        (void)random_step(&session, guess, &seed);
        assert_int_equal(export_active(), LIBGGUF_OK);
        const uint32_t active = (uint32_t)module_answer[0];
        activated += active == session;
        read_everything(draw(&seed, 2) ? session : active, &seed);
    }
    assert_true(activated > 100);
    if (!export_progress(session)) {
        assert_int_equal(export_cancel(session), LIBGGUF_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_array_that_was_read_before_finalize_can_be_read_on_after_it),
        cmocka_unit_test(a_tokenizer_that_was_made_before_finalize_is_made_anew_after_it),
        cmocka_unit_test(what_was_read_of_a_model_is_forgotten_with_it),
        cmocka_unit_test(tokens_of_the_active_model_stay_while_another_is_on_its_way),
        cmocka_unit_test(any_order_of_calls_reads_only_what_is_there),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
