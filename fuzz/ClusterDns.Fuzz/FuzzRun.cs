using System.Globalization;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Fuzz;

/// <summary>Sends malformed packets through a whole server in memory.</summary>
/// <param name="packets">How many.</param>
/// <param name="seed">Which.</param>
/// <param name="judge">A second opinion on every answer.</param>
internal sealed class FuzzRun(long packets, int seed, AnswerJudge? judge = null)
{
    /// <summary>How many bytes a packet may cost on average: what the cache keeps of those that it has not seen.</summary>
    public const long AllowedBytesPerPacket = 32;

    private readonly MetricRegistry _metrics = new();

    /// <summary>The managed heap, which is the whole process's.</summary>
    public HeapWatch Heap { get; } = new(packets, static () => GC.GetTotalMemory(forceFullCollection: true));

    /// <summary>How many bytes were allocated after the first tenth.</summary>
    public long Allocated { get; private set; }

    /// <summary>What served.</summary>
    public InMemoryTransport? Transport { get; private set; }

    /// <summary>Runs.</summary>
    /// <returns>What went wrong first, with the packet; null when nothing did.</returns>
    public string? Run()
    {
        string manifests = Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"{Guid.NewGuid():N}.yaml"));
        File.WriteAllText(manifests, FuzzCluster.Manifests);
        try
        {
            Transport = new InMemoryTransport(InMemoryServer.Build(FuzzCluster.Corefile(manifests), _metrics), judge);
        }
        finally
        {
            File.Delete(manifests);
        }

        return Run(Transport);
    }

    private string? Run(InMemoryTransport transport)
    {
        Counter panics = _metrics.Counter("coredns_panics_total", "A metrics that counts the number of panics.");
        PacketMutator mutator = new(PacketCorpus.Create(), seed);
        byte[] packet = new byte[PacketMutator.MaxLength];
        long allocated = 0;
        for (long i = 0; i < packets; i++)
        {
            if (i == packets / 10)
            {
                allocated = GC.GetAllocatedBytesForCurrentThread();
            }

            Heap.OnPacket(i);
            int length = mutator.Next(packet);
            string? problem = Serve(transport, packet.AsSpan(0, length), i % 4 == 3 ? TransportProtocol.Tcp : TransportProtocol.Udp);
            if (panics.Value > 0)
            {
                problem = "a plugin threw";
            }
            else if (transport.Lent > 0)
            {
                problem ??= "a context did not come back";
            }

            if (problem is not null)
            {
                return $"seed {seed}, packet {i}: {problem}\n{Convert.ToHexString(packet.AsSpan(0, length))}";
            }
        }

        Allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Heap.OnEnd();

        // What was there at the first figure must be there at the last, or as much may leak unseen.
        GC.KeepAlive(mutator);
        return null;
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "Any exception of the pipeline is a finding.")]
    private static string? Serve(InMemoryTransport transport, ReadOnlySpan<byte> packet, TransportProtocol protocol)
    {
        try
        {
            return transport.Serve(packet, protocol);
        }
        catch (Exception exception)
        {
            return $"an exception escaped: {exception}";
        }
    }
}
