/* Python's imports, as far as they lead to files of the tree. */
#ifndef FACTS_PYIMPORT_H
#define FACTS_PYIMPORT_H

#include "facts/pyvalue.h"

/* The file of module a.b below `root`: a/b.py or a/b/__init__.py; NULL when there is neither. */
const char *pyimport_file(struct py_eval *eval, const char *root, const char *dotted, size_t len);
/* The file of a module in the package whose __init__.py is `file`; NULL. */
const char *pyimport_submodule(struct py_eval *eval, const char *file, const char *name);
/* What `from m import x [as NAME]` or `import m [as NAME]` binds NAME to; the span is the statement
   up to this name. A library's module or name is a PY_MODULE without a file. */
struct py_value pyimport_name(struct py_eval *eval, const struct pysource *source,
                              struct py_span span);
/* What a name is by the `from m import *` in the span; unbound when it brings no such name. */
struct py_value pyimport_star(struct py_eval *eval, const struct pysource *source,
                              struct py_span span, const char *name, size_t len);

#endif
