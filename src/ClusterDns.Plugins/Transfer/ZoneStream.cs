using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Transfer;

/// <summary>A zone as a sequence of messages: the SOA first and last, and everything else between (RFC 5936 section 2.2).</summary>
/// <param name="authority">The SOA.</param>
/// <param name="records">The other records.</param>
/// <param name="onEnd">Called with the number of records, once all are in messages.</param>
internal sealed class ZoneStream(ResponseRecord authority, IEnumerable<ResponseRecord> records, Action<int> onEnd) : ResponseStream
{
    /// <summary>
    /// How long a message becomes, without compression: pointers reach no further than 16 KiB (RFC 1035 section 4.1.4), and what is in
    /// memory of a transfer is a message or two.
    /// </summary>
    internal const int MessageLength = 16 * 1024;

    /// <summary>Type, class, time to live and the rdata's length.</summary>
    private const int FixedLength = 10;

    private readonly IEnumerator<ResponseRecord> _records = records.GetEnumerator();
    private bool _isLeftOver;
    private int _count;

    /// <summary>Whether there is no further message.</summary>
    public bool HasEnded { get; private set; }

    /// <inheritdoc/>
    public override bool TryFill(Response response)
    {
        if (HasEnded)
        {
            return false;
        }

        int room = MessageLength;
        if (_count == 0)
        {
            room -= Add(response, authority);
        }

        while (_isLeftOver || _records.MoveNext())
        {
            ResponseRecord record = _records.Current;

            // A record that is longer than that is a message of its own.
            _isLeftOver = GetLength(in record) > room && room < MessageLength;
            if (_isLeftOver)
            {
                return true;
            }

            room -= Add(response, record);
        }

        Add(response, authority);
        HasEnded = true;
        onEnd(_count);
        return true;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _records.Dispose();
        base.Dispose();
    }

    private static int GetLength(in ResponseRecord record) => record.Owner.Length + FixedLength + record.RdataLength;

    private int Add(Response response, ResponseRecord record)
    {
        response.Answers.TryAdd(in record);
        _count++;
        return GetLength(in record);
    }
}
