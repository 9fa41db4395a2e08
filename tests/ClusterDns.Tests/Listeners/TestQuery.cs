using System.Buffers.Binary;
using System.Net;
using System.Text;
using ClusterDns.Core.Wire;

namespace ClusterDns.Tests.Listeners;

/// <summary>Puts queries together and takes answers apart.</summary>
internal static class TestQuery
{
    internal static byte[] Create(string script, ushort id, int padding = 0)
    {
        List<byte> bytes = [(byte)(id >> 8), (byte)id, 1, 0, 0, 1, 0, 0, 0, 0, 0, (byte)(padding > 0 ? 1 : 0)];
        foreach (string label in (string[])[script, "test"])
        {
            bytes.Add((byte)label.Length);
            bytes.AddRange(Encoding.ASCII.GetBytes(label));
        }

        bytes.AddRange([0, 0, 1, 0, 1]);
        if (padding > 0)
        {
            // An OPT record with one padding option (RFC 7830).
            int rdata = padding + 4;
            bytes.AddRange([0, 0, 41, 16, 0, 0, 0, 0, 0, (byte)(rdata >> 8), (byte)rdata, 0, 12, (byte)(padding >> 8), (byte)padding]);
            bytes.AddRange(new byte[padding]);
        }

        return [.. bytes];
    }

    internal static byte[] Frame(params byte[][] messages)
    {
        List<byte> bytes = [];
        foreach (byte[] message in messages)
        {
            bytes.AddRange([(byte)(message.Length >> 8), (byte)message.Length]);
            bytes.AddRange(message);
        }

        return [.. bytes];
    }

    internal static ushort GetId(ReadOnlySpan<byte> answer) => BinaryPrimitives.ReadUInt16BigEndian(answer);

    internal static ResponseCode GetCode(ReadOnlySpan<byte> answer) => (ResponseCode)(answer[3] & 15);

    /// <summary>The address that was asked, as the scripted pipeline saw it: the answer's last record.</summary>
    internal static IPAddress GetAskedAddress(byte[] answer) => answer[7] == 1
        ? new IPAddress(answer.AsSpan(answer.Length - (answer[^5] == 4 && answer[^6] == 0 ? 4 : 16)))
        : IPAddress.None;
}
