"""Random templates and what Python's jinja2 makes of them, for JinjaPythonTest.

Needs jinja2 3.1; writes src/test/resources/dev/hone/text/jinja-cases.jsonl:
    python jinja_cases.py > ../resources/dev/hone/text/jinja-cases.jsonl
The first line holds the variables; every other line a template with its "text", or
with "error" where jinja2 refuses it.
The environment is the one that transformers sets up for chat templates.
"""
import copy
import datetime
import json
import random
import re
import warnings

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment

warnings.simplefilter("ignore")
R = random.Random(20260101)
VARIABLES = {
    "s": "Hello World", "e": "", "u": "naïve 🌍 ß x", "q": "it's \"q\"\n\t\\", "n": 7, "z": 0, "neg": -7, "f": 2.5,
    "g": 1e20, "h": 0.1, "big": 123456789012345678901234567890, "t": True, "no": False, "none_": None,
    "l": [3, 1, 2], "xs": [1, 2, 3, 4], "ls": ["b", "A", "c", "a"], "le": [], "ll": [[1, 2], [3]],
    "d": {"a": 1, "b": "x", "items": 5, "c": [1, {"k": None}]}, "de": {},
    "ld": [{"n": "x", "v": 1, "role": "user"}, {"n": "Y", "v": 2, "role": "assistant"}, {"n": "z", "role": "user"}],
    "m": [{"role": "user", "content": " a "}, {"role": "assistant", "content": "b"}],
    "nl": "a\nb\r\n\nc  \n", "num": "42", "numf": " 3.75 ", "numx": "0x1F",
}
NAMES = list(VARIABLES) + ["undef"]
LITERALS = [
    "1", "0", "-1", "2", "3", "2.5", "1e3", "'a'", "'x y'", "\"q\"", "''", "true", "false", "none", "[1, 2]",
    "['a','b']", "{'a': 1}", "(1,)", "(1,2)", "()", "'é🌍'", "'b' 'c'", "1.0", "10", "'Hello'", "'o'", "' '", "'l'",
]
FILTERS = [
    "tojson", "tojson(indent=2)", "tojson(sort_keys=true)", "tojson(ensure_ascii=true)", "tojson(separators=(',',':'))",
    "tojson(true)", "trim", "trim('Hd')", "length", "count", "string", "items|list", "safe", "first", "last", "list",
    "default(\"D\")", "default(\"D\", true)", "d(1)", "lower", "upper", "title", "capitalize", "int", "int(5)", "float",
    "abs", "round", "round(1)", "round(1,\"floor\")", "round(0,\"ceil\")", "round(-1)", "sort", "sort(reverse=true)",
    "sort(attribute=\"v\")", "sort(case_sensitive=true)", "sort(attribute=\"role,n\")", "unique|list",
    "unique(true)|list", "join", "join(\", \")", "join(\"-\", attribute=\"n\")", "map(\"upper\")|list",
    "map(attribute=\"n\")|list", "map(attribute=\"v\", default=0)|list", "map(\"default\",\"q\")|join(\"/\")",
    "select|list", "select(\"odd\")|list", "reject(\"string\")|list", "selectattr(\"v\")|list",
    "selectattr(\"v\",\"defined\")|list", "selectattr(\"role\",\"equalto\",\"user\")|list",
    "rejectattr(\"role\",\"in\",[\"user\"])|map(attribute=\"n\")|join(\",\")",
    "selectattr(\"role\",\"==\",\"user\")|first", "dictsort", "dictsort(reverse=true)", "dictsort(false,\"value\")",
    "indent", "indent(2,true)", "indent(width=\">\", blank=true)", "replace(\"l\",\"LL\")", "replace(\"l\",\"\",1)",
    "replace(\"\",\"-\")", "reverse|list", "min", "max", "sum", "sum(start=2)", "replace(1,2)", "int(default=3)",
    "int(base=16)", "string|length", "map(\"int\")|sum", "map(\"trim\")|list",
]
METHODS = [
    ".upper()", ".lower()", ".title()", ".capitalize()", ".strip()", ".strip(\"Hd\")", ".lstrip()", ".rstrip(\"ld \")",
    ".split()", ".split(\"l\")", ".split(\" \",1)", ".split(none,1)", ".split(sep=\"o\", maxsplit=1)", ".split(\"\")",
    ".rsplit(\"l\",1)", ".splitlines()", ".splitlines(true)", ".startswith(\"H\")", ".startswith((\"x\",\"H\"))",
    ".endswith(\"d\")", ".endswith((\"a\",\"b\"))", ".find(\"o\")", ".find(\"o\",5)", ".rfind(\"o\")", ".find(\"zz\")",
    ".count(\"l\")", ".count(\"\")", ".replace(\"l\",\"L\")", ".replace(\"l\",\"L\",1)", ".replace(\"\",\"-\")",
    ".join([\"a\",\"b\"])", ".join(ls)", ".join(l)", ".items()|list", ".keys()|list", ".values()|list", ".items()",
    ".keys()", ".get(\"a\")", ".get(\"zz\",\"dd\")", ".get(\"zz\")", ".get(1)", ".index(1)", ".count(1)", ".isdigit()",
    ".isalpha()", ".isspace()", ".isupper()", ".islower()", ".isalnum()", ".removeprefix(\"He\")",
    ".removesuffix(\"ld\")", ".partition(\"o\")", ".rpartition(\"o\")", ".zfill(12)", ".ljust(13,\"*\")", ".rjust(13)",
    ".center(14,\"-\")", ".swapcase()", ".startswith(\"e\",1)", ".endswith(\"H\",0,1)", ".append(1)", ".pop(\"a\")",
    ".index(\"o\")", ".copy()", ".foo()",
]
TESTS = [
    "defined", "undefined", "none", "string", "mapping", "iterable", "sequence", "true", "false", "boolean", "number",
    "integer", "float", "odd", "even", "eq 1", "equalto(n)", "in [1,2]", "callable", "divisibleby 3", "lt 3", "ge(2)",
    "ne none",
]
INDICES = [
    "0", "1", "-1", "5", ":2", "::-1", "1:", "-2:", ":-1", "::2", "1:9:2", "5:1:-1", ":n", "z:", "::-2", "-1:0:-1",
    "\"a\"",
]
CALLS = [
    "range(3)", "range(1,6,2)", "range(3,0,-1)|list", "dict(a=1,b=s)", "range(n)|list", "dict(d, z=2)",
    "namespace(a=1).a", "range(n)[2]", "range(9)[::2]|list",
]
PRINTED = [
    "n", "s", "x", "i", "loop.index", "loop.last", "loop.first", "loop.length", "loop.revindex", "loop.previtem",
    "loop.nextitem", "loop.depth", "ns.c", "v", "mac(1)", "mac(n, b=2)", "mac()", "blk", "d.a", "xs|length", "undef",
    "loop.cycle('p','q')", "loop.changed(n)", "caller", "m[0].content|trim", "\"t\"", "loop.index0", "mac", "ns",
]
CONDITIONS = [
    "n == 3", "x is defined", "loop.first", "i", "false", "not v", "ns.c > 1", "loop.last", "xs", "undef",
]
SETS = [
    "x = n", "v = v", "x = (x or 0) + 1", "v, x = 1, 2", "ns.c = ns.c + 1", "ns.c = n", "i = \"I\"", "n = n + 1",
    "s = s ~ \"!\"", "x = loop.index",
]
ITERABLES = [
    "xs", "le", "range(2)", "s", "d", "xs[1:]", "xs|select(\"odd\")", "undef", "(1,2)", "m|map(attribute=\"role\")",
]
SPACES = [
    "", " ", "\n", "  \n", " \n  ", "\n\n", "\t", " x", "y \n", "\n  z", "{", "}", "%", "#", "\n ",
]


def expression(depth=0):
    """A random expression; operators stand without brackets as often as with them, so precedence is tested too."""
    if depth > 2 or R.random() < 0.2:
        return R.choice(R.choice([LITERALS, NAMES]))
    e = lambda: expression(depth + 1)
    kind = R.randrange(17)
    if kind == 0:
        return f"{e()} {R.choice(['+', '-', '*', '/', '//', '%'])} {e()}"
    if kind == 1:
        return f"({e()} {R.choice(['+', '-', '*', '//', '%', '~'])} {e()})"
    if kind == 2:
        return f"{e()} {R.choice(['==', '!=', '<', '>', '<=', '>=', 'in', 'not in'])} {e()}"
    if kind == 3:
        return f"{e()} {R.choice(['<', '==', '>'])} {e()} {R.choice(['<', '==', '<='])} {e()}"
    if kind == 4:
        return f"{e()} {R.choice(['and', 'or'])} {e()}"
    if kind == 5:
        return f"not {e()}"
    if kind == 6:
        return f"({e()} if {e()} else {e()})" if R.random() < 0.7 else f"({e()} if {e()})"
    if kind == 7:
        return f"({e()})[{R.choice(INDICES + [e()])}]"
    if kind == 8:
        return f"({e()}).{R.choice(['a', 'b', 'foo', 'c', 'n', 'role', 'content', '0'])}"
    if kind in (9, 10):
        return f"{e()}|{R.choice(FILTERS)}"
    if kind == 11:
        return f"({e()}){R.choice(METHODS)}"
    if kind == 12:
        return f"{e()} is {R.choice(['', 'not '])}{R.choice(TESTS)}"
    if kind == 13:
        return f"[{e()}, {e()}]"
    if kind == 14:
        key = R.choice(["1", "true", "none", "2.0", '"z"'])
        return f"{{'k': {e()}, {key}: {e()}}}"
    if kind == 15:
        return f"{R.choice(['-', '+'])}{e()}"
    return R.choice(CALLS)


def space():
    return "".join(R.choice(SPACES) for _ in range(R.randrange(3)))


def tag(text):
    return R.choice(["{%", "{%-", "{%+", "{%"]) + " " + text + " " + R.choice(["%}", "-%}", "+%}", "%}"])


def body(depth, in_loop):
    return "".join(space() + statement(depth + 1, in_loop) for _ in range(R.randrange(1, 4))) + space()


def statement(depth=0, in_loop=False):
    kind = R.randrange(16) if depth < 4 else 0
    if kind <= 3:
        return R.choice(["{{", "{{-", "{{"]) + " " + R.choice(PRINTED) + " " + R.choice(["}}", "-}}", "}}"])
    if kind == 4:
        text = tag("if " + R.choice(CONDITIONS)) + body(depth, in_loop)
        text += tag("elif " + R.choice(CONDITIONS)) + body(depth, in_loop) if R.random() < 0.3 else ""
        text += tag("else") + body(depth, in_loop) if R.random() < 0.5 else ""
        return text + tag("endif")
    if kind in (5, 6):
        text = tag("for " + R.choice(["i", "x", "v"]) + " in " + R.choice(ITERABLES)
                   + R.choice(["", "", " if i != 2", " if ns.c < 3", ""])) + body(depth, True)
        text += tag("else") + body(depth, in_loop) if R.random() < 0.3 else ""
        return text + tag("endfor")
    if kind == 7:
        return tag("for k, v in d.items()") + body(depth, True) + tag("endfor")
    if kind == 8:
        return tag("set " + R.choice(SETS))
    if kind == 9:
        return tag("set blk" + R.choice(["", " | trim", " | upper | trim"])) + body(depth, False) + tag("endset")
    if kind == 10:
        return (tag('macro mac(a, b="B", c=a)') + body(depth, False)
                + R.choice(["{{ a }}{{ b }}{{ c }}", "{{ a }}", "{{ caller() if caller }}", "{{ varargs }}"])
                + tag("endmacro"))
    if kind == 11:
        return tag(R.choice(["call mac(1)", "call(u) mac(2)", "call mac()"])) + body(depth, False) + tag("endcall")
    if kind == 12:
        return R.choice(["{#", "{#-", "{#+"]) + space() + " c " + R.choice(["#}", "-#}", "+#}"])
    if kind == 13:
        return (R.choice(["{% raw %}", "{%- raw -%}", "{% raw -%}", "{%+ raw %}"]) + space() + "{{ n }}" + space()
                + R.choice(["{% endraw %}", "{%- endraw -%}", "{%+ endraw %}", "{% endraw +%}"]))
    return tag(R.choice(["break", "continue"])) if kind == 14 and in_loop else tag("set x = 5")


def template():
    text = R.choice(["{% set ns = namespace(c=0) %}", ""])
    text += R.choice(["{% macro mac(a, b=2) %}[{{ a }}{{ b }}{{ caller(a) if caller }}]{% endmacro %}", ""])
    text += body(0, False) + R.choice(["", "\n", "\r\n"])
    return text.replace("\n", "\r\n") if R.random() < 0.2 else text


def environment():
    def refuse(message):
        raise jinja2.exceptions.TemplateError(message)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    # the optimizer folds constants by other rules than those that hold for variables
    env = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, optimized=False, extensions=[jinja2.ext.loopcontrols])
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = refuse
    env.globals["strftime_now"] = lambda f: datetime.datetime(2026, 2, 3, 14, 5, 6).strftime(f)
    return env


def main():
    env = environment()
    print(json.dumps(VARIABLES, ensure_ascii=False))
    wanted = {True: 900, False: 500}
    failing = 300
    while wanted[True] or wanted[False]:
        simple = R.random() < 0.6
        source = "{% set r = " + expression() + " %}{{ r }}" if simple else template()
        case = {"template": source}
        try:
            case["text"] = env.from_string(source).render(**copy.deepcopy(VARIABLES))
        except Exception as e:
            case["error"] = f"{type(e).__name__}: {e}"
        # what depends on memory addresses is no reference, nor that jinja2 lets a comment at the very end be open
        vague = re.search("object at 0x|method|anonymous", str(case)) or re.search(r"\{#\s*$", source)
        if vague or len(source) > 600 or ("error" in case and not failing) or not wanted[simple]:
            continue
        failing -= "error" in case
        wanted[simple] -= 1
        print(json.dumps(case, ensure_ascii=False))


if __name__ == "__main__":
    main()
