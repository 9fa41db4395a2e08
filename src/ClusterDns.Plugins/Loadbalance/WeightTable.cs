using System.Globalization;
using System.Net;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Loadbalance;

/// <summary>The weights of names' addresses. Immutable once it is built.</summary>
internal sealed class WeightTable
{
    /// <summary>The weight of an address that has none in the file.</summary>
    public const int DefaultWeight = 1;

    private readonly Dictionary<byte[], Dictionary<UInt128, byte>> _names = new(DomainNameComparer.Instance);
    private readonly Dictionary<byte[], Dictionary<UInt128, byte>>.AlternateLookup<ReadOnlySpan<byte>> _namesBySpan;

    private WeightTable() => _namesBySpan = _names.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>A table without weights.</summary>
    public static WeightTable Empty { get; } = new();

    /// <summary>How many names there are.</summary>
    public int Count => _names.Count;

    /// <summary>
    /// Reads a weight file: a line for a name, and below it lines of an address and its weight. Empty lines and those that begin with
    /// <c>#</c> say nothing. Of two weights of an address the first counts.
    /// </summary>
    /// <param name="text">The file.</param>
    /// <param name="table">The weights; empty when something is wrong.</param>
    /// <param name="problem">What is wrong first; empty when nothing is.</param>
    public static bool TryParse(string text, out WeightTable table, out string problem)
    {
        table = new WeightTable();
        problem = "";
        int number = 0;
        Dictionary<UInt128, byte>? weights = null;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            number++;
            string[] fields = line.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (fields is [] or [['#', ..], ..])
            {
                continue;
            }

            string? wrong = fields switch
            {
                [string name] => table.TakeName(name, out weights),
                [string address, string weight] => TakeWeight(weights, address, weight),
                _ => $"'{line.Trim()}' has {fields.Length} words: expected a name, or an address and its weight",
            };
            if (wrong is not null)
            {
                problem = string.Create(CultureInfo.InvariantCulture, $"is malformed in line {number}: {wrong}");
                table = Empty;
                return false;
            }
        }

        return true;
    }

    /// <summary>The weight of a name's address.</summary>
    /// <param name="name">The name, in wire form.</param>
    /// <param name="address">The address, IPv4 mapped.</param>
    public int Find(ReadOnlySpan<byte> name, UInt128 address)
        => _namesBySpan.TryGetValue(name, out Dictionary<UInt128, byte>? weights) && weights.TryGetValue(address, out byte weight)
            ? weight
            : DefaultWeight;

    private string? TakeName(string text, out Dictionary<UInt128, byte>? weights)
    {
        weights = null;
        if (AddressText.TryParse(text, out _))
        {
            return $"the address '{text}' has no weight: expected a number from 1 to 255 after it";
        }

        Span<byte> wire = stackalloc byte[DomainName.MaxWireLength];
        if (!DomainName.TryParse(text, wire, out int length))
        {
            return $"'{text}' is not a domain name: expected labels of at most 63 bytes, 255 bytes in all";
        }

        byte[] name = wire[..length].ToArray();
        if (!_names.TryGetValue(name, out weights))
        {
            _names[name] = weights = [];
        }

        return null;
    }

    private static string? TakeWeight(Dictionary<UInt128, byte>? weights, string addressText, string weightText)
    {
        if (!AddressText.TryParse(addressText, out IPAddress? address))
        {
            return $"invalid address '{addressText}': expected for example 192.0.2.1 or 2001:db8::1";
        }

        if (!byte.TryParse(weightText, NumberStyles.None, CultureInfo.InvariantCulture, out byte weight) || weight == 0)
        {
            return $"invalid weight '{weightText}': expected a number from 1 to 255";
        }

        if (weights is null)
        {
            return $"the address '{addressText}' has no name: expected a line with a name before it";
        }

        weights.TryAdd(NetworkEndpoint.From(new IPEndPoint(address, 0)).AddressBits, weight);
        return null;
    }
}
