#include "manifest_tool.h"

static const struct cli_option create_options[] = {
    {'o', "output", "FILE", "write to FILE instead of stdout", NULL},
    {OPTION_CHUNK_SIZE, "chunk-size", "SIZE",
     "cut into chunks of at most SIZE: 64KiB to 128MiB, by default 16MiB", NULL},
    {OPTION_CUT, "cut", "HOW",
     "'tensor' (default) cuts along tensors and the tokenizer; 'fixed' at every multiple of the "
     "chunk size, for any kind of file",
     NULL},
    {OPTION_TENSOR_DIGESTS, "tensor-digests", NULL, "add a digest for every tensor", NULL},
    {OPTION_NO_FILE_DIGEST, "no-file-digest", NULL,
     "leave out the digest of the whole file, which takes twice the processor time", NULL},
    {OPTION_THREADS, "threads", "N", "use N threads; by default 2", NULL},
    {OPTION_NAME, "name", "NAME", "call the file NAME in the manifest", NULL},
    {0, NULL, NULL, "Other formats", NULL},
    {OPTION_JSON, "json", NULL, "the same as --format json", NULL},
    {OPTION_FORMAT, "format", "FORMAT",
     "json (default), sha256sum (for sha256sum -c), sri (integrity strings) or metalink (for "
     "downloaders that fetch damaged pieces again)",
     NULL},
    {OPTION_URL, "url", "URL",
     "with --format metalink: where the file is; one that ends in / gets the name added", NULL},
    {0}};

static const struct cli_option verify_options[] = {
    {OPTION_FILE_DIGEST, "file-digest", NULL,
     "check the digest of the whole file too; the chunks cover every byte without it", NULL},
    {OPTION_KEY, "key", "FILE",
     "before anything else check the manifest's signature with the public key in FILE (PEM)", NULL},
    {OPTION_SIGNATURE, "signature", "FILE", "the signature; by default MANIFEST.sig", NULL},
    {OPTION_THREADS, "threads", "N", "use N threads; by default 2", NULL},
    {OPTION_JSON, "json", NULL, "print the outcome as JSON", NULL},
    {0}};

static const struct cli_option show_options[] = {
    {OPTION_FORMAT, "format", "FORMAT",
     "text (default), json, sha256sum, sri or metalink: as 'create' would have printed it", NULL},
    {OPTION_URL, "url", "URL", "with --format metalink: where the file is", NULL},
    {OPTION_JSON, "json", NULL, "the same as --format json", NULL},
    {0}};

static const struct cli_option diff_options[] = {
    {OPTION_JSON, "json", NULL, "print the differences as JSON", NULL}, {0}};

static const struct cli_option sign_options[] = {
    {OPTION_KEY, "key", "FILE", "the private key, Ed25519 or ECDSA P-256, in PEM; required", NULL},
    {'o', "output", "FILE", "write the signature to FILE instead of MANIFEST.sig", NULL},
    {0}};

static const struct cli_option verify_signature_options[] = {
    {OPTION_KEY, "key", "FILE", "the public key in PEM; required", NULL},
    {OPTION_SIGNATURE, "signature", "FILE", "the signature; by default MANIFEST.sig", NULL},
    {0}};

static const struct cli_command commands[] = {
    {"create", "MODEL", "hash a model, or '-' for stdin, and print its manifest", create_options,
     manifest_create},
    {"verify", "MANIFEST [MODEL]", "compare a model with its manifest, chunk by chunk",
     verify_options, manifest_verify},
    {"show", "MANIFEST", "print what a manifest says", show_options, manifest_show},
    {"diff", "OLD NEW", "print how two models differ, by their manifests", diff_options,
     manifest_diff},
    {"sign", "MANIFEST", "sign the bytes of a manifest", sign_options, manifest_sign},
    {"verify-signature", "MANIFEST", "check who signed a manifest", verify_signature_options,
     manifest_verify_signature},
    {0}};

static const struct cli_words words[] = {
    {"cut", "tensor fixed", NULL},
    {"format", "text json sha256sum sri metalink", show_options},
    {"format", "json sha256sum sri metalink", NULL},
    {0}};

static const struct cli_program program = {
    .name = "gguf-manifest",
    .usage = "COMMAND [OPTION]... FILE...",
    .summary = "SHA-256 manifests that cover every byte of a model.",
    .commands = commands,
    .words = words,
    .notes = "The format is described in docs/manifest-format.md."};

int main(int argc, char **argv)
{
    return cli_main(&program, argc, argv);
}
