using System.Buffers.Binary;
using ClusterDns.Core.Wire;
using CsCheck;

namespace ClusterDns.Core.Tests.Wire;

/// <summary>A resource record with its rdata uncompressed.</summary>
internal sealed record GeneratedRecord(byte[] Owner, RecordType Type, RecordClass Class, uint TimeToLive, byte[] Rdata);

/// <summary>A message: one question and three sections.</summary>
internal sealed record GeneratedMessage(
    DnsHeader Header,
    byte[] Name,
    RecordType Type,
    List<GeneratedRecord> Answers,
    List<GeneratedRecord> Authorities,
    List<GeneratedRecord> Additionals)
{
    public IEnumerable<GeneratedRecord> Records => Answers.Concat(Authorities).Concat(Additionals);
}

/// <summary>Generators of records, of all types that have a text form, and of messages.</summary>
internal static class RecordGen
{
    private static readonly Gen<byte[]> AnyString = String(Gen.Byte);

    /// <summary>A type and rdata of its form.</summary>
    public static readonly Gen<(RecordType Type, byte[] Rdata)> TypeAndRdata =
        Types(Gen.OneOf(WireGen.HostName, WireGen.AnyName), AnyString);

    /// <summary>A response whose records partly belong to the question's name.</summary>
    public static readonly Gen<GeneratedMessage> Message = Messages(TypeAndRdata);

    /// <summary>As <see cref="Message"/>, without octets that other libraries show each in its own way.</summary>
    public static readonly Gen<GeneratedMessage> PlainMessage =
        Messages(Types(WireGen.HostName, String(Gen.Char["abcXYZ019 -_=;"].Select(c => (byte)c))));

    private static Gen<GeneratedMessage> Messages(Gen<(RecordType Type, byte[] Rdata)> data)
    {
        Gen<GeneratedRecord> record = Gen.Select(WireGen.HostName, data, Gen.UInt[0, int.MaxValue])
            .Select((owner, part, ttl) => new GeneratedRecord(owner, part.Type, RecordClass.IN, ttl, part.Rdata));
        return Gen.Select(
            Gen.UShort,
            WireGen.HostName,
            Gen.Select(record, Gen.Bool).List[0, 8],
            record.List[0, 3],
            record.List[0, 6]).Select((id, name, answers, authorities, additionals) => new GeneratedMessage(
                new DnsHeader
                {
                    Id = id,
                    Flags = HeaderFlags.Response | HeaderFlags.RecursionDesired | (HeaderFlags)((id & 0xB) << 7),
                    QuestionCount = 1,
                    AnswerCount = (ushort)answers.Count,
                    AuthorityCount = (ushort)authorities.Count,
                    AdditionalCount = (ushort)additionals.Count,
                },
                name,
                RecordType.A,
                answers.ConvertAll(answer => answer.Item2 ? answer.Item1 with { Owner = name } : answer.Item1),
                authorities,
                additionals));
    }

    private static Gen<(RecordType Type, byte[] Rdata)> Types(Gen<byte[]> name, Gen<byte[]> text) => Gen.OneOf(
        Of(RecordType.A, Gen.Byte.Array[4]),
        Of(RecordType.AAAA, Gen.Byte.Array[16]),
        Of(RecordType.NS, name),
        Of(RecordType.CNAME, name),
        Of(RecordType.PTR, name),
        Of(RecordType.SOA, Gen.Select(name, name, Gen.Byte.Array[20]).Select((a, b, c) => (byte[])[.. a, .. b, .. c])),
        Of(RecordType.MX, Gen.Select(Gen.Byte.Array[2], name).Select((a, b) => (byte[])[.. a, .. b])),
        Of(RecordType.TXT, text.Array[1, 4].Select(strings => strings.SelectMany(s => s).ToArray())),
        Of(RecordType.SRV, Gen.Select(Gen.Byte.Array[6], name).Select((a, b) => (byte[])[.. a, .. b])),
        Of(RecordType.HINFO, Gen.Select(text, text).Select((a, b) => (byte[])[.. a, .. b])),
        Of((RecordType)65400, Gen.Byte.Array[0, 40]));

    private static Gen<byte[]> String(Gen<byte> octet) =>
        octet.Array[0, 30].Select(octets => (byte[])[(byte)octets.Length, .. octets]);

    /// <summary>Writes the message, all names compressed where they may be.</summary>
    public static byte[] Write(GeneratedMessage message)
    {
        var writer = new WireWriter(new byte[ushort.MaxValue]);
        Assert.True(writer.TryWriteHeader(message.Header));
        Assert.True(writer.TryWriteQuestion(message.Name, message.Type, RecordClass.IN));
        foreach (GeneratedRecord record in message.Records)
        {
            Assert.True(writer.TryWriteRecord(record.Owner, record.Type, record.Class, record.TimeToLive, record.Rdata));
        }

        return writer.Written.ToArray();
    }

    /// <summary>Writes the message without any compression.</summary>
    public static byte[] WriteUncompressed(GeneratedMessage message)
    {
        var wire = new List<byte>();
        byte[] header = new byte[DnsHeader.Length];
        message.Header.Write(header);
        wire.AddRange(header);
        wire.AddRange(message.Name);
        wire.AddRange([0, (byte)message.Type, 0, (byte)RecordClass.IN]);
        Span<byte> fields = stackalloc byte[10];
        foreach (GeneratedRecord record in message.Records)
        {
            wire.AddRange(record.Owner);
            BinaryPrimitives.WriteUInt16BigEndian(fields, (ushort)record.Type);
            BinaryPrimitives.WriteUInt16BigEndian(fields[2..], (ushort)record.Class);
            BinaryPrimitives.WriteUInt32BigEndian(fields[4..], record.TimeToLive);
            BinaryPrimitives.WriteUInt16BigEndian(fields[8..], (ushort)record.Rdata.Length);
            wire.AddRange(fields.ToArray());
            wire.AddRange(record.Rdata);
        }

        return [.. wire];
    }

    private static Gen<(RecordType Type, byte[] Rdata)> Of(RecordType type, Gen<byte[]> rdata) =>
        rdata.Select(octets => (type, octets));
}
