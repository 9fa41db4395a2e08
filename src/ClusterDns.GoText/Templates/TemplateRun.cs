using System.Globalization;
using System.Runtime.CompilerServices;

namespace ClusterDns.GoText.Templates;

/// <summary>
/// One execution of a template: what it has written, its variables, what it may still do. A run goes wrong without an exception, as a
/// client's name is enough to make one go wrong.
/// </summary>
internal sealed class TemplateRun
{
    /// <summary>How many statements, commands and rounds of loops a run may take.</summary>
    public const int MaxSteps = 100_000;

    /// <summary>How deep templates may use templates.</summary>
    public const int MaxDepth = 100;

    private Value[] _arguments = new Value[16];
    private int _argumentCount;
    private int _steps;
    private int _depth;

    /// <summary>What was written.</summary>
    public TextBuffer Output { get; } = new();

    /// <summary>Where functions put their results together.</summary>
    public TextBuffer Scratch { get; } = new();

    /// <summary>The variables of the template that runs, by slot.</summary>
    public Value[] Variables { get; private set; } = [];

    /// <summary>What went wrong; null while nothing has.</summary>
    public string? Failure { get; private set; }

    /// <summary>Runs a template.</summary>
    /// <param name="template">The template.</param>
    /// <param name="data">What its dot is.</param>
    /// <returns>Whether it ran to its end.</returns>
    public bool Execute(TemplateDefinition template, in Value data)
    {
        Output.Clear();
        Failure = null;
        _argumentCount = 0;
        _steps = 0;
        _depth = 0;
        bool isDone = TryEnter(template, in data, 0);
        Array.Clear(_arguments);
        Variables = [];
        return isDone;
    }

    /// <summary>Runs a template within this run.</summary>
    /// <param name="template">The template.</param>
    /// <param name="dot">What its dot is.</param>
    /// <param name="position">Where it is used.</param>
    public bool TryEnter(TemplateDefinition template, in Value dot, int position)
    {
        // Each template may hold a hundred actions in one another, so that the depth alone does not bound the stack.
        if (_depth == MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            return Fail(position, string.Create(CultureInfo.InvariantCulture, $"templates call each other more than {MaxDepth} deep"));
        }

        Value[] outer = Variables;
        Variables = new Value[template.SlotCount];
        Variables[0] = dot;
        _depth++;
        bool isDone = template.Body.Run(this, in dot) != Flow.Failed;
        _depth--;
        Variables = outer;
        return isDone;
    }

    /// <summary>Takes a step; false, and the run has failed, when it has taken too many.</summary>
    /// <param name="position">Where in the template.</param>
    public bool TryStep(int position)
        => ++_steps <= MaxSteps || Fail(position, string.Create(CultureInfo.InvariantCulture, $"more than {MaxSteps} steps"));

    /// <summary>Checks what was written; false, and the run has failed, when it is too long.</summary>
    /// <param name="buffer">What was written.</param>
    /// <param name="position">Where in the template.</param>
    public bool CheckLength(TextBuffer buffer, int position)
        => !buffer.IsExceeded || Fail(position, string.Create(CultureInfo.InvariantCulture, $"text of more than {TextBuffer.MaxLength} characters"));

    /// <summary>Puts an argument aside.</summary>
    /// <param name="argument">The argument.</param>
    public void Push(in Value argument)
    {
        if (_argumentCount == _arguments.Length)
        {
            Array.Resize(ref _arguments, _arguments.Length * 2);
        }

        _arguments[_argumentCount++] = argument;
    }

    /// <summary>The arguments that were put aside last.</summary>
    /// <param name="count">How many.</param>
    public ReadOnlySpan<Value> Peek(int count) => _arguments.AsSpan(_argumentCount - count, count);

    /// <summary>Takes back the arguments that were put aside last.</summary>
    /// <param name="count">How many.</param>
    public void Pop(int count) => _argumentCount -= count;

    /// <summary>Ends the run; only the first failure counts.</summary>
    /// <param name="position">Where in the template.</param>
    /// <param name="problem">What went wrong.</param>
    /// <returns>False.</returns>
    public bool Fail(int position, string problem)
    {
        Failure ??= string.Create(CultureInfo.InvariantCulture, $"{problem}, at column {position + 1}");
        return false;
    }
}
