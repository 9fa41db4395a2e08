namespace ClusterDns.Tests.TestKit;

/// <summary>Two threads that do something at the same moment, again and again, each round a little more or less shifted against one another.</summary>
internal static class Lockstep
{
    private const int Shifts = 64;

    /// <summary>Runs the rounds; what an action throws ends them.</summary>
    /// <param name="rounds">How many rounds.</param>
    /// <param name="first">What one thread does, given the round.</param>
    /// <param name="second">What the other does.</param>
    /// <param name="afterEach">What is done when both have ended; false ends the rounds.</param>
    public static void Run(int rounds, Action<int> first, Action<int> second, Func<int, bool> afterEach)
    {
        int begun = -1;
        int ended = -1;
        bool isOver = false;
        Exception? failure = null;
        Thread other = new(() =>
        {
            for (int round = 0; round < rounds; round++)
            {
                SpinWait.SpinUntil(() => Volatile.Read(ref begun) >= round || Volatile.Read(ref isOver));
                if (Volatile.Read(ref isOver))
                {
                    return;
                }

                try
                {
                    Thread.SpinWait(round / Shifts % Shifts);
                    second(round);
                }
                catch (Exception exception)
                {
                    failure = exception;
                }

                Volatile.Write(ref ended, round);
            }
        });
        other.Start();
        try
        {
            for (int round = 0; round < rounds && failure is null; round++)
            {
                Volatile.Write(ref begun, round);
                Thread.SpinWait(round % Shifts);
                first(round);
                SpinWait.SpinUntil(() => Volatile.Read(ref ended) >= round);
                if (!afterEach(round))
                {
                    break;
                }
            }
        }
        finally
        {
            Volatile.Write(ref isOver, true);
            other.Join();
        }

        Assert.Null(failure);
    }
}
