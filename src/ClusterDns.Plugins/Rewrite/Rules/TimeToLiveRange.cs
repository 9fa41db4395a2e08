using System.Globalization;
using System.Runtime.InteropServices;

namespace ClusterDns.Plugins.Rewrite.Rules;

/// <summary>The times to live that a rule allows, in seconds.</summary>
/// <param name="Least">The least.</param>
/// <param name="Most">The greatest.</param>
/// <param name="IsBeyondMaximum">Whether a greater number was written than a record can have.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TimeToLiveRange(uint Least, uint Most, bool IsBeyondMaximum)
{
    /// <summary>The greatest time to live (RFC 2181 section 8).</summary>
    private const uint Maximum = int.MaxValue;

    /// <summary>Reads <c>SECONDS</c>, <c>MIN-MAX</c>, <c>MIN-</c> or <c>-MAX</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="range">The range.</param>
    /// <param name="problem">What is wrong; empty when nothing is.</param>
    public static bool TryParse(string text, out TimeToLiveRange range, out string problem)
    {
        string[] bounds = text.Split('-');
        uint least = 0;
        uint most = Maximum;
        bool isValid = bounds.Length switch
        {
            1 => TryParseSeconds(text, out least) && TryParseSeconds(text, out most),
            2 => text.Length > 1 &&
                (bounds[0].Length == 0 || TryParseSeconds(bounds[0], out least)) &&
                (bounds[1].Length == 0 || TryParseSeconds(bounds[1], out most)),
            _ => false,
        };
        range = new TimeToLiveRange(Math.Min(least, Maximum), Math.Min(most, Maximum), least > Maximum || most > Maximum);
        problem = !isValid ? $"invalid time to live '{text}': expected seconds such as 30, 30-300, 30- or -300"
            : least > most ? $"invalid time to live '{text}': the first number must not be greater than the second"
            : "";
        return problem.Length == 0;
    }

    private static bool TryParseSeconds(string text, out uint seconds)
        => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seconds);
}
