using System.Net;
using System.Text.Json;
using ClusterDns.Core.Records;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Kubernetes.Api.Decoding;

/// <summary>Reads what Services and EndpointSlices have in common.</summary>
internal static class PortReader
{
    /// <summary>No address is longer in text.</summary>
    private const int MaxAddressLength = 64;

    /// <summary>Reads a list of ports.</summary>
    /// <param name="reader">The reader, at the name of the property.</param>
    /// <param name="strings">Makes the strings.</param>
    public static IReadOnlyList<PortObject> Read(ref Utf8JsonReader reader, StringPool strings)
    {
        if (!JsonWalk.TryEnterArray(ref reader))
        {
            return [];
        }

        List<PortObject> ports = [];
        while (JsonWalk.TryNextObject(ref reader))
        {
            string name = "";
            string protocol = "";
            int number = 0;
            while (JsonWalk.TryNextProperty(ref reader))
            {
                if (reader.ValueTextEquals("name"u8))
                {
                    name = strings.Read(ref reader);
                }
                else if (reader.ValueTextEquals("protocol"u8))
                {
                    protocol = strings.Read(ref reader);
                }
                else if (reader.ValueTextEquals("port"u8))
                {
                    number = JsonWalk.ReadNumber(ref reader, 0);
                }
                else
                {
                    JsonWalk.Skip(ref reader);
                }
            }

            ports.Add(new PortObject(
                name.ToLowerInvariant(),
                ToProtocol(protocol),
                number is >= 0 and <= ushort.MaxValue ? (ushort)number : (ushort)0));
        }

        return ports;
    }

    /// <summary>Reads a list of addresses; anything else is skipped.</summary>
    /// <param name="reader">The reader, at the name of the property.</param>
    /// <param name="addresses">Where they are added.</param>
    public static void ReadAddresses(ref Utf8JsonReader reader, List<IPAddress> addresses)
    {
        if (!JsonWalk.TryEnterArray(ref reader))
        {
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String)
            {
                JsonWalk.Skip(ref reader);
            }
            else if (TryGetAddress(ref reader, out IPAddress? address))
            {
                addresses.Add(address!);
            }
        }
    }

    /// <summary>The address that the reader is at.</summary>
    /// <param name="reader">The reader, at a string.</param>
    /// <param name="address">The address; null for anything else.</param>
    public static bool TryGetAddress(ref Utf8JsonReader reader, out IPAddress? address)
    {
        address = null;
        long length = reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
        if (length > MaxAddressLength)
        {
            return false;
        }

        Span<char> text = stackalloc char[MaxAddressLength];
        return AddressText.TryParseUnmapped(text[..reader.CopyString(text)], out address);
    }

    private static string ToProtocol(string protocol) => protocol switch
    {
        "" or "TCP" => "tcp",
        "UDP" => "udp",
        "SCTP" => "sctp",
        _ => protocol.ToLowerInvariant(),
    };
}
