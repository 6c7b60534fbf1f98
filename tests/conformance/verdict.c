/* verdict FILE...: what the library says to each file, one paragraph a file: whether it opens, and
 * if not, why and where; whether it opens when missing data and duplicates are allowed; and what a
 * check finds in either profile. verdict --everything: all that it can say. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <libgguf.h>

static void print_offset(uint64_t offset)
{
    if (offset != LIBGGUF_NO_OFFSET) {
        printf(" at %" PRIu64, offset);
    }
    putchar('\n');
}

static void print_opening(const char *how, enum libgguf_status status,
                          const struct libgguf_error *err)
{
    printf("  %s: %s", how, libgguf_status_name(status));
    print_offset(status == LIBGGUF_OK ? LIBGGUF_NO_OFFSET : err->offset);
}

static bool print_finding(void *context, const struct libgguf_finding *finding)
{
    printf("  %s: %s %s", (const char *)context,
           finding->severity == LIBGGUF_SEVERITY_ERROR ? "error" : "warning", finding->rule->id);
    if (finding->shard > 0) {
        printf(" in shard %zu", finding->shard + 1);
    }
    print_offset(finding->offset);
    return true;
}

static void print_check(const struct libgguf_file *file, char *how,
                        enum libgguf_check_profile profile)
{
    const struct libgguf_check_options options = {.struct_size = sizeof options,
                                                  .profile = profile};
    struct libgguf_error err;
    if (libgguf_check(file, &options, print_finding, how, &err) != LIBGGUF_OK) {
        printf("  %s: cannot be checked: %s\n", how, err.text);
    }
}

static void print_verdict(const char *path)
{
    static char llama_cpp[] = "llama.cpp";
    static char spec[] = "spec";
    const char *slash = strrchr(path, '/');
    puts(slash ? slash + 1 : path);
    struct libgguf_file *file;
    struct libgguf_error err;
    enum libgguf_status status = libgguf_open(path, NULL, &file, &err);
    print_opening("open", status, &err);
    if (status != LIBGGUF_OK) {
        const struct libgguf_open_options options = {
            .struct_size = sizeof options, .allow_missing_data = true, .allow_duplicates = true};
        const enum libgguf_status strict = status;
        const uint64_t offset = err.offset;
        status = libgguf_open(path, &options, &file, &err);
        if (status != strict || err.offset != offset) {
            print_opening("allowing", status, &err);
        }
    }
    if (status == LIBGGUF_OK) {
        print_check(file, llama_cpp, LIBGGUF_PROFILE_LLAMA_CPP);
        print_check(file, spec, LIBGGUF_PROFILE_SPEC);
    }
    libgguf_close(file);
}

static void print_everything(void)
{
    const struct libgguf_check_rule *rule;
    for (size_t i = 0; (rule = libgguf_check_rule_at(i)); i++) {
        printf("%s a rule\n", rule->id);
    }
    for (int i = LIBGGUF_ERR_NOT_GGUF; i <= LIBGGUF_ERR_SHARDS; i++) {
        printf("%s a status\n", libgguf_status_name((enum libgguf_status)i));
    }
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--everything") == 0) {
        print_everything();
        return 0;
    }
    for (int i = 1; i < argc; i++) {
        print_verdict(argv[i]);
    }
    return 0;
}
