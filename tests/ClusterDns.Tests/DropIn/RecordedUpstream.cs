using System.Net;
using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;
using ClusterDns.Tests.Upstreams;

namespace ClusterDns.Tests.DropIn;

/// <summary>
/// Answers as the upstream did that stood behind the recorded CoreDNS: every A and AAAA query with one address, NXDOMAIN below
/// <c>nx.test</c>, REFUSED for classes other than IN, and else nothing, with the root's SOA record.
/// </summary>
internal static class RecordedUpstream
{
    /// <summary>The address of every name.</summary>
    public const string Address = "192.0.2.80";

    private const uint AddressTtl = 300;
    private const uint SoaTtl = 60;

    private static readonly byte[] MissingZone = DomainName.Parse("nx.test.");

    /// <summary>An upstream that answers so, over UDP and TCP.</summary>
    public static ScriptedUpstream Start() => new()
    {
        OnDatagram = static (query, _) => [Answer(query)],
        OnStream = static query => [Answer(query)],
    };

    private static byte[] Answer(byte[] query)
    {
        WireReader reader = new(query);
        byte[] nameBuffer = new byte[DomainName.MaxWireLength];
        Assert.True(reader.TryReadHeader(out DnsHeader header));
        Assert.True(reader.TryReadQuestion(nameBuffer, out int nameLength, out RecordType type, out RecordClass recordClass));
        ReadOnlySpan<byte> name = nameBuffer.AsSpan(0, nameLength);
        bool isMissing = DomainName.IsSubdomainOf(name, MissingZone);
        bool isRefused = recordClass != RecordClass.IN;
        byte[]? address = type switch
        {
            _ when isMissing || isRefused => null,
            RecordType.A => IPAddress.Parse(Address).GetAddressBytes(),
            RecordType.AAAA => IPAddress.Parse("2001:db8::80").GetAddressBytes(),
            _ => null,
        };
        DnsHeader answer = new()
        {
            Id = header.Id,
            Flags = HeaderFlags.Response | (header.Flags & HeaderFlags.RecursionDesired) | (isRefused ? HeaderFlags.None : HeaderFlags.AuthoritativeAnswer),
            ResponseCode = isRefused ? ResponseCode.Refused : isMissing ? ResponseCode.NXDomain : ResponseCode.NoError,
            QuestionCount = 1,
            AnswerCount = address is null ? (ushort)0 : (ushort)1,
            AuthorityCount = address is null && !isRefused ? (ushort)1 : (ushort)0,
        };
        byte[] message = new byte[512];
        WireWriter writer = new(message);
        writer.TryWriteHeader(in answer);
        writer.TryWriteQuestion(name, type, recordClass);
        if (address is not null)
        {
            writer.TryWriteRecord(name, type, RecordClass.IN, AddressTtl, address);
        }
        else if (!isRefused)
        {
            WriteSoa(ref writer, isMissing ? "nx.test." : ".");
        }

        return writer.Written.ToArray();
    }

    private static void WriteSoa(ref WireWriter writer, string zone)
    {
        string below = zone.Length == 1 ? "test." : zone;
        byte[] rdata = new byte[512];
        Assert.True(RdataText.TryParse(
            RecordType.SOA, $"ns.{below} hostmaster.{below} 1 3600 600 86400 60", DomainName.Root, rdata, out int length, out _));
        writer.TryWriteRecord(DomainName.Parse(zone), RecordType.SOA, RecordClass.IN, SoaTtl, rdata.AsSpan(0, length));
    }
}
