using System.Text;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Chaos;

/// <summary>Answers TXT queries of class CH for the names that servers have by custom (RFC 4892).</summary>
internal sealed class ChaosHandler : PluginHandler
{
    private const int MaxText = 255;

    private static readonly byte[] VersionBind = DomainName.Parse("version.bind.");
    private static readonly byte[] VersionServer = DomainName.Parse("version.server.");
    private static readonly byte[] AuthorsBind = DomainName.Parse("authors.bind.");
    private static readonly byte[] HostnameBind = DomainName.Parse("hostname.bind.");
    private static readonly byte[] IdServer = DomainName.Parse("id.server.");

    private readonly byte[] _version;
    private readonly byte[] _hostname;
    private readonly byte[][] _authors;
    private readonly Lock _randomLock = new();
    private readonly Random _random;

    /// <summary>A link.</summary>
    /// <param name="next">The link below.</param>
    /// <param name="options">The texts.</param>
    /// <param name="hostname">The host's name.</param>
    /// <param name="seed">For the order of the authors.</param>
    public ChaosHandler(PluginHandler next, ChaosOptions options, string hostname, int seed)
        : base(next)
    {
        _version = CreateRdata(options.Version);
        _hostname = CreateRdata(hostname);
        _authors = [.. options.Authors.Select(CreateRdata)];
        _random = new Random(seed);
    }

    /// <inheritdoc/>
    public override string Name => "chaos";

    /// <inheritdoc/>
    public override ValueTask ServeAsync(Query query)
    {
        if (query.Class != RecordClass.CH || query.Type != RecordType.TXT)
        {
            return NextAsync(query);
        }

        ReadOnlySpan<byte> name = query.Name;
        if (name.SequenceEqual(VersionBind) || name.SequenceEqual(VersionServer))
        {
            Answer(query, _version);
        }
        else if (name.SequenceEqual(HostnameBind) || name.SequenceEqual(IdServer))
        {
            Answer(query, _hostname);
        }
        else if (name.SequenceEqual(AuthorsBind))
        {
            AnswerAuthors(query);
        }
        else
        {
            return NextAsync(query);
        }

        return ValueTask.CompletedTask;
    }

    private static byte[] CreateRdata(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        ReadOnlySpan<byte> kept = bytes.AsSpan(0, Math.Min(bytes.Length, MaxText));
        return [(byte)kept.Length, .. kept];
    }

    private void AnswerAuthors(Query query)
    {
        byte[][] authors = [.. _authors];
        lock (_randomLock)
        {
            _random.Shuffle(authors);
        }

        foreach (byte[] author in authors)
        {
            Answer(query, author);
        }
    }

    private void Answer(Query query, byte[] rdata)
    {
        query.Response.Answer(Name, authoritative: false);
        ResponseRecord record = new()
        {
            RdataSource = rdata,
            RdataLength = (ushort)rdata.Length,
            Type = RecordType.TXT,
            Class = RecordClass.CH,
        };
        query.Response.Answers.TryAdd(in record);
    }
}
