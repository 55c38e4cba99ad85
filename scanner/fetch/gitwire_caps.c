#include "fetch/gitwire_codec.h"

#include <string.h>

#include "base/text.h"

static const char *const words[GIT_CAP_COUNT] = {
#define X(id, word) word,
    GIT_CAP_MAP(X)
#undef X
};

bool git_caps_have(const struct git_caps *caps, enum git_cap cap)
{
    return (caps->set >> cap & 1) != 0;
}

struct git_caps git_caps_usual(void)
{
    return (struct git_caps){2, 1u << GIT_CAP_FILTER | 1u << GIT_CAP_SHALLOW |
                                    1u << GIT_CAP_UNBORN | 1u << GIT_CAP_AGENT |
                                    1u << GIT_CAP_OBJECT_FORMAT};
}

void git_caps_format(const struct git_caps *caps, struct buf *out)
{
    int full = buf_addf(out, "v%u", caps->version);

    for (int cap = 0; cap < GIT_CAP_COUNT; cap++)
        if (git_caps_have(caps, (enum git_cap)cap))
            full |= buf_addf(out, " %s", words[cap]);
    if (full != 0)
        buf_reset(out);
}

int git_caps_parse(const char *line, struct git_caps *caps)
{
    bool v2 = text_starts_with(line, "v2");

    if (!v2 && !text_starts_with(line, "v0"))
        return -1;
    if (line[2] != '\0' && line[2] != ' ')
        return -1;
    *caps = (struct git_caps){.version = v2 ? 2 : 0};
    return git_caps_add(caps, line + 2, strlen(line + 2));
}

static bool equals(const char *text, size_t len, const char *word)
{
    return len == strlen(word) && memcmp(text, word, len) == 0;
}

int git_caps_add(struct git_caps *caps, const char *text, size_t len)
{
    const char *end = text + len;

    while (text < end) {
        const char *stop = memchr(text, ' ', (size_t)(end - text));
        if (stop == NULL)
            stop = end;
        const char *equal = memchr(text, '=', (size_t)(stop - text));
        size_t name_len = (size_t)((equal != NULL ? equal : stop) - text);
        if (equal != NULL && equals(text, name_len, "object-format") &&
            !equals(equal + 1, (size_t)(stop - equal) - 1, "sha1"))
            return -1;
        for (int cap = 0; cap < GIT_CAP_COUNT; cap++)
            if (equals(text, name_len, words[cap]))
                caps->set |= 1u << cap;
        text = stop + 1;
    }
    return 0;
}

int git_reported(struct err *err, const char *text, size_t len)
{
    while (len > 0 && text[len - 1] == '\n')
        len--;
    return err_set(err, REASON_REMOTE, "the server reports: %.*s",
                   len < ERR_TEXT_MAX ? (int)len : ERR_TEXT_MAX, text);
}
