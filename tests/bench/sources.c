/*
 * CPU time that the version sources of distinct blobs cost: sources COUNT prints it in
 * milliseconds. Projects of every common layout are made in memory, each blob once, and read as a
 * scan reads them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/mem.h"
#include "facts/project.h"

#define FILES 3

/* Every %u is the project's number. */
struct layout {
    struct {
        const char *path, *text;
    } files[FILES];
};

#define TABLE                                                                                      \
    "[project]\nname = \"buoy-%u\"\ndescription = \"Keeps afloat\"\nrequires-python = "            \
    "\">=3.9\"\nclassifiers = [\n  \"Development Status :: 4 - Beta\",\n  \"Programming Language " \
    ":: Python :: 3\",\n  \"Programming Language :: Python :: 3.12\",\n]\ndependencies = [\n  "    \
    "\"requests>=2.31\",\n  \"attrs\",\n  \"rich>=13; extra == 'cli'\",\n]\n"                      \
    "urls = {Source = \"https://github.com/harbour-labs/buoy-%u\"}\n"
#define TOOLS                                                                                      \
    "[tool.ruff]\nline-length = 100\nselect = [\"E\", \"F\", \"I\", \"UP\"]\n[tool.mypy]\n"        \
    "strict = true\n[tool.pytest.ini_options]\naddopts = \"-ra -q\"\ntestpaths = [\"tests\"]\n"
#define MODULE                                                                                     \
    "\"\"\"Buoy %u keeps afloat.\"\"\"\nfrom __future__ import annotations\n\nimport logging\n"    \
    "from .core import Buoy, Chain, anchor  # noqa: F401\nfrom .errors import BuoyError\n\n"       \
    "__all__ = [\"Buoy\", \"Chain\", \"anchor\", \"BuoyError\"]\n__version__ = \"1.2.%u\"\n\n"     \
    "log = logging.getLogger(__name__)\nlog.addHandler(logging.NullHandler())\n"
#define SETUP_HEAD                                                                                 \
    "#!/usr/bin/env python\nimport ast\nimport os\nimport re\nfrom setuptools import "             \
    "find_packages, setup\n\nhere = os.path.abspath(os.path.dirname(__file__))\n\n"                \
    "def read(*parts):\n    with open(os.path.join(here, *parts), encoding='utf-8') as f:\n"       \
    "        return f.read()\n\n"
#define SETUP_TAIL                                                                                 \
    "    description='Keeps afloat',\n    long_description=read('README.rst'),\n"                  \
    "    url='https://github.com/harbour-labs/buoy-%u',\n    packages=find_packages(),\n"          \
    "    install_requires=['requests>=2', 'six'],\n    extras_require={'test': ['pytest']},\n"     \
    "    classifiers=[\n        'Programming Language :: Python :: 3',\n        'License :: OSI "  \
    "Approved :: MIT License',\n    ],\n    zip_safe=False,\n)\n"

static const struct layout layouts[] = {
    {{{"pyproject.toml",
       TABLE "version = \"1.2.%u\"\n[build-system]\nrequires = [\"hatchling\"]\nbuild-backend = "
             "\"hatchling.build\"\n" TOOLS}}},
    {{{"pyproject.toml",
       TABLE "dynamic = [\"version\"]\n[build-system]\nrequires = [\"hatchling\"]\nbuild-backend = "
             "\"hatchling.build\"\n[tool.hatch.version]\npath = \"buoy/__init__.py\"\n" TOOLS},
      {"buoy/__init__.py", MODULE}}},
    {{{"pyproject.toml",
       TABLE "dynamic = [\"version\"]\n[build-system]\nrequires = [\"setuptools\"]\nbuild-backend "
             "= \"setuptools.build_meta\"\n[tool.setuptools.dynamic]\nversion = {attr = "
             "\"buoy.__version__\"}\n" TOOLS},
      {"src/buoy/__init__.py", MODULE}}},
    {{{"pyproject.toml",
       "[tool.poetry]\nname = \"buoy-%u\"\nversion = "
       "\"1.2.%u\"\n[tool.poetry.dependencies]\npython "
       "= \"^3.9\"\nrequests = {version = \"^2\", optional = true}\n[build-system]\nrequires = "
       "[\"poetry-core\"]\nbuild-backend = \"poetry.core.masonry.api\"\n" TOOLS}}},
    {{{"setup.py", SETUP_HEAD "version = re.search(r\"^__version__ = ['\\\"]([^'\\\"]*)['\\\"]\",\n"
                              "    read('buoy', '__init__.py'), re.M).group(1)\n"
                              "setup(\n    name='buoy-%u',\n    version=version,\n" SETUP_TAIL},
      {"buoy/__init__.py", MODULE}}},
    {{{"setup.py",
       SETUP_HEAD "about = {}\nexec(read('buoy', '__init__.py'), about)\n"
                  "setup(\n    name='buoy-%u',\n    version=about['__version__'],\n" SETUP_TAIL},
      {"buoy/__init__.py", MODULE}}},
    {{{"setup.py", SETUP_HEAD "setup(\n    name='buoy-%u',\n    version='1.2.%u',\n" SETUP_TAIL}}},
    {{{"setup.py", "# buoy %u\nfrom setuptools import setup\n\nsetup()\n"},
      {"setup.cfg", "[metadata]\nname = buoy-%u\nversion = file: VERSION\nlicense = MIT\n"
                    "[options]\npackages = find:\ninstall_requires =\n    requests\n    attrs\n"},
      {"VERSION", "1.2.%u\n"}}},
};

#define LAYOUTS (sizeof layouts / sizeof *layouts)

struct tree {
    const struct layout *layout;
    char text[FILES][4096];
    size_t blobs;
};

static enum source_result read_tree(void *ctx, const char *path, const char **data, size_t *len)
{
    struct tree *tree = ctx;

    for (size_t i = 0; i < FILES && tree->layout->files[i].path != NULL; i++)
        if (strcmp(tree->layout->files[i].path, path) == 0) {
            *data = tree->text[i];
            *len = strlen(*data);
            return SOURCE_FOUND;
        }
    return SOURCE_ABSENT;
}

/* Writes the number wherever a %u stands. */
static void write_text(char out[4096], const char *text, unsigned number)
{
    size_t n = 0;

    for (; *text != '\0' && n + 16 < 4096; text++) {
        if (text[0] == '%' && text[1] == 'u') {
            n += (size_t)snprintf(out + n, 16, "%u", number);
            text++;
        } else {
            out[n++] = *text;
        }
    }
    out[n] = '\0';
}

static void make(struct tree *tree, unsigned number)
{
    tree->layout = &layouts[number % LAYOUTS];
    tree->blobs = 0;
    for (size_t i = 0; i < FILES && tree->layout->files[i].path != NULL; i++) {
        write_text(tree->text[i], tree->layout->files[i].text, number);
        tree->blobs++;
    }
}

static void read_one(struct tree *tree)
{
    const struct source source = {read_tree, tree};
    struct arena arena = ARENA_INIT;
    struct project project;
    struct err err;

    if (project_read(&source, "", (struct project_all_said){0}, &arena, &project, &err) !=
            SOURCE_FOUND ||
        project.version == NULL) {
        fprintf(stderr, "%s: not read\n", tree->layout->files[0].path);
        exit(1);
    }
    arena_release(&arena);
}

int main(int argc, char **argv)
{
    size_t wanted = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
    struct tree *trees = mem_array(wanted, sizeof *trees);
    size_t count = 0, blobs = 0;
    struct timespec begin, end;

    if (wanted == 0) {
        fprintf(stderr, "usage: sources COUNT\n");
        return 2;
    }
    while (blobs < wanted) {
        make(&trees[count], (unsigned)count);
        blobs += trees[count++].blobs;
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
    for (size_t i = 0; i < count; i++)
        read_one(&trees[i]);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    printf("%.1f\n", 1e3 * (double)(end.tv_sec - begin.tv_sec) +
                         1e-6 * (double)(end.tv_nsec - begin.tv_nsec));
    free(trees);
    return 0;
}
