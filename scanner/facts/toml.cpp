#include "facts/toml.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>
#include <string_view>

#include <toml++/toml.h>

namespace
{

/* toml++ recurses into brackets and its tables are freed by recursion, so both are bounded before
   it sees the document. Follows TOML's strings and comments; where it and toml++ disagree the
   document does not parse. */
class nesting
{
  public:
    explicit nesting(std::string_view document) : text(document)
    {
    }

    /* The line where the limit is passed, 0 when it never is. */
    size_t too_deep()
    {
        while (at < text.size()) {
            char c = text[at];
            if (c == '"' || c == '\'')
                skip_string(c);
            else if (c == '#')
                skip_comment();
            else if (!step(c))
                return line;
            else
                at++;
        }
        return 0;
    }

  private:
    bool step(char c)
    {
        if (c == '\n')
            line++;
        if (c == '[' || c == '{')
            depth++;
        else if ((c == ']' || c == '}') && depth > 0)
            depth--;
        if (c == '.')
            dots++;
        else if (c == '\n' || c == '=' || c == ',' || c == '{')
            dots = 0;
        return depth <= TOML_NESTING && dots < TOML_NESTING;
    }

    void skip_comment()
    {
        at = std::min(text.find('\n', at), text.size());
    }

    void skip_string(char quote)
    {
        bool multiline = text.substr(at, 3) == std::string(3, quote);
        unsigned run = 0; /* of unescaped quotes up to here */

        for (at += multiline ? 3 : 1; at < text.size(); at++) {
            run = text[at] == quote ? run + 1 : 0;
            if (text[at] == '\\' && quote == '"' && next() != '\n')
                at++;
            else if (text[at] == '\n' && !multiline)
                break;
            else if (text[at] == '\n')
                line++;
            else if (run > 0 && (!multiline || (run >= 3 && next() != quote)))
                break;
        }
        at = std::min(at + 1, text.size());
    }

    char next() const
    {
        return at + 1 < text.size() ? text[at + 1] : '\0';
    }

    std::string_view text;
    size_t at = 0;
    size_t line = 1;
    unsigned depth = 0;
    unsigned dots = 0;
};

class converter
{
  public:
    explicit converter(json_t *map) : lines(map)
    {
    }

    json_t *value(const toml::node &node)
    {
        if (const toml::table *table = node.as_table())
            return object(*table);
        if (const toml::array *array = node.as_array())
            return list(*array);
        if (const auto *s = node.as_string())
            return json_stringn(s->get().data(), s->get().size());
        if (const auto *i = node.as_integer())
            return json_integer(i->get());
        if (const auto *b = node.as_boolean())
            return json_boolean(b->get());
        if (const auto *f = node.as_floating_point())
            return real(f->get());
        return moment(node);
    }

  private:
    json_t *object(const toml::table &table)
    {
        json_t *out = json_object();
        size_t length = path.size();

        for (auto &&[key, child] : table) {
            if (length > 0)
                path += '.';
            path += key.str();
            note(key.source().begin.line);
            json_object_setn_new(out, key.str().data(), key.str().size(), value(child));
            path.resize(length);
        }
        return out;
    }

    json_t *list(const toml::array &array)
    {
        json_t *out = json_array();
        size_t length = path.size();

        for (size_t i = 0; i < array.size(); i++) {
            path += '[' + std::to_string(i) + ']';
            note(array[i].source().begin.line);
            json_array_append_new(out, value(array[i]));
            path.resize(length);
        }
        return out;
    }

    static json_t *real(double number)
    {
        if (std::isnan(number))
            return json_string("nan");
        if (std::isinf(number))
            return json_string(number < 0 ? "-inf" : "inf");
        return json_real(number);
    }

    static json_t *moment(const toml::node &node)
    {
        std::ostringstream text;

        if (const auto *date = node.as_date())
            text << date->get();
        else if (const auto *time = node.as_time())
            text << time->get();
        else if (const auto *both = node.as_date_time())
            text << both->get();
        return json_string(text.str().c_str());
    }

    void note(size_t line)
    {
        if (lines != nullptr)
            json_object_setn_new(lines, path.data(), path.size(), json_integer((json_int_t)line));
    }

    json_t *lines;
    std::string path;
};

int parse(std::string_view text, const char *what, json_t **out, json_t *lines, struct err *err)
{
    try {
        toml::table table = toml::parse(text, std::string_view(what));
        *out = converter(lines).value(table);
        return 0;
    } catch (const toml::parse_error &bad) {
        std::string why(bad.description());
        return err_set(err, REASON_PARSE, "%s:%u:%u: %s", what, bad.source().begin.line,
                       bad.source().begin.column, why.c_str());
    } catch (const std::exception &bad) {
        return err_set(err, REASON_PARSE, "%s: %s", what, bad.what());
    }
}

} // namespace

int toml_parse_lines(const char *data, size_t len, const char *what, json_t **out, json_t **lines,
                     struct err *err)
{
    std::string_view text(data != nullptr ? data : "", len);

    if (len > TOML_MAX)
        return err_set(err, REASON_TOO_LARGE, "%s: larger than %u bytes", what, TOML_MAX);
    if (size_t line = nesting(text).too_deep())
        return err_set(err, REASON_LIMIT, "%s:%zu: nested deeper than %d", what, line,
                       TOML_NESTING);
    json_t *map = lines != nullptr ? json_object() : nullptr;
    if (parse(text, what, out, map, err) != 0) {
        json_decref(map);
        return -1;
    }
    if (lines != nullptr)
        *lines = map;
    return 0;
}

int toml_parse(const char *data, size_t len, const char *what, json_t **out, struct err *err)
{
    return toml_parse_lines(data, len, what, out, nullptr, err);
}
