using System.Security.Cryptography;

namespace ClusterDns.Upstreams;

/// <summary>Numbers that nobody can foretell, for query IDs and the choice of sockets (RFC 5452 section 4.3). For one thread.</summary>
internal sealed class QueryIds
{
    private const int Kept = 2048;

    private readonly byte[] _bytes = new byte[Kept];
    private int _position = Kept;

    /// <summary>The next one.</summary>
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
}
