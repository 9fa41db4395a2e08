using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using ClusterDns.Core.Wire;

namespace ClusterDns.Soak;

/// <summary>What is asked.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The type.</param>
internal readonly record struct SoakQuestion(string Name, RecordType Type);

/// <summary>An answer as text: the response code and what the records of the answer section say, in order of the alphabet.</summary>
internal static class AnswerText
{
    /// <summary>An answer with these records.</summary>
    /// <param name="records">An address or name each; for SRV the port and the name.</param>
    public static string Of(params IEnumerable<string> records)
        => string.Join(' ', records.Order(StringComparer.Ordinal).Prepend(ResponseCodes.ToText(ResponseCode.NoError)));

    /// <summary>An answer that the name does not exist.</summary>
    public static string Missing { get; } = ResponseCodes.ToText(ResponseCode.NXDomain);

    /// <summary>Reads a message.</summary>
    /// <exception cref="IOException">It breaks off.</exception>
    public static string Read(ReadOnlySpan<byte> message)
    {
        WireReader reader = new(message);
        Span<byte> name = stackalloc byte[DomainName.MaxWireLength];
        if (!reader.TryReadHeader(out DnsHeader header) || !reader.TryReadQuestion(name, out _, out _, out _))
        {
            throw new IOException("a message without a question");
        }

        if (header.ResponseCode != ResponseCode.NoError)
        {
            return ResponseCodes.ToText(header.ResponseCode);
        }

        List<string> records = [];
        for (int i = 0; i < header.AnswerCount; i++)
        {
            if (!reader.TryReadRecord(out RecordView record))
            {
                throw new IOException("a message that breaks off");
            }

            records.Add(ReadRecord(message, record));
        }

        return Of(records);
    }

    private static string ReadRecord(ReadOnlySpan<byte> message, in RecordView record)
    {
        ReadOnlySpan<byte> rdata = message.Slice(record.RdataOffset, record.RdataLength);
        return record.Type switch
        {
            RecordType.A or RecordType.AAAA => new IPAddress(rdata).ToString(),
            RecordType.SRV => string.Create(
                CultureInfo.InvariantCulture, $"{BinaryPrimitives.ReadUInt16BigEndian(rdata[4..])}:{ReadName(message, record.RdataOffset + 6)}"),
            _ => ReadName(message, record.RdataOffset),
        };
    }

    private static string ReadName(ReadOnlySpan<byte> message, int offset)
    {
        WireReader reader = new(message, offset);
        Span<byte> name = stackalloc byte[DomainName.MaxWireLength];
        return reader.TryReadName(name, out int length) ? DomainName.ToText(name[..length]) : throw new IOException("a name that breaks off");
    }
}
