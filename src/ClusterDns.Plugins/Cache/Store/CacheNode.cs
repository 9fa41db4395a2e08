namespace ClusterDns.Plugins.Cache.Store;

/// <summary>What a cached response was asked by: the type, the class, DO and CD, beside the name.</summary>
/// <param name="Packed">The four in one number.</param>
internal readonly record struct CacheQuestion(ulong Packed)
{
    /// <summary>Puts the parts together.</summary>
    /// <param name="type">The type.</param>
    /// <param name="recordClass">The class.</param>
    /// <param name="dnssecOk">DO: records of DNSSEC are wanted (RFC 3225).</param>
    /// <param name="checkingDisabled">CD: the data need not be checked (RFC 4035 section 3.2.2).</param>
    public CacheQuestion(ushort type, ushort recordClass, bool dnssecOk, bool checkingDisabled)
        : this(type | ((ulong)recordClass << 16) | (dnssecOk ? 1UL << 32 : 0) | (checkingDisabled ? 1UL << 33 : 0))
    {
    }

    /// <summary>The hash of the question with a name's.</summary>
    /// <param name="nameHash">The hash of the name.</param>
    public ulong Hash(ulong nameHash)
    {
        // The name's hash is keyed, so what is chosen here cannot bring two names together; the rest is to spread the types of one.
        ulong hash = nameHash ^ (Packed * 0x9E3779B97F4A7C15);
        hash = (hash ^ (hash >> 32)) * 0xD6E8FEB86659FD93;
        return hash ^ (hash >> 32);
    }
}

/// <summary>
/// The place of one question in a shard. It stays while its responses come and go, so that what is asked often keeps its
/// standing when its TTL ends.
/// </summary>
internal sealed class CacheNode(byte[] name, CacheQuestion question, ulong hash, CacheEntry entry)
{
    /// <summary>How many uses are counted; more make no difference.</summary>
    public const int MostUses = 3;

    private volatile CacheEntry _entry = entry;

    /// <summary>The next node of the bucket, older than this one. It stays when the node is taken out, for readers on their way.</summary>
    public volatile CacheNode? NextInBucket;

    /// <summary>The next node of the queue, younger than this one.</summary>
    public CacheNode? NextInQueue;

    private byte _uses;

    /// <summary>The hash of name and question.</summary>
    public ulong Hash => hash;

    /// <summary>The response.</summary>
    public CacheEntry Entry
    {
        get => _entry;
        set => _entry = value;
    }

    /// <summary>How often it was found, up to <see cref="MostUses"/>. Readers may lose a count to each other; that is harmless.</summary>
    public byte Uses
    {
        get => _uses;
        set => _uses = value;
    }

    /// <summary>How many bytes the node takes, near enough.</summary>
    public int Size => Overhead + name.Length + _entry.Data.Length;

    private static int Overhead => 256;

    /// <summary>Whether the node is a question's.</summary>
    public bool Matches(ulong otherHash, ReadOnlySpan<byte> otherName, CacheQuestion otherQuestion)
        => hash == otherHash && question == otherQuestion && otherName.SequenceEqual(name);

    /// <summary>Counts a use, without writing once there is nothing to count.</summary>
    public void Use()
    {
        byte uses = _uses;
        if (uses < MostUses)
        {
            _uses = (byte)(uses + 1);
        }
    }
}
