#include "facts/tags_table.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "facts/names.h"
#include "facts/pep440.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

void tag_list_add(struct tag_list *list, size_t item)
{
    list->items = mem_grow(list->items, list->count, &list->size, sizeof *list->items);
    list->items[list->count++] = item;
}

/* --- versions -------------------------------------------------------------------------------- */

static const char *release_of(const char *text)
{
    const char *s = text + strspn(text, " \t\r\n\f\vvV");
    size_t epoch = strspn(s, "0123456789");

    return s[epoch] == '!' ? s + epoch + 1 : s;
}

size_t tag_components(const char *text)
{
    size_t count = 0;

    for (const char *s = release_of(text); isdigit((unsigned char)*s);) {
        count++;
        s += strspn(s, "0123456789");
        if (*s == '.')
            s++;
    }
    return count;
}

static bool starts_with_year(const char *normal)
{
    const char *s = release_of(normal);
    size_t digits = strspn(s, "0123456789");

    return (digits == 4 || digits == 6 || digits == 8) &&
           (strncmp(s, "19", 2) == 0 || strncmp(s, "20", 2) == 0);
}

struct tag_version *tag_table_version(struct tag_table *table, const char *text, size_t len,
                                      bool make)
{
    struct buf key = BUF_INIT(PEP440_KEY_MAX), normal = BUF_INIT(2 * PEP440_MAX);
    struct tag_version *version;
    bool valid = pep440_key(text, len, &key);

    HASH_FIND(hh, table->versions, buf_str(&key), key.len, version);
    if (version == NULL && make) {
        version = arena_alloc(table->arena, sizeof *version);
        version->id = HASH_COUNT(table->versions);
        version->key_len = key.len;
        version->key = arena_strndup(table->arena, buf_str(&key), key.len);
        version->refused = !valid;
        version->named = version->denoted = version->sure = TAG_NONE;
        version->normal = valid && pep440_normal(text, len, &normal) == 0
                              ? arena_strdup(table->arena, buf_str(&normal))
                              : arena_strndup(table->arena, text, len);
        version->prerelease = pep440_is_prerelease(text, len);
        version->development = valid && strstr(version->normal, ".dev") != NULL;
        version->local = valid && strchr(version->normal, '+') != NULL;
        version->year = valid && starts_with_year(version->normal);
        HASH_ADD_KEYPTR(hh, table->versions, version->key, version->key_len, version);
    }
    buf_release(&key);
    buf_release(&normal);
    return version;
}

int tag_version_compare(const struct tag_version *a, const struct tag_version *b)
{
    size_t common = a->key_len < b->key_len ? a->key_len : b->key_len;
    int order = memcmp(a->key, b->key, common);

    return order != 0 ? order : (a->key_len > b->key_len) - (a->key_len < b->key_len);
}

/* --- names ----------------------------------------------------------------------------------- */

/* What a repository with x for more than one language puts around it for the one for Python. */
static const struct {
    const char *before, *behind;
} affixes[] = {{"", ""}, {"python-", ""}, {"py-", ""}, {"", "-python"}, {"", "-py"}};

static void add_name_as(struct tag_table *table, struct tag_name **names, const char *text,
                        size_t package, bool weak)
{
    char normal[NAME_MAX_BYTES];
    struct tag_name *name;

    if (text == NULL || names_normalise(text, normal) != 0)
        return;
    HASH_FIND_STR(*names, normal, name);
    if (name == NULL) {
        name = arena_alloc(table->arena, sizeof *name);
        name->name = arena_strdup(table->arena, normal);
        name->weak = weak;
        HASH_ADD_KEYPTR(hh, *names, name->name, strlen(name->name), name);
    }
    name->weak &= weak;
    /* one package's names come in a row */
    if (name->packages.count == 0 || name->packages.items[name->packages.count - 1] != package)
        tag_list_add(&name->packages, package);
}

static void add_name(struct tag_table *table, const char *text, size_t package)
{
    add_name_as(table, &table->names, text, package, false);
}

static void add_spellings(struct tag_table *table, const char *text, size_t package)
{
    for (size_t i = 0; i < COUNT(affixes); i++)
        add_name(table,
                 arena_printf(table->arena, "%s%s%s", affixes[i].before, text, affixes[i].behind),
                 package);
}

/* A directory "release" or "v" says nothing: that is how any tag may begin. */
static bool is_word(const char *directory)
{
    struct tag_prefix prefix;

    tag_prefix_read(directory, strlen(directory), &prefix);
    return prefix.plain;
}

/* "libs/a/core" is also called "a-core"; what is in "aws/python" is at times just "aws". */
static void add_path(struct tag_table *table, const char *directory, size_t index)
{
    char *joined = arena_strdup(table->arena, directory);
    char *base = strrchr(joined, '/');

    if (strcasecmp(base + 1, "python") == 0 || strcasecmp(base + 1, "py") == 0) {
        char *above = arena_strndup(table->arena, joined, (size_t)(base - joined));
        const char *slash = strrchr(above, '/');
        if (!is_word(slash != NULL ? slash + 1 : above))
            add_name_as(table, &table->names, slash != NULL ? slash + 1 : above, index, true);
    }
    for (char *slash = joined; (slash = strchr(slash, '/')) != NULL;)
        *slash = '-';
    add_name(table, joined, index); /* "plugins-extra-v1.0" */
    for (const char *at = directory; (at = strchr(at, '/')) != NULL && strchr(++at, '/') != NULL;)
        add_name(table, joined + (at - directory), index);
}

/* "a-core" and "core" of the name "acme-a-core". */
static void add_ends(struct tag_table *table, const char *name, size_t index)
{
    for (const char *end = name; (end = strchr(end, '-')) != NULL;)
        if (!is_word(++end))
            add_name_as(table, &table->ends, end, index, true);
}

static void add_names(struct tag_table *table, size_t index)
{
    const struct tags_package *input = table->packages[index].input;
    const char *directory = input->directory != NULL ? input->directory : "";
    const char *base = strrchr(directory, '/');

    add_spellings(table, input->name, index);
    add_ends(table, input->name, index);
    const char *last = base != NULL ? base + 1 : directory;
    if (!is_word(last))
        add_name(table, last, index);
    if (base != NULL)
        add_path(table, directory, index);
}

/* Whether the NAME is these first bytes of the directory, or the end of their path. */
static bool is_path_of(const char *directory, size_t whole, const char *name, size_t len)
{
    return whole >= len && strncasecmp(directory + whole - len, name, len) == 0 &&
           (whole == len || directory[whole - len - 1] == '/');
}

/* Whether it is the package's own name, not only that of a directory. */
static bool is_spelling_of(const char *name, const char *text)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < COUNT(affixes); i++) {
        size_t before = strlen(affixes[i].before);
        if (strncmp(text, affixes[i].before, before) == 0 &&
            strncmp(text + before, name, len) == 0 &&
            strcmp(text + before + len, affixes[i].behind) == 0)
            return true;
    }
    return false;
}

/* A NAME in a tag: as it stands there, its last path component as PEP 503 writes it. */
struct spelt {
    const char *text;
    size_t len;
    const struct tag_name *found;
};

/* Whether it is all of the package's directory, or its name. */
static bool is_exact(const struct tags_package *package, const struct spelt *spelt)
{
    const char *directory = package->directory != NULL ? package->directory : "";

    return (strlen(directory) == spelt->len &&
            strncasecmp(directory, spelt->text, spelt->len) == 0) ||
           is_spelling_of(package->name, spelt->found->name);
}

/* Whether the path is that of the package's directory, or of the one above a "python", or it ends
   with the package's name. */
static bool is_place(const struct tags_package *package, const struct spelt *spelt)
{
    const char *directory = package->directory != NULL ? package->directory : "";
    const char *base = strrchr(directory, '/');

    return is_path_of(directory, strlen(directory), spelt->text, spelt->len) ||
           (spelt->found->weak && base != NULL &&
            is_path_of(directory, (size_t)(base - directory), spelt->text, spelt->len)) ||
           is_spelling_of(package->name, spelt->found->name);
}

/* Those of the packages of which that is true; NULL for none. */
static const struct tag_name *narrow(const struct tag_table *table, const struct spelt *spelt,
                                     bool (*is)(const struct tags_package *, const struct spelt *))
{
    const struct tag_list *all = &spelt->found->packages;
    struct tag_name *narrowed = arena_alloc(table->arena, sizeof *narrowed);

    narrowed->name = spelt->found->name;
    narrowed->weak = spelt->found->weak;
    narrowed->packages.items = arena_array(table->arena, all->count, sizeof(size_t));
    for (size_t i = 0; i < all->count; i++)
        if (is(table->packages[all->items[i]].input, spelt))
            narrowed->packages.items[narrowed->packages.count++] = all->items[i];
    return narrowed->packages.count > 0 ? narrowed : NULL;
}

/* Of the packages that the last component of a path may mean, those at whose place it leads, or
   whose name it is: "gcp/client" is not what "aws/client" holds. And of several the one that it
   names in full. NULL for none. */
static const struct tag_name *find_meant(const struct tag_table *table,
                                         const struct tag_name *found, const char *text, size_t len,
                                         bool path)
{
    struct spelt spelt = {text, len, found};
    const struct tag_name *exact;

    if (path)
        spelt.found = narrow(table, &spelt, is_place);
    if (spelt.found == NULL || spelt.found->packages.count == 1)
        return spelt.found;
    exact = narrow(table, &spelt, is_exact);
    return exact != NULL ? exact : spelt.found;
}

/* The last component of a path, as PEP 503 writes names; false when it is no name. */
static bool last_of_path(const char *name, size_t len, size_t *path, char normal[NAME_MAX_BYTES])
{
    char text[TAG_NAME_MAX + 1];
    const char *slash = memrchr(name, '/', len);
    size_t skip = slash != NULL ? (size_t)(slash - name) + 1 : 0;

    if (len > TAG_NAME_MAX || name[0] == '@')
        return false;
    *path = skip > 0 ? skip - 1 : 0;
    memcpy(text, name + skip, len - skip);
    text[len - skip] = '\0';
    return names_normalise(text, normal) == 0;
}

/* The packages that a NAME means: by its last path component, unless what stands before that says
   that the tag is something else's. */
static const struct tag_name *find_owners(const struct tag_table *table, const char *name,
                                          size_t len)
{
    char normal[NAME_MAX_BYTES];
    const struct tag_name *found;
    size_t path;

    if (!last_of_path(name, len, &path, normal))
        return NULL;
    HASH_FIND_STR(table->names, normal, found);
    if (found != NULL)
        found = find_meant(table, found, name, len, path > 0);
    if (found == NULL || !tag_is_foreign(name, path))
        return found;
    const char *directory = table->packages[found->packages.items[0]].input->directory;
    return directory != NULL && strlen(directory) == len && memcmp(directory, name, len) == 0
               ? found
               : NULL;
}

/* The one package whose name ends so; TAG_NONE for none or several. */
static size_t find_likely(const struct tag_table *table, const char *name, size_t len)
{
    char normal[NAME_MAX_BYTES];
    const struct tag_name *found = NULL;
    size_t path;

    if (last_of_path(name, len, &path, normal) && path == 0)
        HASH_FIND_STR(table->ends, normal, found);
    return found != NULL && found->packages.count == 1 ? found->packages.items[0] : TAG_NONE;
}

/* --- tags ------------------------------------------------------------------------------------ */

static struct tag_scheme *find_scheme(struct tag_table *table, const char *prefix, size_t len,
                                      enum tag_form form)
{
    char key[TAG_NAME_MAX + 2];
    struct tag_scheme *scheme;

    key[0] = (char)('0' + form);
    for (size_t i = 0; i < len; i++)
        key[i + 1] = (char)tolower((unsigned char)prefix[i]);
    HASH_FIND(hh, table->schemes, key, len + 1, scheme);
    if (scheme != NULL)
        return scheme;
    scheme = arena_alloc(table->arena, sizeof *scheme);
    scheme->key = arena_strndup(table->arena, key, len + 1);
    scheme->form = form;
    scheme->counts.package = TAG_NONE;
    tag_prefix_read(prefix, len, &scheme->prefix);
    for (size_t i = 0; i < scheme->prefix.count && scheme->owners == NULL; i++) {
        scheme->owners = find_owners(table, scheme->key + 1, scheme->prefix.names[i]);
        scheme->owner_len = scheme->prefix.names[i];
    }
    scheme->likely = TAG_NONE;
    if (scheme->owners == NULL && !scheme->prefix.foreign)
        for (size_t i = 0; i < scheme->prefix.count && scheme->likely == TAG_NONE; i++)
            scheme->likely = find_likely(table, scheme->key + 1, scheme->prefix.names[i]);
    HASH_ADD_KEYPTR(hh, table->schemes, scheme->key, len + 1, scheme);
    return scheme;
}

/* "1.2-1": the post-release that PEP 440 writes without the word. */
static bool has_implicit_post(const char *text)
{
    const char *dash = strrchr(text, '-');

    return dash != NULL && dash > text && isalnum((unsigned char)dash[-1]) && dash[1] != '\0' &&
           dash[1 + strspn(dash + 1, "0123456789")] == '\0' &&
           (isdigit((unsigned char)dash[-1]) || strpbrk(text, "+") == NULL);
}

/* "1.2b" is a beta to PEP 440; to people it is as often a 1.2 that was done again. */
static bool ends_with_letter(const char *text)
{
    size_t len = strlen(text);

    return len > 1 && isalpha((unsigned char)text[len - 1]) &&
           isdigit((unsigned char)text[len - 2]);
}

size_t tag_table_add(struct tag_table *table, size_t tag, const struct tag_reading *reading)
{
    struct tag_version *version =
        tag_table_version(table, reading->version, strlen(reading->version), true);
    struct tag_scheme *scheme =
        find_scheme(table, table->tags[tag].name, reading->prefix, reading->form);
    size_t index = table->entry_count++;

    table->entries = mem_grow(table->entries, index, &table->entry_size, sizeof *table->entries);
    table->entries[index] = (struct tag_entry){
        .tag = tag,
        .scheme = scheme,
        .version = version,
        .components = tag_components(reading->version),
        .inner = reading->inner,
        .letter = ends_with_letter(reading->version),
        .implicit_post = has_implicit_post(reading->version),
        .owner = TAG_NONE,
        .next = table->first[tag],
        .seen = TAG_NONE,
        .said = TAG_NONE,
    };
    table->first[tag] = index;
    tag_list_add(&scheme->entries, index);
    if (scheme->prefix.plain && scheme->owners == NULL)
        tag_list_add(&version->plain, index);
    for (size_t i = 0;
         scheme->entries.count == 1 && scheme->owners != NULL && i < scheme->owners->packages.count;
         i++)
        tag_list_add(&table->packages[scheme->owners->packages.items[i]].schemes, index);
    if (scheme->entries.count == 1 && scheme->likely != TAG_NONE)
        tag_list_add(&table->packages[scheme->likely].schemes, index);
    return index;
}

/* "py3-1.0" where there is a py3 and a py: the longest NAME has it. */
static bool is_best(struct tag_table *table, const struct tags_tag *tag,
                    const struct tag_reading *reading, size_t best)
{
    const struct tag_scheme *scheme = find_scheme(table, tag->name, reading->prefix, reading->form);
    size_t len = scheme->owners != NULL ? scheme->owner_len : 0;

    return best == 0 ? !reading->inner || len > 0 : len == best;
}

static void read_tag(struct tag_table *table, size_t index)
{
    const struct tags_tag *tag = &table->tags[index];
    struct tag_reading readings[TAG_READINGS];
    size_t count = tag_read(tag->name, table->arena, readings), best = 0;

    for (size_t i = 0; i < count; i++) {
        const struct tag_scheme *scheme =
            find_scheme(table, tag->name, readings[i].prefix, readings[i].form);
        if (scheme->owners != NULL && scheme->owner_len > best)
            best = scheme->owner_len;
    }
    for (size_t i = 0; i < count; i++) {
        const char *text = readings[i].version;
        if (readings[i].form == TAG_TEXT &&
            tag_table_version(table, text, strlen(text), false) == NULL)
            continue;
        if (is_best(table, tag, &readings[i], best))
            tag_table_add(table, index, &readings[i]);
    }
    const struct tag_version *whole = tag_table_version(table, tag->name, strlen(tag->name), false);
    if (whole != NULL && whole->refused && table->first[index] == TAG_NONE)
        tag_table_add(table, index, &(struct tag_reading){.version = tag->name, .form = TAG_TEXT});
}

/* --- packages -------------------------------------------------------------------------------- */

static int by_tag(const void *a, const void *b)
{
    const struct tag_declared *left = a, *right = b;

    return (left->tag > right->tag) - (left->tag < right->tag);
}

static int by_version(const void *a, const void *b)
{
    const struct tag_release *left = a, *right = b;
    size_t one = left->version->id, two = right->version->id;

    return (one > two) - (one < two);
}

static void note_upload(struct tag_package *package, const struct tag_version *version,
                        int64_t uploaded_at)
{
    if (uploaded_at == CLOCK_UNKNOWN)
        return;
    if (package->first_upload == CLOCK_UNKNOWN || uploaded_at < package->first_upload)
        package->first_upload = uploaded_at;
    if (package->oldest == NULL || tag_version_compare(version, package->oldest) < 0)
        package->oldest = version;
    if (package->newest == NULL || tag_version_compare(version, package->newest) > 0)
        package->newest = version;
}

static void read_package(struct tag_table *table, const struct tags_package *input, size_t index)
{
    struct tag_package *package = &table->packages[index];

    package->input = input;
    package->first_upload = CLOCK_UNKNOWN;
    package->releases = arena_array(table->arena, input->release_count, sizeof *package->releases);
    for (size_t i = 0; i < input->release_count; i++) {
        const char *text = input->releases[i].version;
        struct tag_version *version = tag_table_version(table, text, strlen(text), true);
        package->releases[i] = (struct tag_release){version, &input->releases[i]};
        package->years |= version->year;
        note_upload(package, version, input->releases[i].uploaded_at);
    }
    qsort(package->releases, input->release_count, sizeof *package->releases, by_version);
    package->declared = arena_array(table->arena, input->declared_count, sizeof *package->declared);
    for (size_t i = 0; i < input->declared_count; i++) {
        const char *text = input->declared[i].version;
        package->declared[i] = (struct tag_declared){
            input->declared[i].tag,
            text != NULL ? tag_table_version(table, text, strlen(text), true) : NULL, text};
    }
    qsort(package->declared, input->declared_count, sizeof *package->declared, by_tag);
    add_names(table, index);
    table->published += input->release_count > 0;
}

const struct tag_declared *tag_declared_at(const struct tag_package *package, size_t tag)
{
    const struct tag_declared key = {.tag = tag};

    return package->input->declared_count == 0
               ? NULL
               : bsearch(&key, package->declared, package->input->declared_count, sizeof key,
                         by_tag);
}

const struct tag_release *tag_release_of(const struct tag_package *package,
                                         const struct tag_version *version)
{
    struct tag_version wanted = {.id = version->id};
    const struct tag_release key = {.version = &wanted};

    return package->input->release_count == 0
               ? NULL
               : bsearch(&key, package->releases, package->input->release_count, sizeof key,
                         by_version);
}

/* --- all of it ------------------------------------------------------------------------------- */

void tag_table_init(struct tag_table *table, const struct tags_tag *tags, size_t tag_count,
                    const struct tags_package *packages, size_t package_count, struct arena *arena)
{
    *table = (struct tag_table){
        .arena = arena,
        .tags = tags,
        .tag_count = tag_count,
        .packages = arena_array(arena, package_count, sizeof *table->packages),
        .package_count = package_count,
        .first = arena_array(arena, tag_count, sizeof *table->first),
    };
    for (size_t i = 0; i < package_count; i++)
        read_package(table, &packages[i], i);
    for (size_t i = 0; i < tag_count; i++) {
        table->first[i] = TAG_NONE;
        if (tags[i].commit != NULL)
            read_tag(table, i);
    }
}

void tag_table_release(struct tag_table *table)
{
    struct tag_version *version, *next_version;
    struct tag_scheme *scheme, *next_scheme;
    struct tag_name *name, *next_name;

    HASH_ITER(hh, table->versions, version, next_version) free(version->plain.items);
    HASH_ITER(hh, table->schemes, scheme, next_scheme) free(scheme->entries.items);
    HASH_ITER(hh, table->names, name, next_name) free(name->packages.items);
    HASH_ITER(hh, table->ends, name, next_name) free(name->packages.items);
    HASH_CLEAR(hh, table->versions);
    HASH_CLEAR(hh, table->schemes);
    HASH_CLEAR(hh, table->names);
    HASH_CLEAR(hh, table->ends);
    for (size_t i = 0; i < table->package_count; i++) {
        free(table->packages[i].schemes.items);
        free(table->packages[i].said.items);
    }
    free(table->entries);
}
