using System.Text;

namespace ClusterDns.Plugins.Log;

/// <summary>What a part of a log line is.</summary>
internal enum LogPart : byte
{
    /// <summary>Text as it stands.</summary>
    Literal,

    /// <summary>A placeholder that has no value here.</summary>
    Unknown,

    /// <summary>The type that was asked.</summary>
    Type,

    /// <summary>The name that was asked, in lower case.</summary>
    Name,

    /// <summary>The class that was asked.</summary>
    Class,

    /// <summary><c>udp</c> or <c>tcp</c>.</summary>
    Protocol,

    /// <summary>The length of the request.</summary>
    Size,

    /// <summary>The client's address.</summary>
    Remote,

    /// <summary>The client's port.</summary>
    Port,

    /// <summary>The address that was asked.</summary>
    Local,

    /// <summary>The request's ID.</summary>
    Id,

    /// <summary>The request's opcode, as a number.</summary>
    Opcode,

    /// <summary>Whether the client wants DNSSEC records.</summary>
    DnssecOk,

    /// <summary>The most bytes the client takes.</summary>
    BufferSize,

    /// <summary>The response code.</summary>
    ResponseCode,

    /// <summary>The response's length, uncompressed.</summary>
    ResponseSize,

    /// <summary>The response's flags.</summary>
    ResponseFlags,

    /// <summary>How long the answer took, in seconds.</summary>
    Duration,
}

/// <summary>A log line's format, taken apart once.</summary>
internal static class LogFormat
{
    /// <summary>The default.</summary>
    public const string Common =
        "{remote}:{port} - {>id} \"{type} {class} {name} {proto} {size} {>do} {>bufsize}\" {rcode} {>rflags} {rsize} {duration}";

    /// <summary>The default, with the opcode.</summary>
    public const string Combined = Common + " \"{>opcode}\"";

    /// <summary>Takes a format apart.</summary>
    /// <param name="format">Text with placeholders; braces around anything else are text.</param>
    public static (LogPart Part, byte[] Literal)[] Compile(string format)
    {
        List<(LogPart, byte[])> parts = [];
        StringBuilder literal = new();
        int position = 0;
        while (position < format.Length)
        {
            int close = format.IndexOf('}', position);
            int open = close < 0 ? -1 : format.LastIndexOf('{', close);
            if (open < position || Find(format[open..(close + 1)]) is not { } part)
            {
                int end = close < 0 ? format.Length : close + 1;
                literal.Append(format, position, end - position);
                position = end;
                continue;
            }

            literal.Append(format, position, open - position);
            Flush(literal, parts);
            parts.Add((part, []));
            position = close + 1;
        }

        Flush(literal, parts);
        return [.. parts];
    }

    private static void Flush(StringBuilder literal, List<(LogPart, byte[])> parts)
    {
        if (literal.Length > 0)
        {
            parts.Add((LogPart.Literal, Encoding.UTF8.GetBytes(literal.ToString())));
            literal.Clear();
        }
    }

    private static LogPart? Find(string placeholder) => placeholder switch
    {
        "{type}" => LogPart.Type,
        "{name}" => LogPart.Name,
        "{class}" => LogPart.Class,
        "{proto}" => LogPart.Protocol,
        "{size}" => LogPart.Size,
        "{remote}" => LogPart.Remote,
        "{port}" => LogPart.Port,
        "{local}" => LogPart.Local,
        "{>id}" => LogPart.Id,
        "{>opcode}" => LogPart.Opcode,
        "{>do}" => LogPart.DnssecOk,
        "{>bufsize}" => LogPart.BufferSize,
        "{rcode}" => LogPart.ResponseCode,
        "{rsize}" => LogPart.ResponseSize,
        "{>rflags}" => LogPart.ResponseFlags,
        "{duration}" => LogPart.Duration,
        _ => placeholder.StartsWith("{/", StringComparison.Ordinal) ? LogPart.Unknown : null,
    };
}
