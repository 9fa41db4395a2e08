using ClusterDns.Core.Pipeline;
using ClusterDns.Fuzz;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Tests.Fuzz;

/// <summary>The short form of the fuzz run of docs/fuzzing.md.</summary>
public class MalformedPacketTests
{
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public void NoPacketGetsPastTheChecks(int seed)
    {
        const int packets = 100_000;
        FuzzRun run = new(packets, seed);

        Assert.Null(run.Run());

        // The heap is the whole process's, other tests' included; what this thread allocates is its own.
        Assert.InRange(run.Allocated, 0, packets * FuzzRun.AllowedBytesPerPacket);
        Assert.True(run.Transport!.Answers[0] > 1000, "hardly a packet was answered");
        Assert.True(run.Transport.Answers[1] > 1000, "hardly a packet was refused as malformed");
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public void OtherReadersReadEveryAnswer(int seed)
    {
        long judged = 0;
        FuzzRun run = new(100_000, seed, answer =>
        {
            judged++;
            return OtherReaders.Find(answer);
        });

        Assert.Null(run.Run());
        Assert.Equal(run.Transport!.Answers.Sum(), judged);
    }

    [Fact]
    public void WhatAnotherReaderCannotReadEndsTheRun()
        => Assert.StartsWith(
            "seed 1, packet 0: no reader's fault", new FuzzRun(10, 1, static _ => "no reader's fault").Run(), StringComparison.Ordinal);

    [Fact]
    public void TheCheckSeesWhatIsWrong()
    {
        byte[] packet = new byte[512];
        int length = ServerKit.WriteQuery(packet, "www.example.", Core.Wire.RecordType.A);
        byte[] answer = packet[..length];
        answer[2] |= 0x80;

        Assert.Null(AnswerCheck.Find(packet, answer, 512));
        Assert.NotNull(AnswerCheck.Find(packet, answer, length - 1));
        Assert.NotNull(AnswerCheck.Find(packet, [.. answer, 0], 512));
        Assert.NotNull(AnswerCheck.Find(packet, answer.AsSpan(0, length - 1), 512));
        Assert.NotNull(AnswerCheck.Find(packet, [.. answer[..1], 9, .. answer[2..]], 512));
        Assert.NotNull(AnswerCheck.Find(packet, [.. answer[..13], (byte)'x', .. answer[14..]], 512));
        Assert.NotNull(AnswerCheck.Find(packet, [.. answer[..7], 1, .. answer[8..]], 512));
        Assert.NotNull(AnswerCheck.Find(packet, packet.AsSpan(0, length), 512));
    }

    [Fact]
    public void AContextThatIsKeptIsMissed()
    {
        InMemoryTransport transport = new(new NeverFinished());
        byte[] packet = new byte[512];
        int length = ServerKit.WriteQuery(packet, "www.example.", Core.Wire.RecordType.A);

        Assert.Equal("the pipeline did not finish", transport.Serve(packet.AsSpan(0, length), TransportProtocol.Udp));
        Assert.Equal(1, transport.Lent);
    }

    private sealed class NeverFinished : ClusterDns.Server.Serving.IQueryPipeline
    {
        public ValueTask<bool> HandleAsync(
            Query query, int length, TransportProtocol transport, in NetworkEndpoint local, in NetworkEndpoint remote, IWaitGate? waitGate)
            => new(new TaskCompletionSource<bool>().Task);
    }
}
