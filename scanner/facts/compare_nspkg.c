/* The .pth that setuptools writes for a namespace package: code that runs whenever Python starts,
   so it has to be the very line, for a package that the wheel's metadata name. */
#include "facts/compare_internal.h"

#include <string.h>

#include "base/text.h"

#define TEXT_MAX 16384

/* As setuptools/namespaces.py has had them, without spaces; @ the package, # the tuple of its
 * parts.
 */
static const char *const lines[] = {
    "importsys,types,os;p=os.path.join(sys._getframe(1).f_locals['sitedir'],*#);"
    "ie=os.path.exists(os.path.join(p,'__init__.py'));"
    "m=notieandsys.modules.setdefault('@',types.ModuleType('@'));"
    "mp=(mor[])andm.__dict__.setdefault('__path__',[]);(pnotinmp)andmp.append(p)",

    "importsys,types,os;pep420=sys.version_info>(3,3);"
    "p=os.path.join(sys._getframe(1).f_locals['sitedir'],*#);"
    "ie=os.path.exists(os.path.join(p,'__init__.py'));"
    "m=notieandnotpep420andsys.modules.setdefault('@',types.ModuleType('@'));"
    "mp=(mor[])andm.__dict__.setdefault('__path__',[]);(pnotinmp)andmp.append(p)",

    "importsys,types,os;has_mfs=sys.version_info>(3,5);"
    "p=os.path.join(sys._getframe(1).f_locals['sitedir'],*#);"
    "importlib=has_mfsand__import__('importlib.util');has_mfsand__import__('importlib.machinery');"
    "m=has_mfsandsys.modules.setdefault('@',importlib.util.module_from_spec("
    "importlib.machinery.PathFinder.find_spec('@',[os.path.dirname(p)])));"
    "m=morsys.modules.setdefault('@',types.ModuleType('@'));"
    "mp=(mor[])andm.__dict__.setdefault('__path__',[]);(pnotinmp)andmp.append(p)",

    "importsys,types,os;p=os.path.join(sys._getframe(1).f_locals['sitedir'],*#);"
    "importlib=__import__('importlib.util');__import__('importlib.machinery');"
    "m=sys.modules.setdefault('@',importlib.util.module_from_spec("
    "importlib.machinery.PathFinder.find_spec('@',[os.path.dirname(p)])));"
    "m=morsys.modules.setdefault('@',types.ModuleType('@'));"
    "mp=(mor[])andm.__dict__.setdefault('__path__',[]);(pnotinmp)andmp.append(p)",
};

/* ('a','b') of "a.b", ('a',) of "a" */
static const char *tuple_of(struct comparison *c, const char *package)
{
    const char *tuple = "(";
    size_t parts = 0;

    for (;; parts++) {
        size_t n = strcspn(package, ".");
        tuple = arena_printf(c->arena, "%s%s'%.*s'", tuple, parts > 0 ? "," : "", (int)n, package);
        if (package[n] == '\0')
            break;
        package += n + 1;
    }
    return arena_printf(c->arena, "%s%s)", tuple, parts > 0 ? "" : ",");
}

static const char *filled(struct comparison *c, const char *form, const char *package)
{
    const char *out = "", *tuple = tuple_of(c, package), *dot = strrchr(package, '.');

    while (*form != '\0') {
        size_t n = strcspn(form, "@#");
        out = arena_printf(c->arena, "%s%.*s%s", out, (int)n, form,
                           form[n] == '@'   ? package
                           : form[n] == '#' ? tuple
                                            : "");
        form += form[n] != '\0' ? n + 1 : n;
    }
    return dot == NULL ? out
                       : arena_printf(c->arena, "%s;mandsetattr(sys.modules['%.*s'],'%s',m)", out,
                                      (int)(dot - package), package, dot + 1);
}

static bool is_line_for(struct comparison *c, const char *line, const char *package)
{
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (strcmp(line, filled(c, lines[i], package)) == 0)
            return true;
    return false;
}

/* A line without its spaces and line end; the text is then behind it. */
static const char *take(struct comparison *c, struct compare_text *text)
{
    const char *newline = memchr(text->data, '\n', text->len);
    size_t len = newline != NULL ? (size_t)(newline - text->data) : text->len;
    char *line = arena_strndup(c->arena, text->data, len), *to = line;

    for (size_t i = 0; i < len; i++)
        if (line[i] != ' ' && (line[i] != '\r' || i + 1 < len))
            *to++ = line[i];
    *to = '\0';
    text->data += newline != NULL ? len + 1 : len;
    text->len -= newline != NULL ? len + 1 : len;
    return line;
}

/* The metadata's packages are few; the line has to be that of one of them. */
static bool is_named(struct comparison *c, const char *line, struct compare_text packages)
{
    for (int i = 0; packages.len > 0 && i < 16; i++) {
        const char *package = take(c, &packages);
        if (*package != '\0' && strpbrk(package, "@#%'\\") == NULL && is_line_for(c, line, package))
            return true;
    }
    return false;
}

bool compare_is_nspkg(struct comparison *c, const struct archive_member *member)
{
    const char *path = arena_printf(c->arena, "%snamespace_packages.txt", c->egg_info);
    const struct archive_member *list = compare_find(c->in->archive, path);
    struct compare_text text = {member->data, member->len};

    if (!text_ends_with(member->path, "-nspkg.pth") || strchr(member->path, '/') != NULL ||
        list == NULL || list->data == NULL || text.data == NULL || text.len == 0 ||
        text.len > TEXT_MAX)
        return false;
    while (text.len > 0)
        if (!is_named(c, take(c, &text), (struct compare_text){list->data, list->len}))
            return false;
    return true;
}
