using ClusterDns.Expressions.Evaluation;
using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Functions;

/// <summary>What a function of the language does.</summary>
/// <param name="call">Its arguments.</param>
/// <param name="value">Its result.</param>
/// <returns>False when the evaluation has failed.</returns>
internal delegate bool BuiltinBody(BuiltinCall call, out ExpressionValue value);

/// <summary>Which type a function's result has.</summary>
/// <param name="arguments">The types of its arguments.</param>
internal delegate ExpressionType BuiltinResult(IReadOnlyList<ExpressionType> arguments);

/// <summary>What a parameter takes.</summary>
/// <param name="Name">What messages call it, such as 'a string'.</param>
/// <param name="Kinds">The kinds that it takes; none for any.</param>
internal sealed record Parameter(string Name, params ValueKind[] Kinds)
{
    /// <summary>A value of any kind.</summary>
    public static Parameter Any { get; } = new("a value");

    /// <summary>A string.</summary>
    public static Parameter Text { get; } = new("a string", ValueKind.Text);

    /// <summary>An integer.</summary>
    public static Parameter Integer { get; } = new("an int", ValueKind.Integer);

    /// <summary>An integer or a floating-point number.</summary>
    public static Parameter Number { get; } = new("a number", ValueKind.Integer, ValueKind.Float);

    /// <summary>A list.</summary>
    public static Parameter List { get; } = new("a list", ValueKind.List);

    /// <summary>A map.</summary>
    public static Parameter Map { get; } = new("a map", ValueKind.Map);

    /// <summary>A number or a list of numbers.</summary>
    public static Parameter Numbers { get; } = new("numbers or lists of numbers", ValueKind.Integer, ValueKind.Float, ValueKind.List);

    /// <summary>A time zone.</summary>
    public static Parameter Zone { get; } = new("a timezone", ValueKind.Zone);

    /// <summary>A duration.</summary>
    public static Parameter Duration { get; } = new("a duration", ValueKind.Duration);

    /// <summary>An instant.</summary>
    public static Parameter Time { get; } = new("a time", ValueKind.Time);

    /// <summary>Whether an argument may have a type.</summary>
    public bool Takes(ExpressionType type) => type.Kind is not { } kind || Takes(kind);

    /// <summary>Whether an argument may have a kind.</summary>
    public bool Takes(ValueKind kind) => Kinds.Length == 0 || Kinds.Contains(kind);
}

/// <summary>A function of the language.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">What it takes.</param>
/// <param name="Result">The type of its result.</param>
/// <param name="Body">What it does.</param>
internal sealed record Builtin(string Name, Parameter[] Parameters, BuiltinResult Result, BuiltinBody Body)
{
    /// <summary>How many arguments it needs; those behind may be left out.</summary>
    public int Required { get; init; } = Parameters.Length;

    /// <summary>Whether the last parameter takes any number of arguments.</summary>
    public bool IsVariadic { get; init; }

    /// <summary>Whether it gives the same for the same arguments.</summary>
    public bool IsPure { get; init; } = true;

    /// <summary>The parameter of an argument.</summary>
    public Parameter ParameterOf(int argument) => Parameters[Math.Min(argument, Parameters.Length - 1)];

    /// <summary>Calls it, after its arguments are checked.</summary>
    public bool Invoke(BuiltinCall call, out ExpressionValue value)
    {
        for (int i = 0; i < call.Count; i++)
        {
            if (!ParameterOf(i).Takes(call[i].Kind))
            {
                value = default;
                return call.Fail("an argument of another type than the function takes");
            }
        }

        return Body(call, out value);
    }
}

/// <summary>The arguments of a call.</summary>
/// <param name="run">The evaluation.</param>
/// <param name="offset">Where the call is in the expression.</param>
/// <param name="arguments">The arguments.</param>
internal readonly ref struct BuiltinCall(EvaluationRun run, int offset, ReadOnlySpan<ExpressionValue> arguments)
{
    private readonly ReadOnlySpan<ExpressionValue> _arguments = arguments;

    /// <summary>The evaluation.</summary>
    public EvaluationRun Run => run;

    /// <summary>Where the call is in the expression.</summary>
    public int Offset => offset;

    /// <summary>How many arguments there are.</summary>
    public int Count => _arguments.Length;

    /// <summary>An argument.</summary>
    public ref readonly ExpressionValue this[int index] => ref _arguments[index];

    /// <summary>Whether an argument is given.</summary>
    public bool Has(int index) => index < _arguments.Length;

    /// <summary>Ends the evaluation.</summary>
    /// <returns>False.</returns>
    public bool Fail(string problem) => run.Fail(offset, problem);
}
