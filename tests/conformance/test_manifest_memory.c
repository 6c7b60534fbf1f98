/* gguf-manifest works in a few megabytes, however large the file and however small its chunks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <fcntl.h>

#include <cmocka.h>

#include "tool_memory.h"

#define LARGE_SIZE ((off_t)1 << 30)
#define MOST_KIB (48 * 1024)

static char directory[] = "/tmp/gguf-memory-XXXXXX";
static char model[128];
static char manifest[128];

static int make_sparse_model(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(directory));
    snprintf(model, sizeof model, "%s/large.gguf", directory);
    snprintf(manifest, sizeof manifest, "%s/large.json", directory);
    tool_memory_model(model, LARGE_SIZE);
    return 0;
}

static int remove_model(void **state)
{
    (void)state;
    unlink(model);
    unlink(manifest);
    return rmdir(directory);
}

static void run(const char *const *arguments, int input)
{
    tool_memory_run(arguments, input, MOST_KIB);
}

static void a_large_file_is_hashed_in_little_memory(void **state)
{
    (void)state;
    const char *const arguments[] = {
        "gguf-manifest", "create", "--chunk-size", "64KiB", "--tensor-digests", "-o", manifest,
        model,           NULL};
    run(arguments, -1);
}

static void a_large_file_is_verified_in_little_memory(void **state)
{
    (void)state;
    const char *const create[] = {"gguf-manifest", "create", "--no-file-digest", "-o", manifest,
                                  model,           NULL};
    const char *const verify[] = {"gguf-manifest", "verify", "-q", manifest, model, NULL};
    run(create, -1);
    run(verify, -1);
}

static void a_long_stream_is_hashed_in_little_memory(void **state)
{
    (void)state;
    const char *const arguments[] = {"gguf-manifest", "create", "-o", manifest, "-", NULL};
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t feeder = fork();
    if (feeder == 0) {
        static char window[65536];
        const int fd = open(model, O_RDONLY);
        close(ends[0]);
        for (ssize_t got; (got = read(fd, window, sizeof window)) > 0;) {
            if (write(ends[1], window, (size_t)got) != got) {
                _exit(1);
            }
        }
        _exit(0);
    }
    close(ends[1]);
    run(arguments, ends[0]);
    close(ends[0]);
    waitpid(feeder, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_file_is_hashed_in_little_memory),
        cmocka_unit_test(a_large_file_is_verified_in_little_memory),
        cmocka_unit_test(a_long_stream_is_hashed_in_little_memory),
    };
    return cmocka_run_group_tests(tests, make_sparse_model, remove_model);
}
