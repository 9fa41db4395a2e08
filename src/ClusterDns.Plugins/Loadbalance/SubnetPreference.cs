using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Loadbalance;

/// <summary>Puts addresses of some subnets before the others, in the subnets' order; those of a subnet keep theirs.</summary>
/// <param name="subnets">The subnets, the most wanted first.</param>
internal sealed class SubnetPreference(IEnumerable<Subnet> subnets)
{
    private readonly Subnet[] _subnets = [.. subnets];

    /// <summary>Puts the addresses of a response into that order.</summary>
    /// <param name="response">The response.</param>
    public void Arrange(Response response)
    {
        Arrange(response.Answers.Span);
        Arrange(response.Additional.Span);
    }

    private void Arrange(Span<ResponseRecord> records)
    {
        RecordOrder.Sort(records);
        StableSort.Sort(RecordOrder.Addresses(records), new SubnetRank(_subnets));
    }

    private readonly struct SubnetRank(Subnet[] subnets) : IRecordRank
    {
        public int Of(ref readonly ResponseRecord record)
        {
            if (!RecordOrder.TryReadAddress(in record, out UInt128 address))
            {
                return subnets.Length;
            }

            int rank = 0;
            while (rank < subnets.Length && !subnets[rank].Contains(address))
            {
                rank++;
            }

            return rank;
        }
    }
}
