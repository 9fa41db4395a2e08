using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Tests.Common;

public sealed class ThreadRandomTests
{
    [Fact]
    public void One_thread_gets_the_same_numbers_from_the_same_seed() => Assert.Equal(Draw(new ThreadRandom(7)), Draw(new ThreadRandom(7)));

    [Fact]
    public void Seeds_and_threads_have_numbers_of_their_own()
    {
        ThreadRandom random = new(7);
        int[] first = Draw(random);
        int[] second = [];
        Thread other = new(() => second = Draw(random));
        other.Start();
        other.Join();

        Assert.NotEqual(first, second);
        Assert.NotEqual(first, Draw(new ThreadRandom(8)));
    }

    private static int[] Draw(ThreadRandom random) => [.. Enumerable.Range(0, 20).Select(_ => random.Current.Below(1000))];
}
