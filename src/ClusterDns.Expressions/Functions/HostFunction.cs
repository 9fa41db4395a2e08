using ClusterDns.Expressions.Evaluation;
using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Functions;

/// <summary>A function or variable of the host, whatever the type of its context.</summary>
internal abstract class HostFunction(string name, ExpressionType result, IReadOnlyList<ExpressionType> parameters, bool isVariable)
{
    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>The type of its result.</summary>
    public ExpressionType Result => result;

    /// <summary>The types of its arguments.</summary>
    public IReadOnlyList<ExpressionType> Parameters => parameters;

    /// <summary>Whether it is written without parentheses.</summary>
    public bool IsVariable => isVariable;

    /// <summary>Calls it.</summary>
    public abstract bool TryCall(EvaluationRun run, int offset, ReadOnlySpan<ExpressionValue> arguments, out ExpressionValue value);

    /// <summary>Makes a function for the arguments of one call, where the host has one.</summary>
    /// <param name="arguments">What is known of them.</param>
    /// <param name="takesArguments">Whether the arguments are evaluated for it.</param>
    /// <param name="warning">What is wrong with them, so that no call will succeed; null where nothing is.</param>
    public abstract HostFunction? Specialize(IReadOnlyList<FunctionArgument> arguments, out bool takesArguments, out string? warning);
}

/// <inheritdoc/>
/// <typeparam name="T">The type of the context.</typeparam>
internal sealed class HostFunction<T>(
    string name,
    ExpressionType result,
    IReadOnlyList<ExpressionType> parameters,
    FunctionBody<T> body,
    FunctionSpecializer<T>? specializer,
    bool isVariable) : HostFunction(name, result, parameters, isVariable)
    where T : class
{
    /// <inheritdoc/>
    public override bool TryCall(EvaluationRun run, int offset, ReadOnlySpan<ExpressionValue> arguments, out ExpressionValue value)
    {
        FunctionCall<T> call = new(run, offset, arguments);
        body(ref call);
        value = call.Result;
        return (call.HasResult && !run.HasFailed) || run.Fail(offset, "a function without a result");
    }

    /// <inheritdoc/>
    public override HostFunction? Specialize(IReadOnlyList<FunctionArgument> arguments, out bool takesArguments, out string? warning)
    {
        SpecializedFunction<T>? specialized = specializer?.Invoke(arguments);
        takesArguments = specialized?.TakesArguments ?? true;
        warning = specialized?.Warning;
        return specialized?.Body is { } own ? new HostFunction<T>(Name, Result, takesArguments ? Parameters : [], own, null, IsVariable) : null;
    }
}
