using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Loadbalance;

/// <summary>Shuffles addresses among themselves, and mail exchanges: every order is as likely as every other.</summary>
/// <param name="random">For the order.</param>
internal sealed class RoundRobinPolicy(ThreadRandom random) : IOrderPolicy
{
    /// <inheritdoc/>
    public void Arrange(Query query)
    {
        Shuffle(query.Response.Answers.Span);
        Shuffle(query.Response.Authority.Span);
        Shuffle(query.Response.Additional.Span);
    }

    private void Shuffle(Span<ResponseRecord> records)
    {
        if (records.Length < 2)
        {
            return;
        }

        RandomSequence sequence = random.Current;
        RecordOrder.Sort(records);
        ShuffleAlike(RecordOrder.Addresses(records), sequence);
        ShuffleAlike(RecordOrder.MailExchanges(records), sequence);
    }

    /// <summary>Fisher and Yates' shuffle.</summary>
    private static void ShuffleAlike(Span<ResponseRecord> records, RandomSequence sequence)
    {
        for (int i = records.Length - 1; i > 0; i--)
        {
            int other = sequence.Below(i + 1);
            (records[i], records[other]) = (records[other], records[i]);
        }
    }
}
