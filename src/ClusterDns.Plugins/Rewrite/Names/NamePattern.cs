using System.Runtime.CompilerServices;
using System.Text;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Rewrite.Names;

/// <summary>Which names a rule is for, and what becomes of them.</summary>
internal abstract class NamePattern
{
    /// <summary>Whether the rule is for a name.</summary>
    /// <param name="name">The name.</param>
    public abstract bool Matches(ref NameText name);

    /// <summary>Rewrites a name that matches.</summary>
    /// <param name="name">The name.</param>
    /// <param name="text">Receives the text of the new name: <see cref="NameText.MaxLength"/> bytes.</param>
    /// <returns>The length of the text; 0 where it is too long for a name.</returns>
    protected abstract int Replace(ref NameText name, scoped Span<byte> text);

    /// <summary>Rewrites a name that matches.</summary>
    /// <param name="name">The name.</param>
    /// <param name="destination">Receives the new name in wire form: 255 octets.</param>
    /// <param name="length">The new name's length.</param>
    /// <returns>False where the new name is not a domain name.</returns>
    [SkipLocalsInit]
    public bool TryReplace(ref NameText name, scoped Span<byte> destination, out int length)
    {
        Span<byte> text = stackalloc byte[NameText.MaxLength];
        return DomainName.TryParse(text[..Replace(ref name, text)], destination, out length);
    }

    /// <summary>The text of the new name, which may be that of no domain name, for a message.</summary>
    /// <param name="name">The old name.</param>
    public string Describe(ref NameText name)
    {
        byte[] text = new byte[NameText.MaxLength];
        return Encoding.ASCII.GetString(text, 0, Replace(ref name, text));
    }
}
