using ClusterDns.Expressions.Evaluation;
using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions;

/// <summary>What a function of the host does. It ends with one of the call's <c>Return</c> methods, or with <c>Fail</c>.</summary>
/// <typeparam name="T">The type of the context.</typeparam>
/// <param name="call">The arguments, and where the result goes.</param>
public delegate void FunctionBody<T>(ref FunctionCall<T> call)
    where T : class;

/// <summary>
/// Looks at the arguments of one call at start, so that what is constant is prepared once: an address range is parsed, a list becomes a set.
/// </summary>
/// <typeparam name="T">The type of the context.</typeparam>
/// <param name="arguments">What is known of the arguments.</param>
/// <returns>What the call does instead; null where nothing can be prepared.</returns>
public delegate SpecializedFunction<T>? FunctionSpecializer<T>(IReadOnlyList<FunctionArgument> arguments)
    where T : class;

/// <summary>What is known at start of an argument.</summary>
/// <param name="Constant">Its value, where that is constant.</param>
/// <param name="Call">The name of the host's function of which it is a call without arguments; null where it is something else.</param>
public readonly record struct FunctionArgument(ExpressionValue? Constant, string? Call)
{
    /// <summary>Its string, where it is a constant one.</summary>
    public string? ConstantText => Constant is { Kind: ValueKind.Text } value ? value.Text.ToString() : null;
}

/// <summary>What one call of a function does, in place of the function's own body.</summary>
/// <typeparam name="T">The type of the context.</typeparam>
/// <param name="Body">What it does; null for the function's own body.</param>
public sealed record SpecializedFunction<T>(FunctionBody<T>? Body)
    where T : class
{
    /// <summary>Whether the arguments are evaluated and given to it.</summary>
    public bool TakesArguments { get; init; } = true;

    /// <summary>Why no call with these arguments will ever succeed, in the form <c>problem: what is accepted</c>; null where one can.</summary>
    public string? Warning { get; init; }
}

/// <summary>A call of a function of the host.</summary>
/// <typeparam name="T">The type of the context.</typeparam>
public ref struct FunctionCall<T>
    where T : class
{
    private readonly EvaluationRun _run;
    private readonly int _offset;
    private readonly ReadOnlySpan<ExpressionValue> _arguments;

    internal FunctionCall(EvaluationRun run, int offset, ReadOnlySpan<ExpressionValue> arguments)
    {
        _run = run;
        _offset = offset;
        _arguments = arguments;
    }

    /// <summary>What the expression is evaluated for.</summary>
    public readonly T Context => (T)_run.Context!;

    /// <summary>The result.</summary>
    internal ExpressionValue Result { get; private set; }

    /// <summary>Whether there is a result.</summary>
    internal bool HasResult { get; private set; }

    /// <summary>An argument.</summary>
    /// <param name="index">0 for the first.</param>
    public readonly ref readonly ExpressionValue this[int index] => ref _arguments[index];

    /// <summary>Ends with a boolean.</summary>
    /// <param name="value">The result.</param>
    public void Return(bool value) => Set(ExpressionValue.From(value));

    /// <summary>Ends with an integer.</summary>
    /// <param name="value">The result.</param>
    public void Return(long value) => Set(ExpressionValue.From(value));

    /// <summary>Ends with a floating-point number.</summary>
    /// <param name="value">The result.</param>
    public void Return(double value) => Set(ExpressionValue.From(value));

    /// <summary>Ends with a string that exists already.</summary>
    /// <param name="value">The result.</param>
    public void Return(string value) => Set(ExpressionValue.From(value));

    /// <summary>Ends with any value.</summary>
    /// <param name="value">The result.</param>
    public void Return(in ExpressionValue value) => Set(value);

    /// <summary>Gets room to write a string into, without allocation; <see cref="ReturnReserved"/> makes the result of it.</summary>
    /// <param name="length">The most characters that it can have.</param>
    /// <param name="room">The room.</param>
    /// <returns>False, and the call has failed, when the evaluation has made too many characters.</returns>
    public readonly bool TryReserve(int length, out Span<char> room) => _run.TryReserve(length, out room) || _run.TryEnd(_offset);

    /// <summary>Ends with the string that was written into the reserved room.</summary>
    /// <param name="length">How many characters it has.</param>
    public void ReturnReserved(int length) => Set(_run.Text.Commit(length));

    /// <summary>Ends the evaluation: it has no value.</summary>
    /// <param name="problem">What went wrong.</param>
    public readonly void Fail(string problem) => _run.Fail(_offset, problem);

    private void Set(ExpressionValue value)
    {
        Result = value;
        HasResult = true;
    }
}
