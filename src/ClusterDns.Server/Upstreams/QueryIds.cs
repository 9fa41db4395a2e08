using System.Diagnostics;
using System.Security.Cryptography;

namespace ClusterDns.Server.Upstreams;

/// <summary>
/// Unpredictable numbers for query IDs, source ports and the choice among them (RFC 5452 section 4.3), from the system's
/// cryptographic generator. For one thread.
/// </summary>
internal sealed class QueryIds
{
    private const int Kept = 2048;
    private const int Values = ushort.MaxValue + 1;

    private readonly byte[] _bytes = new byte[Kept];
    private int _position = Kept;

    /// <summary>The next number.</summary>
    public ushort Next()
    {
        if (_position == Kept)
        {
            RandomNumberGenerator.Fill(_bytes);
            _position = 0;
        }

        ushort number = BitConverter.ToUInt16(_bytes, _position);
        _position += sizeof(ushort);
        return number;
    }

    /// <summary>A number below a bound, each as likely as any other.</summary>
    /// <param name="bound">From 1 to 65536.</param>
    public int Below(int bound)
    {
        Debug.Assert(bound is > 0 and <= Values, "an unreachable bound: IDs have 16 bits");
        int limit = Values - (Values % bound);
        int number;
        do
        {
            number = Next();
        }
        while (number >= limit);

        return number % bound;
    }
}
