using System.Text;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Common;

/// <summary>Puts a line together in bytes that are set aside for it; what does not fit is left out.</summary>
/// <param name="destination">The bytes.</param>
internal ref struct LogLineWriter(Span<byte> destination)
{
    private const long NanosecondsATick = 100;
    private const int FractionDigits = 9;

    private readonly Span<byte> _destination = destination;
    private int _length;

    /// <summary>The line so far.</summary>
    public readonly ReadOnlySpan<byte> Written => _destination[.._length];

    /// <summary>Adds text.</summary>
    public void Append(scoped ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> fitting = text[..Math.Min(text.Length, _destination.Length - _length)];
        fitting.CopyTo(_destination[_length..]);
        _length += fitting.Length;
    }

    /// <summary>Adds text with its control characters escaped, so that it cannot look like a line of its own.</summary>
    public void AppendText(scoped ReadOnlySpan<char> text)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (Rune.IsControl(rune) && rune.IsAscii)
            {
                AppendControl((byte)rune.Value);
                continue;
            }

            if (!rune.TryEncodeToUtf8(_destination[_length..], out int written))
            {
                return;
            }

            _length += written;
        }
    }

    /// <summary>Adds a number.</summary>
    public void Append(long number)
    {
        number.TryFormat(_destination[_length..], out int written, provider: null);
        _length += written;
    }

    /// <summary>Adds a type's mnemonic.</summary>
    public void Append(RecordType type)
    {
        RecordTypes.TryWriteText(type, _destination[_length..], out int written);
        _length += written;
    }

    /// <summary>Adds a class's mnemonic.</summary>
    public void Append(RecordClass recordClass)
    {
        RecordClasses.TryWriteText(recordClass, _destination[_length..], out int written);
        _length += written;
    }

    /// <summary>Adds a response code's mnemonic.</summary>
    public void Append(ResponseCode code)
    {
        ResponseCodes.TryWriteText(code, _destination[_length..], out int written);
        _length += written;
    }

    /// <summary>Adds a name, with what is not printable in it escaped.</summary>
    public void AppendName(scoped ReadOnlySpan<byte> name)
    {
        DomainName.TryWriteText(name, _destination[_length..], out int written);
        _length += written;
    }

    /// <summary>Adds an address, IPv6 in brackets.</summary>
    public void AppendAddress(in NetworkEndpoint endpoint)
    {
        Append(endpoint.IsIPv4 ? [] : "["u8);
        endpoint.TryFormatAddress(_destination[_length..], out int written);
        _length += written;
        Append(endpoint.IsIPv4 ? [] : "]"u8);
    }

    /// <summary>Adds a number of seconds with as many decimals as it has, at most nine.</summary>
    public void AppendSeconds(TimeSpan duration)
    {
        Append(duration.Ticks / TimeSpan.TicksPerSecond);
        long nanoseconds = duration.Ticks % TimeSpan.TicksPerSecond * NanosecondsATick;
        if (nanoseconds == 0)
        {
            return;
        }

        Span<byte> fraction = stackalloc byte[FractionDigits];
        for (int i = FractionDigits - 1; i >= 0; i--)
        {
            fraction[i] = (byte)('0' + (nanoseconds % 10));
            nanoseconds /= 10;
        }

        Append("."u8);
        Append(((ReadOnlySpan<byte>)fraction).TrimEnd((byte)'0'));
    }

    private void AppendControl(byte character)
    {
        switch (character)
        {
            case (byte)'\n':
                Append("\\n"u8);
                break;
            case (byte)'\t':
                Append("\\t"u8);
                break;
            default:
                ReadOnlySpan<byte> digits = "0123456789abcdef"u8;
                Append("\\x"u8);
                Append(digits.Slice(character >> 4, 1));
                Append(digits.Slice(character & 15, 1));
                break;
        }
    }
}
