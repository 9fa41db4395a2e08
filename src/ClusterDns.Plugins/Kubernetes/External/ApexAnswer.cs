using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes.Answers;
using ClusterDns.Plugins.Kubernetes.Index;

namespace ClusterDns.Plugins.Kubernetes.External;

/// <summary>Answers the names that make a zone of it: the zone's own, and those of its name server.</summary>
/// <param name="index">The cluster.</param>
/// <param name="addresses">The name server's addresses.</param>
/// <param name="timeToLive">The time to live of records.</param>
internal sealed class ApexAnswer(ClusterIndex index, NameServerAddresses addresses, uint timeToLive)
{
    /// <summary>Answers a query.</summary>
    /// <param name="query">The query.</param>
    /// <param name="zone">The zone that its name is in.</param>
    /// <param name="labels">How many labels precede the zone; the last of them is that of the name servers.</param>
    /// <returns>Whether the name exists.</returns>
    public bool TryAnswer(Query query, ZoneRecords zone, int labels)
    {
        Response response = query.Response;
        switch (labels)
        {
            case 0 when query.Type == RecordType.SOA:
                zone.AddAuthority(response, ResponseSection.Answer, index.LastChange, query.QuestionName[^zone.Wire.Length..]);
                return true;
            case 0 when query.Type == RecordType.NS:
                response.TryAdd(ResponseSection.Answer, zone.Wire, 0, RecordType.NS, timeToLive, zone.NameServer, 0, zone.NameServer.Length);
                addresses.Add(response.Additional, RecordType.A, zone.NameServer);
                addresses.Add(response.Additional, RecordType.AAAA, zone.NameServer);
                return true;
            case 0 or 1:
                return true;
            case 2 when query.GetLabel(0).SequenceEqual("ns1"u8):
                addresses.Add(response.Answers, query.Type, null);
                return true;
            default:
                return false;
        }
    }
}
