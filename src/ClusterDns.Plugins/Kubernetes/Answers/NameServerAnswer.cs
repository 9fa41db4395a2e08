using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Kubernetes.Answers;

/// <summary>Answers NS of a zone, and the addresses of <c>ns.dns</c> in it. It allocates nothing.</summary>
/// <param name="addresses">The addresses.</param>
/// <param name="options">How names are answered.</param>
internal sealed class NameServerAnswer(NameServerAddresses addresses, KubernetesAnswerOptions options)
{
    /// <summary>Adds the addresses, each once.</summary>
    /// <param name="section">Where they are added.</param>
    /// <param name="type">The type asked; there are records of A and AAAA alone.</param>
    /// <param name="owner">The owner name in wire form; null for the name that was asked.</param>
    public void AddAddresses(RecordList section, RecordType type, byte[]? owner) => addresses.Add(section, type, owner);

    /// <summary>Adds the names, and the addresses beside them, each once.</summary>
    /// <param name="response">Where they are added.</param>
    /// <param name="zone">The zone.</param>
    /// <param name="askedZone">The zone as it was asked, in which the names end.</param>
    public void AddNames(Response response, ZoneRecords zone, ReadOnlySpan<byte> askedZone)
    {
        // Reverse zones have no names of Services, and those of imported Services have not these.
        ReadOnlySpan<byte> serviceZone = zone.IsReverse ? (options.PrimaryZone?.Wire ?? default).Span : zone.IsMulticluster ? default : askedZone;
        Span<ushort> names = stackalloc ushort[RecordSet.Places];
        Span<ushort> targets = stackalloc ushort[RecordSet.Places];
        names.Clear();
        targets.Clear();
        NameServerVisitor visitor = new(response, askedZone, serviceZone, options.TimeToLive, new RecordSet(names, 0), new RecordSet(targets, 0));
        addresses.Visit(ref visitor);
    }
}
