using System.Globalization;
using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;

namespace ClusterDns.Tests.TestKit;

/// <summary>An answer as a client reads it.</summary>
/// <param name="Code">The response code.</param>
/// <param name="UdpSize">The UDP size that EDNS tells; null without EDNS.</param>
/// <param name="Answers">The answer section, a text for each record.</param>
/// <param name="Authorities">The authority section.</param>
internal sealed record ClientAnswer(ResponseCode Code, ushort? UdpSize, IReadOnlyList<string> Answers, IReadOnlyList<string> Authorities)
{
    /// <summary>Takes a message apart.</summary>
    public static ClientAnswer Read(byte[] message)
    {
        WireReader reader = new(message);
        Assert.True(reader.TryReadHeader(out DnsHeader header) && header.IsResponse);
        Assert.Equal(1, header.QuestionCount);
        Assert.True(reader.TryReadQuestion(new byte[DomainName.MaxWireLength], out _, out _, out _));
        List<string> answers = ReadSection(ref reader, header.AnswerCount, out _);
        List<string> authorities = ReadSection(ref reader, header.AuthorityCount, out _);
        ReadSection(ref reader, header.AdditionalCount, out ushort? udpSize);
        return new ClientAnswer(header.ResponseCode, udpSize, answers, authorities);
    }

    /// <summary>The code, and the answers or, where there are none, what stands in their place.</summary>
    public override string ToString() => string.Join('\n', [ResponseCodes.ToText(Code), .. Answers.Count > 0 ? Answers : Authorities]);

    private static List<string> ReadSection(ref WireReader reader, int count, out ushort? udpSize)
    {
        List<string> records = [];
        udpSize = null;
        for (int i = 0; i < count; i++)
        {
            Assert.True(reader.TryReadRecord(out RecordView record));
            if (record.Type == RecordType.OPT)
            {
                udpSize = (ushort)record.Class;
                continue;
            }

            byte[] name = new byte[DomainName.MaxWireLength];
            WireReader owner = new(reader.Message, record.OwnerOffset);
            Assert.True(owner.TryReadName(name, out int nameLength));
            byte[] rdata = new byte[ushort.MaxValue];
            Assert.True(RdataNames.TryExpandRdata(reader.Message, in record, rdata, out int rdataLength));
            records.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{DomainName.ToText(name.AsSpan(0, nameLength))} {record.TimeToLive} {RecordTypes.ToText(record.Type)} {RdataText.ToText(record.Type, rdata.AsSpan(0, rdataLength))}"));
        }

        return records;
    }
}
