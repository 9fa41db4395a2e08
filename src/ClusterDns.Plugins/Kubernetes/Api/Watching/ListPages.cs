using System.Security.Cryptography;
using System.Text;
using ClusterDns.Plugins.Kubernetes.Api.Decoding;

namespace ClusterDns.Plugins.Kubernetes.Api.Watching;

/// <summary>Sees to it that a list in pages ends.</summary>
internal sealed class ListPages
{
    /// <summary>How many pages a list may have.</summary>
    public const int MaxPages = ListReader.MaxItems / Reflector.PageLength;

    private readonly HashSet<UInt128> _seen = [];
    private int _items;

    /// <summary>Takes account of a page.</summary>
    /// <param name="head">What the page says beside its items.</param>
    /// <param name="items">How many items it has.</param>
    /// <returns>Why the list would not end; null where it may continue, or has ended.</returns>
    public string? Add(in ListHead head, int items)
    {
        _items += items;
        if (head.Continue.Length == 0)
        {
            return null;
        }

        if (!_seen.Add(Digest(head.Continue)))
        {
            return "the list does not end: the server returned the same 'continue' token again";
        }

        return _seen.Count >= MaxPages || _items > ListReader.MaxItems
            ? $"the list does not end: more than {MaxPages} pages or {ListReader.MaxItems} items"
            : null;
    }

    private static UInt128 Digest(string text)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        return new UInt128(BitConverter.ToUInt64(hash), BitConverter.ToUInt64(hash, sizeof(ulong)));
    }
}
