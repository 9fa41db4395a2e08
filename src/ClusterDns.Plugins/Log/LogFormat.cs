using System.Text;

namespace ClusterDns.Plugins.Log;

/// <summary>What a part of a log line is.</summary>
internal enum LogPart : byte
{
    /// <summary>Literal text.</summary>
    Literal,

    /// <summary>Metadata of another plugin.</summary>
    Metadata,

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

/// <summary>A piece of a log line.</summary>
/// <param name="Part">What it is.</param>
/// <param name="Literal">The text of a literal.</param>
/// <param name="Label">The name of a metadata field.</param>
internal readonly record struct LogPiece(LogPart Part, byte[] Literal, string Label);

/// <summary>A log line's format, taken apart once.</summary>
internal static class LogFormat
{
    /// <summary>The default.</summary>
    public const string Common =
        "{remote}:{port} - {>id} \"{type} {class} {name} {proto} {size} {>do} {>bufsize}\" {rcode} {>rflags} {rsize} {duration}";

    /// <summary>The default, with the opcode.</summary>
    public const string Combined = Common + " \"{>opcode}\"";

    private const string MetadataStart = "{/";

    /// <summary>Takes a format apart.</summary>
    /// <param name="format">Text with placeholders; braces around anything else are text.</param>
    public static LogPiece[] Compile(string format)
    {
        List<LogPiece> pieces = [];
        StringBuilder literal = new();
        int position = 0;
        while (position < format.Length)
        {
            int close = format.IndexOf('}', position);
            int open = close < 0 ? -1 : format.LastIndexOf('{', close);
            if (open < position || Find(format[open..(close + 1)]) is not { } piece)
            {
                int end = close < 0 ? format.Length : close + 1;
                literal.Append(format, position, end - position);
                position = end;
                continue;
            }

            literal.Append(format, position, open - position);
            Flush(literal, pieces);
            pieces.Add(piece);
            position = close + 1;
        }

        Flush(literal, pieces);
        return [.. pieces];
    }

    private static void Flush(StringBuilder literal, List<LogPiece> pieces)
    {
        if (literal.Length > 0)
        {
            pieces.Add(new LogPiece(LogPart.Literal, Encoding.UTF8.GetBytes(literal.ToString()), ""));
            literal.Clear();
        }
    }

    private static LogPiece? Find(string placeholder)
        => placeholder.StartsWith(MetadataStart, StringComparison.Ordinal)
            ? new LogPiece(LogPart.Metadata, [], placeholder[MetadataStart.Length..^1])
            : FindPart(placeholder) is { } part ? new LogPiece(part, [], "") : null;

    private static LogPart? FindPart(string placeholder) => placeholder switch
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
        _ => null,
    };
}
