using System.Globalization;
using System.Text;
using ClusterDns.Core.Logging;

namespace ClusterDns.Server.Logging;

/// <summary>Makes one line of one message, whatever is in it: a name from the network must not look like a line of its own.</summary>
internal static class LogLine
{
    /// <summary>What is longer is cut: no message that a person reads is.</summary>
    internal const int MaxLength = 16 * 1024;

    internal static void Write(ILogOutput output, string head, string message)
        => output.TryWriteLine(Encoding.UTF8.GetBytes(head + Escape(message)));

    internal static string Escape(string message)
    {
        string cut = message.Length > MaxLength ? string.Concat(message.AsSpan(0, MaxLength), "…") : message;
        if (!cut.AsSpan().ContainsAnyInRange('\0', '\u001f') && !cut.Contains('\u007f', StringComparison.Ordinal))
        {
            return cut;
        }

        StringBuilder escaped = new(cut.Length + 16);
        foreach (char character in cut)
        {
            switch (character)
            {
                case '\n':
                    escaped.Append("\\n");
                    break;
                case '\t':
                    escaped.Append("\\t");
                    break;
                case < ' ' or '\u007f':
                    escaped.Append(CultureInfo.InvariantCulture, $"\\x{(int)character:x2}");
                    break;
                default:
                    escaped.Append(character);
                    break;
            }
        }

        return escaped.ToString();
    }
}
