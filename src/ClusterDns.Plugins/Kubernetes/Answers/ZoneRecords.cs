using System.Buffers.Binary;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes.Options;

namespace ClusterDns.Plugins.Kubernetes.Answers;

/// <summary>The records of a zone that are the same for every query: its SOA but for the serial, and the name of its server.</summary>
internal sealed class ZoneRecords
{
    private const int FieldsLength = 20;
    private const uint Refresh = 7200;
    private const uint Retry = 1800;
    private const uint Expire = 86400;
    private const uint MaxTimeToLive = 300;

    private readonly byte[] _authority;
    private readonly int _serialOffset;

    /// <summary>The records of a zone.</summary>
    /// <param name="zone">The zone.</param>
    /// <param name="timeToLive">The time to live of the zone's records, and of its denials (RFC 2308 section 4).</param>
    public ZoneRecords(Zone zone, uint timeToLive)
        : this(zone, "ns.dns", "hostmaster", timeToLive)
        => TimeToLive = Math.Min(timeToLive, MaxTimeToLive);

    /// <summary>The records of a zone whose names are others.</summary>
    /// <param name="zone">The zone.</param>
    /// <param name="nameServer">The name of the zone's server within it.</param>
    /// <param name="mailbox">The mailbox of who is responsible, within the zone.</param>
    /// <param name="timeToLive">The time to live of the zone's records, and of its denials (RFC 2308 section 4).</param>
    public ZoneRecords(Zone zone, string nameServer, string mailbox, uint timeToLive)
    {
        Zone = zone;
        Wire = zone.Wire.ToArray();
        LabelCount = DomainName.CountLabels(Wire);
        IsReverse = KubernetesOptions.IsReverse(zone);
        TimeToLive = timeToLive;
        NameServer = Join(nameServer, zone);
        _authority = [.. NameServer, .. Join(mailbox, zone), .. new byte[FieldsLength]];
        _serialOffset = _authority.Length - FieldsLength;
        Span<byte> fields = _authority.AsSpan(_serialOffset);
        BinaryPrimitives.WriteUInt32BigEndian(fields[4..], Refresh);
        BinaryPrimitives.WriteUInt32BigEndian(fields[8..], Retry);
        BinaryPrimitives.WriteUInt32BigEndian(fields[12..], Expire);
        BinaryPrimitives.WriteUInt32BigEndian(fields[16..], timeToLive);
    }

    /// <summary>The zone.</summary>
    public Zone Zone { get; }

    /// <summary>The zone in wire form.</summary>
    public byte[] Wire { get; }

    /// <summary>How many labels its name has.</summary>
    public int LabelCount { get; }

    /// <summary>Whether it is a zone of reverse names, which has no names of Services or Pods.</summary>
    public bool IsReverse { get; }

    /// <summary>Whether its Services are those that the cluster imports.</summary>
    public bool IsMulticluster { get; init; }

    /// <summary>The name of the zone's server, in wire form.</summary>
    public byte[] NameServer { get; }

    /// <summary>The time to live of the SOA, in seconds.</summary>
    public uint TimeToLive { get; }

    /// <summary>Adds the SOA (RFC 1035 section 3.3.13).</summary>
    /// <param name="response">The response.</param>
    /// <param name="section">Answer, or authority in a denial.</param>
    /// <param name="serial">The serial.</param>
    /// <param name="askedZone">The zone in the case in which it was asked, which names end in; empty for its own.</param>
    public void AddAuthority(Response response, ResponseSection section, uint serial, ReadOnlySpan<byte> askedZone = default)
    {
        if (response.Arena.TryAllocate(_authority.Length, out byte[] array, out int offset))
        {
            int owner = offset + NameServer.Length - Wire.Length;
            _authority.CopyTo(array, offset);
            askedZone.CopyTo(array.AsSpan(owner));
            askedZone.CopyTo(array.AsSpan(offset + _serialOffset - Wire.Length));
            BinaryPrimitives.WriteUInt32BigEndian(array.AsSpan(offset + _serialOffset), serial);
            response.TryAdd(section, array, owner, RecordType.SOA, TimeToLive, array, offset, _authority.Length);
        }
    }

    /// <summary>The SOA, for a message of another's making.</summary>
    /// <param name="serial">The serial.</param>
    public ResponseRecord CreateAuthority(uint serial)
    {
        byte[] rdata = [.. _authority];
        BinaryPrimitives.WriteUInt32BigEndian(rdata.AsSpan(_serialOffset), serial);
        return new ResponseRecord
        {
            OwnerSource = Wire,
            RdataSource = rdata,
            RdataLength = (ushort)rdata.Length,
            Type = RecordType.SOA,
            Class = RecordClass.IN,
            TimeToLive = TimeToLive,
        };
    }

    private static byte[] Join(string labels, Zone zone)
        => zone.Text is "." ? DomainName.Parse(labels + ".") : DomainName.Parse($"{labels}.{zone.Text}");
}
