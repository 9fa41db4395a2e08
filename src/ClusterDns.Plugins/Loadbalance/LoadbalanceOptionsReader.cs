using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Loadbalance;

/// <summary>
/// Reads the options of the loadbalance plugin. The policy of the last directive counts. Subnets add up, but <c>weighted</c> discards those of
/// the directives before it.
/// </summary>
internal static class LoadbalanceOptionsReader
{
    private static readonly TimeSpan DefaultReload = TimeSpan.FromSeconds(30);
    private static readonly OptionValue<bool> IsWeighted = Values.Choice(("round_robin", false), ("weighted", true));

    /// <summary>The reader.</summary>
    public static OptionsReader<LoadbalanceOptions> Reader { get; } = new OptionsReader<LoadbalanceOptions>(new LoadbalanceOptions(null, []))
        .Words("[round_robin | weighted WEIGHTFILE]", 0, int.MaxValue, ReadPolicy)
        .Option("reload", "DURATION", ReadReload)
        .Option("prefer", "CIDR [CIDR...]", ReadPreferred);

    private static LoadbalanceOptions ReadPolicy(LoadbalanceOptions options, DirectiveReader line, IReadOnlyList<Token> words)
    {
        if (words.Count == 0 || !IsWeighted.TryRead(line, words[0], out bool isWeighted))
        {
            return options with { Weights = null };
        }

        int count = isWeighted ? 2 : 1;
        return line.ExpectArguments(count, count, isWeighted ? "loadbalance weighted WEIGHTFILE" : "loadbalance [round_robin]") && isWeighted
            ? new LoadbalanceOptions(new WeightOptions(words[1], DefaultReload), [])
            : options with { Weights = null };
    }

    private static LoadbalanceOptions ReadReload(LoadbalanceOptions options, DirectiveReader line)
    {
        if (options.Weights is null)
        {
            line.Error(line.Directive.Place, "'reload' has no weight file to read again: write it under 'loadbalance weighted WEIGHTFILE'");
            return options;
        }

        return line.ExpectArguments(1, 1, "reload DURATION") && Values.DurationFromZero.TryRead(line, line.Arguments[0], out TimeSpan interval)
            ? options with { Weights = options.Weights with { Reload = interval } }
            : options;
    }

    private static LoadbalanceOptions ReadPreferred(LoadbalanceOptions options, DirectiveReader line)
    {
        if (line.Arguments.Count == 0)
        {
            line.Warn(line.Directive.Place, "'prefer' has no effect without a subnet: write 'prefer CIDR [CIDR...]'");
        }

        List<Subnet> preferred = [.. options.Preferred];
        foreach (Token word in line.Arguments)
        {
            if (NetworkValues.Network.TryRead(line, word, out Subnet subnet))
            {
                preferred.Add(subnet);
            }
        }

        return options with { Preferred = preferred };
    }
}
