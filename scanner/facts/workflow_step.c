#include "facts/workflow_internal.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

/* --- texts ----------------------------------------------------------------------------------- */

bool workflow_has(const char *text, const char *needle)
{
    return strcasestr(text, needle) != NULL;
}

bool workflow_has_any(const char *text, const char *const *needles)
{
    for (; *needles != NULL; needles++)
        if (workflow_has(text, *needles))
            return true;
    return false;
}

const char *workflow_basename(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

const struct yaml_node *workflow_env(const struct workflow_scope *scope, const char *name)
{
    for (; scope != NULL; scope = scope->outer) {
        const struct yaml_node *value = yaml_get(scope->env, name);
        if (value != NULL)
            return value;
    }
    return NULL;
}

/* `secrets.NAME` of a text whose name speaks of the index. */
static bool names_index_secret(const char *text)
{
    while ((text = strcasestr(text, "secrets")) != NULL) {
        char name[64];
        size_t len = 0;
        text += strlen("secrets");
        text += strspn(text, ".['\" ");
        while ((isalnum((unsigned char)text[len]) || text[len] == '_' || text[len] == '-') &&
               len + 1 < sizeof name) {
            name[len] = text[len];
            len++;
        }
        name[len] = '\0';
        if ((workflow_has(name, "pypi") || workflow_has(name, "twine")) &&
            !workflow_has(name, "test"))
            return true;
    }
    return false;
}

bool workflow_has_index_secret(const struct yaml_node *node)
{
    if (node == NULL)
        return false;
    if (node->kind == YAML_SCALAR)
        return names_index_secret(node->text);
    for (size_t i = 0; node->kind == YAML_MAPPING && i < node->count; i++)
        if (names_index_secret(yaml_text(node->pairs[i].value)))
            return true;
    return false;
}

bool workflow_is_index_environment(const char *name)
{
    return workflow_has(name, "pypi") && !workflow_has(name, "test");
}

/* 40 hex digits, or the digest of an image. */
static bool is_pinned(const char *uses)
{
    const char *at = strrchr(uses, '@');
    size_t len = at != NULL ? strspn(at + 1, "0123456789abcdefABCDEF") : 0;

    return (len == 40 && at[41] == '\0') || (at != NULL && text_starts_with(at, "@sha256:"));
}

/* What a caller hands over, where the text is no more than `${{ inputs.NAME }}`. */
static const struct yaml_node *resolved(const struct yaml_node *node,
                                        const struct workflow_place *place)
{
    static const char space[] = " \t\r\n";
    const char *at = yaml_text(node);
    char name[80];

    if (!place->called || strncmp(at, "${{", 3) != 0)
        return node;
    at += 3 + strspn(at + 3, space);
    if (!text_starts_with(at, "inputs."))
        return node;
    at += strlen("inputs.");
    size_t len = strcspn(at, " \t\r\n}");
    const char *behind = at + len + strspn(at + len, space);
    if (len >= sizeof name || strcmp(behind, "}}") != 0)
        return node;
    memcpy(name, at, len);
    name[len] = '\0';
    return yaml_get(place->inputs, name);
}

/* --- credentials ----------------------------------------------------------------------------- */

/* A token that another step made for this run is none that lives long. */
static enum workflow_credential by_token(const struct yaml_node *token,
                                         const struct workflow_place *place)
{
    const char *text = yaml_text(resolved(token, place));
    bool made = (workflow_has(text, "steps.") || workflow_has(text, "needs.")) &&
                !workflow_has(text, "secrets");

    if (text[0] == '\0' || (made && place->id_token))
        return place->id_token ? CREDENTIAL_TRUSTED : CREDENTIAL_UNKNOWN;
    return made ? CREDENTIAL_UNKNOWN : CREDENTIAL_TOKEN;
}

/* The variable of that name, or the first whose name begins so. */
static const struct yaml_node *variable(const struct workflow_scope *scope, const char *name)
{
    size_t len = strlen(name);

    if (name[len - 1] != '_')
        return workflow_env(scope, name);
    for (; scope != NULL; scope = scope->outer)
        for (size_t i = 0; yaml_as(scope->env, YAML_MAPPING) != NULL && i < scope->env->count; i++)
            if (strncmp(scope->env->pairs[i].key->text, name, len) == 0)
                return scope->env->pairs[i].value;
    return NULL;
}

static enum workflow_credential tool_credential(const struct shell_tool *tool,
                                                const struct shell_uploads *c,
                                                const struct workflow_place *place)
{
    const struct yaml_node *token = NULL;

    if (c->token || place->configured)
        return CREDENTIAL_TOKEN;
    for (size_t i = 0; i < TOOL_NAMES && tool->tokens[i] != NULL && token == NULL; i++) {
        if (shell_uploads_set(c, tool->tokens[i]) != NULL)
            return CREDENTIAL_TOKEN;
        token = variable(place->scope, tool->tokens[i]);
    }
    return by_token(token, place);
}

static int found(enum workflow_target target, const char *index, struct arena *arena,
                 struct workflow_publish *out)
{
    if (target == TARGET_TEST)
        return 0;
    if (target == TARGET_UNKNOWN)
        out->unknown = arena_printf(arena, "it names an index: %.100s", index);
    return 1;
}

/* An index that `env:` names counts where the command names none. */
static int by_commands(const struct shell_uploads *c, const struct workflow_place *place,
                       struct arena *arena, struct workflow_publish *out)
{
    const struct shell_tool *tool = c->tool;
    const char *index = c->index;

    if (c->sort == SORT_NONE || c->sort == SORT_TEST)
        return c->sort == SORT_NONE ? -1 : 0;
    if (c->sort == SORT_HIDDEN) {
        out->tool = c->said;
        out->unknown = "a script or target of the repository, which is not read";
        return 1;
    }
    for (size_t i = 0; i < TOOL_NAMES && tool->indexes[i] != NULL && index == NULL; i++)
        if (workflow_env(place->scope, tool->indexes[i]) != NULL)
            index = yaml_text(resolved(workflow_env(place->scope, tool->indexes[i]), place));
    out->tool = arena_printf(arena, "%s %s", tool->program,
                             tool->verbs[1] != NULL && workflow_has(c->said, tool->verbs[1])
                                 ? tool->verbs[1]
                                 : tool->verbs[0]);
    out->credential = tool_credential(tool, c, place);
    /* From its version 8 on it makes the release on the forge, and leaves the index to others. */
    if (strcmp(tool->program, "semantic-release") == 0 && out->credential != CREDENTIAL_TOKEN)
        out->unknown = "only its older versions upload";
    return found(workflow_target_of(index), index, arena, out);
}

/* --- actions --------------------------------------------------------------------------------- */

/* "owner/name" of "owner/name/path@ref", in the arena. */
static const char *action_name(const char *uses, struct arena *arena)
{
    const char *at = strchr(uses, '@');

    return arena_strndup(arena, uses, at != NULL ? (size_t)(at - uses) : strlen(uses));
}

static const struct yaml_node *first_of(const struct yaml_node *with, const char *const *keys)
{
    for (; *keys != NULL; keys++)
        if (yaml_get(with, *keys) != NULL)
            return yaml_get(with, *keys);
    return NULL;
}

static const char *const token_keys[] = {"password",      "token",     "pypi_token", "pypi-token",
                                         "pypi_password", "api_token", "api-token",  NULL};
static const char *const index_keys[] = {"repository-url",  "repository_url", "repository",
                                         "repository_name", "index-url",      NULL};

static int by_action(const struct yaml_node *with, const struct workflow_place *place,
                     struct arena *arena, struct workflow_publish *out)
{
    const char *index = yaml_text(resolved(first_of(with, index_keys), place));

    out->credential = by_token(first_of(with, token_keys), place);
    return found(workflow_target_of(index), index, arena, out);
}

static int by_maturin(const struct yaml_node *with, const struct workflow_place *place,
                      struct arena *arena, struct workflow_publish *out)
{
    const char *command = yaml_text(yaml_get(with, "command"));
    struct shell_uploads c = {.arena = arena};

    if (strcmp(command, "upload") != 0 && strcmp(command, "publish") != 0)
        return -1;
    shell_uploads_read(
        arena_printf(arena, "maturin %s %s", command, yaml_text(yaml_get(with, "args"))), &c);
    const char *name = out->tool;
    int result = by_commands(&c, place, arena, out);
    out->tool = name;
    return result;
}

/* The releases from 8 on do not upload. */
static int by_semantic_release(const char *uses, const struct yaml_node *with,
                               const struct workflow_place *place, struct arena *arena,
                               struct workflow_publish *out)
{
    const char *at = strchr(uses, '@');
    const char *version = at != NULL ? at + 1 + strspn(at + 1, "vV") : "";
    bool dated = isdigit((unsigned char)version[0]) && !is_pinned(uses);
    bool given = first_of(with, token_keys) != NULL || workflow_env(place->scope, "PYPI_TOKEN");

    if (dated && (version[0] >= '8' || isdigit((unsigned char)version[1])))
        return -1;
    if (!given)
        out->unknown = "only its older versions upload";
    return by_action(with, place, arena, out);
}

static int by_uses(const char *uses, const struct yaml_node *step,
                   const struct workflow_place *place, struct arena *arena,
                   struct workflow_publish *out)
{
    static const char *const verbs[] = {"publish", "upload", "deploy", "release", NULL};
    const struct yaml_node *with = yaml_get(step, "with");
    const char *name = action_name(uses, arena);

    out->tool = name;
    out->pinned = is_pinned(uses);
    if (strcasestr(name, "/maturin-action") != NULL)
        return by_maturin(with, place, arena, out);
    if (strcasestr(name, "/python-semantic-release") != NULL)
        return by_semantic_release(uses, with, place, arena, out);
    if (strcasestr(name, "/poetry-publish") != NULL ||
        (workflow_has(name, "pypi") && workflow_has_any(name, verbs)))
        return workflow_has(name, "test") ? 0 : by_action(with, place, arena, out);
    return -1;
}

bool workflow_pin(const char *uses, struct arena *arena, struct workflow_pin *out)
{
    const char *at = strrchr(uses, '@');

    if (at == NULL || at == uses || *uses == '.' || strlen(at + 1) != 40 || !is_pinned(uses))
        return false;
    *out = (struct workflow_pin){arena_strndup(arena, uses, (size_t)(at - uses)), at + 1};
    return true;
}

int workflow_step(const struct yaml_node *step, const struct workflow_place *place,
                  struct arena *arena, struct workflow_publish *out)
{
    const char *uses = yaml_text(yaml_get(step, "uses"));
    int result = -1;

    *out = (struct workflow_publish){.line = step->line, .pinned = -1, .tool = "run"};
    if (uses[0] != '\0') {
        result = by_uses(uses, step, place, arena, out);
    } else {
        struct shell_uploads c = {.arena = arena};
        shell_uploads_read(yaml_text(yaml_get(step, "run")), &c);
        result = by_commands(&c, place, arena, out);
    }
    if (result >= 0 || !(workflow_has_index_secret(yaml_get(step, "with")) ||
                         workflow_has_index_secret(yaml_get(step, "env"))))
        return result;
    out->unknown = "it is given a secret for an index";
    return 1;
}

int workflow_remote(const struct yaml_node *job, const struct workflow_place *place,
                    struct arena *arena, struct workflow_publish *out)
{
    const struct yaml_node *secrets = yaml_get(job, "secrets");
    const char *uses = yaml_text(yaml_get(job, "uses"));
    const char *name = workflow_basename(action_name(uses, arena));

    *out = (struct workflow_publish){.line = job->line,
                                     .tool = arena_printf(arena, "calls %.300s", uses),
                                     .pinned = is_pinned(uses)};
    /* With neither it has nothing to publish with. */
    if (secrets == NULL && !place->id_token)
        return -1;
    out->credential = workflow_has_index_secret(secrets) ? CREDENTIAL_TOKEN
                      : secrets == NULL                  ? CREDENTIAL_TRUSTED
                                                         : CREDENTIAL_UNKNOWN;
    if (workflow_has(name, "pypi"))
        return workflow_has(name, "test") ? 0 : 1;
    if (workflow_is_other_purpose(name) && !workflow_has_index_secret(secrets))
        return -1;
    out->unknown = "a workflow of another repository, which is not read";
    return 1;
}
