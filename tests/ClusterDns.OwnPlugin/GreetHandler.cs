using System.Globalization;
using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.OwnPlugin;

/// <summary>A greeting that plugins of a block offer.</summary>
public interface IGreeting
{
    /// <summary>The greeting; at most 255 bytes in UTF-8.</summary>
    string Text { get; }
}

/// <summary>Offers a second greeting, from further down the chain.</summary>
public sealed class FarewellPlugin : Plugin<FarewellPlugin.None>
{
    /// <inheritdoc/>
    public override string Name => "farewell";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.Once;

    /// <inheritdoc/>
    protected override IOptionsReader<None> Options { get; } = new OptionsReader<None>(new None());

    /// <inheritdoc/>
    protected override void Build(None options, BlockBuilder builder) => builder.Offer<IGreeting>(new Farewell());

    /// <summary>No options.</summary>
    public sealed record None;

    private sealed record Farewell : IGreeting
    {
        public string Text => "goodbye";
    }
}

/// <summary>Counts answers in the life of the process.</summary>
internal sealed class GreetCount
{
    private int _answers;

    public int Next() => Interlocked.Increment(ref _answers);
}

/// <summary>Answers TXT with all greetings of the block and the number of the answer; passes other types on.</summary>
internal sealed class GreetHandler(PluginHandler next, GreetOptions options, IGreeting[] greetings, GreetCount count, GreetMetrics metrics)
    : PluginHandler(next)
{
    public override string Name => "greet";

    public override ValueTask ServeAsync(Query query)
    {
        if (query.Type != RecordType.TXT)
        {
            return NextAsync(query);
        }

        string number = count.Next().ToString(CultureInfo.InvariantCulture);
        List<byte> rdata = [];
        foreach (string text in greetings.Select(static greeting => greeting.Text).Append(number))
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            rdata.AddRange([(byte)bytes.Length, .. bytes]);
        }

        metrics.Answers.With(query.Route.Zone).Add();
        query.Response.Answer(Name);
        query.Response.TryAdd(ResponseSection.Answer, RecordType.TXT, options.TimeToLive, [.. rdata], 0, rdata.Count);
        return ValueTask.CompletedTask;
    }
}
