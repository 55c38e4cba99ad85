#include "cli/settings.h"

#include <stdlib.h>
#include <string.h>

#include "cli/value.h"
#include "report/report.h"

static const char *const fail_on_words[] = {"critical", "high", "medium", "low",
                                            "info",     "none", NULL};
static const char *const progress_words[] = {"auto", "plain", "none", NULL};
static const char *const list_format_words[] = {"table", "json", NULL};
static const char *const gate_format_words[] = {"table", "json", "github", NULL};
static const char *const text_format_words[] = {"text", "json", NULL};
static const char *const colour_words[] = {"auto", "always", "never", NULL};

#define AT(member) offsetof(struct settings, member)
/* clang-format off */
static const struct setting table[] = {
    {"fleet.organisations", SETTING_LIST, AT(organisations), .check = value_check_owner},
    {"fleet.repositories", SETTING_LIST, AT(repositories), .check = value_check_repository},
    {"package", SETTING_PACKAGES, AT(packages)},

    {"github.api", SETTING_TEXT, AT(github_api), "https://api.github.com", .check = value_check_url},
    {"github.git", SETTING_TEXT, AT(github_git), "https://github.com", .check = value_check_url},
    {"github.graphql", SETTING_TEXT, AT(github_graphql), .check = value_check_url},
    {"github.web", SETTING_LIST, AT(github_web), "github.com"},
    {"github.app_id", SETTING_TEXT, AT(app_id), .check = value_check_app, .environment = "FLEETDRIFT_GITHUB_APP_ID"},
    {"github.app_key_file", SETTING_TEXT, AT(app_key_file), .environment = "FLEETDRIFT_GITHUB_APP_KEY_FILE"},
    {"github.token_file", SETTING_TEXT, AT(token_file)},
    {"github.token_command", SETTING_LIST, AT(token_command)},
    {"github.archived", SETTING_BOOL, AT(archived), "false"},
    {"github.forks", SETTING_BOOL, AT(forks), "false"},
    {"github.ignore", SETTING_LIST, AT(ignore), .check = value_check_ignore},
    {"index.url", SETTING_TEXT, AT(index), "https://pypi.org", .check = value_check_url},

    {"provenance.roots", SETTING_TEXT, AT(roots)},

    {"scan.database", SETTING_TEXT, AT(database), "fleetdrift.db", .environment = "FLEETDRIFT_DB"},
    {"scan.cache", SETTING_TEXT, AT(cache), .environment = "FLEETDRIFT_CACHE"},
    {"scan.rules", SETTING_TEXT, AT(rules)},
    {"scan.jobs", SETTING_COUNT, AT(jobs), "32", .least = 1, .most = 1000},
    {"scan.shard", SETTING_TEXT, AT(shard), .check = value_check_shard},
    {"scan.deadline", SETTING_LIMIT, AT(deadline_ms), "none"},
    {"scan.verify", SETTING_TEXT, AT(verify), "latest", .check = value_check_verify},
    {"scan.max_file", SETTING_COUNT, AT(max_file), "100", .least = 1, .most = 4096},
    {"scan.fail_on", SETTING_CHOICE, AT(fail_on), "high", fail_on_words},
    {"scan.progress", SETTING_CHOICE, AT(progress), "auto", progress_words},

    {"gate.branches", SETTING_LIST, AT(gate_branches)},

    {"http.ca_file", SETTING_TEXT, AT(ca_file)},
    {"http.proxy", SETTING_TEXT, AT(proxy), .check = value_check_url},
    {"http.contact", SETTING_TEXT, AT(contact)},
    {"http.allow_http", SETTING_BOOL, AT(allow_http), "false"},
    {"http.connections", SETTING_COUNT, AT(connections), "4", .least = 1, .most = 64},
    {"http.connect_timeout", SETTING_DURATION, AT(connect_timeout_ms), "15s"},
    {"http.stall_timeout", SETTING_DURATION, AT(stall_timeout_ms), "30s"},
    {"http.slow_timeout", SETTING_LIMIT, AT(slow_timeout_ms), "30s"},
    {"http.git_timeout", SETTING_DURATION, AT(git_timeout_ms), "10m"},
    {"http.index_timeout", SETTING_DURATION, AT(index_timeout_ms), "2m"},
    {"http.listing_timeout", SETTING_DURATION, AT(listing_timeout_ms), "1m"},
    {"http.max_wait", SETTING_DURATION, AT(max_wait_ms), "15m"},

    {"output.format", SETTING_CHOICE, AT(format), "", report_format_words},
    {"output.what", SETTING_CHOICE, AT(what), "", report_what_words},
    {"output.colour", SETTING_CHOICE, AT(colour), "auto", colour_words},

    {"index-url", SETTING_TEXT, AT(index_flag), .check = value_check_url},
    {"output", SETTING_TEXT, AT(output)},
    {"list-format", SETTING_CHOICE, AT(list_format), "table", list_format_words},
    {"text-format", SETTING_CHOICE, AT(text_format), "text", text_format_words},
    {"offline", SETTING_BOOL, AT(offline), "false"},
    {"if-older-than", SETTING_DURATION, AT(if_older_than_ms), .most = 366},
    {"keep", SETTING_DURATION, AT(keep_ms), .most = 36500},
    {"dry-run", SETTING_BOOL, AT(dry_run), "false"},
    {"all", SETTING_BOOL, AT(all), "false"},
    {"workflow", SETTING_BOOL, AT(workflow), "false"},
    {"author", SETTING_TEXT, AT(author)},
    {"email", SETTING_TEXT, AT(email)},
    {"search", SETTING_LIST, AT(search)},
    {"against", SETTING_TEXT, AT(against)},
    {"only-file", SETTING_TEXT, AT(only_file)},
    {"stat", SETTING_BOOL, AT(stat), "false"},
    {"name-only", SETTING_BOOL, AT(name_only), "false"},
    {"gate-directory", SETTING_TEXT, AT(gate_directory), "."},
    {"gate-version", SETTING_TEXT, AT(gate_version)},
    {"gate-tag", SETTING_TEXT, AT(gate_tag)},
    {"gate-dist", SETTING_TEXT, AT(gate_dist)},
    {"gate-test-index", SETTING_TEXT, AT(gate_test_index), .check = value_check_url},
    {"gate-published", SETTING_BOOL, AT(gate_published), "false"},
    {"gate-format", SETTING_CHOICE, AT(gate_format), "", gate_format_words},
    {"diff-runs", SETTING_LIST, AT(diff_runs), .check = value_check_run},
    {"exit-code", SETTING_BOOL, AT(exit_code), "false"},
    {"run", SETTING_TEXT, AT(run), "latest", .check = value_check_run},
    {"as-of", SETTING_TEXT, AT(as_of), .check = value_check_instant},
    {"manifest", SETTING_TEXT, AT(manifest)},
    {"card", SETTING_TEXT, AT(card)},
    {"rule-id", SETTING_TEXT, AT(rule_id)},
    {"explain", SETTING_TEXT, AT(explain)},
    {"only-package", SETTING_TEXT, AT(package)},
    {"only-repository", SETTING_TEXT, AT(repository), .check = value_check_repository},
    {"only-rule", SETTING_TEXT, AT(rule)},
    {"only-severity", SETTING_TEXT, AT(severity), .check = value_check_severity},
    {"only-state", SETTING_TEXT, AT(state), .check = value_check_state},
    {"only-change", SETTING_TEXT, AT(state), .check = value_check_change},
    {NULL},
};
/* clang-format on */
#undef AT

const struct setting *settings_table(void)
{
    return table;
}

const struct setting *settings_find(const char *name)
{
    for (const struct setting *s = table; s->name != NULL; s++)
        if (strcmp(s->name, name) == 0)
            return s;
    return NULL;
}

void settings_empty(struct settings *settings, const struct setting *setting,
                    enum settings_layer layer)
{
    void *place = (char *)settings + setting->offset;

    if (setting->type == SETTING_PACKAGES) {
        struct setting_packages *packages = place;
        *packages = (struct setting_packages){.layer = layer};
    } else {
        struct setting_list *list = place;
        *list = (struct setting_list){
            .items = arena_array(&settings->arena, 1, sizeof *list->items), .layer = layer};
    }
}

/* Lists are short and written once; what they leave behind goes with the arena. */
static void add_text(struct settings *settings, struct setting_list *list, const char *text)
{
    const char **items = arena_array(&settings->arena, list->count + 2, sizeof *items);

    memcpy(items, list->items, list->count * sizeof *items);
    items[list->count++] = arena_strdup(&settings->arena, text);
    list->items = items;
}

static int add_package(struct settings *settings, struct setting_packages *packages,
                       const char *text, struct err *err)
{
    const char *equals = strchr(text, '=');
    size_t len = equals != NULL ? (size_t)(equals - text) : strlen(text);
    struct scan_package *items;

    if (len == 0 || strcspn(text, "/ \t") < len)
        return err_set(err, REASON_USAGE, "\"%s\" is no package: write NAME or NAME=OWNER/REPO",
                       text);
    if (equals != NULL && value_check_repository(equals + 1, err) != 0)
        return -1;
    items = arena_array(&settings->arena, packages->count + 1, sizeof *items);
    if (packages->count > 0)
        memcpy(items, packages->items, packages->count * sizeof *items);
    items[packages->count++] = (struct scan_package){
        .name = arena_strndup(&settings->arena, text, len),
        .repository = equals != NULL ? arena_strdup(&settings->arena, equals + 1) : NULL};
    packages->items = items;
    return 0;
}

static int assign_choice(const struct setting *setting, const char *text, int *out, struct err *err)
{
    if (*text == '\0' && setting->fallback != NULL && *setting->fallback == '\0') {
        *out = -1;
        return 0;
    }
    return value_choice(text, setting->choices, out, err);
}

static int assign_list(struct settings *settings, const struct setting *setting, const char *text,
                       enum settings_layer layer, struct err *err)
{
    void *place = (char *)settings + setting->offset;
    enum settings_layer before = setting->type == SETTING_PACKAGES
                                     ? ((struct setting_packages *)place)->layer
                                     : ((struct setting_list *)place)->layer;

    if (before != layer)
        settings_empty(settings, setting, layer);
    if (setting->type == SETTING_PACKAGES)
        return add_package(settings, place, text, err);
    if (*text == '\0')
        return err_set(err, REASON_USAGE, "an item of the list is empty");
    add_text(settings, place, text);
    return 0;
}

int settings_assign(struct settings *settings, const struct setting *setting, const char *text,
                    enum settings_layer layer, struct err *err)
{
    void *place = (char *)settings + setting->offset;

    if (setting->check != NULL && *text != '\0' && setting->check(text, err) != 0)
        return -1;
    switch (setting->type) {
    case SETTING_TEXT:
        *(const char **)place = *text != '\0' ? arena_strdup(&settings->arena, text) : NULL;
        return 0;
    case SETTING_COUNT:
        return value_count(text, setting->least, setting->most, place, err);
    case SETTING_BOOL:
        return value_bool(text, place, err);
    case SETTING_DURATION:
    case SETTING_LIMIT:
        return value_duration(text, setting->type == SETTING_LIMIT,
                              setting->most != 0 ? setting->most : VALUE_DAYS_MAX, place, err);
    case SETTING_CHOICE:
        return assign_choice(setting, text, place, err);
    case SETTING_LIST:
    case SETTING_PACKAGES:
        return assign_list(settings, setting, text, layer, err);
    }
    abort();
}

void settings_init(struct settings *settings)
{
    struct err err = {0};

    *settings = (struct settings){.arena = ARENA_INIT};
    for (const struct setting *s = table; s->name != NULL; s++) {
        if (s->type == SETTING_LIST || s->type == SETTING_PACKAGES)
            settings_empty(settings, s, LAYER_DEFAULT);
        if (s->fallback != NULL &&
            settings_assign(settings, s, s->fallback, LAYER_DEFAULT, &err) != 0)
            abort();
    }
}

void settings_release(struct settings *settings)
{
    json_decref(settings->policy);
    json_decref(settings->named_rules);
    arena_release(&settings->arena);
}

void settings_choose_fleet(struct settings *settings)
{
    bool named = settings->organisations.layer == LAYER_FLAG ||
                 settings->repositories.layer == LAYER_FLAG ||
                 settings->packages.layer == LAYER_FLAG;

    if (!named)
        return;
    if (settings->organisations.layer != LAYER_FLAG)
        settings_empty(settings, settings_find("fleet.organisations"), LAYER_FLAG);
    if (settings->repositories.layer != LAYER_FLAG)
        settings_empty(settings, settings_find("fleet.repositories"), LAYER_FLAG);
    if (settings->packages.layer != LAYER_FLAG)
        settings_empty(settings, settings_find("package"), LAYER_FLAG);
}

int settings_from_environment(struct settings *settings, struct err *err)
{
    for (const struct setting *s = table; s->name != NULL; s++) {
        const char *text = s->environment != NULL ? getenv(s->environment) : NULL;
        if (text != NULL && *text != '\0' &&
            settings_assign(settings, s, text, LAYER_ENVIRONMENT, err) != 0)
            return err_prefix(err, "%s", s->environment);
    }
    return 0;
}
