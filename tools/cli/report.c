#include "cli/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/output.h"
#include "cli/progress.h"
#include "cli/text.h"

static const char *program_name = "gguf";
static bool quiet;

void cli_set_program(const char *name)
{
    program_name = name;
}

const char *cli_program_name(void)
{
    return program_name;
}

void cli_set_quiet(bool value)
{
    quiet = value;
}

bool cli_quiet(void)
{
    return quiet;
}

static void line_begin(const char *file)
{
    if (fflush(stdout) != 0) {
        cli_stdout_failed(errno);
    }
    cli_progress_hide();
    fprintf(stderr, "%s: ", program_name);
    if (file) {
        file = strcmp(file, "-") == 0 ? "standard input" : file;
        cli_put_text(stderr, file, strlen(file), CLI_ALL_COLUMNS);
        fputs(": ", stderr);
    }
}

/* Formatted text may quote names: it is escaped as a whole, but backslashes are ours already. */
static void put_formatted(const char *format, va_list args)
{
    char text[1024];
    vsnprintf(text, sizeof text, format, args);
    for (size_t at = 0; text[at];) {
        const struct cli_unit unit = cli_text_next(text + at, strlen(text + at));
        fputs(text[at] == '\\' ? "\\" : unit.text, stderr);
        at += unit.used;
    }
}

void cli_error(const char *file, const char *format, ...)
{
    va_list args;
    line_begin(file);
    va_start(args, format);
    put_formatted(format, args);
    va_end(args);
    putc('\n', stderr);
}

void cli_error_errno(const char *file, int sys_errno, const char *format, ...)
{
    va_list args;
    line_begin(file);
    va_start(args, format);
    put_formatted(format, args);
    va_end(args);
    fprintf(stderr, ": %s\n", strerror(sys_errno));
}

void cli_error_status(const char *file, const struct libgguf_error *err)
{
    /* Where a file that is of another kind altogether goes wrong is of no use to anybody. */
    if (err->offset == LIBGGUF_NO_OFFSET || err->status == LIBGGUF_ERR_NOT_GGUF) {
        cli_error(file, "%s", err->text);
    } else {
        /* As the text has numbers: plain. */
        cli_error(file, "%s (at byte %" PRIu64 ")", err->text, err->offset);
    }
}

void cli_warning(const char *file, const char *format, ...)
{
    va_list args;
    if (quiet) {
        return;
    }
    line_begin(file);
    fputs("warning: ", stderr);
    va_start(args, format);
    put_formatted(format, args);
    va_end(args);
    putc('\n', stderr);
}
