#include "facts/jget.h"

#include <string.h>

/* The member if it has one of the types that `mask` (bits of json_type) allows. */
static enum jget get(const json_t *object, const char *key, unsigned mask, json_t **out)
{
    if (object == NULL)
        return JGET_ABSENT;
    if (!json_is_object(object))
        return JGET_INVALID;
    json_t *value = json_object_get(object, key);
    if (value == NULL || json_is_null(value))
        return JGET_ABSENT;
    if ((mask & 1u << json_typeof(value)) == 0)
        return JGET_INVALID;
    *out = value;
    return JGET_OK;
}

enum jget jget_string(const json_t *object, const char *key, const char **out)
{
    json_t *value;
    enum jget result = get(object, key, 1u << JSON_STRING, &value);

    if (result != JGET_OK)
        return result;
    if (strlen(json_string_value(value)) != json_string_length(value))
        return JGET_INVALID;
    *out = json_string_value(value);
    return JGET_OK;
}

enum jget jget_int(const json_t *object, const char *key, int64_t *out)
{
    json_t *value;
    enum jget result = get(object, key, 1u << JSON_INTEGER, &value);

    if (result == JGET_OK)
        *out = json_integer_value(value);
    return result;
}

enum jget jget_bool(const json_t *object, const char *key, bool *out)
{
    json_t *value;
    enum jget result = get(object, key, 1u << JSON_TRUE | 1u << JSON_FALSE, &value);

    if (result == JGET_OK)
        *out = json_is_true(value);
    return result;
}

enum jget jget_array(const json_t *object, const char *key, json_t **out)
{
    return get(object, key, 1u << JSON_ARRAY, out);
}

enum jget jget_object(const json_t *object, const char *key, json_t **out)
{
    return get(object, key, 1u << JSON_OBJECT, out);
}
