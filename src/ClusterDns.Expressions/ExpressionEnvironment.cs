using System.Diagnostics.CodeAnalysis;
using ClusterDns.Expressions.Binding;
using ClusterDns.Expressions.Evaluation;
using ClusterDns.Expressions.Functions;
using ClusterDns.Expressions.Parsing;

namespace ClusterDns.Expressions;

/// <summary>What expressions can use of their host: functions and variables, which are asked about a context.</summary>
/// <typeparam name="T">The type of the context.</typeparam>
/// <param name="clock">What the function <c>now</c> reads.</param>
public sealed class ExpressionEnvironment<T>(TimeProvider clock)
    where T : class
{
    private readonly Dictionary<string, HostFunction> _functions = new(StringComparer.Ordinal);

    /// <summary>Adds a function. One with the name of a function of the language takes its place.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="result">The type of its result.</param>
    /// <param name="parameters">The types of its arguments; they are checked before it is called.</param>
    /// <param name="body">What it does.</param>
    /// <param name="specializer">What prepares calls with constant arguments; null for nothing.</param>
    /// <returns>The environment.</returns>
    public ExpressionEnvironment<T> AddFunction(
        string name, ExpressionType result, IReadOnlyList<ExpressionType> parameters, FunctionBody<T> body, FunctionSpecializer<T>? specializer = null)
    {
        _functions.Add(name, new HostFunction<T>(name, result, parameters, body, specializer, isVariable: false));
        return this;
    }

    /// <summary>Adds a variable.</summary>
    /// <param name="name">Its name; <see cref="IsVariableName"/> says which ones can be used.</param>
    /// <param name="type">The type of its values.</param>
    /// <param name="body">What reads it.</param>
    /// <returns>The environment.</returns>
    public ExpressionEnvironment<T> AddVariable(string name, ExpressionType type, FunctionBody<T> body)
    {
        _functions.Add(name, new HostFunction<T>(name, type, [], body, null, isVariable: true));
        return this;
    }

    /// <summary>A copy, to which functions and variables can be added without an effect on this one.</summary>
    public ExpressionEnvironment<T> Copy()
    {
        ExpressionEnvironment<T> copy = new(clock);
        foreach ((string name, HostFunction function) in _functions)
        {
            copy._functions.Add(name, function);
        }

        return copy;
    }

    /// <summary>Whether a variable can have a name: it is made of letters, digits and '_', and is not a word of the language, a function or a variable.</summary>
    /// <param name="name">The name.</param>
    public bool IsVariableName(string name)
        => name.Length > 0
            && !char.IsAsciiDigit(name[0])
            && name.All(static character => char.IsAsciiLetterOrDigit(character) || character == '_')
            && Lexer.Read(name)[0].Kind == TokenKind.Name
            && name is not ("true" or "false" or "nil")
            && !Builtins.Has(name)
            && !_functions.ContainsKey(name);

    /// <summary>Compiles an expression.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="expression">The compiled expression.</param>
    /// <param name="error">When false is returned, what is wrong and where.</param>
    public bool TryCompile(string text, [NotNullWhen(true)] out Expression<T>? expression, out ExpressionError error)
    {
        try
        {
            Binder binder = new(_functions, clock);
            Node node = binder.Bind(ExpressionParser.Parse(text));
            expression = new Expression<T>(text, node, clock, binder.Scope.SlotCount, binder.Warnings);
            error = default;
            return true;
        }
        catch (ExpressionException exception)
        {
            expression = null;
            error = new ExpressionError(exception.Offset, exception.Message);
            return false;
        }
    }
}
