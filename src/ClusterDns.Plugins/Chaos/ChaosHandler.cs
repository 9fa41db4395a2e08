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
    public override ValueTask ServeAsync(QueryContext context)
    {
        if (context.Class != RecordClass.CH || context.Type != RecordType.TXT)
        {
            return NextAsync(context);
        }

        ReadOnlySpan<byte> name = context.Name;
        if (name.SequenceEqual(VersionBind) || name.SequenceEqual(VersionServer))
        {
            Answer(context, _version);
        }
        else if (name.SequenceEqual(HostnameBind) || name.SequenceEqual(IdServer))
        {
            Answer(context, _hostname);
        }
        else if (name.SequenceEqual(AuthorsBind))
        {
            AnswerAuthors(context);
        }
        else
        {
            return NextAsync(context);
        }

        return ValueTask.CompletedTask;
    }

    private static byte[] CreateRdata(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        ReadOnlySpan<byte> kept = bytes.AsSpan(0, Math.Min(bytes.Length, MaxText));
        return [(byte)kept.Length, .. kept];
    }

    private void AnswerAuthors(QueryContext context)
    {
        byte[][] authors = [.. _authors];
        lock (_randomLock)
        {
            _random.Shuffle(authors);
        }

        foreach (byte[] author in authors)
        {
            Answer(context, author);
        }
    }

    private void Answer(QueryContext context, byte[] rdata)
    {
        context.Response.Answer(Name, authoritative: false);
        ResponseRecord record = new()
        {
            RdataSource = rdata,
            RdataLength = (ushort)rdata.Length,
            Type = RecordType.TXT,
            Class = RecordClass.CH,
        };
        context.Response.Answers.TryAdd(in record);
    }
}
