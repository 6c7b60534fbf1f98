#include <inttypes.h>
#include <stdio.h>

#include <libgguf/json.h>

#include "bundle_tool.h"
#include "cli/output.h"
#include "cli/size.h"

static void print_part(const char *separator, size_t count, const char *what, uint64_t size)
{
    char number[CLI_NUMBER_SIZE];
    char bytes[CLI_NUMBER_SIZE];
    if (count > 0) {
        printf("%s%s %s (%s)", separator, cli_count_text(count, number), what,
               cli_nouns_text(size, "byte", bytes));
    }
}

void created_text(const struct libgguf_bundle_created *created, bool is_shards)
{
    char bytes[CLI_NUMBER_SIZE];
    char count[CLI_NUMBER_SIZE];
    const size_t files = is_shards ? created->distinct_count : created->chunk_count;
    printf("%s in %s", cli_nouns_text(created->size, "byte", bytes),
           cli_nouns_text(files, is_shards ? "shard" : "chunk", count));
    if (!is_shards) {
        print_part("; ", created->written_count, "written", created->written_size);
        print_part(created->written_count ? ", " : "; ", created->reused_count, "there already",
                   created->reused_size);
    }
    if (created->replaced_count > 0) {
        printf(", %s damaged %s replaced", cli_count_text(created->replaced_count, count),
               created->replaced_count == 1 ? "one" : "ones");
    }
    putchar('\n');
    if (created->gzip_count > 0) {
        print_part("", created->gzip_count, "compressed", created->gzip_size);
        printf(" from %s bytes\n", cli_count_text(created->gzip_raw_size, bytes));
    }
}

void created_json(const struct libgguf_bundle_created *created)
{
    struct libgguf_json json;
    libgguf_json_init(&json, cli_json_to_stdout, NULL);
    libgguf_json_object_begin(&json, LIBGGUF_JSON_LINES);
    libgguf_json_member_text(&json, "schema", "gguf-bundle-create/1");
    libgguf_json_member_u64(&json, "size", created->size);
    libgguf_json_member_u64(&json, "chunk_count", created->chunk_count);
    libgguf_json_member_u64(&json, "distinct_count", created->distinct_count);
    libgguf_json_member_u64(&json, "written_count", created->written_count);
    libgguf_json_member_u64(&json, "written_size", created->written_size);
    libgguf_json_member_u64(&json, "reused_count", created->reused_count);
    libgguf_json_member_u64(&json, "reused_size", created->reused_size);
    libgguf_json_member_u64(&json, "shared_count", created->shared_count);
    libgguf_json_member_u64(&json, "replaced_count", created->replaced_count);
    libgguf_json_member_u64(&json, "gzip_count", created->gzip_count);
    libgguf_json_member_u64(&json, "gzip_size", created->gzip_size);
    libgguf_json_member_u64(&json, "gzip_raw_size", created->gzip_raw_size);
    libgguf_json_object_end(&json);
    /* A stdout that failed is reported by cli_main(). */
    (void)!libgguf_json_finish(&json, NULL);
}
