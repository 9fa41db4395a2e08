using System.Net;
using ClusterDns.Core.Wire;
using ClusterDns.Tests.Listeners;

namespace ClusterDns.Tests.TestKit;

/// <summary>A question as a client puts it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The type.</param>
internal sealed record ClientQuestion(string Name, RecordType Type = RecordType.A)
{
    private const ushort Id = 4711;

    /// <summary>The class.</summary>
    public RecordClass Class { get; init; } = RecordClass.IN;

    /// <summary>Whether it is asked over TCP.</summary>
    public bool Tcp { get; init; }

    /// <summary>Flags of the header.</summary>
    public HeaderFlags Flags { get; init; } = HeaderFlags.RecursionDesired;

    /// <summary>The UDP size that EDNS tells; null for a query without EDNS.</summary>
    public ushort? UdpSize { get; init; }

    /// <summary>Whether EDNS asks for DNSSEC records.</summary>
    public bool DnssecOk { get; init; }

    /// <summary>The EDNS options.</summary>
    public byte[] Options { get; init; } = [];

    /// <summary>The question as a message.</summary>
    public byte[] ToMessage()
    {
        byte[] message = new byte[512];
        WireWriter writer = new(message);
        writer.TryWriteHeader(new DnsHeader { Id = Id, Flags = Flags, QuestionCount = 1, AdditionalCount = UdpSize is null ? (ushort)0 : (ushort)1 });
        writer.TryWriteQuestion(DomainName.Parse(Name), Type, Class);
        if (UdpSize is { } size)
        {
            writer.TryWriteOpt(size, extendedRcode: 0, version: 0, DnssecOk, Options);
        }

        return writer.Written.ToArray();
    }

    /// <summary>Asks.</summary>
    /// <param name="server">Whom.</param>
    public async Task<ClientAnswer> AskAsync(IPEndPoint server)
    {
        if (!Tcp)
        {
            using UdpTestClient datagrams = new(server);
            datagrams.Send(ToMessage());
            return ClientAnswer.Read(await datagrams.ReceiveAsync());
        }

        using TcpTestClient stream = new(server.AddressFamily, receiveBuffer: null);
        await stream.ConnectAsync(server);
        await stream.SendAsync(TestQuery.Frame(ToMessage()));
        byte[]? answer = await stream.ReceiveAsync();
        Assert.NotNull(answer);
        return ClientAnswer.Read(answer);
    }
}
