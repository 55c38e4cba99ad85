#include "facts/pysource.h"
#include "facts/pyregex.h"
#include "facts/pyvalue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena = ARENA_INIT;

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct pysource source_of(const char *text)
{
    struct pysource source;
    struct err err = {0};

    if (pysource_read(text, strlen(text), "x.py", &arena, &source, &err) != 0)
        fail_msg("%s", err.text);
    return source;
}

/* --- Tokens ---------------------------------------------------------------------------------- */

static void tokens_are(const char *text, const char *want)
{
    struct pysource source = source_of(text);
    char got[512] = "";

    for (size_t s = 0; s < source.statement_count; s++) {
        const struct py_statement *statement = &source.statements[s];
        for (size_t i = statement->tokens.start; i < statement->tokens.end; i++) {
            size_t n = strlen(got);
            snprintf(got + n, sizeof got - n, "%s%.*s", i > statement->tokens.start ? " " : "",
                     (int)source.tokens[i].len, source.tokens[i].s);
        }
        size_t n = strlen(got);
        snprintf(got + n, sizeof got - n, "/%u/%u|", statement->indent, statement->scope);
    }
    if (strcmp(got, want) != 0)
        fail_msg("%s:\n got %s\nwant %s", text, got, want);
}

static void test_statements(void **state)
{
    (void)state;
    tokens_are("a = 1\nb=2 # c\n", "a = 1/0/0|b = 2/0/0|");
    tokens_are("a = 1; b = 2;\n", "a = 1/0/0|b = 2/0/0|");
    tokens_are("a = (1,\n  2)\nb", "a = ( 1 , 2 )/0/0|b/0/0|");
    tokens_are("a = \\\n 1\nb", "a = 1/0/0|b/0/0|");
    tokens_are("if x:\n  a = 1\nelse: b = 2; c", "if x/0/0|a = 1/4/0|else/0/0|b = 2/1/0|c/1/0|");
    tokens_are("def f(a: int) -> str:\n\treturn 1\nx",
               "def f ( a : int ) -> str/0/0|return 1/16/1|x/0/0|");
    tokens_are("class A: v = 1; w = 2\nx", "class A/0/0|v = 1/1/1|w = 2/1/1|x/0/0|");
    tokens_are("if (lambda x: x)(1): a\n", "if ( lambda x : x ) ( 1 )/0/0|a/1/0|");
    tokens_are("x: int = 1\n", "x : int = 1/0/0|");
    tokens_are("async def f():\n  def g():\n    a\n  b",
               "async def f ( )/0/0|def g ( )/4/1|a/8/2|b/4/1|");
    tokens_are("a = 1.5e3 + .5 != b ** c", "a = 1.5e3 + .5 != b ** c/0/0|");
}

static void test_strings(void **state)
{
    (void)state;
    tokens_are("a = 'x' \"y\" # 'z'", "a = 'x' \"y\"/0/0|");
    tokens_are("'''a\n'b' ''' c", "'''a\n'b' ''' c/0/0|");
    tokens_are("a = rb'\\'' + u\"\\\"\" + f'{x}'", "a = rb'\\'' + u\"\\\"\" + f'{x}'/0/0|");
    tokens_are("a = ''\nb = ''''''", "a = ''/0/0|b = ''''''/0/0|");
    tokens_are("a = 'x\\\ny'\nb", "a = 'x\\\ny'/0/0|b/0/0|");
}

static void refused(const char *text, size_t len, const char *message)
{
    struct pysource source;
    struct err err = {0};

    assert_int_equal(pysource_read(text, len, "x.py", &arena, &source, &err), -1);
    if (strstr(err.text, message) == NULL)
        fail_msg("%s", err.text);
}

static void test_what_is_no_python(void **state)
{
    (void)state;
    refused("a = 'x\nb", 8, "x.py:1: a string without end");
    refused("a\n'''x\n", 7, "a string without end");
    refused("(a\n", 3, "x.py:2: a bracket without end");
    refused("a)\n", 3, "x.py:1: a bracket closes");
    refused("a\0b", 3, "x.py:1: a NUL byte");
}

/* --- Values ---------------------------------------------------------------------------------- */

static enum source_result read_nothing(void *ctx, const char *path, const char **data, size_t *len)
{
    (void)ctx, (void)path, (void)data, (void)len;
    return SOURCE_ABSENT;
}

static void value_is(const char *text, const char *want)
{
    struct pysource source = source_of(text);
    struct py_frame frame = pyvalue_module(&source);
    struct py_eval eval;

    pyvalue_init(&eval, &arena);
    eval.read = read_nothing;
    struct py_value value = pyvalue_name(&eval, &frame, "v", 1);
    const char *got = pyvalue_text(&eval, &value);
    if (want == NULL ? got != NULL : got == NULL || strcmp(got, want) != 0)
        fail_msg("%s: got %s, not %s", text, got ? got : "nothing", want ? want : "nothing");
}

static void test_values(void **state)
{
    (void)state;
    value_is("v = '1.2'", "1.2");
    value_is("v = ' 1.2 '", "1.2");
    value_is("v = '1' \"2\" '''3'''", "123");
    value_is("v = r'\\d'", "\\d");
    value_is("v = '\\x31\\u0032\\063\\q'", "123\\q");
    value_is("v = 1.50", "1.5");
    value_is("v = 2.0", "2.0");
    value_is("v = 0x10", NULL);
    value_is("v = 007", NULL);
    value_is("v = ('1')", "1");
    value_is("v = ('1',)", "1");
    value_is("v = '%s.%d' % ('a', 2)", "a.2");
    value_is("v = '%s' % ('a', 2)", NULL);
    value_is("v = '%05d' % 2", NULL);
    value_is("v = '{1}.{0}'.format('a', 'b')", "b.a");
    value_is("v = '{a}.{b}'.format(a=1, b='x')", "1.x");
    value_is("v = '{:02d}'.format(1)", NULL);
    value_is("v = f'{a}.{b}'\na = 1", NULL);
    value_is("a = 1\nv = f'{a}.0'", "1.0");
    value_is("a = 1\nv = f'{a!r}'", NULL);
    value_is("v = '1-2'.replace('-', '.')", "1.2");
    value_is("v = 'v1.2'.lstrip('v')", "1.2");
    value_is("v = 'a=1.2'.split('=')[1]", "1.2");
    value_is("v = 'a=1.2'.split('=')[-1]", "1.2");
    value_is("v = (1, 2, 3, 4)[:2]", "1.2");
    value_is("v = (1, 2, 3, 4)[1:3]", "2.3");
    value_is("v = ('a', 'b')[9]", NULL);
    value_is("_, v = 'a b'.split(' ')", "b");
    value_is("_, v, w = 'a b'.split(' ')", NULL);
    value_is("v = [str(x) for x in (1, 2)]", "1.2");
    value_is("v = '.'.join('%s' % x for x in (1, 2))", "1.2");
    value_is("I = (1, 2)\nv = '{}.{}'.format(*I)", "1.2");
    value_is("v = a\na = '1'", NULL);
    value_is("v = v", NULL);
    value_is("v = '1'\nv = v + '.2'", "1.2");
    value_is("v = '1'\ntry:\n  v = x()\nexcept E:\n  pass", NULL);
    value_is("v = '1'\ndef f():\n  global v\n  v = '2'", NULL);
    value_is("for v in ('1', '2'): pass", NULL);
    value_is("def f(a, b='x'):\n  return a\nv = f('1')", "1");
    value_is("def f(a, b):\n  return b\nv = f(b='1', a='2')", "1");
    value_is("def f(*a):\n  return '.'.join(a)\nv = f('1', '2')", "1.2");
    value_is("def f():\n  return g()\ndef g():\n  return f()\nv = f()", NULL);
    value_is("v = '1' if a else '2'", NULL);
    value_is("v = 1 + 2", NULL);
    value_is("import re\nv = re.search('b(.)', 'ab1').group(1)", "1");
    value_is("import re\nv = re.match('b(.)', 'ab1').group(1)", NULL);
    value_is("import re\nv = re.findall('(?i)B(.)', 'ab1')[0]", "1");
    value_is("import re\nv = re.compile('^b(?P<n>.)', re.M | re.I).search('a\\nB1').group('n')",
             "1");
    value_is("import re\nv = re.search('b(.)', 'ab1')[1]", "1");
    value_is("v = os.environ['V']", NULL);
    value_is("", NULL);
}

/* --- Regular expressions --------------------------------------------------------------------- */

static void test_regex_work_is_bounded(void **state)
{
    (void)state;
    static char text[1 << 16];
    struct pyregex_match match;
    struct err err = {0};

    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = 'c';
    assert_int_equal(
        pyregex_search("(a*)*(a*)*[bd]", 14, 0, text, sizeof text, &arena, &match, &err), -1);
    assert_int_equal(err.reason, REASON_LIMIT);
    assert_int_equal(
        pyregex_search("[^x]*[^x]*[xy]", 14, 0, text, sizeof text, &arena, &match, &err), -1);
    assert_int_equal(pyregex_search("(((a|b){99}){99}){99}", 21, 0, text, 8, &arena, &match, &err),
                     -1);
    assert_int_equal(pyregex_search("(?P<v>c)", 8, 0, text, sizeof text, &arena, &match, &err), 1);
    assert_int_equal(pyregex_named(&match, "v")->s - text, sizeof text - 1);
    assert_null(pyregex_named(&match, "w"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_statements, release),
        cmocka_unit_test_teardown(test_strings, release),
        cmocka_unit_test_teardown(test_what_is_no_python, release),
        cmocka_unit_test_teardown(test_values, release),
        cmocka_unit_test_teardown(test_regex_work_is_bounded, release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
