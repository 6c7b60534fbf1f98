/* A project that knows nothing but what is installed. */
#include <libgguf.h>

#include <stdio.h>

int main(int argc, char **argv)
{
    struct libgguf_file *file = NULL;
    struct libgguf_error err;
    if (argc != 2) {
        printf("%s\n", libgguf_version());
        return 0;
    }
    if (libgguf_open(argv[1], NULL, &file, &err) != LIBGGUF_OK) {
        fprintf(stderr, "%s\n", err.text);
        return 3;
    }
    printf("GGUF version %u\n", (unsigned)libgguf_header(file)->version);
    libgguf_close(file);
    return 0;
}
