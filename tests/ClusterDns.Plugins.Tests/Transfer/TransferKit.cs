using System.Buffers.Binary;
using System.Net;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Cache;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Kubernetes.External;
using ClusterDns.Plugins.Tests.TestKit;
using ClusterDns.Plugins.Transfer;

namespace ClusterDns.Plugins.Tests.Transfer;

/// <summary>Transfers zones of a cluster.</summary>
internal static class TransferKit
{
    private static readonly NetworkEndpoint Server = NetworkEndpoint.From(new IPEndPoint(IPAddress.Loopback, 53));

    public static PluginKit Create(string transfer, string objects, string others = "", FakeUpstreams? upstreams = null, string options = "", string localAddress = "192.0.2.2", MemoryBudget? memory = null)
        => new(
            [.. others.Contains("cache", StringComparison.Ordinal) ? [new CachePlugin()] : (IPlugin[])[], new TransferPlugin(), .. others.Contains("k8s_external", StringComparison.Ordinal) ? [new ExternalPlugin()] : (IPlugin[])[], new KubernetesPlugin(() => [IPAddress.Parse(localAddress)])],
            $"{transfer}\n{others}\nkubernetes cluster.local in-addr.arpa ip6.arpa {{\n manifests objects.yaml\n{options}\n}}",
            files: new FakeFiles { ["objects.yaml"] = objects },
            upstreams: upstreams,
            memory: memory);

    /// <summary>Asks for a zone; gives the messages as a client reads them, each a line for its code and one for each record.</summary>
    public static List<string[]> Transfer(
        PluginKit kit, string zone, RecordType type = RecordType.AXFR, string client = "192.0.2.1:5300", uint? held = null, bool withEdns = false)
    {
        Query query = CreateContext(kit, zone, type, client, held, withEdns);
        kit.Serve(query);
        query.WriteResponse();
        List<string[]> messages = [];
        do
        {
            messages.Add(Read(query.ResponseMessage));
        }
        while (query.TryWriteNextMessage());
        query.Reset();
        return messages;
    }

    /// <summary>A question that came over TCP, not yet served.</summary>
    public static Query CreateContext(
        PluginKit kit, string zone, RecordType type = RecordType.AXFR, string client = "192.0.2.1:5300", uint? held = null, bool withEdns = false)
    {
        Query query = new();
        int length = WriteQuery(query.RequestBuffer, zone, type, held, withEdns);
        NetworkEndpoint remote = NetworkEndpoint.From(IPEndPoint.Parse(client));
        Assert.Equal(QueryVerdict.Serve, query.Accept(length, TransportProtocol.Tcp, in Server, in remote, kit.Time.GetTimestamp()));
        return query;
    }

    /// <summary>All records of a transfer, sorted, without the SOAs.</summary>
    public static string ReadZone(PluginKit kit, string zone)
        => string.Join('\n', Transfer(kit, zone)
            .SelectMany(static message => message.Skip(1))
            .Where(static record => !record.Contains(" SOA ", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal));

    private static int WriteQuery(Span<byte> destination, string zone, RecordType type, uint? held, bool withEdns)
    {
        WireWriter writer = new(destination);
        writer.TryWriteHeader(new DnsHeader
        {
            Id = 7,
            QuestionCount = 1,
            AuthorityCount = held is null ? (ushort)0 : (ushort)1,
            AdditionalCount = withEdns ? (ushort)1 : (ushort)0,
        });
        byte[] name = DomainName.Parse(zone);
        writer.TryWriteQuestion(name, type, RecordClass.IN);
        if (held is { } serial)
        {
            byte[] rdata = [.. name, .. name, .. new byte[20]];
            BinaryPrimitives.WriteUInt32BigEndian(rdata.AsSpan(2 * name.Length), serial);
            writer.TryWriteRecordWithOwnerAt(DnsHeader.Length, RecordType.SOA, RecordClass.IN, 0, rdata);
        }

        int length = writer.Length;
        if (withEdns)
        {
            byte[] opt = [0, 0, 41, 16, 0, 0, 0, 0, 0, 0, 0];
            opt.CopyTo(destination[length..]);
            length += opt.Length;
        }

        return length;
    }

    private static string[] Read(ReadOnlySpan<byte> message)
    {
        byte[] bytes = message.ToArray();
        Assert.True(DnsHeader.TryRead(bytes, out DnsHeader header));
        Assert.Equal(7, header.Id);
        Assert.False(header.Flags.HasFlag(HeaderFlags.Truncated));
        Query query = new();
        Assert.True(query.Response.TryLoadMessage(bytes, bytes.Length, default));
        List<string> lines = [$"{ResponseCodes.ToText(header.ResponseCode)}{(header.Flags.HasFlag(HeaderFlags.AuthoritativeAnswer) ? " aa" : "")}"];
        foreach (ResponseRecord record in query.Response.Answers.Span)
        {
            lines.Add(PluginKit.Format(query, record));
        }

        return [.. lines];
    }
}
