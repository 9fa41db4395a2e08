using System.Globalization;
using System.Text;

namespace ClusterDns.Core.Wire;

/// <summary>
/// Numbers and their mnemonics. A number without a mnemonic is written as a prefix and its decimal digits, as
/// RFC 3597 section 5 has it for types and classes.
/// </summary>
internal sealed class MnemonicTable
{
    /// <summary>Registries are dense up to here; the few numbers above are looked up by hash.</summary>
    private const int DenseLimit = 272;

    private readonly string _prefix;
    private readonly ushort _maxValue;
    private readonly string?[] _dense = new string?[DenseLimit];
    private readonly Dictionary<ushort, string> _sparse = [];
    private readonly Dictionary<string, ushort>.AlternateLookup<ReadOnlySpan<char>> _byText;

    public MnemonicTable(string prefix, ushort maxValue, ReadOnlySpan<(ushort Value, string Mnemonic)> entries)
    {
        _prefix = prefix;
        _maxValue = maxValue;
        var byText = new Dictionary<string, ushort>(entries.Length, StringComparer.OrdinalIgnoreCase);
        foreach ((ushort value, string mnemonic) in entries)
        {
            byText.Add(mnemonic, value);
            if (value < DenseLimit)
            {
                _dense[value] = mnemonic;
            }
            else
            {
                _sparse.Add(value, mnemonic);
            }
        }

        _byText = byText.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public string ToText(ushort value) =>
        Find(value) ?? _prefix + value.ToString(CultureInfo.InvariantCulture);

    public bool TryParse(ReadOnlySpan<char> text, out ushort value)
    {
        if (_byText.TryGetValue(text, out value))
        {
            return true;
        }

        return text.StartsWith(_prefix, StringComparison.OrdinalIgnoreCase)
            && ushort.TryParse(text[_prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out value)
            && value <= _maxValue;
    }

    public bool TryWriteText(ushort value, Span<byte> destination, out int written)
    {
        string? mnemonic = Find(value);
        if (mnemonic is not null)
        {
            return Encoding.ASCII.TryGetBytes(mnemonic, destination, out written);
        }

        if (!Encoding.ASCII.TryGetBytes(_prefix, destination, out int prefixLength)
            || !value.TryFormat(destination[prefixLength..], out int digits, default, CultureInfo.InvariantCulture))
        {
            written = 0;
            return false;
        }

        written = prefixLength + digits;
        return true;
    }

    private string? Find(ushort value) =>
        value < DenseLimit ? _dense[value] : _sparse.GetValueOrDefault(value);
}
