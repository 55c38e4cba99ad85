/*
 * JSON that strangers wrote: a getter tells a value that is missing from one of the wrong type, so
 * that the caller decides which of the two is an error. Names do not start with json_, which is
 * jansson's.
 */
#ifndef FACTS_JGET_H
#define FACTS_JGET_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

enum jget {
    JGET_OK,
    JGET_ABSENT,  /* no such key, or its value is null */
    JGET_INVALID, /* another type; of a string also: it holds a NUL */
};

/* The member `key` of `object`. A NULL object has no members; one that is no object is INVALID.
   What comes out is borrowed from the object; out is untouched unless the result is OK. */
enum jget jget_string(const json_t *object, const char *key, const char **out);
enum jget jget_int(const json_t *object, const char *key, int64_t *out);
enum jget jget_bool(const json_t *object, const char *key, bool *out);
enum jget jget_array(const json_t *object, const char *key, json_t **out);
enum jget jget_object(const json_t *object, const char *key, json_t **out);

#endif
