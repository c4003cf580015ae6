package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Feature by feature: what a template prints; the expected texts are those of Python's jinja2. */
class JinjaSemanticsTest {
    private static Map<String, Object> variables() {
        Map<String, Object> variables = new LinkedHashMap<>();
        variables.put("s", "Hello");
        variables.put("u", "a🌍é");
        variables.put("n", 7);
        variables.put("none_", null);
        variables.put("l", List.of(3, 1, 2));
        Map<String, Object> dict = new LinkedHashMap<>();
        dict.put("b", 1);
        dict.put("items", 5);
        variables.put("d", dict);
        variables.put("messages", List.of(Map.of("role", "user", "n", 1), Map.of("role", "assistant"),
                Map.of("role", "user", "n", 2)));
        return variables;
    }

    private static String render(String source) {
        return ChatTemplate.parse(source).renderVariables(variables()).text();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
            none_                                  ¦ None
            true                                   ¦ True
            1.0                                    ¦ 1.0
            1e20                                   ¦ 1e+20
            1e16                                   ¦ 1e+16
            123456789012345.0                      ¦ 123456789012345.0
            0.0001                                 ¦ 0.0001
            0.00001                                ¦ 1e-05
            5e-324                                 ¦ 5e-324
            0.1 + 0.2                              ¦ 0.30000000000000004
            -7 % 3                                 ¦ 2
            -7 // 2                                ¦ -4
            7 / 2                                  ¦ 3.5
            4 / 2                                  ¦ 2.0
            -7.5 % 2                               ¦ 0.5
            2 ** 10                                ¦ 1024
            2 ** -1                                ¦ 0.5
            2 ** 3 ** 2                            ¦ 64
            9223372036854775807 + 1                ¦ 9223372036854775808
            true + 1                               ¦ 2
            1 == 1.0                               ¦ True
            1 == true                              ¦ True
            '1' == 1                               ¦ False
            [1] == (1,)                            ¦ False
            1 < 2 < 3                              ¦ True
            3 > 2 > 2                              ¦ False
            1 < 3 > 2                              ¦ True
            'a' < 'b'                              ¦ True
            [1, 'a', none, 1.5, true]              ¦ [1, 'a', None, 1.5, True]
            {'a': [1], 2: none}                    ¦ {'a': [1], 2: None}
            (1,)                                   ¦ (1,)
            ()                                     ¦ ()
            ["it's", 'a"b', 'x\\n\\té']              ¦ ["it's", 'a"b', 'x\\n\\té']
            'a' 'b'                                ¦ ab
            1 ~ none ~ [2]                         ¦ 1None[2]
            'ab' * 3                               ¦ ababab
            'é' in 'née'                           ¦ True
            1 not in l                             ¦ False
            'b' in d                               ¦ True
            not x is defined                       ¦ True
            not none_ is defined                   ¦ False
            x is not defined and s is string       ¦ True
            x                                      ¦ ``
            x|length                               ¦ 0
            [x]                                    ¦ [Undefined]
            d.missing                              ¦ ``
            d.b                                    ¦ 1
            d['items']                             ¦ 5
            d.items()|list                         ¦ [('b', 1), ('items', 5)]
            d.get('zz')                            ¦ None
            d.get('zz', 9)                         ¦ 9
            d.keys()                               ¦ dict_keys(['b', 'items'])
            l[-1]                                  ¦ 2
            l[9]                                   ¦ ``
            l[::-1]                                ¦ [2, 1, 3]
            l[:1 + 1]                              ¦ [3, 1]
            u|length                               ¦ 3
            u[1]                                   ¦ 🌍
            u[::-1]                                ¦ é🌍a
            u.find('é')                            ¦ 2
            u|list                                 ¦ ['a', '🌍', 'é']
            'yes' if n > 3 else 'no'               ¦ yes
            'yes' if n < 3                         ¦ ``
            -1|abs                                 ¦ 1
            -n|abs                                 ¦ 7
            0 or 'a'                               ¦ a
            '' and 'a'                             ¦ ``
            namespace(a=1).a                       ¦ 1
            range(5)                               ¦ range(0, 5)
            range(1, 9, 3)|list                    ¦ [1, 4, 7]
            dict(a=1)                              ¦ {'a': 1}
            '%s=%d %5.2f%%' % ('a', 3, 2.5)        ¦ a=3  2.50%
            '%s' % n                               ¦ 7
            """)
    void expressions(String expression, String expected) {
        assertThat(render("{{ " + expression + " }}")).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
            d|tojson                                       ¦ {"b": 1, "items": 5}
            {'b': 1, 'a': [1, 2.0, none, 'é"<']}|tojson    ¦ {"b": 1, "a": [1, 2.0, null, "é\\"<"]}
            {'b': 1, 'a': 2}|tojson(sort_keys=true)        ¦ {"a": 2, "b": 1}
            [1, 2]|tojson(separators=(',', ':'))           ¦ [1,2]
            'é🌍'|tojson(ensure_ascii=true)                ¦ "\\u00e9\\ud83c\\udf0d"
            [[], {}, [1]]|tojson(indent=1)                 ¦ `[\n [],\n {},\n [\n  1\n ]\n]`
            '  a '|trim                                    ¦ a
            'xax'|trim('x')                                ¦ a
            l|sort                                         ¦ [1, 2, 3]
            l|sort(reverse=true)                           ¦ [3, 2, 1]
            ['b', 'A', 'a']|sort                           ¦ ['A', 'a', 'b']
            ['b', 'A', 'a', 'B']|unique|list               ¦ ['b', 'A']
            l|join(', ')                                   ¦ 3, 1, 2
            messages|map(attribute='role')|join(',')       ¦ user,assistant,user
            messages|map(attribute='n', default=0)|list    ¦ [1, 0, 2]
            messages|selectattr('n')|list|length           ¦ 2
            messages|selectattr('role', 'equalto', 'user')|map(attribute='n')|list ¦ [1, 2]
            messages|rejectattr('role', 'in', ['user'])|list|length ¦ 1
            [1, 2, 3]|select('odd')|list                   ¦ [1, 3]
            [1, 2, 3]|reject('odd')|list                   ¦ [2]
            ['a', 'b']|map('upper')|list                   ¦ ['A', 'B']
            {'b': 1, 'a': 2}|dictsort                      ¦ [('a', 2), ('b', 1)]
            d|items|list                                   ¦ [('b', 1), ('items', 5)]
            x|items|list                                   ¦ []
            x|default('D')                                 ¦ D
            ''|default('D', true)                          ¦ D
            none_|default('D')                             ¦ None
            'heLLo wORLD'|title                            ¦ Hello World
            'heLLo'|capitalize                             ¦ Hello
            '42.9'|int                                     ¦ 42
            'x'|int(5)                                     ¦ 5
            '0x1F'|int(base=16)                            ¦ 31
            '2.5'|float                                    ¦ 2.5
            2.5|round                                      ¦ 2.0
            3.5|round                                      ¦ 4.0
            2.675|round(2)                                 ¦ 2.67
            2.1|round(0, 'ceil')                           ¦ 3.0
            7|round                                        ¦ 7
            []|first is defined                            ¦ False
            l|first                                        ¦ 3
            l|last                                         ¦ 2
            'a\\nb\\n\\nc'|indent(2)                          ¦ `a\n  b\n\n  c`
            'aXbX'|replace('X', '-', 1)                    ¦ a-bX
            '<b>'|safe                                     ¦ <b>
            '<i>' + ('<b>'|safe)                           ¦ &lt;i&gt;<b>
            ('<b>'|safe) ~ '<i>'                           ¦ <b><i>
            5|string + 'a'                                 ¦ 5a
            """)
    void filters(String expression, String expected) {
        assertThat(render("{{ " + expression + " }}")).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
            ' a  b '.split()              ¦ ['a', 'b']
            ' a  b c '.split(none, 1)     ¦ ['a', 'b c ']
            'a,b,c'.split(',', 1)         ¦ ['a', 'b,c']
            'a</think>b'.split('</think>')[-1] ¦ b
            'xxaxx'.strip('x')            ¦ a
            'abcab'.lstrip('ba')          ¦ cab
            'ab\\n'.rstrip()               ¦ ab
            'abc'.startswith('ab')        ¦ True
            'abc'.startswith(('x', 'a'))  ¦ True
            'abc'.endswith(('x', 'c'))    ¦ True
            'abcabc'.replace('b', '')     ¦ acac
            'abab'.count('ab')            ¦ 2
            ', '.join(['a', 'b'])         ¦ a, b
            "they're".title()             ¦ They'Re
            'straße'.upper()              ¦ STRASSE
            'hELLO'.capitalize()          ¦ Hello
            'a=b=c'.partition('=')        ¦ ('a', '=', 'b=c')
            'abc'.removeprefix('a')       ¦ bc
            '12'.isdigit()                ¦ True
            'a\\nb'.splitlines()           ¦ ['a', 'b']
            """)
    void methods(String expression, String expected) {
        assertThat(render("{{ " + expression + " }}")).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
            'a' + ['b']           ¦ can only concatenate str (not "list") to str
            'a' + none            ¦ can only concatenate str (not "NoneType") to str
            1 + 'a'               ¦ unsupported operand types for +: 'int' and 'str'
            x + 'a'               ¦ 'x' is undefined
            x.y                   ¦ 'x' is undefined
            d.zz.y                ¦ 'dict object' has no attribute 'zz'
            x()                   ¦ 'x' is undefined
            s()                   ¦ 'str' object is not callable
            s.zz()                ¦ 'str object' has no attribute 'zz'
            none_|list            ¦ 'NoneType' object is not iterable
            none_|length          ¦ has no len()
            1 in 5                ¦ argument of type 'int' is not iterable
            1 in 'a'              ¦ requires string as left operand, not int
            'a' < 1               ¦ '<' not supported between instances of 'str' and 'int'
            1 // 0                ¦ division or modulo by zero
            x|tojson              ¦ Object of type Undefined is not JSON serializable
            [1]|first|items       ¦ Can only get item pairs from a mapping
            l.append(1)           ¦ access to attribute 'append' of 'list' object is unsafe
            l['a':]               ¦ slice indices must be integers or None
            l[::0]                ¦ slice step cannot be zero
            {[1]: 2}              ¦ unhashable type: 'list'
            raise_exception('No!') ¦ No!
            [1]|map('int')        ¦ generator has no text
            s.upper               ¦ the function 'upper' has no text
            s|trim(1)             ¦ must be str, not int
            s|replace('a')        ¦ missing required argument: 'new'
            s|trim('a', 'b')      ¦ takes at most 1 arguments
            s|trim(chars='a', z=1) ¦ unexpected keyword argument 'z'
            range(100001)         ¦ range() too big
            """)
    void failuresNameTheLineAndTheReason(String expression, String message) {
        assertThatThrownBy(() -> render("a\n\n{{ " + expression + " }}")).isInstanceOf(TemplateException.class)
                .hasMessageStartingWith("chat template line 3: ").hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
            {% include 'a' %}              ¦ the tag 'include' is not supported; supported are break, call
            {% extends 'a' %}              ¦ 'extends' is not supported
            {% with a = 1 %}{% endwith %}  ¦ 'with' is not supported
            {% endif %}                    ¦ the tag 'endif' closes nothing
            {% if a %}                     ¦ expected elif, else, endif
            {% for a in b recursive %}     ¦ recursive loops are not supported
            {% break %}                    ¦ 'break' stands outside of a loop
            {% for a in b %}{% generation %}{% continue %}{% endgeneration %}{% endfor %} ¦ 'continue' stands outside
            {% set loop = 1 %}             ¦ cannot assign to 'loop'
            {% set 1 = 1 %}                ¦ expected a name to assign to, found '1'
            {% macro m(a=1, b) %}          ¦ the parameter 'b' without a default
            {% call 5 %}{% endcall %}      ¦ a call block needs the call of a macro
            {% raw %}                      ¦ {% raw %} is not closed
            {% if a                        ¦ a statement {% … %} is not closed
            {{ a                           ¦ a print statement {{ … }} is not closed
            {# a                           ¦ a comment {# … #} is not closed
            {{ 'a }}                       ¦ a string that begins with ' is not closed
            {{ a|urlize }}                 ¦ the filter 'urlize' is not supported; supported are abs, capitalize
            {{ a|map('urlize') }}          ¦ the filter 'urlize' is not supported
            {{ a is sameas(b) }}           ¦ the test 'sameas' is not supported; supported are
            {{ a|select('sameas') }}       ¦ the test 'sameas' is not supported
            {{ a.format(1) }}              ¦ the method 'format' of str is not supported; supported are capitalize
            {{ cycler(1) }}                ¦ the function 'cycler' is not supported; supported are dict
            {{ f(*a) }}                    ¦ unpacking arguments with * is not supported
            {{ f(a=1, 2) }}                ¦ an argument without a name follows
            {{ 1 + }}                      ¦ expected a value, found the end of the print statement
            {{ (1 }}                       ¦ unexpected '}'
            {{ 1) }}                       ¦ unexpected ')'
            {{ a b }}                      ¦ expected '}}', found 'b'
            {{ ? }}                        ¦ unexpected character '?'
            {{ '\\x1' }}                    ¦ needs 2 hexadecimal digits
            """)
    void whatIsNotSupportedIsRefusedWhenParsed(String source, String message) {
        assertThatThrownBy(() -> ChatTemplate.parse("\n" + source)).isInstanceOf(TemplateException.class)
                .hasMessageStartingWith("chat template line 2: ").hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
            {% for i in l %}{{ i }}{{ ',' if not loop.last }}{% endfor %}                 ¦ 3,1,2
            {% for i in l %}{{ loop.index }}/{{ loop.length }}:{{ loop.revindex0 }} {% endfor %}¦ `1/3:2 2/3:1 3/3:0 `
            {% for i in l if i > 1 %}{{ loop.index }}{{ i }} {% endfor %}                 ¦ `13 22 `
            {% for i in [] %}x{% else %}none{% endfor %}                                  ¦ none
            {% for i in x %}x{% else %}none{% endfor %}                                   ¦ none
            {% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}                       ¦ b=1;items=5;
            {% for i in l %}{{ loop.previtem }}<{{ i }}>{{ loop.nextitem }} {% endfor %}  ¦ `<3>1 3<1>2 1<2> `
            {% for i in l %}{{ loop.cycle('a', 'b') }}{% endfor %}                        ¦ aba
            {% for i in l %}{% if i == 1 %}{% continue %}{% endif %}{{ i }}{% endfor %}   ¦ 32
            {% for i in l %}{% if i == 1 %}{% break %}{% endif %}{{ i }}{% endfor %}      ¦ 3
            {% set a = 1 %}{% for i in l %}{% set a = 2 %}{% endfor %}{{ a }}             ¦ 1
            {% set a = 1 %}{% for i in l %}{{ a }}{% set a = a + 1 %}{% endfor %}         ¦ 111
            {% set ns = namespace(a=0) %}{% for i in l %}{% set ns.a = ns.a + i %}{% endfor %}{{ ns.a }} ¦ 6
            {% if true %}{% set a = 1 %}{% endif %}{{ a }}                                ¦ 1
            {% set a, b = 1, [2] %}{{ a }}{{ b }}                                         ¦ 1[2]
            {% set a %} x{{ n }} {% endset %}[{{ a }}]                                    ¦ [ x7 ]
            {% set a | trim | upper %} x{{ n }} {% endset %}[{{ a }}]                     ¦ [X7]
            {% if n == 1 %}a{% elif n == 7 %}b{% else %}c{% endif %}                      ¦ b
            {% macro m(a, b=2, c=b) %}{{ a }}{{ b }}{{ c }};{% endmacro %}{{ m(1) }}{{ m(1, c=5) }}{{ m(b=0, a=3) }} ¦ 122;125;300;
            {% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, a=2) }}         ¦ (1,){'a': 2}
            {% macro m(a) %}[{{ caller(a) }}]{% endmacro %}{% call(x) m(3) %}{{ x }}{{ n }}{% endcall %} ¦ [37]
            {% set a = 1 %}{% macro m() %}{{ a }}{% endmacro %}{% set a = 2 %}{{ m() }}   ¦ 2
            {% raw %}{{ n }}{% if %}{% endraw %}                                          ¦ {{ n }}{% if %}
            a{# {{ n }} #}b                                                               ¦ ab
            {%- set a -%}   x   {%- endset -%}  [{{ a }}]                                 ¦ [x]
            {{ {'a': {'b': 1}}['a']['b'] }}                                               ¦ 1
            {% generation %}{% set n = 1 %}{{ n }}{% endgeneration %}{{ n }}              ¦ 17
            """)
    void statements(String source, String expected) { assertThat(render(source)).isEqualTo(expected); }

    @Test
    void blocksTrimTheirLinesAsTransformersHasIt() {
        assertThat(render("a\n  {% if true %}\n  b\n  {% endif %}\nc\n")).isEqualTo("a\n  b\nc");
        assertThat(render("a\n  {{ n }}\n  {# c #}\nb\n\n")).isEqualTo("a\n  7\nb\n");
        assertThat(render("a  {%- if true -%}  b  {%- endif +%}\nc")).isEqualTo("ab\nc");
        assertThat(render("a\n  {%+ if true %}b{% endif %}")).isEqualTo("a\n  b");
        assertThat(render("a \n {{- n -}} \n b")).isEqualTo("a7b");
        assertThat(render("x {% if true %}y{% endif %}\n z")).isEqualTo("x y z");
        assertThat(render("a\r\n{% if true %}\r\nb{% endif %}\rc\r\n")).isEqualTo("a\nbc");
    }

    @Test
    void missingArgumentsOfMacrosFail() {
        assertThatThrownBy(() -> render("{% macro m(a) %}{{ a.b }}{% endmacro %}{{ m() }}"))
                .hasMessageContaining("parameter 'a' was not provided");
        assertThatThrownBy(() -> render("{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}"))
                .hasMessageContaining("macro 'm' takes not more than 1 argument(s)");
        assertThatThrownBy(() -> render("{% macro m(a) %}{% endmacro %}{{ m(b=2) }}"))
                .hasMessageContaining("macro 'm' takes no keyword argument 'b'");
        assertThatThrownBy(() -> render("{% set x = 1 %}\n{% set x.y = 2 %}"))
                .hasMessageContaining("line 2").hasMessageContaining("non-namespace");
        assertThatThrownBy(() -> render("{% for a, b in l %}{% endfor %}"))
                .hasMessageContaining("'int' object is not iterable");
        assertThatThrownBy(() -> render("{% set a, b = [1, 2, 3] %}"))
                .hasMessageContaining("cannot unpack 3 values into 2 names");
    }
}
