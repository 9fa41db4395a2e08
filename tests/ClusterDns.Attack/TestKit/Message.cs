using System.Buffers.Binary;
using System.Net;
using ClusterDns.Core.Wire;

namespace ClusterDns.Attack.TestKit;

/// <summary>Puts messages together, right and wrong ones, and reads them.</summary>
internal static class Message
{
    private const byte ResponseBit = 0x80;
    private const byte TruncatedBit = 2;
    private const int FixedRecordPart = 10;

    /// <summary>A query with RD.</summary>
    /// <param name="name">The name.</param>
    /// <param name="type">The type.</param>
    /// <param name="id">The ID.</param>
    /// <param name="udpSize">EDNS's UDP size; null for a query without EDNS.</param>
    public static byte[] Query(string name, RecordType type = RecordType.A, int id = 1, ushort? udpSize = null)
    {
        byte[] buffer = new byte[512];
        WireWriter writer = new(buffer);
        writer.TryWriteHeader(new DnsHeader
        {
            Id = (ushort)id,
            Flags = HeaderFlags.RecursionDesired,
            QuestionCount = 1,
            AdditionalCount = udpSize is null ? (ushort)0 : (ushort)1,
        });
        writer.TryWriteQuestion(DomainName.Parse(name), type, RecordClass.IN);
        if (udpSize is { } size)
        {
            writer.TryWriteOpt(size, extendedRcode: 0, version: 0, dnssecOk: false, []);
        }

        return buffer[..writer.Length];
    }

    /// <summary>Messages as a stream carries them.</summary>
    public static byte[] Frame(params byte[][] messages)
        => [.. messages.SelectMany(static message => (byte[])[(byte)(message.Length >> 8), (byte)message.Length, .. message])];

    /// <summary>Where the first question ends.</summary>
    public static int QuestionEnd(ReadOnlySpan<byte> message)
    {
        int at = DnsHeader.Length;
        while (message[at] != 0)
        {
            at += message[at] + 1;
        }

        return at + 5;
    }

    /// <summary>The name that is asked for, in lower case.</summary>
    public static string NameOf(ReadOnlySpan<byte> message)
        => DomainName.ToText(message[DnsHeader.Length..(QuestionEnd(message) - 4)]).ToLowerInvariant();

    /// <summary>The type that is asked for.</summary>
    public static RecordType TypeOf(ReadOnlySpan<byte> message)
        => (RecordType)BinaryPrimitives.ReadUInt16BigEndian(message[(QuestionEnd(message) - 4)..]);

    /// <summary>A record, right or wrong; its owner is the question's name.</summary>
    public static byte[] Record(RecordType type, uint timeToLive, params byte[] rdata) => RecordOf([0xC0, DnsHeader.Length], type, timeToLive, rdata);

    /// <summary>A record with an owner.</summary>
    /// <param name="owner">The owner, in wire form.</param>
    /// <param name="type">The type.</param>
    /// <param name="timeToLive">The TTL.</param>
    /// <param name="rdata">The rdata, right or wrong.</param>
    public static byte[] RecordOf(byte[] owner, RecordType type, uint timeToLive, params byte[] rdata)
    {
        byte[] middle = new byte[FixedRecordPart];
        BinaryPrimitives.WriteUInt16BigEndian(middle, (ushort)type);
        middle[3] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(middle.AsSpan(4), timeToLive);
        BinaryPrimitives.WriteUInt16BigEndian(middle.AsSpan(8), (ushort)rdata.Length);
        return [.. owner, .. middle, .. rdata];
    }

    /// <summary>The SOA record of a zone.</summary>
    public static byte[] Authority(string zone, uint timeToLive, uint minimum)
    {
        byte[] numbers = new byte[20];
        BinaryPrimitives.WriteUInt32BigEndian(numbers, 1);
        BinaryPrimitives.WriteUInt32BigEndian(numbers.AsSpan(16), minimum);
        return RecordOf(DomainName.Parse(zone), RecordType.SOA, timeToLive, [0, 0, .. numbers]);
    }

    /// <summary>A reply to a query, without its OPT record.</summary>
    /// <param name="query">The query.</param>
    /// <param name="code">The response code.</param>
    /// <param name="answers">The answer section.</param>
    /// <param name="authorities">The authority section.</param>
    /// <param name="additional">The additional section.</param>
    public static byte[] Reply(
        ReadOnlySpan<byte> query, ResponseCode code = ResponseCode.NoError, byte[][]? answers = null, byte[][]? authorities = null, byte[][]? additional = null)
    {
        List<byte> reply = [.. query[..QuestionEnd(query)]];
        reply[2] = (byte)(ResponseBit | (query[2] & 1));
        reply[3] = (byte)(ResponseBit | (byte)code);
        byte[][][] sections = [answers ?? [], authorities ?? [], additional ?? []];
        for (int i = 0; i < sections.Length; i++)
        {
            reply[6 + (2 * i)] = (byte)(sections[i].Length >> 8);
            reply[7 + (2 * i)] = (byte)sections[i].Length;
            reply.AddRange(sections[i].SelectMany(static record => record));
        }

        return [.. reply];
    }

    /// <summary>A reply with one address: A records have <c>192.0.2.LAST</c>, other types nothing.</summary>
    public static byte[] Address(ReadOnlySpan<byte> query, byte last = 1, uint timeToLive = 60)
        => TypeOf(query) == RecordType.A
            ? Reply(query, answers: [Record(RecordType.A, timeToLive, 192, 0, 2, last)])
            : Reply(query, authorities: [Authority(".", timeToLive, timeToLive)]);

    /// <summary>A reply with TXT records of 255 octets.</summary>
    public static byte[] Texts(ReadOnlySpan<byte> query, int count)
        => Reply(query, answers: [.. Enumerable.Repeat(Record(RecordType.TXT, 60, [255, .. Enumerable.Repeat((byte)'x', 255)]), count)]);

    /// <summary>The same with TC, and nothing behind the question.</summary>
    public static byte[] Truncated(ReadOnlySpan<byte> query)
    {
        byte[] reply = Reply(query);
        reply[2] |= TruncatedBit;
        return reply;
    }

    /// <summary>The ID.</summary>
    public static int IdOf(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadUInt16BigEndian(message);

    /// <summary>The response code.</summary>
    public static ResponseCode CodeOf(ReadOnlySpan<byte> message) => (ResponseCode)(message[3] & 15);

    /// <summary>Whether TC is set.</summary>
    public static bool IsTruncated(ReadOnlySpan<byte> message) => (message[2] & TruncatedBit) != 0;

    /// <summary>An answer in few words: the response code, then the addresses and TTLs of A records and the types of others; <c>nothing</c> for none.</summary>
    public static string Describe(byte[]? message)
    {
        if (message is null)
        {
            return "nothing";
        }

        List<string> words = [ResponseCodes.ToText(CodeOf(message))];
        if (IsTruncated(message))
        {
            words.Add("TC");
        }

        WireReader reader = new(message, QuestionEnd(message));
        for (int i = 0; i < BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan(6)); i++)
        {
            if (!reader.TryReadRecord(out RecordView record))
            {
                words.Add("unreadable");
                break;
            }

            ReadOnlySpan<byte> rdata = message.AsSpan(record.RdataOffset, record.RdataLength);
            words.Add(record.Type == RecordType.A && rdata.Length == 4 ? new IPAddress(rdata).ToString() : RecordTypes.ToText(record.Type));
        }

        return string.Join(' ', words);
    }

    /// <summary>The TTL of the first record behind the question.</summary>
    public static uint TimeToLiveOf(byte[] message)
    {
        WireReader reader = new(message, QuestionEnd(message));
        return reader.TryReadRecord(out RecordView record) ? record.TimeToLive : throw new IOException("no record");
    }
}
