using ClusterDns.Expressions.Tests.TestKit;
using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Tests;

public sealed class ErrorTests
{
    [Theory]
    [InlineData("nmae() == 'a'", 0, "unknown function 'nmae': did you mean 'name'?")]
    [InlineData("true and lenn('a') == 1", 9, "unknown function 'lenn': did you mean 'len'?")]
    [InlineData("filtr([1], true)", 0, "unknown function 'filtr': did you mean 'filter'?")]
    [InlineData("geolocation()", 0, "unknown function 'geolocation': functions are broken, bufsize, class, client_ip, do, group, id, incidr, metadata, name, opcode, port, proto, server_ip, server_port, size, type, len, lower and others of the language")]
    [InlineData("type() == AAAA", 10, "unknown name 'AAAA': strings are written in quotes, for example 'AAAA'")]
    [InlineData("let limit = 1; limt + 1", 15, "unknown name 'limt': did you mean 'limit'?")]
    [InlineData("tl + 1", 0, "unknown name 'tl': did you mean 'ttl'?")]
    [InlineData("name == 'a'", 0, "'name' is a function: call it as name()")]
    [InlineData("len == 1", 0, "'len' is a function: call it as len(…)")]
    [InlineData("ttl()", 0, "'ttl' is a variable: write it without parentheses")]
    [InlineData("let x = 1; x()", 11, "'x' is a variable: write it without parentheses")]
    [InlineData("$env", 0, "'$env' on its own: expected for example $env.name() or 'name' in $env")]
    [InlineData("$env.nmae()", 5, "unknown function 'nmae': did you mean 'name'?")]
    [InlineData("name() in $env", 7, "'in $env' with a value that is not known at start: a constant string is accepted")]
    [InlineData("bufsize() == '1232'", 10, "'==' between int and string: both sides must be of one type")]
    [InlineData("name() and do()", 7, "'and' between string and bool: both sides must be bool")]
    [InlineData("not name()", 0, "'not' on string: a bool is accepted")]
    [InlineData("-name()", 0, "'-' on string: a number is accepted")]
    [InlineData("name() < 5", 7, "'<' between string and int: two numbers, strings, times or durations are accepted")]
    [InlineData("name() + 5", 7, "'+' between string and int: two numbers, strings or durations, or a time and a duration are accepted")]
    [InlineData("5 - 'a'", 2, "'-' between int and string: two numbers, times or durations, or a time and a duration are accepted")]
    [InlineData("'a' * 2", 4, "'*' between string and int: numbers and durations are accepted")]
    [InlineData("'a' / 2", 4, "'/' between string and int: two numbers are accepted")]
    [InlineData("1.5 % 2", 4, "'%' between float and int: two ints are accepted")]
    [InlineData("1 % 0", 2, "division by zero: the right side of '%' must be another int")]
    [InlineData("'a'..'b'", 3, "'..' between string and string: two ints are accepted")]
    [InlineData("type() in 'A'", 7, "'in' between string and string: the right side must be a list or a map; for a part of a string use 'contains'")]
    [InlineData("type() in [1]", 7, "'in' between string and list of int: the elements of the list must be of the type of the left side")]
    [InlineData("1 in {'a': 1}", 2, "'in' between int and map of any: the keys of the map are strings")]
    [InlineData("name() matches 1", 7, "'matches' between string and int: two strings are accepted")]
    [InlineData("name() startsWith 1", 7, "'startsWith' between string and int: two strings are accepted")]
    [InlineData("nil ?? 'x' == 'x'", 11, "'??' mixed with '==': put one of them in parentheses")]
    [InlineData("1 ? 2 : 3", 0, "condition of type int: a bool is accepted")]
    [InlineData("incidr(client_ip())", 0, "'incidr' with 1 argument: 2 are accepted")]
    [InlineData("incidr(client_ip(), 1)", 20, "argument 2 of 'incidr' is of type int: string is accepted")]
    [InlineData("name(1)", 0, "'name' with 1 argument: none is accepted")]
    [InlineData("upper()", 0, "'upper' with 0 arguments: 1 is accepted")]
    [InlineData("upper(1)", 6, "argument 1 of 'upper' is of type int: a string is accepted")]
    [InlineData("split('a')", 0, "'split' with 1 argument: 2 to 3 are accepted")]
    [InlineData("max()", 0, "'max' with 0 arguments: at least 1 are accepted")]
    [InlineData("filter('abc', true)", 7, "argument 1 of 'filter' is of type string: a list is accepted")]
    [InlineData("filter([1], 2)", 12, "predicate of type int: a bool is accepted")]
    [InlineData("all([1], nil)", 9, "predicate of 'all' is nil: a value is accepted")]
    [InlineData("filter([1], #index > 0)", 12, "unknown '#index': '#' is accepted here, '#index' in map and reduce, and '#acc' in reduce")]
    [InlineData("# > 1", 0, "unexpected '#': '#' and fields that begin with a dot are accepted within predicates, such as that of filter")]
    [InlineData("map([1], # + 1; 2)", 14, "unexpected ';': expected a predicate of several parts in braces")]
    [InlineData("sort([1], 'up')", 10, "invalid order: 'asc' and 'desc' are accepted")]
    [InlineData("name()[0]", 6, "member of a string: parts are accepted, such as name()[0:1]")]
    [InlineData("[1]['a']", 4, "index of type string: an int is accepted")]
    [InlineData("{'a': 1}[1]", 9, "key of type int: a string is accepted")]
    [InlineData("bufsize()[1:]", 9, "part of int: a list or a string is accepted")]
    [InlineData("name()['a':]", 7, "bound of type string: an int is accepted")]
    [InlineData("duration('1h').Seconds", 15, "duration has no member 'Seconds': methods are Abs(), Hours(), Microseconds(), Milliseconds(), Minutes(), Nanoseconds(), Seconds(), String(), Truncate()")]
    [InlineData("now().Weekday().Name()", 16, "weekday has no method 'Name': methods are String")]
    [InlineData("name().upper()", 7, "string has no methods: functions are called as upper(…), or behind a '|'")]
    [InlineData("let name = 1; name", 4, "variable 'name' has the name of a function: choose another name")]
    [InlineData("let x = 1; let x = 2; x", 15, "variable 'x' has the name of a variable: choose another name")]
    [InlineData("1 +", 3, "unexpected end of the expression: expected a value")]
    [InlineData("(1", 2, "unexpected end of the expression: expected ')'")]
    [InlineData("1 2", 2, "unexpected '2': expected an operator or the end of the expression")]
    [InlineData("1 = 2", 2, "unexpected '=': expected an operator or the end of the expression")]
    [InlineData("1 & 2", 2, "unexpected character '&': operators are + - * / % ** == != < <= > >= && || ! ?? | .. and words such as 'and', 'in' and 'matches'")]
    [InlineData("1 not 2", 6, "unexpected '2': expected 'in', 'matches', 'contains', 'startsWith' or 'endsWith' after 'not'")]
    [InlineData("name() | 5", 9, "unexpected '5': expected a function after '|'")]
    [InlineData("{a 1}", 3, "unexpected '1': expected ':'")]
    [InlineData("{[1]: 2}", 1, "unexpected '[': expected a map's key: a string, a number, a name, or an expression in parentheses")]
    [InlineData("'abc", 0, "unterminated string: expected a closing '")]
    [InlineData("true && `abc", 8, "unterminated string: expected a closing `")]
    [InlineData("/* abc", 0, "unterminated comment: expected '*/'")]
    [InlineData("'\\q'", 1, @"invalid escape in a string: known are \n, \t, \\, \' within ', \"" within "", \x41, \101, \u0041, \u{1F600} and \U0001F600")]
    [InlineData("1x", 0, "invalid number '1x': expected for example 42, 0x2A, 1_000, 0.5 or 1e3")]
    [InlineData("9223372036854775808", 0, "invalid number '9223372036854775808': integers up to 9223372036854775807 and floats up to 1.7e308 are accepted")]
    public void A_mistake_is_reported_at_its_offset(string text, int offset, string message)
        => Assert.Equal(new ExpressionError(offset, message), Asked.Reject(text));

    [Fact]
    public void A_regular_expression_is_checked_at_start()
    {
        ExpressionError error = Asked.Reject("name() matches 'a('");

        Assert.Equal(15, error.Offset);
        Assert.StartsWith("'a(' is not a regular expression", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("true and broken() == 'a'", "it is broken, at character 10 of the expression")]
    [InlineData("incidr(name(), '10.0.0.0/8')", "incidr: invalid IP address, at character 1 of the expression")]
    [InlineData("int(name()) > 1", "int of a string that is not an integer, at character 1 of the expression")]
    [InlineData("[1, 2][size()]", "an index outside of the list, at character 7 of the expression")]
    [InlineData("size() % (size() - size())", "a division by zero, at character 8 of the expression")]
    [InlineData("find(['a'], # == name()) == 'a'", "a comparison of nil with a string, at character 26 of the expression")]
    [InlineData("fromJSON('1').a", "a member that the value does not have, at character 15 of the expression")]
    [InlineData("first([]).a", "a member of nil, at character 11 of the expression")]
    [InlineData("name() matches client_ip() + '('", "an invalid regular expression, at character 8 of the expression")]
    public void A_failure_says_what_went_wrong_and_where(string text, string failure)
    {
        Assert.False(Asked.Compile(text).TryEvaluate(new Asked(), out ExpressionValue value, out string? said));
        Assert.Equal(ValueKind.Nil, value.Kind);
        Assert.Equal(failure, said);
    }

    [Theory]
    [InlineData("incidr(client_ip(), 'no cidr')")]
    [InlineData("not incidr(client_ip(), 'no cidr')")]
    [InlineData("1 + 1")]
    [InlineData("'true'")]
    [InlineData("nil")]
    public void What_fails_or_is_no_boolean_has_no_boolean_value(string text)
    {
        Assert.False(Asked.Compile(text).TryEvaluateBoolean(new Asked(), out bool value));
        Assert.False(value);
    }

    [Fact]
    public void A_failure_does_not_change_the_next_evaluation()
    {
        Expression<Asked> failing = Asked.Compile("let x = name(); map([1, 2], broken() + x) == nil");
        Expression<Asked> next = Asked.Compile("let x = 5; x + size()");

        Assert.False(failing.TryEvaluate(new Asked(), out _, out _));
        Assert.True(next.TryEvaluate(new Asked(), out ExpressionValue value, out _));
        Assert.Equal(50, value.Integer);
    }
}
