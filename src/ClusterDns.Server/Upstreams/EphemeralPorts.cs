using System.Globalization;

namespace ClusterDns.Server.Upstreams;

/// <summary>
/// The range that source ports are drawn from: the system's range of ephemeral ports without its reserved ports (RFC 6056
/// section 3.2).
/// </summary>
internal sealed class EphemeralPorts
{
    /// <summary>What is drawn when nothing usable was found: the kernel chooses.</summary>
    internal const ushort KernelsChoice = 0;

    private const string RangeFile = "/proc/sys/net/ipv4/ip_local_port_range";
    private const string ReservedFile = "/proc/sys/net/ipv4/ip_local_reserved_ports";
    private const ushort UsualFirst = 32768;
    private const ushort UsualLast = 60999;
    private const int MaxDraws = 32;

    private static readonly Lazy<EphemeralPorts> OfSystem =
        new(static () => new EphemeralPorts(ReadOrEmpty(RangeFile), ReadOrEmpty(ReservedFile)));

    private readonly (ushort First, ushort Last)[] _reserved;

    /// <summary>A range.</summary>
    /// <param name="range">The first and the last port as the kernel writes them; 32768 to 60999 where the text is not a range.</param>
    /// <param name="reserved">Ports and ranges of ports, separated by commas; what is not one is skipped.</param>
    internal EphemeralPorts(string range, string reserved)
    {
        string[] words = range.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        bool isValid = words.Length == 2 & TryParse(words.FirstOrDefault(), out ushort first) & TryParse(words.LastOrDefault(), out ushort last) &&
            first > 0 && first <= last;
        (First, Last) = isValid ? (first, last) : (UsualFirst, UsualLast);
        _reserved = [.. ParseReserved(reserved)];
    }

    /// <summary>The range of this system, read once.</summary>
    internal static EphemeralPorts System => OfSystem.Value;

    /// <summary>The first port.</summary>
    internal ushort First { get; }

    /// <summary>The last port.</summary>
    internal ushort Last { get; }

    /// <summary>A port of the range, each as likely as any other; <see cref="KernelsChoice"/> where nearly all are reserved.</summary>
    internal ushort Draw(QueryIds ids)
    {
        for (int i = 0; i < MaxDraws; i++)
        {
            ushort port = (ushort)(First + ids.Below(Last - First + 1));
            if (!IsReserved(port))
            {
                return port;
            }
        }

        return KernelsChoice;
    }

    private bool IsReserved(ushort port)
    {
        foreach ((ushort first, ushort last) in _reserved)
        {
            if (port >= first && port <= last)
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<(ushort First, ushort Last)> ParseReserved(string text)
    {
        foreach (string part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] ends = part.Split('-');
            if (ends.Length <= 2 && TryParse(ends[0], out ushort first) && TryParse(ends[^1], out ushort last))
            {
                yield return (first, last);
            }
        }
    }

    private static bool TryParse(string? text, out ushort port)
        => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port);

    private static string ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another system, or a sandbox without /proc: the kernel's defaults are used.
            return "";
        }
    }
}
