using System.Net;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Tests.Pipeline;

/// <summary>Queries put together byte by byte, so that the reader under test is not its own judge.</summary>
internal static class Messages
{
    public static readonly NetworkEndpoint Client = NetworkEndpoint.From(new IPEndPoint(IPAddress.Loopback, 5353));

    public static byte[] Query(string name, RecordType type, Action<List<byte>>? after = null, ushort flags = 0x0100, byte additional = 0)
    {
        List<byte> bytes = [0xAB, 0xCD, (byte)(flags >> 8), (byte)flags, 0, 1, 0, 0, 0, 0, 0, additional];
        foreach (string label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            bytes.Add((byte)label.Length);
            bytes.AddRange(System.Text.Encoding.ASCII.GetBytes(label));
        }

        bytes.AddRange([0, (byte)((int)type >> 8), (byte)type, 0, 1]);
        after?.Invoke(bytes);
        return [.. bytes];
    }

    public static byte[] QueryWithEdns(string name, RecordType type, ushort udpSize, bool dnssecOk = false, byte version = 0)
        => Query(
            name,
            type,
            bytes => bytes.AddRange([0, 0, 41, (byte)(udpSize >> 8), (byte)udpSize, 0, version, dnssecOk ? (byte)0x80 : (byte)0, 0, 0, 0]),
            additional: 1);

    public static QueryVerdict Accept(Query query, byte[] message, TransportProtocol transport = TransportProtocol.Udp)
    {
        query.Exchange.EnsureRequestCapacity(message.Length);
        message.CopyTo(query.Exchange.RequestBuffer, 0);
        return query.Exchange.Accept(message.Length, transport, Client, Client, timestamp: 0);
    }
}
