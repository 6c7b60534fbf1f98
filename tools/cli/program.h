/**
 * @file What a tool is: its name, its options in one table that is both parsed and printed as
 * --help, its commands, and its exit statuses. A tool's main() is `return cli_main(&program, argc,
 * argv);`, which also makes sure that everything written to stdout arrived.
 */
#ifndef CLI_PROGRAM_H
#define CLI_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/report.h"

/** Exit statuses, the same for all tools. */
enum cli_exit {
    CLI_YES = 0,    /**< done, and the answer is yes */
    CLI_NO = 1,     /**< done, and the answer is no: a mismatch, does not fit, check failed */
    CLI_USAGE = 2,  /**< wrong options or operands; nothing was done */
    CLI_FAILED = 3, /**< could not be done: unreadable, not GGUF, disk full */
};

/** The first code for options without a one-letter form. */
#define CLI_LONG_ONLY 256

/** One option. A table of them ends with {0}. */
struct cli_option {
    int code;             /**< its letter, or a number from CLI_LONG_ONLY on; 0 with a help text
                               starts a group of options under that heading */
    const char *name;     /**< "tensors" for --tensors, or NULL */
    const char *argument; /**< NULL; "GLOB": must follow, as --name=GLOB, --name GLOB or -nGLOB;
                               "[GLOB]": may follow, as --name=GLOB only */
    const char *help;     /**< one sentence or two, wrapped when printed; NULL hides the option */
    const char *alias;    /**< another spelling, dashes included ("-ctk"), or NULL; an argument
                               follows as -ctk=TYPE or -ctk TYPE */
};

/** The words that an option's argument can be, for the completion of shells. A table of them ends
 * with {0}. Of options that are not in it, FILE and OTHER stand for files, DIR and STORE for
 * directories. */
struct cli_words {
    const char *option;             /**< its name, without dashes */
    const char *words;              /**< separated by single spaces */
    const struct cli_option *table; /**< where the option is, or NULL for all of that name; comes
                                         before one for all */
};

struct cli_args;

/** One command of a tool that has several (`gguf-manifest verify`). A table of them ends with {0}.
 */
struct cli_command {
    const char *name;
    const char *usage;   /**< what follows the name: "MANIFEST [MODEL]" */
    const char *summary; /**< one line */
    const struct cli_option *options;
    enum cli_exit (*run)(struct cli_args *args);
};

/** A tool. --help, --version, --quiet and --color are added to the options by cli_main(). */
struct cli_program {
    const char *name;
    const char *usage;   /**< what follows the name; several lines become several usages */
    const char *summary; /**< one sentence on what the tool is for */
    const struct cli_option *options;
    const struct cli_command *commands; /**< or NULL; then @c options holds for all of them */
    enum cli_exit (*run)(struct cli_args *args); /**< of a tool without commands */
    const char *notes;                           /**< text at the end of --help, or NULL */
    const struct cli_words *words;               /**< or NULL */
};

/** The state of parsing one command line. */
struct cli_args {
    const struct cli_program *program;
    const struct cli_command *command; /**< or NULL */
    const char *value;                 /**< the last option's argument, or NULL */
    const char *option;                /**< the last option as it was spelled, without argument */
    char **operands;                   /**< after all options: what is no option, in order */
    int operand_count;
    /* private */
    enum cli_exit exit; /* after ARGS_EXIT */
    int argc;
    char **argv;
    int index;           /* of the next argument to look at */
    const char *cluster; /* letters left of "-abc", or NULL */
    bool stop_at_operand;
    char spelled[3];
    char name[64];
};

/**
 * Runs @p program: picks the command, calls run(), and checks that stdout could be written. Returns
 * the exit status.
 */
int cli_main(const struct cli_program *program, int argc, char **argv);

/**
 * Calls @p take with the code of every option; it returns CLI_YES, or what run() must return.
 * True when all were taken, and the operands are known; false, and @p exit set to what run() must
 * return, when --help or --version was answered or a mistake was reported. Options and operands
 * may be mixed; "--" ends the options; "-" is an operand.
 */
bool cli_args_take(struct cli_args *args,
                   enum cli_exit (*take)(void *context, struct cli_args *args, int code),
                   void *context, enum cli_exit *exit);

/** Reports a mistake in the command line with a hint to --help; returns CLI_USAGE. */
enum cli_exit cli_usage_error(struct cli_args *args, const char *format, ...) CLI_PRINTF(2, 3);

#endif
