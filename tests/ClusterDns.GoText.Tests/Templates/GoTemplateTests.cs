using System.Diagnostics.CodeAnalysis;
using ClusterDns.GoText.Templates;
using CsCheck;

namespace ClusterDns.GoText.Tests.Templates;

[SuppressMessage("Naming", "CA1724", Justification = "A test class is named after what it tests.")]
public sealed class GoTemplateTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a } b }} c {", "a } b }} c {")]
    [InlineData("{{.Name}}", "www.example.")]
    [InlineData("a {{ .Name }} b", "a www.example. b")]
    [InlineData("a {{- .Name -}} b", "awww.example.b")]
    [InlineData("a \n\t {{- 3 -}} \r\n b", "a3b")]
    [InlineData("a {{-3}} b", "a -3 b")]
    [InlineData("a {{/* a comment }} */}} b", "a  b")]
    [InlineData("a {{- /* trims */ -}} b", "ab")]
    [InlineData("a {{/* trims */ -}} b", "a b")]
    [InlineData("{{\n\"x\"\n}}", "x")]
    [InlineData("{{ . }}", "(data)")]
    [InlineData("{{ $ }}", "(data)")]
    [InlineData("{{ $.Name }}", "www.example.")]
    [InlineData("{{ .Item.Name }} {{ (.Item).Name }}", "item item")]
    [InlineData("{{ .Group.a }}", "alpha")]
    [InlineData("{{ .Group.none }}", "<no value>")]
    [InlineData("{{ $x := .Group }}{{ $x.none.deeper }}", "<no value>")]
    [InlineData("{{ index .Group \"a\" }}|{{ index .Group \"none\" }}|{{ index .Group \"1\" }}", "alpha||one")]
    [InlineData("{{ print .Group.none }}", "<nil>")]
    [InlineData("{{ .Any.n }} {{ .Any.b }} {{ .Any.l }} {{ .Any.z }} {{ .Any.none }} {{ index .Any \"none\" }} {{ len .Any }}", "5 true [1 a] <no value> <no value> <no value> 4")]
    [InlineData("{{ .Any }} {{ printf \"%v %T %d\" .Any.n .Any.n .Any.n }} {{ printf \"%T\" .Any }}", "map[b:true l:[1 a] n:5 z:<nil>] 5 int 5 map[string]interface {}")]
    [InlineData("{{ eq .Any.n 5 }} {{ if .Any.b }}y{{ end }} {{ index .Any.l 1 }} {{ range $k, $v := .Any }}{{ $k }}={{ $v }} {{ end }}", "true y a b=true l=[1 a] n=5 z=<no value> ")]
    [InlineData("{{ index .List 0 }} {{ index .List 2 }}", "x z")]
    [InlineData("{{ index .Items 0 | printf \"%v\" }} {{ (index .Items 0).Name }}", "(item) item")]
    [InlineData("{{ index \"abc\" 1 }} {{ index .List 1 0 }}", "98 121")]
    [InlineData("{{ .List }} {{ .Group }} {{ slice .List 1 }} {{ slice .List 1 2 }} {{ slice .List }}", "[x y z] map[1:one a:alpha] [y z] [y] [x y z]")]
    [InlineData("{{ slice \"abcdef\" 2 4 }}{{ slice \"abc\" 3 }}", "cd")]
    [InlineData("{{ slice .List 0 1 3 }}", "[x]")]
    [InlineData("{{ len .List }} {{ len .Group }} {{ len \"é\" }} {{ len \"\" }}", "3 2 2 0")]
    [InlineData("{{ .Echo \"x\" }} {{ \"y\" | .Echo }} {{ print (.Echo \"z\") }} {{ $.Echo \"v\" }} {{ (print . | $.Echo) }}", "<x> <y> <z> <v> <(data)>")]
    [InlineData("{{ true }} {{ false }} {{ print nil }}", "true false <nil>")]
    [InlineData("{{ 0x1F }} {{ 0o17 }} {{ 017 }} {{ 0b101 }} {{ 1_000_000 }} {{ -5 }} {{ +5 }} {{ 0x_1 }} {{ 0 }}", "31 15 15 5 1000000 -5 5 1 0")]
    [InlineData("{{ 'a' }} {{ '\\n' }} {{ '\\'' }} {{ 'é' }} {{ '\\x41' }}", "97 10 39 233 65")]
    [InlineData("{{ 1e5 }} {{ 1e6 }} {{ 1.5 }} {{ .5 }} {{ 1e3 }} {{ 1e21 }} {{ 0x1p-2 }} {{ 1e-7 }} {{ -2.50 }} {{ 1e+2 }} {{ 123456789.0 }}", "100000 1e+06 1.5 0.5 1000 1e+21 0.25 1e-07 -2.5 100 1.23456789e+08")]
    [InlineData("{{ \"a\\t\\\"\\\\\\x41\\101\\u00e9\\U0001F600\\xc3\\xa9\" }}", "a\t\"\\AAé\U0001F600é")]
    [InlineData("{{ `raw \\n \"x\"` }}", "raw \\n \"x\"")]
    [InlineData("{{ $x := \"v\" }}{{ $x }}{{ $x = 5 }}{{ $x }}", "v5")]
    [InlineData("{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ $x }}{{ end }}{{ $x }}", "21")]
    [InlineData("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}", "2")]
    [InlineData("{{ $x := 1 }}{{ $x := print $x 2 }}{{ $x }}", "1 2")]
    [InlineData("{{ $x := .Item }}{{ $x.Name }}", "item")]
    [InlineData("{{ if $y := .Name }}{{ $y }}{{ end }}", "www.example.")]
    [InlineData("{{ if .Name }}a{{ else }}b{{ end }}", "a")]
    [InlineData("{{ if .Group.none }}a{{ else }}b{{ end }}", "b")]
    [InlineData("{{ if 0 }}a{{ else if \"\" }}b{{ else if .Name }}c{{ else }}d{{ end }}", "c")]
    [InlineData("{{ if 0.0 }}a{{ else if not nil }}c{{ end }}", "c")]
    [InlineData("{{ if . }}a{{ end }}{{ if .List }}b{{ end }}{{ if .Empty }}c{{ end }}", "ab")]
    [InlineData("{{ with .Item }}{{ .Name }}{{ else }}x{{ end }}", "item")]
    [InlineData("{{ with .Group.none }}a{{ else }}{{ .Name }}{{ end }}", "www.example.")]
    [InlineData("{{ with \"\" }}a{{ else with .Item }}{{ .Name }}{{ else }}c{{ end }}", "item")]
    [InlineData("{{ with $x := .Item }}{{ $x.Name }}{{ $.Name }}{{ end }}", "itemwww.example.")]
    [InlineData("{{ range .List }}{{ . }},{{ end }}", "x,y,z,")]
    [InlineData("{{ range $v := .List }}{{ $v }}{{ end }}", "xyz")]
    [InlineData("{{ range $i, $v := .List }}{{ $i }}{{ $v }} {{ end }}", "0x 1y 2z ")]
    [InlineData("{{ $i := 9 }}{{ $v := 9 }}{{ range $i, $v = .List }}{{ end }}{{ $i }}{{ $v }}", "2z")]
    [InlineData("{{ range $k, $v := .Group }}{{ $k }}={{ $v }} {{ end }}", "1=one a=alpha ")]
    [InlineData("{{ range .Empty }}a{{ else }}{{ .Name }}{{ end }}", "www.example.")]
    [InlineData("{{ range .Group.none }}a{{ else }}b{{ end }}", "b")]
    [InlineData("{{ range 3 }}{{ . }}{{ end }}{{ range $n := .Number }}{{ $n }}{{ else }}-{{ end }}{{ range 0 }}a{{ else }}b{{ end }}", "0120123b")]
    [InlineData("{{ range .List }}{{ if eq . \"y\" }}{{ continue }}{{ end }}{{ . }}{{ end }}", "xz")]
    [InlineData("{{ range .List }}{{ if eq . \"y\" }}{{ break }}{{ end }}{{ . }}{{ end }}", "x")]
    [InlineData("{{ range 2 }}{{ range 5 }}{{ if eq . 2 }}{{ break }}{{ end }}{{ . }}{{ end }};{{ end }}", "01;01;")]
    [InlineData("{{ range .Items }}{{ .Name }}{{ end }}", "item")]
    [InlineData("{{ define \"T\" }}[{{ . }}]{{ end }}{{ template \"T\" .Name }}{{ template \"T\" }}", "[www.example.][<no value>]")]
    [InlineData("{{ block \"B\" .Item }}{{ .Name }}{{ $.Name }}{{ end }}", "itemitem")]
    [InlineData("{{ define \"T\" }}{{ if . }}{{ template \"T\" slice . 1 }}{{ slice . 0 1 }}{{ end }}{{ end }}{{ template \"T\" \"abc\" }}", "cba")]
    [InlineData("{{ and 1 0 2 }} {{ and 1 2 }} {{ or 0 \"\" 3 }} {{ or 0 \"\" }} {{ not 0 }} {{ not .Name }}", "0 2 3  true false")]
    [InlineData("{{ and false (index .List 9) }} {{ or 1 (index .List 9) }}", "false 1")]
    [InlineData("{{ 5 | and 1 }} {{ 5 | or 0 }} {{ print print | len }}", "5 5 0")]
    [InlineData("{{ eq 1 1 }} {{ eq 1 2 3 1 }} {{ eq \"a\" \"b\" }} {{ ne \"a\" \"b\" }} {{ eq true true }} {{ eq 1.5 1.5 }}", "true true false true true true")]
    [InlineData("{{ lt 1 2 }} {{ le 2 2 }} {{ gt \"b\" \"a\" }} {{ ge 1.5 2.5 }} {{ lt -1 .Number }} {{ gt .Number -1 }} {{ eq .Number 4 }}", "true true true false true true true")]
    [InlineData("{{ eq .Group.none nil }} {{ eq .Group.none \"\" }} {{ eq .Item .Item }} {{ 1 | eq 1 }}", "true false true true")]
    [InlineData("{{ print 1 2 \"a\" 3 4 \"b\" \"c\" true }}", "1 2a3 4bctrue")]
    [InlineData("{{ println 1 \"a\" nil }}", "1 a <nil>\n")]
    [InlineData("{{ println }}", "\n")]
    [InlineData("{{ html \"<a href='x'>&\\\"\" }}", "&lt;a href=&#39;x&#39;&gt;&amp;&#34;")]
    [InlineData("{{ js \"a'b\\\"c\\\\<>&=\\n é\" }}", "a\\'b\\\"c\\\\\\u003C\\u003E\\u0026\\u003D\\u000A é")]
    [InlineData("{{ urlquery \"a b&é\" 1 }}", "a+b%26%C3%A91")]
    [InlineData("{{ parseInt \"7f\" 16 8 }} {{ parseInt \"0x1F\" 0 0 }} {{ parseInt \"0b11\" 0 8 }} {{ parseInt \"017\" 0 8 }} {{ parseInt \"z\" 36 64 }} {{ parseInt \"18446744073709551615\" 10 64 }}", "127 31 3 15 35 18446744073709551615")]
    [InlineData("{{ \"10\" | print | len | printf \"%03d\" }}", "002")]
    [InlineData("{{ (len .Name) | printf \"%d\" }}", "12")]
    public void A_template_gives_what_Go_gives(string template, string expected) => Assert.Equal(expected, Run(template));

    [Theory]
    [InlineData("%d|%5d|%-5d|%05d|%+d|% d|%x|%X|%#x|%o|%#o|%O|%b|%c|%q|%U", "42|   42|42   |00042|+42| 42|2a|2A|0x2a|52|052|0o52|101010|*|'*'|U+002A", "42")]
    [InlineData("%d|%05d|%+d|%x|%.4d|%6.3d", "-42|-0042|-42|-2a|-0042|  -042", "-42")]
    [InlineData("%s|%6s|%-6s|%06s|%.2s|%q|%+q|%#q|%x|%X|% x|%#x|%v|%#v|%.1x", "aéb|   aéb|aéb   |   aéb|aé|\"aéb\"|\"a\\u00e9b\"|`aéb`|61c3a962|61C3A962|61 c3 a9 62|0x61c3a962|aéb|\"aéb\"|61", "\"aéb\"")]
    [InlineData("%t|%v|%6t", "true|true|  true", "true")]
    [InlineData("%v|%f|%.2f|%e|%g|%8.3f|%08.3f|%+.1f|%E|%G|%.3g|%-8.1f|", "2.5|2.500000|2.50|2.500000e+00|2.5|   2.500|0002.500|+2.5|2.500000E+00|2.5|2.5|2.5     |", "2.5")]
    [InlineData("%v|%g|%.3g|%f", "-1e+30|-1e+30|-1e+30|-1000000000000000019884624838656.000000", "-1e30")]
    [InlineData("%s|%v|%q|%x", "[x y z]|[x y z]|[\"x\" \"y\" \"z\"]|[78 79 7a]", ".List")]
    [InlineData("%s|%q", "map[1:one a:alpha]|map[\"1\":\"one\" \"a\":\"alpha\"]", ".Group")]
    [InlineData("%T|%8T|", "string|  string|", "\"x\"")]
    [InlineData("%T|%d|%v", "uint16|4|4", ".Number")]
    [InlineData("%T|%v|%s", "<nil>|<nil>|%!s(<nil>)", "nil")]
    [InlineData("%d|%y|%t", "%!d(string=x)|%!y(string=x)|%!t(string=x)", "\"x\"")]
    [InlineData("%s|%f", "%!s(int=1)|%!f(int=1)", "1")]
    [InlineData("%s|%d", "%!s(bool=true)|%!d(bool=true)", "true")]
    public void Printf_writes_each_verb(string format, string expected, string argument)
    {
        string arguments = string.Concat(Enumerable.Repeat(" " + argument, format.Count(static c => c == '%')));
        Assert.Equal(expected, Run($"{{{{ printf `{format.Replace('`', '\'')}`{arguments} }}}}"));
    }

    [Theory]
    [InlineData("{{ printf \"100%%\" }}", "100%")]
    [InlineData("{{ printf \"%d %d\" 1 }}", "1 %!d(MISSING)")]
    [InlineData("{{ printf \"%d\" 1 \"x\" nil }}", "1%!(EXTRA string=x, <nil>)")]
    [InlineData("{{ printf \"%\" }}", "%!(NOVERB)")]
    [InlineData("{{ printf \"%*d|%-*d|%.*s\" 4 7 3 7 2 \"abc\" }}", "   7|7  |ab")]
    [InlineData("{{ printf \"%*d|\" -4 7 }}", "7   |")]
    [InlineData("{{ printf \"%q\" \"\\a\\b\\x01\\u200b\" }}", "\"\\a\\b\\x01\\u200b\"")]
    public void Printf_tells_what_does_not_fit(string template, string expected) => Assert.Equal(expected, Run(template));

    [Theory]
    [InlineData("{{ .Nmae }}", "unknown field '.Nmae': expected one of .Echo, .Empty, .Group, .Item, .Items, .List, .Name, .Number; did you mean '.Name'?, at column 4 of the template")]
    [InlineData("{{ .Name.x }}", "values of type string have no field x, at column 9 of the template")]
    [InlineData("{{ with .Item }}{{ .Nam }}{{ end }}", "unknown field '.Nam': expected one of .Name; did you mean '.Name'?, at column 20 of the template")]
    [InlineData("{{ range .Items }}{{ .Nam }}{{ end }}", "unknown field '.Nam': expected one of .Name; did you mean '.Name'?, at column 22 of the template")]
    [InlineData("{{ range .List }}{{ .Name }}{{ end }}", "values of type string have no field Name, at column 21 of the template")]
    [InlineData("{{ $.Nam }}", "unknown field '.Nam': expected one of .Echo, .Empty, .Group, .Item, .Items, .List, .Name, .Number; did you mean '.Name'?, at column 5 of the template")]
    [InlineData("{{ .Name 1 }}", "'.Name' is not a function and takes no arguments, at column 4 of the template")]
    [InlineData("{{ .Echo }}", "'.Echo' takes one argument, a string, at column 4 of the template")]
    [InlineData("{{ print .Echo }}", "'.Echo' takes one argument, a string: put both in parentheses, at column 10 of the template")]
    [InlineData("{{ \"x\" 1 }}", "'\"x\"' is not a function and takes no arguments, at column 4 of the template")]
    [InlineData("{{ 1 | 2 }}", "'2' is not a function and takes no arguments, at column 8 of the template")]
    [InlineData("{{ nil }}", "'nil' cannot be used as a command, at column 4 of the template")]
    [InlineData("{{ prnt 1 }}", "unknown function 'prnt'; did you mean 'print'?, at column 4 of the template")]
    [InlineData("{{ call .Name }}", "'call' is not supported: there are no functions to call, at column 4 of the template")]
    [InlineData("{{ print len }}", "wrong number of arguments for 'len': got 0, expected 1; put the function and its arguments in parentheses, at column 10 of the template")]
    [InlineData("{{ .Group.a.deeper }}", "values of type string have no field deeper, at column 12 of the template")]
    [InlineData("{{ eq 1 }}", "wrong number of arguments for 'eq': got 1, expected at least 2, at column 4 of the template")]
    [InlineData("{{ parseInt .Name 16 }}", "wrong number of arguments for 'parseInt': got 2, expected 3, at column 4 of the template")]
    [InlineData("{{ slice .Name 1 2 3 4 }}", "wrong number of arguments for 'slice': got 5, expected 1 to 4, at column 4 of the template")]
    [InlineData("{{ $x }}", "undefined variable '$x', at column 4 of the template")]
    [InlineData("{{ $x = 1 }}", "undefined variable '$x', at column 4 of the template")]
    [InlineData("{{ if true }}{{ $x := 1 }}{{ end }}{{ $x }}", "undefined variable '$x', at column 39 of the template")]
    [InlineData("{{ if $x := 1 }}{{ end }}{{ $x }}", "undefined variable '$x', at column 29 of the template")]
    [InlineData("{{ $x := 1 }}{{ define \"T\" }}{{ $x }}{{ end }}", "undefined variable '$x', at column 33 of the template")]
    [InlineData("{{ $x, $y := .List }}", "too many variables for 'command', at column 4 of the template")]
    [InlineData("{{ range $x, $y, $z := .List }}{{ end }}", "too many variables for 'range', at column 18 of the template")]
    [InlineData("{{ range $x, 1 := .List }}{{ end }}", "unexpected '1': expected the second variable of 'range', at column 14 of the template")]
    [InlineData("{{ range $x, $y }}{{ end }}", "unexpected '}}' after the variables of 'range': expected ':=', at column 17 of the template")]
    [InlineData("{{ }}", "missing value for 'command', at column 4 of the template")]
    [InlineData("{{ 1 | }}", "missing value for 'command', at column 8 of the template")]
    [InlineData("{{ if }}{{ end }}", "missing value for 'if', at column 7 of the template")]
    [InlineData("{{ print () }}", "missing value for 'parentheses', at column 11 of the template")]
    [InlineData("{{ if true }}", "unexpected end of the template in 'if': expected 'end', at column 14 of the template")]
    [InlineData("{{ end }}", "unexpected 'end', at column 4 of the template")]
    [InlineData("{{ else }}", "unexpected 'else', at column 4 of the template")]
    [InlineData("{{ if true }}{{ else }}{{ else }}{{ end }}", "unexpected 'else' in 'else': expected 'end', at column 27 of the template")]
    [InlineData("{{ if true }}{{ else with 1 }}{{ end }}", "unexpected 'with': expected '}}', at column 22 of the template")]
    [InlineData("{{ range 3 }}{{ else if 1 }}{{ end }}", "unexpected 'if': expected '}}', at column 22 of the template")]
    [InlineData("{{ break }}", "'break' outside of range, at column 4 of the template")]
    [InlineData("{{ range 3 }}{{ block \"B\" . }}{{ continue }}{{ end }}{{ end }}", "'continue' outside of range, at column 34 of the template")]
    [InlineData("{{ template \"T\" }}", "undefined template 'T': expected main, at column 4 of the template")]
    [InlineData("{{ template T }}", "unexpected 'T' after 'template': expected a name in quotes, at column 13 of the template")]
    [InlineData("{{ define \"T\" }}{{ end }}{{ define \"T\" }}{{ end }}", "duplicate template 'T', at column 36 of the template")]
    [InlineData("{{ if 1 }}{{ define \"T\" }}{{ end }}{{ end }}", "'define' inside another action: expected it at the top level, at column 14 of the template")]
    [InlineData("{{ .Name", "an action is never closed: expected '}}', at column 1 of the template")]
    [InlineData("a\nb {{ \"x }}", "a quote is never closed: expected \", at line 2, column 6 of the template")]
    [InlineData("{{ `x }}", "a quote is never closed: expected `, at column 4 of the template")]
    [InlineData("{{/* x }}", "a comment is never closed: expected '*/', at column 3 of the template")]
    [InlineData("{{/* x */ 1 }}", "unexpected text after a comment: expected '}}', at column 10 of the template")]
    [InlineData("{{ \"\\z\" }}", "unknown escape in \"\\z\", at column 4 of the template")]
    [InlineData("{{ 'ab' }}", "invalid character 'ab': expected one character in quotes, at column 4 of the template")]
    [InlineData("{{ 3x }}", "invalid number '3x', at column 4 of the template")]
    [InlineData("{{ 1__0 }}", "invalid number '1__0', at column 4 of the template")]
    [InlineData("{{ 089 }}", "invalid number '089', at column 4 of the template")]
    [InlineData("{{ 9223372036854775808 }}", "integer '9223372036854775808' is too large, at column 4 of the template")]
    [InlineData("{{ 2i }}", "'2i' is an imaginary number, which is not supported, at column 4 of the template")]
    [InlineData("{{ a!b }}", "unexpected '!' after 'a': expected a space, at column 5 of the template")]
    [InlineData("{{ # }}", "unexpected '#', at column 4 of the template")]
    [InlineData("{{ print\"a\" }}", "unexpected '\"' after 'print': expected a space, at column 9 of the template")]
    [InlineData("{{ print \"a\"\"b\" }}", "unexpected '\"b\"' after '\"a\"': expected a space, at column 13 of the template")]
    [InlineData("{{ (print 1 }}", "'(' without its ')', at column 4 of the template")]
    [InlineData("{{ print 1) }}", "unexpected ')': expected '}}', at column 11 of the template")]
    [InlineData("{{ 1 , 2 }}", "unexpected ',': expected a value, at column 6 of the template")]
    [InlineData("{{ \"x\".Name }}", "unexpected '.Name' after '\"x\"', which has no fields, at column 7 of the template")]
    public void What_is_no_template_is_told_with_its_place(string template, string expected)
    {
        Assert.False(GoTemplate.TryParse("main", template, Data.DataShape, out GoTemplate? parsed, out string? problem));
        Assert.Null(parsed);
        Assert.Equal(expected, problem);
    }

    [Theory]
    [InlineData("ab {{ index .List 3 }}", "index 3 is out of range: expected 0 to 2, at column 7")]
    [InlineData("{{ index .List -1 }}", "index -1 is out of range: expected 0 to 2, at column 4")]
    [InlineData("{{ index .List \"a\" }}", "an index is of type string: expected an integer, at column 4")]
    [InlineData("{{ index .Group 1 }}", "a map's key is of type int: expected a string, at column 4")]
    [InlineData("{{ index 1 1 }}", "values of type int have no elements, at column 4")]
    [InlineData("{{ slice .List 2 1 }}", "a slice from 2 to 1 ends before it starts, at column 4")]
    [InlineData("{{ slice \"abc\" 0 1 2 }}", "slice of a string takes a start and an end, without a third number, at column 4")]
    [InlineData("{{ slice 1 }}", "values of type int cannot be sliced, at column 4")]
    [InlineData("{{ len 1 }}", "values of type int have no length, at column 4")]
    [InlineData("{{ lt 1 \"a\" }}", "values of types int and string cannot be compared, at column 4")]
    [InlineData("{{ lt true false }}", "values of types bool and bool cannot be compared, at column 4")]
    [InlineData("{{ eq 1 1.0 }}", "values of types int and float64 cannot be compared, at column 4")]
    [InlineData("{{ range .Name }}{{ end }}", "range does not support values of type string, at column 10")]
    [InlineData("{{ range $i, $v := 3 }}{{ end }}", "range over a number has one variable, not two, at column 10")]
    [InlineData("{{ parseInt \"x\" 10 8 }}", "parseInt: 'x' is not a number in base 10, at column 4")]
    [InlineData("{{ parseInt \"\" 10 8 }}", "parseInt: '' is not a number in base 10, at column 4")]
    [InlineData("{{ parseInt \"256\" 10 8 }}", "parseInt: '256' is larger than 255, at column 4")]
    [InlineData("{{ parseInt \"5\" 10 1 }}", "parseInt: '5' is larger than 1, at column 4")]
    [InlineData("{{ parseInt \"1\" 37 8 }}", "parseInt's base or number of bits is out of range: expected 0 or 2 to 36, and 0 to 64, at column 4")]
    [InlineData("{{ parseInt \"1\" \"10\" 8 }}", "parseInt has arguments of type string, string and int: expected a string and two integers, at column 4")]
    [InlineData("{{ $x := .Item }}{{ $x.Other }}", "values of type item have no field Other, at column 21")]
    [InlineData("{{ $x := .Item }}{{ $x.Name 1 }}", ".Name is not a method and takes no arguments, at column 21")]
    [InlineData("{{ .Echo 1 }}", ".Echo takes one argument, a string, at column 4")]
    [InlineData("{{ .Mute }}", "values of type mute have no text form, at column 4")]
    [InlineData("{{ print .Mute }}", "values of type mute have no text form, at column 4")]
    [InlineData("{{ printf \"%v\" .Mute }}", "values of type mute have no text form, at column 4")]
    [InlineData("{{ printf 1 }}", "printf's format is of type int: expected a string, at column 4")]
    [InlineData("{{ printf \"%[1]d\" 1 }}", "printf: numbered arguments such as %[1]d are not supported, at column 4")]
    [InlineData("{{ printf \"%99999999d\" 1 }}", "printf: the width is not a number, or too large, at column 4")]
    [InlineData("{{ printf \"%.99999999f\" 1.5 }}", "printf: the precision is not a number, or too large, at column 4")]
    [InlineData("{{ printf \"%60000d%60000d\" 1 2 }}", "text of more than 65536 characters, at column 4")]
    [InlineData("{{ $x := \"0123456789\" }}{{ range 40 }}{{ $x = print $x $x }}{{ end }}", "text of more than 65536 characters, at column 47")]
    [InlineData("{{ range 100000 }}0123456789{{ end }}", "text of more than 65536 characters, at column 19")]
    [InlineData("{{ range 1000000000 }}{{ end }}", "more than 100000 steps, at column 10")]
    [InlineData("{{ range 1000 }}{{ range 1000 }}{{ end }}{{ end }}", "more than 100000 steps, at column 26")]
    [InlineData("{{ define \"T\" }}{{ template \"T\" }}{{ end }}{{ template \"T\" }}", "templates call each other more than 100 deep, at column 20")]
    [InlineData("{{ template \"main\" . }}", "templates call each other more than 100 deep, at column 4")]
    public void What_goes_wrong_in_a_run_is_told_with_its_place(string template, string expected)
    {
        Assert.True(GoTemplate.TryParse("main", template, template.Contains(".Mute", StringComparison.Ordinal) ? Data.MuteShape : Data.DataShape, out GoTemplate? parsed, out string? problem), problem);
        Assert.False(parsed.TryExecute(Value.From(new Data()), out _, out string? failure));
        Assert.Equal(expected, failure);
    }

    [Theory]
    [InlineData("a {{- .Name   |  printf   \"%s\"}} b{{/* c */}}", "a{{.Name | printf \"%s\"}} b")]
    [InlineData("{{ if eq 0x10 (len .Name) }}a{{ else if true }}b{{ else }}c{{ end }}", "{{if eq 0x10 (len .Name)}}a{{else}}{{if true}}b{{else}}c{{end}}{{end}}")]
    [InlineData("{{ range $i, $v := .List }}{{ break }}{{ else }}{{ end }}", "{{range $i, $v := .List}}{{break}}{{else}}{{end}}")]
    [InlineData("{{ with $x := .Item }}{{ $x.Name }}{{ (index $.Items 0).Name }}{{ end }}{{ $y := print nil | not }}{{ $y = . }}", "{{with $x := .Item}}{{$x.Name}}{{(index $.Items 0).Name}}{{end}}{{$y := print nil | not}}{{$y = .}}")]
    [InlineData("{{ define \"T\" }}x{{ end }}{{ template \"T\" .Name }}{{ template `T` }}", "{{template \"T\" .Name}}{{template `T`}}")]
    public void A_template_is_shown_as_Go_shows_it(string template, string expected)
    {
        Assert.Equal(expected, Parse(template).Source);
    }

    [Fact]
    public void Templates_of_nested_actions_that_use_each_other_fit_a_small_stack()
    {
        string body = string.Concat(Enumerable.Repeat("{{ if 1 }}", 90)) + "{{ template \"T\" }}" + string.Concat(Enumerable.Repeat("{{ end }}", 90));
        GoTemplate parsed = Parse($"{{{{ define \"T\" }}}}{body}{{{{ end }}}}{{{{ template \"T\" }}}}");
        string? failure = null;
        Thread thread = new(() => parsed.TryExecute(Value.From(new Data()), out _, out failure), 256 * 1024);

        thread.Start();
        thread.Join();

        Assert.StartsWith("templates call each other more than 100 deep", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_has_bounds()
    {
        Assert.True(GoTemplate.TryParse("main", Nested("{{ if 1 }}", "{{ end }}", 90), Data.DataShape, out _, out _));
        Assert.False(GoTemplate.TryParse("main", Nested("{{ if 1 }}", "{{ end }}", 5000), Data.DataShape, out _, out string? problem));
        Assert.StartsWith("actions are nested more than 100 deep", problem, StringComparison.Ordinal);
        Assert.False(GoTemplate.TryParse("main", $"{{{{ {Nested("(", ")", 5000)} }}}}", Data.DataShape, out _, out problem));
        Assert.StartsWith("parentheses are nested more than 100 deep", problem, StringComparison.Ordinal);
        string chain = "{{ if 1 }}" + string.Concat(Enumerable.Repeat("{{ else if 1 }}", 5000)) + "{{ end }}";
        Assert.False(GoTemplate.TryParse("main", chain, Data.DataShape, out _, out problem));
        Assert.Contains("more than 100", problem, StringComparison.Ordinal);

        static string Nested(string open, string close, int depth)
            => string.Concat(Enumerable.Repeat(open, depth)) + string.Concat(Enumerable.Repeat(close, depth));
    }

    [Fact]
    public void A_run_that_failed_leaves_nothing_for_the_next()
    {
        GoTemplate failing = Parse("abc {{ range .List }}{{ print 1 2 (index $.List 9) }}{{ end }}");
        Assert.False(failing.TryExecute(Value.From(new Data()), out _, out _));
        Assert.Equal("www.example.", Run("{{ .Name }}"));
    }

    /// <summary>Whatever stands in a template, it is refused at start, or runs to its end, or fails with a reason.</summary>
    [Fact]
    public void Any_template_ends()
    {
        string[] parts =
        [
            "{{", "}}", "{{-", " -}}", " ", ".Name", ".List", ".Group", ".x", "$", "$x", ":=", "=", ",", "|", "(", ")", "if", "else", "end", "range", "with",
            "define", "template", "block", "\"T\"", "1", "-", "'a'", "nil", "true", "print", "printf", "\"%d\"", "index", "slice", "eq", "len", "break",
            "{{ if 1 }}", "{{ end }}", "{{ range .List }}", "{{ $x := 1 }}", "{{ . }}", "/*", "*/", "`", "x", ".Echo", "and", "1e5",
        ];
        Gen.Int[0, parts.Length - 1].Select(i => parts[i]).List[0, 25].Sample(static words =>
        {
            if (GoTemplate.TryParse("main", string.Concat(words), Data.DataShape, out GoTemplate? template, out string? problem))
            {
                bool isDone = template.TryExecute(Value.From(new Data()), out _, out string? failure);
                Assert.Equal(isDone, failure is null);
                Assert.True(GoTemplate.TryParse("main", template.Source, Data.DataShape, out _, out _) || template.Source.Contains("{{template", StringComparison.Ordinal));
            }
            else
            {
                Assert.NotEmpty(problem);
            }
        });
    }

    private static GoTemplate Parse(string text)
    {
        Assert.True(GoTemplate.TryParse("main", text, Data.DataShape, out GoTemplate? template, out string? problem), problem);
        return template;
    }

    private static string Run(string text)
    {
        bool isDone = Parse(text).TryExecute(Value.From(new Data()), out ReadOnlySpan<char> output, out string? failure);
        Assert.True(isDone, failure);
        return output.ToString();
    }

    private sealed class Data : ITemplateRecord
    {
        private static readonly Shape ItemShape = new("item") { Fields = new Dictionary<string, Shape>(StringComparer.Ordinal) { ["Name"] = Shape.Text } };

        public static Shape DataShape { get; } = new("data")
        {
            Fields = new Dictionary<string, Shape>(StringComparer.Ordinal)
            {
                ["Name"] = Shape.Text,
                ["List"] = Shape.ListOf(Shape.Text),
                ["Empty"] = Shape.ListOf(Shape.Text),
                ["Items"] = Shape.ListOf(ItemShape),
                ["Item"] = ItemShape,
                ["Group"] = Shape.TextMap,
                ["Any"] = Shape.AnyMap,
                ["Number"] = Shape.UInt16,
            },
            Methods = ["Echo"],
        };

        public static Shape MuteShape { get; } = new("data") { Fields = new Dictionary<string, Shape>(DataShape.Fields!, StringComparer.Ordinal) { ["Mute"] = new("mute") } };

        public Shape Shape => MuteShape with { Methods = ["Echo"] };

        public string Text => "(data)";

        public Value GetField(string name) => name switch
        {
            "Name" => Value.From("www.example."),
            "List" => Value.From(new TemplateList("[]string", new[] { Value.From("x"), Value.From("y"), Value.From("z") })),
            "Empty" => Value.From(new TemplateList("[]string", Array.Empty<Value>())),
            "Items" => Value.From(new TemplateList("[]item", new[] { Value.From(Item.Instance), Value.From(Item.Instance) }).Slice(0, 1)),
            "Item" => Value.From(Item.Instance),
            "Group" => Value.From(new Map()),
            "Any" => Value.From(new AnyMap()),
            "Mute" => Value.From(new Mute()),
            _ => Value.From((ushort)4),
        };

        public Value Invoke(string name, string argument) => Value.From($"<{argument}>");

        private sealed class Item : ITemplateRecord
        {
            public static Item Instance { get; } = new();

            public Shape Shape => ItemShape;

            public string Text => "(item)";

            public Value GetField(string name) => Value.From("item");
        }

        private sealed class Mute : ITemplateRecord
        {
            public Shape Shape { get; } = new("mute");

            public Value GetField(string name) => default;
        }

        private sealed class AnyMap : ITemplateMap
        {
            public string TypeName => "map[string]interface {}";

            public int Count => 4;

            public IReadOnlyList<string> Keys => ["b", "l", "n", "z"];

            public Value Missing => default;

            public bool TryFind(string key, out Value value)
            {
                value = key switch
                {
                    "b" => Value.From(true),
                    "l" => Value.From(new TemplateList("[]interface {}", new[] { Value.From(1L), Value.From("a") })),
                    "n" => Value.From(5L),
                    _ => default,
                };
                return Keys.Contains(key, StringComparer.Ordinal);
            }
        }

        private sealed class Map : ITemplateMap
        {
            public int Count => 2;

            public IReadOnlyList<string> Keys => ["1", "a"];

            public bool TryFind(string key, out Value value)
            {
                value = key switch
                {
                    "1" => Value.From("one"),
                    "a" => Value.From("alpha"),
                    _ => default,
                };
                return value.Kind != ValueKind.Nil;
            }
        }
    }
}
