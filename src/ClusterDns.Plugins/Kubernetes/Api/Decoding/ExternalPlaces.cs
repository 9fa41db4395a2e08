using System.Net;
using System.Text.Json;
using ClusterDns.Core.Records;

namespace ClusterDns.Plugins.Kubernetes.Api.Decoding;

/// <summary>Where a Service's load balancer is.</summary>
/// <param name="Addresses">Its addresses.</param>
/// <param name="Hostnames">Its names, of the entries without an address.</param>
internal readonly record struct ExternalPlaces(List<IPAddress> Addresses, List<string> Hostnames)
{
    /// <summary>Reads the status of a Service.</summary>
    /// <param name="reader">The reader, at the name of the property.</param>
    public static ExternalPlaces ReadStatus(ref Utf8JsonReader reader)
    {
        ExternalPlaces places = new([], []);
        if (!JsonWalk.TryEnterObject(ref reader))
        {
            return places;
        }

        while (JsonWalk.TryNextProperty(ref reader))
        {
            if (reader.ValueTextEquals("loadBalancer"u8))
            {
                places.ReadBalancer(ref reader);
            }
            else
            {
                JsonWalk.Skip(ref reader);
            }
        }

        return places;
    }

    private void ReadBalancer(ref Utf8JsonReader reader)
    {
        if (!JsonWalk.TryEnterObject(ref reader))
        {
            return;
        }

        while (JsonWalk.TryNextProperty(ref reader))
        {
            if (!reader.ValueTextEquals("ingress"u8))
            {
                JsonWalk.Skip(ref reader);
            }
            else if (JsonWalk.TryEnterArray(ref reader))
            {
                while (JsonWalk.TryNextObject(ref reader))
                {
                    ReadEntry(ref reader);
                }
            }
        }
    }

    private void ReadEntry(ref Utf8JsonReader reader)
    {
        string address = "";
        string hostname = "";
        while (JsonWalk.TryNextProperty(ref reader))
        {
            if (reader.ValueTextEquals("ip"u8))
            {
                address = JsonWalk.ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("hostname"u8))
            {
                hostname = JsonWalk.ReadText(ref reader);
            }
            else
            {
                JsonWalk.Skip(ref reader);
            }
        }

        string place = address.Length > 0 ? address : hostname;
        if (AddressText.TryParseUnmapped(place, out IPAddress? parsed))
        {
            Addresses.Add(parsed);
        }
        else if (place.Length > 0)
        {
            Hostnames.Add(place);
        }
    }
}
