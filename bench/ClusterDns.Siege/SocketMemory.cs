using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ClusterDns.Siege;

/// <summary>What the kernel buffers for a server's TCP sockets, as ss tells.</summary>
internal static partial class SocketMemory
{
    /// <summary>The bytes of all sockets whose own port is one of some, what they queue and what they have received.</summary>
    /// <param name="ports">The ports.</param>
    /// <returns>The bytes; 0 where there is no ss.</returns>
    public static long Read(params IEnumerable<int> ports)
    {
        string filter = string.Join(" or ", ports.Select(static port => string.Create(CultureInfo.InvariantCulture, $"sport = :{port}")));
        try
        {
            using Process ss = Process.Start(new ProcessStartInfo("ss", ["-Htmn", filter]) { UseShellExecute = false, RedirectStandardOutput = true })!;
            string text = ss.StandardOutput.ReadToEnd();
            ss.WaitForExit();
            return Sum(text);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return 0;
        }
    }

    /// <summary>The sum of a table of ss.</summary>
    /// <param name="table">The table: received (r), allocated ahead (f), queued to send (w), options (o), backlog (bl).</param>
    public static long Sum(string table) => Memory().Matches(table).Sum(static match => match.Groups.Values.Skip(1)
        .Sum(static group => long.Parse(group.ValueSpan, CultureInfo.InvariantCulture)));

    [GeneratedRegex(@"skmem:\(r(?<r>[0-9]+),rb[0-9]+,t[0-9]+,tb[0-9]+,f(?<f>[0-9]+),w(?<w>[0-9]+),o(?<o>[0-9]+),bl(?<bl>[0-9]+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Memory();
}
