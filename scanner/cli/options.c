#include "cli/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define FIRST_LONG 256 /* values of getopt above every letter: FIRST_LONG + position */

const struct flag common_flags[] = {
    {"config", "FILE", NULL, "read settings from FILE", 'c'},
    {"verbose", NULL, NULL, "say every step on standard error", 'v'},
    {"quiet", NULL, NULL, "say nothing but warnings and errors", 'q'},
    {"help", NULL, NULL, "show this help", 'h'},
    {NULL},
};

/* The command's flags and the common ones as one array, in the shapes that getopt wants. */
struct grammar {
    const struct flag **flags;
    size_t count;
    struct option *longs;
    char *letters;
};

static void grammar_add(struct grammar *grammar, const struct flag *flags)
{
    for (; flags != NULL && flags->name != NULL; flags++)
        grammar->flags[grammar->count++] = flags;
}

static size_t count_flags(const struct flag *flags)
{
    size_t n = 0;

    while (flags != NULL && flags[n].name != NULL)
        n++;
    return n;
}

static void grammar_init(struct grammar *grammar, const struct flag *flags)
{
    size_t n = count_flags(flags) + count_flags(common_flags);
    char *letter;

    *grammar = (struct grammar){.flags = mem_array(n + 1, sizeof *grammar->flags),
                                .longs = mem_array(n + 1, sizeof *grammar->longs),
                                .letters = mem_alloc(2 * n + 2)};
    grammar_add(grammar, flags);
    grammar_add(grammar, common_flags);
    letter = grammar->letters;
    *letter++ = ':';
    for (size_t i = 0; i < grammar->count; i++) {
        const struct flag *f = grammar->flags[i];
        int has = f->argument != NULL ? required_argument : no_argument;
        grammar->longs[i] = (struct option){f->name, has, NULL, FIRST_LONG + (int)i};
        if (f->letter != '\0') {
            *letter++ = f->letter;
            if (f->argument != NULL)
                *letter++ = ':';
        }
    }
}

static void grammar_release(struct grammar *grammar)
{
    free(grammar->flags);
    free(grammar->longs);
    free(grammar->letters);
}

static const struct flag *find_flag(const struct grammar *grammar, int value)
{
    if (value >= FIRST_LONG && (size_t)(value - FIRST_LONG) < grammar->count)
        return grammar->flags[value - FIRST_LONG];
    for (size_t i = 0; i < grammar->count; i++)
        if (value != 0 && grammar->flags[i]->letter == value)
            return grammar->flags[i];
    return NULL;
}

static int refuse_unknown(const struct grammar *grammar, const char *word, struct err *err)
{
    const char **names = mem_array(grammar->count + 1, sizeof *names);
    char *name = mem_strndup(word + 2, strcspn(word + 2, "="));

    for (size_t i = 0; i < grammar->count; i++)
        names[i] = grammar->flags[i]->name;
    const char *nearest = text_nearest(name, names);
    if (nearest != NULL)
        err_set(err, REASON_USAGE, "there is no option --%s; did you mean --%s?", name, nearest);
    else
        err_set(err, REASON_USAGE, "there is no option --%s", name);
    free(name);
    free(names);
    return -1;
}

/* getopt said '?' or ':'; `value` is its optopt, `word` the argument that it looked at. */
static int refuse(const struct grammar *grammar, int what, int value, const char *word,
                  struct err *err)
{
    const struct flag *f = find_flag(grammar, value);

    if (what == ':' && f != NULL)
        return err_set(err, REASON_USAGE, "--%s needs a value: --%s %s", f->name, f->name,
                       f->argument);
    if (f != NULL)
        return err_set(err, REASON_USAGE, "--%s takes no value", f->name);
    if (value != 0)
        return err_set(err, REASON_USAGE, "there is no option -%c", value);
    return refuse_unknown(grammar, word, err);
}

static void note(struct call *call, const char *setting, const char *text, const char *flag)
{
    call->assignments =
        mem_grow(call->assignments, call->count, &call->size, sizeof *call->assignments);
    call->assignments[call->count++] =
        (struct assignment){.setting = settings_find(setting), .text = text, .flag = flag};
}

static void take(struct call *call, const struct flag *f, const char *value)
{
    if (f->setting != NULL)
        note(call, f->setting, f->argument != NULL ? value : "true", f->name);
    else if (f->letter == 'c')
        call->config = value;
    else if (f->letter == 'v')
        call->level = LOG_DEBUG;
    else if (f->letter == 'q')
        call->level = LOG_WARNING;
    else
        call->help = true;
}

static int take_operands(struct call *call, const char *operand, int argc, char **argv,
                         struct err *err)
{
    int extra = optind;

    if (operand != NULL) {
        bool many = settings_find(operand)->type == SETTING_LIST;
        for (; extra < argc && (many || extra == optind); extra++)
            note(call, operand, argv[extra], NULL);
    }
    if (extra < argc)
        return err_set(err, REASON_USAGE, "unexpected argument \"%s\"", argv[extra]);
    return 0;
}

int options_parse(const struct flag *flags, const char *operand, int argc, char **argv,
                  struct call *call, struct err *err)
{
    struct grammar grammar;
    int result = 0, value;

    *call = (struct call){.level = LOG_INFO};
    grammar_init(&grammar, flags);
    optind = 0; /* glibc: forget an earlier parse */
    opterr = 0;
    while (result == 0) {
        value = getopt_long(argc, argv, grammar.letters, grammar.longs, NULL);
        if (value == -1)
            break;
        if (value == '?' || value == ':')
            result = refuse(&grammar, value, optopt, argv[optind - 1], err);
        else
            take(call, find_flag(&grammar, value), optarg);
    }
    grammar_release(&grammar);
    if (result == 0 && !call->help)
        result = take_operands(call, operand, argc, argv, err);
    return result;
}

int options_apply(const struct call *call, struct settings *settings, struct err *err)
{
    for (size_t i = 0; i < call->count; i++) {
        const struct assignment *a = &call->assignments[i];
        if (*a->text == '\0')
            return err_set(err, REASON_USAGE, "%s%s is empty", a->flag != NULL ? "--" : "",
                           a->flag != NULL ? a->flag : "an argument");
        if (settings_assign(settings, a->setting, a->text, LAYER_FLAG, err) == 0)
            continue;
        return a->flag != NULL ? err_prefix(err, "--%s", a->flag) : -1;
    }
    settings_choose_fleet(settings);
    return 0;
}

void call_release(struct call *call)
{
    free(call->assignments);
    *call = (struct call){0};
}
