using System.Buffers.Binary;
using System.Globalization;
using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;

namespace ClusterDns.Tests.Scenarios;

/// <summary>Records and messages between their text in scenario files and their bytes.</summary>
internal static class ScenarioRecords
{
    /// <summary>A record from <c>OWNER TTL TYPE RDATA</c>, or with <c>hex</c> before the rdata's octets, right or wrong; <c>class NAME</c> may be before the rdata.</summary>
    /// <param name="line">The line.</param>
    /// <param name="first">Where the owner stands.</param>
    public static byte[] Parse(ScenarioLine line, int first)
    {
        if (!RecordTypes.TryParse(line.Word(first + 2), out RecordType type) || !uint.TryParse(line.Word(first + 1), CultureInfo.InvariantCulture, out uint timeToLive))
        {
            throw line.Error($"'{line.Rest(first)}' is no record, expected OWNER TTL TYPE RDATA");
        }

        RecordClass recordClass = RecordClass.IN;
        if (first + 3 < line.Words.Count && line.Words[first + 3] is "class")
        {
            recordClass = RecordClasses.TryParse(line.Word(first + 4), out RecordClass known) ? known : throw line.Error($"'{line.Word(first + 4)}' is not a class");
            line = line with { Words = [.. line.Words.Take(first + 3), .. line.Words.Skip(first + 5)] };
        }

        byte[] rdata;
        if (first + 3 < line.Words.Count && line.Words[first + 3] is "hex")
        {
            rdata = Convert.FromHexString(line.Rest(first + 4).Replace(" ", "", StringComparison.Ordinal));
        }
        else
        {
            byte[] buffer = new byte[ushort.MaxValue];
            if (!RdataText.TryParse(type, line.Rest(first + 3), DomainName.Root, buffer, out int length, out string? error))
            {
                throw line.Error($"'{line.Rest(first + 3)}' {error}");
            }

            rdata = buffer[..length];
        }

        byte[] numbers = new byte[10];
        BinaryPrimitives.WriteUInt16BigEndian(numbers, (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(numbers.AsSpan(2), (ushort)recordClass);
        BinaryPrimitives.WriteUInt32BigEndian(numbers.AsSpan(4), timeToLive);
        BinaryPrimitives.WriteUInt16BigEndian(numbers.AsSpan(8), (ushort)rdata.Length);
        return [.. DomainName.Parse(line.Word(first)), .. numbers, .. rdata];
    }

    /// <summary>An OPT record.</summary>
    public static byte[] Opt(byte[] owner, int size, int version, int flags, byte[] options, int extendedCode = 0)
    {
        byte[] numbers = new byte[10];
        BinaryPrimitives.WriteUInt16BigEndian(numbers, (ushort)RecordType.OPT);
        BinaryPrimitives.WriteUInt16BigEndian(numbers.AsSpan(2), (ushort)size);
        numbers[5] = (byte)version;
        numbers[4] = (byte)extendedCode;
        BinaryPrimitives.WriteUInt16BigEndian(numbers.AsSpan(6), (ushort)flags);
        BinaryPrimitives.WriteUInt16BigEndian(numbers.AsSpan(8), (ushort)options.Length);
        return [.. owner, .. numbers, .. options];
    }

    /// <summary>An EDNS option.</summary>
    public static byte[] Option(int code, byte[] data) => [(byte)(code >> 8), (byte)code, (byte)(data.Length >> 8), (byte)data.Length, .. data];

    /// <summary>A message of parts.</summary>
    /// <param name="id">The ID.</param>
    /// <param name="flags">The header's flags, with opcode and code.</param>
    /// <param name="question">The question section's bytes; empty for none.</param>
    /// <param name="sections">The other sections.</param>
    public static byte[] Message(int id, int flags, byte[] question, params IReadOnlyList<byte[]>[] sections)
    {
        List<byte> message = [(byte)(id >> 8), (byte)id, (byte)(flags >> 8), (byte)flags, 0, question.Length == 0 ? (byte)0 : (byte)1];
        foreach (IReadOnlyList<byte[]> section in sections)
        {
            message.AddRange([(byte)(section.Count >> 8), (byte)section.Count]);
        }

        message.AddRange(question);
        message.AddRange(sections.SelectMany(static section => section).SelectMany(static record => record));
        return [.. message];
    }

    /// <summary>A question section's bytes.</summary>
    public static byte[] Question(string name, RecordType type, RecordClass recordClass)
        => [.. DomainName.Parse(name), (byte)((int)type >> 8), (byte)type, (byte)((int)recordClass >> 8), (byte)recordClass];
}
