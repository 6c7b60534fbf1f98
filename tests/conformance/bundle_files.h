/** @file Directories and files for tests of bundles. */
#ifndef TESTS_BUNDLE_FILES_H
#define TESTS_BUNDLE_FILES_H

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_PATH_SIZE 1024

static char files_root[FILES_PATH_SIZE];

/** The path of @p name in the test's own directory; valid for the next 15 calls. */
static inline const char *files_path(const char *name)
{
    static char paths[16][FILES_PATH_SIZE];
    static size_t next;
    char *const path = paths[next++ % 16];
    assert_true(snprintf(path, FILES_PATH_SIZE, "%s/%s", files_root, name) < FILES_PATH_SIZE);
    return path;
}

static inline int files_remove_one(const char *path, const struct stat *facts, int type,
                                   struct FTW *place)
{
    (void)facts;
    (void)type;
    (void)place;
    return remove(path);
}

/** Removes a file or a directory with all in it. */
static inline void files_remove(const char *name)
{
    (void)nftw(files_path(name), files_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline int files_set_up(void **state)
{
    (void)state;
    /* Thousands of small files had better not be on a disk. */
    snprintf(files_root, sizeof files_root, "%s/gguf-bundles.XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    return mkdtemp(files_root) ? 0 : -1;
}

static inline int files_tear_down(void **state)
{
    (void)state;
    (void)nftw(files_root, files_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}

/** The bytes of a file, to be freed; NULL when there is none. */
static inline unsigned char *files_read(const char *path, size_t *size)
{
    FILE *const stream = fopen(path, "rb");
    struct stat facts;
    *size = 0;
    if (!stream || fstat(fileno(stream), &facts) != 0) {
        if (stream) {
            fclose(stream);
        }
        return NULL;
    }
    unsigned char *const data = malloc((size_t)facts.st_size + 1);
    assert_non_null(data);
    *size = fread(data, 1, (size_t)facts.st_size, stream);
    data[*size] = 0;
    fclose(stream);
    return data;
}

#endif
