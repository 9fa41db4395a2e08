namespace ClusterDns.Tests.Scenarios;

/// <summary>A line of a scenario: its words, and the indented lines that belong to it.</summary>
/// <param name="Number">Its number in the file, from 1.</param>
/// <param name="Words">Its words.</param>
internal sealed record ScenarioLine(int Number, IReadOnlyList<string> Words)
{
    /// <summary>The indented lines that follow it.</summary>
    public List<ScenarioLine> Details { get; } = [];

    /// <summary>The words from one on, as text.</summary>
    public string Rest(int from) => string.Join(' ', Words.Skip(from));

    /// <summary>A word that must be there.</summary>
    /// <exception cref="ScenarioException">It is not.</exception>
    public string Word(int index) => index < Words.Count ? Words[index] : throw Error($"a word is missing behind '{Rest(0)}'");

    /// <summary>What is wrong with the line.</summary>
    public ScenarioException Error(string problem) => new($"line {Number}: {problem}");
}

/// <summary>A scenario that cannot be read, or whose expectation is not met; the message begins with the line's number.</summary>
public sealed class ScenarioException : Exception
{
    /// <summary>One with a message.</summary>
    public ScenarioException(string message)
        : base(message)
    {
    }

    /// <summary>One without anything.</summary>
    public ScenarioException()
    {
    }

    /// <summary>One with a cause.</summary>
    public ScenarioException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
