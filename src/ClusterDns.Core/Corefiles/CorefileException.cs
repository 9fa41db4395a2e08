using System.Globalization;

namespace ClusterDns.Core.Corefiles;

/// <summary>A configuration that cannot be used, with everything that is wrong with it.</summary>
public sealed class CorefileException : Exception
{
    /// <summary>Takes the errors out of a bag.</summary>
    /// <param name="diagnostics">A bag with at least one error.</param>
    public CorefileException(DiagnosticBag diagnostics)
        : base(Describe(diagnostics)) => Errors = [.. diagnostics.Errors];

    /// <summary>The errors in the order they were found; the message has each on a line of its own.</summary>
    public IReadOnlyList<CorefileDiagnostic> Errors { get; }

    private static string Describe(DiagnosticBag diagnostics)
    {
        var lines = string.Join('\n', diagnostics.Errors);
        return diagnostics.Dropped == 0
            ? lines
            : string.Create(CultureInfo.InvariantCulture, $"{lines}\nand {diagnostics.Dropped} more");
    }
}
