#include "remedy/plan.h"

#include <string.h>

#include "report/card.h"

#define PINS_MAX 500

/* "uses:" with an action stands alone on a line; the words in braces are put in. */
static const char text[] =
    "# Publishes from a tag, and from nothing else, after the checklist of a release. COMMIT "
    "stands\n"
    "# for the commit of an action's release that no workflow of the fleet names: look it up. The "
    "gate\n"
    "# runs in an image that holds fleetdrift (see its Dockerfile), named by the variable\n"
    "# FLEETDRIFT_IMAGE. Register this file as a trusted publisher of the project on the index.\n"
    "name: release\n"
    "on:\n"
    "  push:\n"
    "    tags: ['{prefix}*']\n"
    "permissions: {}\n"
    "jobs:\n"
    "  build:\n"
    "    runs-on: ubuntu-latest\n"
    "    permissions:\n"
    "      contents: read\n"
    "    steps:\n"
    "      - uses: actions/checkout\n"
    "        with:\n"
    "          fetch-depth: 0\n"
    "          persist-credentials: false\n"
    "      - uses: actions/setup-python\n"
    "        with:\n"
    "          python-version: '3.x'\n"
    "      - run: python -m pip install build\n"
    "      - run: python -m build {directory} --outdir dist\n"
    "      - name: The tag must say the version that was built\n"
    "        env:\n"
    "          TAG: ${{ github.ref_name }}\n"
    "        run: |\n"
    "          version=\"${TAG#{prefix}}\"\n"
    "          for file in dist/*; do\n"
    "            case \"$(basename \"$file\")\" in\n"
    "              *-\"$version\"-*.whl | *-\"$version\".tar.gz) ;;\n"
    "              *) echo \"$file is not $version\" >&2; exit 1 ;;\n"
    "            esac\n"
    "          done\n"
    "      - uses: actions/upload-artifact\n"
    "        with:\n"
    "          name: dist\n"
    "          path: dist/\n"
    "  gate:\n"
    "    needs: build\n"
    "    runs-on: ubuntu-latest\n"
    "    container: ${{ vars.FLEETDRIFT_IMAGE }}\n"
    "    permissions:\n"
    "      contents: read\n"
    "      pull-requests: read\n"
    "      checks: read\n"
    "    steps:\n"
    "      - uses: actions/checkout\n"
    "        with:\n"
    "          fetch-depth: 0\n"
    "          persist-credentials: false\n"
    "      - uses: actions/download-artifact\n"
    "        with:\n"
    "          name: dist\n"
    "          path: dist/\n"
    "      - run: fleetdrift gate {directory} --dist dist\n"
    "        env:\n"
    "          GITHUB_TOKEN: ${{ github.token }}\n"
    "  publish:\n"
    "    needs: [build, gate]\n"
    "    runs-on: ubuntu-latest\n"
    "    environment: pypi\n"
    "    permissions:\n"
    "      id-token: write\n"
    "    steps:\n"
    "      - uses: actions/download-artifact\n"
    "        with:\n"
    "          name: dist\n"
    "          path: dist/\n"
    "      - uses: pypa/gh-action-pypi-publish\n";

static void write_words(const char *s, size_t len, const char *directory, const char *prefix,
                        FILE *out)
{
    const struct {
        const char *mark, *word;
    } words[] = {{"{directory}", directory}, {"{prefix}", prefix}};

    for (size_t i = 0; i < len;) {
        size_t skip = 0;
        for (size_t w = 0; w < sizeof words / sizeof *words && skip == 0; w++)
            if (strncmp(s + i, words[w].mark, strlen(words[w].mark)) == 0) {
                fputs(words[w].word, out);
                skip = strlen(words[w].mark);
            }
        if (skip == 0)
            fputc(s[i], out);
        i += skip > 0 ? skip : 1;
    }
}

/* "@COMMIT", or the commit by which somebody uses it. */
static void write_pin(const struct records *pins, const char *action, size_t len, FILE *out)
{
    for (size_t i = 0; i < pins->count; i++) {
        const char *known = record_text(&pins->items[i], "action");
        const char *commit = record_text(&pins->items[i], "commit_oid");
        const char *by = record_text(&pins->items[i], "repository");
        if (known != NULL && commit != NULL && strlen(known) == len &&
            strncmp(known, action, len) == 0 && card_is_plain(commit)) {
            fprintf(out, "@%s", commit);
            if (by != NULL && card_is_plain(by))
                fprintf(out, " # as %s pins it", by);
            return;
        }
    }
    fputs("@COMMIT", out);
}

static void write_lines(const struct records *pins, const char *directory, const char *prefix,
                        FILE *out)
{
    static const char uses[] = "      - uses: ";

    for (const char *s = text; *s != '\0';) {
        size_t len = strcspn(s, "\n");
        write_words(s, len, directory, prefix, out);
        if (strncmp(s, uses, sizeof uses - 1) == 0)
            write_pin(pins, s + sizeof uses - 1, len - (sizeof uses - 1), out);
        fputc('\n', out);
        s += len + 1;
    }
}

int plan_workflow(struct store *store, const char *package, FILE *out, struct err *err)
{
    struct card card = {.out = out};
    const struct bind binds[] = {{":package", package}};
    struct records pins;
    int result = card_read(store, package, &card, err);

    if (result == 0)
        result = records_read(store, "plan_pins", binds, 1, PINS_MAX, &card.arena, &pins, err);
    if (result == 0) {
        const char *prefix = card_tag_prefix(&card.arena, card_tagged(&card));
        const char *directory = record_text(card.package, "directory");
        bool named = directory != NULL && *directory != '\0' && card_is_plain(directory);
        write_lines(&pins, named ? directory : ".",
                    prefix == NULL || (*prefix != '\0' && !card_is_plain(prefix)) ? "v" : prefix,
                    out);
    }
    arena_release(&card.arena);
    return result;
}
