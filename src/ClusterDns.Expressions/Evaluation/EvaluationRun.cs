using System.Globalization;
using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Evaluation;

/// <summary>
/// One evaluation: its variables, the strings that it makes, and what it may still do. It fails without an exception, since a client's name is
/// enough to make an evaluation fail.
/// </summary>
internal sealed class EvaluationRun
{
    [ThreadStatic]
    private static EvaluationRun? RunOfThread;

    private ExpressionValue[] _variables = new ExpressionValue[8];
    private ExpressionValue[] _arguments = new ExpressionValue[8];
    private int _argumentCount;
    private int _steps;
    private int _elements;
    private bool _isUsed;
    private bool _isSkipping;
    private string? _problem;
    private int _offset;

    /// <summary>What the functions of the host are asked about.</summary>
    public object? Context { get; private set; }

    /// <summary>What <c>now</c> reads.</summary>
    public TimeProvider Clock { get; private set; } = TimeProvider.System;

    /// <summary>The strings that the evaluation makes.</summary>
    public TextArena Text { get; } = new();

    /// <summary>Where a function puts a string together whose length is not known before.</summary>
    public TextBuilder Builder { get; } = new();

    /// <summary>Whether something went wrong.</summary>
    public bool HasFailed => _problem is not null;

    /// <summary>Begins an evaluation on this thread. A function of the host may evaluate another expression meanwhile.</summary>
    /// <param name="context">What the functions of the host are asked about.</param>
    /// <param name="clock">What <c>now</c> reads.</param>
    /// <param name="variables">How many variables it has.</param>
    public static EvaluationRun Begin(object? context, TimeProvider clock, int variables)
    {
        EvaluationRun run = RunOfThread ??= new EvaluationRun();
        run = run._isUsed ? new EvaluationRun() : run;
        run._isUsed = true;
        run.Context = context;
        run.Clock = clock;
        if (run._variables.Length < variables)
        {
            run._variables = new ExpressionValue[variables];
        }

        return run;
    }

    /// <summary>Ends the evaluation; strings in its buffers are no longer valid.</summary>
    /// <param name="variables">How many variables it has.</param>
    public void End(int variables)
    {
        _variables.AsSpan(0, variables).Clear();
        _arguments.AsSpan(0, _argumentCount).Clear();
        _argumentCount = 0;
        _steps = 0;
        _elements = 0;
        _problem = null;
        _offset = 0;
        _isSkipping = false;
        Context = null;
        Text.Clear();
        _isUsed = false;
    }

    /// <summary>A variable.</summary>
    /// <param name="slot">Its place.</param>
    public ref ExpressionValue Variable(int slot) => ref _variables[slot];

    /// <summary>Counts steps.</summary>
    /// <param name="count">How many.</param>
    /// <returns>False, and the evaluation has failed, when there were too many.</returns>
    public bool TryCount(int count)
    {
        _steps += count;
        if (_steps is >= 0 and <= ExpressionLimits.MaxSteps)
        {
            return true;
        }

        _steps = ExpressionLimits.MaxSteps;
        _problem ??= "more than 100,000 steps";
        return false;
    }

    /// <summary>Counts the steps of reading a string.</summary>
    /// <param name="length">Its length.</param>
    public bool TryCountText(int length) => TryCount((length >> 6) + 1);

    /// <summary>Counts elements of a list or map that is made.</summary>
    /// <param name="count">How many.</param>
    /// <returns>False, and the evaluation has failed, when there were too many.</returns>
    public bool TryCountElements(int count)
    {
        if (count <= ExpressionLimits.MaxElements - _elements)
        {
            _elements += count;
            return true;
        }

        _problem ??= "lists and maps of more than 10,000 elements";
        return false;
    }

    /// <summary>Makes the list of some values.</summary>
    /// <param name="items">An array that is not used otherwise.</param>
    /// <param name="count">How many values are in it.</param>
    /// <param name="value">The list.</param>
    /// <returns>False, and the evaluation has failed, when there are too many elements or they are nested too deep.</returns>
    public bool TryCreateList(ExpressionValue[] items, int count, out ExpressionValue value)
    {
        int depth = 0;
        foreach (ref readonly ExpressionValue item in items.AsSpan(0, count))
        {
            depth = Math.Max(depth, item.Depth);
        }

        value = ExpressionValue.From(new ValueList(items, 0, count, depth + 1));
        return TryCountElements(count) && TryDepth(depth + 1);
    }

    /// <summary>Checks how deep a list or map is nested.</summary>
    public bool TryDepth(int depth)
    {
        if (depth > ExpressionLimits.MaxValueDepth)
        {
            _problem ??= "lists and maps nested more than 64 deep";
        }

        return !HasFailed;
    }

    /// <summary>Makes a string of what is in the builder.</summary>
    public bool TryCreateText(out ExpressionValue value) => TryCreateText(Builder.Written, out value) && TryFinish(!Builder.IsExceeded);

    /// <summary>Makes a string.</summary>
    public bool TryCreateText(ReadOnlySpan<char> text, out ExpressionValue value)
    {
        if (TryReserve(text.Length, out Span<char> room))
        {
            text.CopyTo(room);
            value = Text.Commit(text.Length);
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>Gets room for a string, which <see cref="TextArena.Commit"/> makes of it.</summary>
    /// <param name="length">The most characters that it can have.</param>
    /// <param name="room">The room.</param>
    public bool TryReserve(int length, out Span<char> room) => Text.TryReserve(length, out room) || TryFinish(false);

    /// <summary>Puts an argument aside.</summary>
    public void Push(in ExpressionValue argument)
    {
        if (_argumentCount == _arguments.Length)
        {
            Array.Resize(ref _arguments, _arguments.Length * 2);
        }

        _arguments[_argumentCount++] = argument;
    }

    /// <summary>The arguments that were put aside last.</summary>
    public ReadOnlySpan<ExpressionValue> Peek(int count) => _arguments.AsSpan(_argumentCount - count, count);

    /// <summary>Takes back the arguments that were put aside last.</summary>
    public void Pop(int count) => _argumentCount -= count;

    /// <summary>Ends the evaluation; only the first failure counts.</summary>
    /// <param name="offset">Where in the expression.</param>
    /// <param name="problem">What went wrong.</param>
    /// <returns>False.</returns>
    public bool Fail(int offset, string problem)
    {
        if (_problem is null)
        {
            _problem = problem;
            _offset = offset;
        }

        return false;
    }

    /// <summary>Ends an operation that counts what it does; notes where it is, when it went wrong.</summary>
    /// <param name="offset">Where in the expression.</param>
    public bool TryEnd(int offset)
    {
        if (HasFailed && _offset == 0)
        {
            _offset = offset;
        }

        return !HasFailed;
    }

    /// <summary>Ends the evaluation of the chain around it, whose value is nil.</summary>
    /// <returns>False.</returns>
    public bool Skip()
    {
        _isSkipping = true;
        return false;
    }

    /// <summary>Whether it was only a chain that ended.</summary>
    public bool TryEndSkip()
    {
        bool isSkipping = _isSkipping;
        _isSkipping = false;
        return isSkipping;
    }

    /// <summary>What went wrong, and where.</summary>
    public string DescribeFailure() => string.Create(CultureInfo.InvariantCulture, $"{_problem}, at character {_offset + 1} of the expression");

    private bool TryFinish(bool isWithinLength)
    {
        if (!isWithinLength)
        {
            _problem ??= "strings of more than 65,536 characters";
        }

        return isWithinLength;
    }
}
