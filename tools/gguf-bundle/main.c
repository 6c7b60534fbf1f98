#include "bundle_tool.h"

static const struct cli_option create_options[] = {
    {'o', "output", "DIR", "the bundle; made if it is not there", NULL},
    {OPTION_CHUNK_SIZE, "chunk-size", "SIZE",
     "cut into chunks of at most SIZE: 64KiB to 128MiB, by default 16MiB", NULL},
    {OPTION_CUT, "cut", "HOW",
     "'tensor' (default) cuts along tensors and the tokenizer; 'fixed' at every multiple of the "
     "chunk size, for any kind of file",
     NULL},
    {OPTION_GZIP, "gzip", NULL, "add a compressed variant of every chunk that shrinks below 0.9",
     NULL},
    {OPTION_SIGN, "sign", "FILE",
     "sign the manifest with the private key in FILE: Ed25519 or ECDSA P-256, in PEM", NULL},
    {OPTION_WITH_LOADER, "with-loader", NULL,
     "add the admission module, the scripts around it, and a demo page", NULL},
    {OPTION_STORE, "store", "DIR",
     "share chunks with other bundles through the store DIR: hard links, on one file system", NULL},
    {0, NULL, NULL, "Other files of the same model", NULL},
    {OPTION_ALIGN, "align", "SIZE",
     "rewrite the model so that every tensor starts at a multiple of SIZE: a power of two from 32 "
     "to 65536; 16384 suits mmap and zero-copy GPU buffers",
     NULL},
    {OPTION_SHARDS, "shards", "SIZE",
     "write shards of at most SIZE instead of chunks, each a GGUF file that llama.cpp loads", NULL},
    {0, NULL, NULL, "How it is done", NULL},
    {'n', "dry-run", NULL, "only print what would be made: chunks or shards, and tensors cut",
     NULL},
    {OPTION_RESUME, "resume", NULL,
     "finish what was interrupted: what is there is used when its digest is right; keeps what was "
     "written when interrupted again",
     NULL},
    {OPTION_FORCE, "force", NULL, "replace the bundle that is there", NULL},
    {OPTION_NO_SYNC, "no-sync", NULL, "do not wait for the disk: faster, but lost with the power",
     NULL},
    {OPTION_NAME, "name", "NAME", "call the model NAME in the manifest", NULL},
    {OPTION_TENSOR_DIGESTS, "tensor-digests", NULL, "add a digest for every tensor", NULL},
    {OPTION_NO_FILE_DIGEST, "no-file-digest", NULL,
     "leave out the digest of the whole file, which takes twice the processor time", NULL},
    {OPTION_THREADS, "threads", "N", "use N threads; by default 2", NULL},
    {OPTION_JSON, "json", NULL, "print what was done, or the plan, as JSON", NULL},
    {0}};

static const struct cli_option verify_options[] = {
    {OPTION_FILE_DIGEST, "file-digest", NULL,
     "check the digest of the whole model too; the chunks cover every byte without it", NULL},
    {OPTION_KEY, "key", "FILE",
     "before anything else check the manifest's signature with the public key in FILE (PEM)", NULL},
    {OPTION_THREADS, "threads", "N", "use N threads; by default 2", NULL},
    {OPTION_JSON, "json", NULL, "print the outcome as JSON", NULL},
    {0}};

static const struct cli_option unpack_options[] = {
    {'o', "output", "FILE",
     "the file to write; for a bundle of several shards the directory; required", NULL},
    {OPTION_KEY, "key", "FILE",
     "before anything else check the manifest's signature with the public key in FILE (PEM)", NULL},
    {OPTION_FORCE, "force", NULL, "replace an existing file", NULL},
    {OPTION_RESUME, "resume", NULL,
     "use what an earlier try wrote, where its digest is right; keep what was written when "
     "interrupted again",
     NULL},
    {OPTION_NO_SYNC, "no-sync", NULL, "do not wait for the disk", NULL},
    {OPTION_THREADS, "threads", "N", "use N threads; by default 2", NULL},
    {0}};

static const struct cli_option list_options[] = {
    {OPTION_KEY, "key", "FILE",
     "before anything else check the manifest's signature with the public key in FILE (PEM)", NULL},
    {OPTION_JSON, "json", NULL, "print the list as JSON", NULL},
    {0}};

static const struct cli_option prune_options[] = {
    {'n', "dry-run", NULL, "only count what would be removed", NULL},
    {OPTION_JSON, "json", NULL, "print what was removed as JSON", NULL},
    {0}};

static const struct cli_command commands[] = {
    {"create", "MODEL -o DIR", "make a bundle of a model", create_options, bundle_create},
    {"verify", "DIR", "read every file of a bundle and say which are wrong", verify_options,
     bundle_verify},
    {"unpack", "SOURCE -o FILE", "make the model again, of a bundle or of shards", unpack_options,
     bundle_unpack},
    {"list", "DIR", "print the chunks of a bundle", list_options, bundle_list},
    {"prune", "DIR", "remove what no bundle uses from a store, or from a bundle", prune_options,
     bundle_prune},
    {0}};

static const struct cli_words words[] = {{"cut", "tensor fixed", NULL}, {0}};

static const struct cli_program program = {
    .name = "gguf-bundle",
    .usage = "COMMAND [OPTION]... OPERAND...",
    .summary = "Models in chunks that any web host can serve: made, verified, unpacked.",
    .commands = commands,
    .words = words,
    .notes = "The format is described in docs/bundle-format.md."};

int main(int argc, char **argv)
{
    return cli_main(&program, argc, argv);
}
