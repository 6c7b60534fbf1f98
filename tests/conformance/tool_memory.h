/** @file A large model, and runs of a tool that must get along with little memory. */
#ifndef CONFORMANCE_TOOL_MEMORY_H
#define CONFORMANCE_TOOL_MEMORY_H

#include <stdio.h>
#include <stdlib.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* After <cmocka.h>. */

/* Makes @p path, most of which is a hole of tensor data, @p size bytes long. */
static inline void tool_memory_model(const char *path, off_t size)
{
    char command[4096];
    snprintf(command, sizeof command, "cp '%s/chunked.gguf' '%s' && chmod u+w '%s'",
             getenv("GGUF_FIXTURES"), path, path);
    assert_int_equal(system(command), 0);
    assert_int_equal(truncate(path, size), 0);
}

/*
 * Runs the tool arguments[0] with the arguments up to NULL and @p input, unless that is -1, as its
 * standard input. No run of this process so far may have taken more than @p most_kib.
 */
static inline void tool_memory_run(const char *const *arguments, int input, long most_kib)
{
    char program[4096];
    int status;
    struct rusage usage;
    snprintf(program, sizeof program, "%s/%s", getenv("GGUF_BIN"), arguments[0]);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (input >= 0) {
            dup2(input, STDIN_FILENO);
        }
        execv(program, (char *const *)arguments);
        _exit(127);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(getrusage(RUSAGE_CHILDREN, &usage), 0);
    print_message("%s: at most %ld KiB\n", arguments[1], usage.ru_maxrss);
    assert_in_range(usage.ru_maxrss, 1, most_kib);
}

#endif
