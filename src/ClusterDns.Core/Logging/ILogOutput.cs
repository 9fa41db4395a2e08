namespace ClusterDns.Core.Logging;

/// <summary>Where finished log lines go. Writing never waits for the reader at the other end.</summary>
public interface ILogOutput
{
    /// <summary>Hands over one line.</summary>
    /// <param name="line">UTF-8 without a line break at its end; it is copied.</param>
    /// <returns>False when there was no room; the line is dropped and counted.</returns>
    bool TryWriteLine(ReadOnlySpan<byte> line);
}
