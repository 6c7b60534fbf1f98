/* gguf-bundle works in a few megabytes, however large the model and whatever its chunks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tool_memory.h"

#define LARGE_SIZE ((off_t)256 << 20)
#define MOST_KIB (64 * 1024)

static char directory[] = "/tmp/gguf-bundle-memory-XXXXXX";
static char model[128];
static char bundle[128];
static char output[128];

static int make_model(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(directory));
    snprintf(model, sizeof model, "%s/large.gguf", directory);
    snprintf(bundle, sizeof bundle, "%s/bundle", directory);
    snprintf(output, sizeof output, "%s/unpacked", directory);
    tool_memory_model(model, LARGE_SIZE);
    return 0;
}

static int remove_model(void **state)
{
    (void)state;
    char command[256];
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    return system(command);
}

static void run(const char *const *arguments)
{
    tool_memory_run(arguments, -1, MOST_KIB);
}

static void make_bundle(const char *chunk_size, const char *option)
{
    const char *const arguments[] = {"gguf-bundle",  "create",    model,     "-o",
                                     bundle,         "--no-sync", "--force", "-q",
                                     "--chunk-size", chunk_size,  option,    NULL};
    run(arguments);
}

static void a_large_model_is_bundled_in_little_memory(void **state)
{
    (void)state;
    make_bundle("64KiB", "--tensor-digests");
    make_bundle("128MiB", "--gzip");
}

static void a_large_bundle_is_verified_and_unpacked_in_little_memory(void **state)
{
    (void)state;
    const char *const verify[] = {"gguf-bundle", "verify", "-q", "--file-digest", bundle, NULL};
    const char *const unpack[] = {"gguf-bundle", "unpack", "-q",        bundle,
                                  "-o",          output,   "--no-sync", NULL};
    make_bundle("128MiB", "--gzip");
    run(verify);
    run(unpack);
}

static void a_large_model_is_aligned_in_little_memory(void **state)
{
    (void)state;
    const char *const align[] = {"gguf-bundle", "create", model,       "-o",      bundle, "-q",
                                 "--align",     "16384",  "--no-sync", "--force", NULL};
    run(align);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_model_is_bundled_in_little_memory),
        cmocka_unit_test(a_large_bundle_is_verified_and_unpacked_in_little_memory),
        cmocka_unit_test(a_large_model_is_aligned_in_little_memory),
    };
    return cmocka_run_group_tests(tests, make_model, remove_model);
}
