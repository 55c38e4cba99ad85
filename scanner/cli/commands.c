#include "cli/command.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "cli/config.h"
#include "cli/help.h"
#include "cli/token.h"

static const struct command *const commands[] = {
    &cmd_scan, &cmd_report, &cmd_diff,  &cmd_diff_release, &cmd_plan, &cmd_recover,
    &cmd_gate, &cmd_rules,  &cmd_prune, &cmd_doctor,       NULL};
#define COMMAND_COUNT (sizeof commands / sizeof *commands - 1)

static enum status status_of(const struct err *err)
{
    return err->reason == REASON_USAGE ? STATUS_USAGE : STATUS_LOCAL;
}

static enum status complain(const struct err *err, const struct command *command)
{
    log_error("%s", err->text);
    if (err->reason == REASON_USAGE && command != NULL)
        log_info("see `fleetdrift %s --help`", command->name);
    return status_of(err);
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

/* Each layer over the one before: defaults, file, environment, flags. */
static int read_settings(struct context *context, const struct call *call, struct err *err)
{
    struct settings *settings = &context->settings;

    settings_init(settings);
    context->config = config_find(settings, call->config);
    if (context->config != NULL && config_load(settings, context->config, err) != 0)
        return -1;
    if (settings_from_environment(settings, err) != 0 || options_apply(call, settings, err) != 0)
        return -1;
    if (settings->cache == NULL)
        settings->cache = config_default_cache(settings);
    return 0;
}

static int provide(struct context *context, struct err *err)
{
    const struct settings *settings = &context->settings;
    unsigned needs = context->needs;

    if ((needs & NEEDS_TOKEN) && token_find(settings, &context->token, &context->app, err) != 0)
        return -1;
    if ((needs & NEEDS_RULES) && rules_load(settings->rules, &context->rules, err) != 0)
        return -1;
    if ((needs & NEEDS_SCAN_STORE) &&
        store_open(settings->database, STORE_SCAN, &context->store, err) != 0)
        return -1;
    if ((needs & NEEDS_STORE) &&
        store_open(settings->database, STORE_READ, &context->store, err) != 0)
        return -1;
    return 0;
}

static void context_release(struct context *context)
{
    if (context->store != NULL)
        store_close(context->store);
    if (context->rules != NULL)
        rules_free(context->rules);
    free(context->token);
    appkey_free(context->app);
    settings_release(&context->settings);
}

static int run_with(struct context *context, const struct call *call, struct err *err)
{
    const struct command *command = context->command;

    if (read_settings(context, call, err) != 0)
        return -1;
    if (command->check != NULL && command->check(context, err) != 0)
        return -1;
    if (provide(context, err) != 0)
        return -1;
    return command->run(context, err);
}

static enum status run_command(const struct command *command, int argc, char **argv)
{
    struct context context = {
        .command = command, .needs = command->needs, .argc = argc, .argv = argv};
    struct err err = {0};
    struct call call;
    int status = 0;

    if (options_parse(command->flags, command->operand, argc, argv, &call, &err) != 0) {
        call_release(&call);
        return complain(&err, command);
    }
    context.level = call.level;
    log_set_level(call.level);
    if (call.help)
        help_command(command, stdout);
    else
        status = run_with(&context, &call, &err);
    if (status < 0)
        status = complain(&err, command);
    context_release(&context);
    call_release(&call);
    return (enum status)status;
}

static enum status refuse_command(const char *word)
{
    const char *names[COMMAND_COUNT + 1] = {NULL};

    for (size_t i = 0; i < COMMAND_COUNT; i++)
        names[i] = commands[i]->name;
    const char *nearest = text_nearest(word, names);
    if (nearest != NULL)
        log_error("there is no command \"%s\"; did you mean \"%s\"?", word, nearest);
    else
        log_error("there is no command \"%s\"; `fleetdrift --help` lists them", word);
    return STATUS_USAGE;
}

/* What was printed must have arrived. A reader that went away (`| head`) wanted no more: that is no
   failure of ours. */
static enum status flush_output(enum status status)
{
    errno = 0;
    if ((fflush(stdout) != 0 || ferror(stdout)) && errno != EPIPE && errno != 0) {
        log_error("standard output: %s", strerror(errno));
        return STATUS_LOCAL;
    }
    return status;
}

/* A standard descriptor that is closed would go to the next thing that is opened, and what is
   printed into that: it becomes one that cannot be written. */
static void keep_standard_descriptors(void)
{
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != fd)
            _exit(STATUS_LOCAL);
}

int commands_main(int argc, char **argv)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    const char *word = argc > 1 ? argv[1] : "";
    const struct command *command = find_command(word);
    enum status status = STATUS_GOOD;

    keep_standard_descriptors();
    setlocale(LC_CTYPE, "");
    log_set_level(LOG_INFO);
    sigaction(SIGPIPE, &ignore, NULL);
    if (command != NULL)
        status = run_command(command, argc - 1, argv + 1);
    else if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
        puts("fleetdrift " FLEETDRIFT_VERSION);
    else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0)
        help_program(commands, stdout);
    else if (*word != '\0' && *word != '-')
        status = refuse_command(word);
    else {
        if (*word == '-')
            log_error("the command comes first: fleetdrift COMMAND %s", word);
        help_program(commands, stderr);
        status = STATUS_USAGE;
    }
    return flush_output(status);
}
