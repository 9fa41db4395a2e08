using System.Text;
using System.Text.Unicode;

namespace ClusterDns.Core.Corefiles;

/// <summary>From the bytes of a file to its text.</summary>
internal static class SourceText
{
    /// <summary>
    /// Decodes UTF-8 and leaves a byte order mark out. Wrong bytes are reported once, where the first is, and replaced, so that
    /// the rest of the file can still be judged.
    /// </summary>
    public static string Decode(string file, ReadOnlySpan<byte> content, DiagnosticBag diagnostics)
    {
        if (content.StartsWith("\uFEFF"u8))
        {
            content = content[3..];
        }

        if (!Utf8.IsValid(content))
        {
            diagnostics.Warning(PlaceOfFirstWrongByte(file, content), "bytes that are not UTF-8 are replaced: save the file as UTF-8 text");
        }

        return Encoding.UTF8.GetString(content);
    }

    private static SourcePlace PlaceOfFirstWrongByte(string file, ReadOnlySpan<byte> content)
    {
        int line = 1;
        int column = 1;
        while (Rune.DecodeFromUtf8(content, out var rune, out int consumed) == System.Buffers.OperationStatus.Done)
        {
            content = content[consumed..];
            (line, column) = rune.Value == '\n' ? (line + 1, 1) : (line, column + 1);
        }

        return new SourcePlace(file, line, column);
    }
}
