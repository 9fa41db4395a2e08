using System.Runtime.CompilerServices;
using System.Text;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Rewrite.Names;

/// <summary>FROM and TO of rules, in the form in which they are compared and written.</summary>
internal static class RuleText
{
    /// <summary>Puts a text into lower case, with a final dot where it has none.</summary>
    /// <param name="text">The text.</param>
    public static string MakeAbsolute(string text)
    {
        string lower = text.ToLowerInvariant();
        return EndsWithDot(lower) ? lower : lower + ".";
    }

    /// <summary>Whether a text ends with a dot that no backslash makes part of a label.</summary>
    /// <param name="text">The text.</param>
    public static bool EndsWithDot(string text)
    {
        if (!text.EndsWith('.'))
        {
            return false;
        }

        int backslashes = 0;
        while (backslashes < text.Length - 1 && text[text.Length - 2 - backslashes] == '\\')
        {
            backslashes++;
        }

        return backslashes % 2 == 0;
    }

    /// <summary>The bytes of a text; those that are not printable ASCII as escapes, so that they may be part of a name.</summary>
    /// <param name="text">The text.</param>
    public static byte[] ToBytes(string text)
    {
        byte[] plain = Encoding.UTF8.GetBytes(text);
        if (Array.TrueForAll(plain, static octet => octet is > 0x20 and < 0x7F))
        {
            return plain;
        }

        StringBuilder escaped = new();
        foreach (byte octet in plain)
        {
            _ = octet is > 0x20 and < 0x7F ? escaped.Append((char)octet) : escaped.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\{octet:D3}");
        }

        return Encoding.ASCII.GetBytes(escaped.ToString());
    }

    /// <summary>The text of a name as <see cref="NameText"/> has it; null where it is not a domain name.</summary>
    /// <param name="text">The text of the name.</param>
    [SkipLocalsInit]
    public static byte[]? TryMakeCanonical(string text)
    {
        Span<byte> wire = stackalloc byte[DomainName.MaxWireLength];
        if (!DomainName.TryParse(ToBytes(text), wire, out int length))
        {
            return null;
        }

        NameText name = new(stackalloc byte[NameText.MaxLength], default);
        name.Set(wire[..length]);
        return name.Bytes.ToArray();
    }
}
