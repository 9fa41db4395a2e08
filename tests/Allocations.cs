namespace ClusterDns.TestKit;

/// <summary>What something allocates that is done again and again, when everything is warm.</summary>
internal static class Allocations
{
    /// <summary>How often it is done in a round.</summary>
    public const int Times = 200;

    /// <summary>How many rounds there are at most; what allocates nothing needs fewer.</summary>
    public const int Rounds = 60;

    /// <summary>
    /// The bytes of the cheapest of several rounds: a collection that another test causes counts the rest of this thread's allocation buffer once.
    /// </summary>
    /// <param name="action">What is done.</param>
    public static long Count(Action action)
    {
        long fewest = long.MaxValue;
        for (int round = 0; round < Rounds && fewest > 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Times; i++)
            {
                action();
            }

            fewest = Math.Min(fewest, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return fewest;
    }
}
