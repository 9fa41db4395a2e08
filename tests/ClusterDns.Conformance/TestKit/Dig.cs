using System.Diagnostics;
using System.Globalization;

namespace ClusterDns.Conformance.TestKit;

/// <summary>BIND's dig.</summary>
internal static class Dig
{
    /// <summary>Asks a server on the loopback interface once.</summary>
    /// <param name="port">Its port.</param>
    /// <param name="arguments">What to ask, and how.</param>
    /// <returns>What dig prints.</returns>
    public static async Task<string> RunAsync(int port, params string[] arguments)
    {
        ProcessStartInfo dig = new(
            "dig", ["@127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "+time=10", "+tries=1", .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(dig)!;
        string printed = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return printed.Trim();
    }

    /// <summary>Asks, and gives what a message says without what differs from one server and one moment to another.</summary>
    /// <param name="port">The server's port.</param>
    /// <param name="arguments">What to ask, and how.</param>
    /// <returns>The header, the OPT record without its UDP size, the question, and each section's records in order.</returns>
    public static async Task<string> SummarizeAsync(int port, params string[] arguments)
    {
        string printed = await RunAsync(port, ["+nocookie", .. arguments]);
        List<string> summary = [];
        List<string> section = [];
        foreach (string line in printed.Split('\n'))
        {
            if (line.StartsWith(";; ->>HEADER<<-", StringComparison.Ordinal))
            {
                summary.Add(line[..line.LastIndexOf(", id:", StringComparison.Ordinal)]);
            }
            else if (line.StartsWith("; EDNS:", StringComparison.Ordinal))
            {
                summary.Add(line[..line.LastIndexOf(" udp:", StringComparison.Ordinal)]);
            }
            else if (line.StartsWith(";; flags:", StringComparison.Ordinal) || line.StartsWith("; EDE:", StringComparison.Ordinal))
            {
                summary.Add(line);
            }
            else if (line.StartsWith(";; ", StringComparison.Ordinal) || line.Length == 0)
            {
                summary.AddRange(section.Order(StringComparer.Ordinal));
                section.Clear();
                if (line.EndsWith("SECTION:", StringComparison.Ordinal))
                {
                    summary.Add(line);
                }
            }
            else if (!line.StartsWith("; <<>>", StringComparison.Ordinal))
            {
                section.Add(line);
            }
        }

        return string.Join('\n', [.. summary, .. section.Order(StringComparer.Ordinal)]);
    }
}
