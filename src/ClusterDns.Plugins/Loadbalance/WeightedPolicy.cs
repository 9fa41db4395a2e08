using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Loadbalance;

/// <summary>
/// Lets an address change places with the first, which one being as likely as its weight is to the sum of all weights. Everything else stays.
/// </summary>
/// <param name="file">The weights.</param>
/// <param name="random">For the choice.</param>
internal sealed class WeightedPolicy(WeightFile file, ThreadRandom random) : IOrderPolicy
{
    /// <inheritdoc/>
    public void Arrange(Query query)
    {
        if (query.Type is RecordType.A or RecordType.AAAA or RecordType.SRV)
        {
            RandomSequence sequence = random.Current;
            WeightTable table = file.Table;
            Arrange(query, query.Response.Answers.Span, table, sequence);
            Arrange(query, query.Response.Additional.Span, table, sequence);
        }
    }

    private static void Arrange(Query query, Span<ResponseRecord> records, WeightTable table, RandomSequence sequence)
    {
        RecordOrder.Sort(records);
        Span<ResponseRecord> addresses = RecordOrder.Addresses(records);
        if (addresses.Length > 1)
        {
            int chosen = Choose(query, addresses, table, sequence);
            (addresses[0], addresses[chosen]) = (addresses[chosen], addresses[0]);
        }
    }

    /// <summary>
    /// Each address takes the place of the one chosen before with the chance of its weight among those seen so far, which comes to its
    /// weight among all; so that weights need be found once and remembered nowhere.
    /// </summary>
    private static int Choose(Query query, Span<ResponseRecord> addresses, WeightTable table, RandomSequence sequence)
    {
        int chosen = 0;
        int sum = 0;
        for (int i = 0; i < addresses.Length; i++)
        {
            int weight = WeightOf(query, in addresses[i], table);
            sum += weight;
            if (sequence.Below(sum) < weight)
            {
                chosen = i;
            }
        }

        return chosen;
    }

    private static int WeightOf(Query query, ref readonly ResponseRecord record, WeightTable table)
    {
        return RecordOrder.TryReadAddress(in record, out UInt128 address)
            ? table.Find(record.OwnerSource is null ? query.Name : record.Owner, address)
            : WeightTable.DefaultWeight;
    }
}
