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
    private static readonly Gen<byte[]> CharacterString =
        Gen.Byte.Array[0, 30].Select(octets => (byte[])[(byte)octets.Length, .. octets]);

    private static readonly Gen<byte[]> Address = Gen.Byte.Array[4];

    private static readonly Gen<byte[]> Number16 = Gen.Byte.Array[2];

    private static readonly Gen<byte[]> Soa =
        Gen.Select(WireGen.HostName, WireGen.HostName, Gen.Byte.Array[20]).Select((a, b, c) => (byte[])[.. a, .. b, .. c]);

    private static readonly Gen<byte[]> Mx =
        Gen.Select(Number16, WireGen.HostName).Select((a, b) => (byte[])[.. a, .. b]);

    private static readonly Gen<byte[]> Srv =
        Gen.Select(Gen.Byte.Array[6], WireGen.HostName).Select((a, b) => (byte[])[.. a, .. b]);

    private static readonly Gen<byte[]> Strings =
        CharacterString.Array[1, 4].Select(strings => strings.SelectMany(s => s).ToArray());

    private static readonly Gen<byte[]> Hinfo =
        Gen.Select(CharacterString, CharacterString).Select((a, b) => (byte[])[.. a, .. b]);

    /// <summary>A type and rdata of its form.</summary>
    public static readonly Gen<(RecordType Type, byte[] Rdata)> TypeAndRdata = Gen.OneOf(
        Of(RecordType.A, Address),
        Of(RecordType.AAAA, Gen.Byte.Array[16]),
        Of(RecordType.NS, WireGen.HostName),
        Of(RecordType.CNAME, WireGen.HostName),
        Of(RecordType.PTR, WireGen.AnyName),
        Of(RecordType.SOA, Soa),
        Of(RecordType.MX, Mx),
        Of(RecordType.TXT, Strings),
        Of(RecordType.SRV, Srv),
        Of(RecordType.HINFO, Hinfo),
        Of((RecordType)65400, Gen.Byte.Array[0, 40]));

    /// <summary>A record.</summary>
    public static readonly Gen<GeneratedRecord> Record =
        Gen.Select(WireGen.HostName, TypeAndRdata, Gen.UInt[0, int.MaxValue])
            .Select((owner, data, ttl) => new GeneratedRecord(owner, data.Type, RecordClass.IN, ttl, data.Rdata));

    /// <summary>A response whose records partly belong to the question's name.</summary>
    public static readonly Gen<GeneratedMessage> Message = Gen.Select(
        Gen.UShort,
        WireGen.HostName,
        Gen.Select(Record, Gen.Bool).List[0, 8],
        Record.List[0, 3],
        Record.List[0, 6]).Select((id, name, answers, authorities, additionals) => new GeneratedMessage(
            new DnsHeader
            {
                Id = id,
                Flags = HeaderFlags.Response | HeaderFlags.RecursionDesired,
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
