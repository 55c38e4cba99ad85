/* The builtins, library functions and methods that pyvalue.h understands; between py*.c only. */
#ifndef FACTS_PYCALL_H
#define FACTS_PYCALL_H

#include "facts/pyvalue.h"

struct py_call {
    struct py_eval *eval;
    const struct py_frame *frame;
    const struct py_value *self; /* NULL for a function */
    const struct py_value *arguments;
    size_t count;
};

/* Calls a function by its last name ("join" of os.path.join), or a method of `self`. */
struct py_value pycall_function(const struct py_call *call, const struct py_token *name);
struct py_value pycall_method(const struct py_call *call, const struct py_token *name);

/* The operators: "%s.%s" % value, path / part, re.M | re.S */
struct py_value pycall_percent(struct py_eval *eval, const struct py_value *format,
                               const struct py_value *value);
struct py_value pycall_join_path(struct py_eval *eval, const struct py_value *parts, size_t count);
struct py_value pymatch_flags(const struct py_value *a, const struct py_value *b);

/* The argument at a position, or of a keyword. */
struct py_value pycall_argument(const struct py_call *call, size_t index);
struct py_value pycall_named(const struct py_call *call, const char *name, size_t len);
/* Other bytes from the same place. */
struct py_value pycall_with_text(const struct py_value *value, const char *s, size_t len);
/* The contents of the file, or of the one that a path names. */
struct py_value pycall_read(const struct py_call *call);

struct py_value pymatch_search(const struct py_call *call);
struct py_value pymatch_start(const struct py_call *call);
struct py_value pymatch_findall(const struct py_call *call);
struct py_value pymatch_compile(const struct py_call *call);
struct py_value pymatch_group(const struct py_call *call);
struct py_value pymatch_groups(const struct py_call *call);

#endif
