using ClusterDns.Fuzz.Targets;

namespace ClusterDns.Tests.Fuzz;

/// <summary>The short form of the other fuzz runs of docs/fuzzing.md.</summary>
public sealed class TargetTests
{
    public static TheoryData<string> Names => [.. FuzzTarget.All.Select(static create => create().Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void No_input_gets_past_the_readers(string name)
    {
        FuzzTarget target = FuzzTarget.All.Select(static create => create()).Single(target => string.Equals(target.Name, name, StringComparison.Ordinal));
        long inputs = name is "corefiles" or "templates" ? 1_000 : 10_000;

        Assert.Null(new TargetRun(target, inputs, seed: 31).Run());

        Assert.True(target.Accepted > 50, $"{target.Accepted} inputs were taken for right");
    }

    [Fact]
    public void A_reader_that_throws_or_finds_something_ends_the_run_with_its_input()
    {
        Assert.StartsWith("broken, seed 1, input 0: an exception escaped: System.InvalidOperationException", new TargetRun(new Broken(throws: true), 10, 1).Run(), StringComparison.Ordinal);
        Assert.StartsWith("broken, seed 1, input 0: wrong", new TargetRun(new Broken(throws: false), 10, 1).Run(), StringComparison.Ordinal);
    }

    private sealed class Broken(bool throws) : FuzzTarget
    {
        public override string Name => "broken";

        public override IReadOnlyList<byte[]> Corpus => [[1, 2, 3]];

        public override string? Run(byte[] input) => throws ? throw new InvalidOperationException() : "wrong";
    }
}
