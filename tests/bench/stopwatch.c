/*
 * stopwatch FILE COMMAND [ARGUMENT...]: runs the command with nothing on its standard input and its
 * output thrown away, and adds a line to FILE: microseconds from start to end, and the most memory
 * that was resident, in KiB. Ends with the command's exit status.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#define COULD_NOT 3

extern char **environ;

static int could_not(const char *what, int error)
{
    fprintf(stderr, "stopwatch: %s: %s\n", what, strerror(error));
    return COULD_NOT;
}

static long long microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("usage: stopwatch FILE COMMAND [ARGUMENT...]\n", stderr);
        return 2;
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    FILE *times = fopen(argv[1], "a");
    if (!times) {
        perror(argv[1]);
        return COULD_NOT;
    }

    pid_t child;
    int status;
    const long long start = microseconds();
    const int error = posix_spawnp(&child, argv[2], &actions, NULL, argv + 2, environ);
    if (error) {
        return could_not(argv[2], error);
    }
    waitpid(child, &status, 0);
    const long long end = microseconds();

    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    fprintf(times, "%lld %ld\n", end - start, usage.ru_maxrss);
    if (fclose(times) != 0) {
        perror(argv[1]);
        return COULD_NOT;
    }
    posix_spawn_file_actions_destroy(&actions);
    return WIFEXITED(status) ? WEXITSTATUS(status) : COULD_NOT;
}
