#include <errno.h>
#include <string.h>

#include <libgguf/utf8.h>

#include "cli/output.h"
#include "cli/report.h"
#include "manifest_tool.h"

static bool format_parse(const char *text, enum manifest_format *out)
{
    static const char *const names[] = {[FORMAT_JSON] = "json",
                                        [FORMAT_SHA256SUM] = "sha256sum",
                                        [FORMAT_SRI] = "sri",
                                        [FORMAT_METALINK] = "metalink",
                                        [FORMAT_TEXT] = "text"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(text, names[i]) == 0) {
            *out = (enum manifest_format)i;
            return true;
        }
    }
    return false;
}

enum cli_exit format_take(struct cli_args *args, const char *text, bool is_text_one,
                          struct format_choice *choice)
{
    if (choice->is_given) {
        return cli_usage_error(args, "only one format can be printed");
    }
    choice->is_given = true;
    if (!format_parse(text, &choice->format) || (choice->format == FORMAT_TEXT && !is_text_one)) {
        return cli_usage_error(args, "--format is %sjson, sha256sum, sri or metalink, not '%s'",
                               is_text_one ? "text, " : "", text);
    }
    return CLI_YES;
}

/* XML 1.0 has no way to write most control characters. */
static bool is_xml_text(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const unsigned char byte = (unsigned char)text[i];
        if (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') {
            return false;
        }
        if (byte == 0xef && size - i >= 3 &&
            (memcmp(text + i, "\xef\xbf\xbe", 3) == 0 ||
             memcmp(text + i, "\xef\xbf\xbf", 3) == 0)) {
            return false;
        }
    }
    return libgguf_utf8_valid(text, size);
}

static bool metalink_is_possible(const struct libgguf_manifest *manifest, const char *url,
                                 const char *file)
{
    if (manifest->cut != LIBGGUF_CUT_FIXED) {
        cli_error(file, "metalink has pieces of one size only: cut it with --cut fixed");
        return false;
    }
    if (url && manifest->file_count > 1 && (url[0] == '\0' || url[strlen(url) - 1] != '/')) {
        cli_error(file, "the URL of several files must end in /");
        return false;
    }
    if (url && !is_xml_text(url, strlen(url))) {
        cli_error(file, "the URL cannot be written in XML");
        return false;
    }
    for (size_t i = 0; i < manifest->file_count; i++) {
        if (!is_xml_text(manifest->files[i].name.data, manifest->files[i].name.size)) {
            cli_error(file, "the name of file %zu cannot be written in XML", i + 1);
            return false;
        }
    }
    return true;
}

bool format_is_possible(const struct libgguf_manifest *manifest, enum manifest_format format,
                        const char *url, const char *file)
{
    if (format == FORMAT_METALINK) {
        return metalink_is_possible(manifest, url, file);
    }
    for (size_t i = 0; format == FORMAT_SHA256SUM && i < manifest->file_count; i++) {
        if (!manifest->files[i].has_sha256) {
            cli_error(file, "there is no digest of the whole file to print");
            return false;
        }
    }
    return true;
}

static bool name_needs_escape(const struct libgguf_manifest_text *name)
{
    return memchr(name->data, '\\', name->size) || memchr(name->data, '\n', name->size) ||
           memchr(name->data, '\r', name->size);
}

/* As GNU sha256sum writes names, so that it can read them again. */
static void print_name(FILE *stream, const struct libgguf_manifest_text *name)
{
    for (size_t i = 0; i < name->size; i++) {
        switch (name->data[i]) {
        case '\\':
            fputs("\\\\", stream);
            break;
        case '\n':
            fputs("\\n", stream);
            break;
        case '\r':
            fputs("\\r", stream);
            break;
        default:
            fputc(name->data[i], stream);
        }
    }
}

static void print_sha256sum(FILE *stream, const struct libgguf_manifest_file *file)
{
    char hex[LIBGGUF_DIGEST_HEX_SIZE];
    libgguf_digest_hex(&file->sha256, hex);
    fprintf(stream, "%s%s  ", name_needs_escape(&file->name) ? "\\" : "", hex);
    print_name(stream, &file->name);
    fputc('\n', stream);
}

static void print_sri(FILE *stream, const struct libgguf_manifest_file *file)
{
    char sri[LIBGGUF_DIGEST_SRI_SIZE];
    if (file->has_sha256) {
        libgguf_digest_sri(&file->sha256, sri);
        fprintf(stream, "%s  ", sri);
        print_name(stream, &file->name);
        fputc('\n', stream);
    }
    for (size_t i = 0; i < file->chunk_count; i++) {
        const struct libgguf_piece *const piece = &file->chunks[i].piece;
        libgguf_digest_sri(&file->chunks[i].sha256, sri);
        fprintf(stream, "%s  ", sri);
        print_name(stream, &file->name);
        fprintf(stream, "  bytes=%llu-%llu\n", (unsigned long long)piece->offset,
                (unsigned long long)(piece->offset + piece->size - 1));
    }
}

static void print_xml(FILE *stream, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (strchr("&<>\"\t\n\r", text[i]) && text[i]) {
            fprintf(stream, "&#%d;", text[i]);
        } else {
            fputc(text[i], stream);
        }
    }
}

/* A name as the last part of a URL: RFC 3986, unreserved characters as they are. */
static void print_url_name(FILE *stream, const struct libgguf_manifest_text *name)
{
    static const char unreserved[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (size_t i = 0; i < name->size; i++) {
        if (memchr(unreserved, name->data[i], sizeof unreserved - 1)) {
            fputc(name->data[i], stream);
        } else {
            fprintf(stream, "%%%02X", (unsigned char)name->data[i]);
        }
    }
}

static void print_metalink_file(FILE *stream, const struct libgguf_manifest *manifest,
                                const struct libgguf_manifest_file *file, const char *url)
{
    char hex[LIBGGUF_DIGEST_HEX_SIZE];
    fputs("  <file name=\"", stream);
    print_xml(stream, file->name.data, file->name.size);
    fprintf(stream, "\">\n    <size>%llu</size>\n", (unsigned long long)file->size);
    if (file->has_sha256) {
        libgguf_digest_hex(&file->sha256, hex);
        fprintf(stream, "    <hash type=\"sha-256\">%s</hash>\n", hex);
    }
    fprintf(stream, "    <pieces length=\"%llu\" type=\"sha-256\">\n",
            (unsigned long long)manifest->target_size);
    for (size_t i = 0; i < file->chunk_count; i++) {
        libgguf_digest_hex(&file->chunks[i].sha256, hex);
        fprintf(stream, "      <hash>%s</hash>\n", hex);
    }
    fputs("    </pieces>\n", stream);
    if (url) {
        fputs("    <url>", stream);
        print_xml(stream, url, strlen(url));
        if (url[0] && url[strlen(url) - 1] == '/') {
            print_url_name(stream, &file->name);
        }
        fputs("</url>\n", stream);
    }
    fputs("  </file>\n", stream);
}

int format_print(const struct libgguf_manifest *manifest, enum manifest_format format,
                 const char *url, FILE *stream)
{
    struct libgguf_error err;
    if (format == FORMAT_JSON) {
        const bool written =
            libgguf_manifest_write(manifest, cli_json_to_stream, stream, &err) == LIBGGUF_OK;
        return written ? 0 : err.sys_errno ? err.sys_errno : ENOMEM;
    }
    errno = 0;
    if (format == FORMAT_METALINK) {
        fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
              "<metalink xmlns=\"urn:ietf:params:xml:ns:metalink\">\n",
              stream);
    }
    for (size_t i = 0; i < manifest->file_count; i++) {
        if (format == FORMAT_SHA256SUM) {
            print_sha256sum(stream, &manifest->files[i]);
        } else if (format == FORMAT_SRI) {
            print_sri(stream, &manifest->files[i]);
        } else {
            print_metalink_file(stream, manifest, &manifest->files[i], url);
        }
    }
    if (format == FORMAT_METALINK) {
        fputs("</metalink>\n", stream);
    }
    return !ferror(stream) ? 0 : errno ? errno : EIO;
}
