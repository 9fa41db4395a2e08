using System.Runtime.InteropServices;

namespace ClusterDns.Plugins.Acl;

/// <summary>The addresses of a network that a policy is for.</summary>
/// <param name="First">The first address.</param>
/// <param name="Last">The last address.</param>
/// <param name="Policy">The policy's place in written order.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AddressRange(UInt128 First, UInt128 Last, int Policy);

/// <summary>
/// Says for any address which of many policies is the first, in written order, that is for it. Networks lie within one another or
/// apart, so they cut the addresses into at most twice as many pieces and one, each with one policy; finding a piece is a binary
/// search.
/// </summary>
internal sealed class AddressTable
{
    /// <summary>The place of no policy, behind all that there are.</summary>
    public const int None = int.MaxValue;

    private readonly UInt128[] _starts;
    private readonly int[] _policies;

    /// <summary>Makes the table.</summary>
    /// <param name="ranges">The networks, in any order.</param>
    public AddressTable(IEnumerable<AddressRange> ranges)
    {
        Pieces pieces = new();

        // A network comes before those within it.
        foreach (AddressRange range in ranges.OrderBy(static range => range.First).ThenByDescending(static range => range.Last))
        {
            pieces.Enter(range);
        }

        (_starts, _policies) = pieces.Finish();
    }

    /// <summary>How many pieces the addresses are cut into.</summary>
    public int PieceCount => _starts.Length;

    /// <summary>The first policy that is for an address, or <see cref="None"/>.</summary>
    /// <param name="address">The address.</param>
    public int Find(UInt128 address)
    {
        int low = 0;
        int high = _starts.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_starts[middle] <= address)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low == 0 ? None : _policies[low - 1];
    }

    /// <summary>The pieces, made from the lowest address up.</summary>
    private sealed class Pieces
    {
        private readonly List<UInt128> _starts = [];
        private readonly List<int> _policies = [];

        /// <summary>The networks that the current address is in, each with the first policy of all that are around it.</summary>
        private readonly Stack<AddressRange> _around = new();

        public void Enter(AddressRange range)
        {
            while (_around.TryPeek(out AddressRange inner) && inner.Last < range.First)
            {
                Leave();
            }

            int policy = Math.Min(range.Policy, CurrentPolicy());
            _around.Push(range with { Policy = policy });
            Begin(range.First, policy);
        }

        public (UInt128[] Starts, int[] Policies) Finish()
        {
            while (_around.Count > 0)
            {
                Leave();
            }

            return ([.. _starts], [.. _policies]);
        }

        private int CurrentPolicy() => _around.TryPeek(out AddressRange inner) ? inner.Policy : None;

        private void Leave()
        {
            AddressRange left = _around.Pop();
            if (left.Last != UInt128.MaxValue)
            {
                Begin(left.Last + 1, CurrentPolicy());
            }
        }

        private void Begin(UInt128 start, int policy)
        {
            if (_starts.Count > 0 && _starts[^1] == start)
            {
                _starts.RemoveAt(_starts.Count - 1);
                _policies.RemoveAt(_policies.Count - 1);
            }

            if (policy != (_policies.Count > 0 ? _policies[^1] : None))
            {
                _starts.Add(start);
                _policies.Add(policy);
            }
        }
    }
}
