using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Loadbalance;

/// <summary>Reads the options of the loadbalance plugin.</summary>
/// <param name="context">What they are read from.</param>
internal sealed class LoadbalanceOptionsParser(PluginParseContext context)
{
    private const string RoundRobin = "round_robin";
    private const string Weighted = "weighted";

    private static readonly string[] Policies = [RoundRobin, Weighted];
    private static readonly string[] Options = ["reload", "prefer"];
    private static readonly TimeSpan DefaultReload = TimeSpan.FromSeconds(30);

    private readonly List<Subnet> _preferred = [];
    private DirectiveReader _reader;
    private TimeSpan _reload = DefaultReload;

    /// <summary>The options; null when something is wrong.</summary>
    public LoadbalanceOptions? Parse()
    {
        // The policy of the last directive counts. Subnets add up, but 'weighted' forgets those of the directives before it.
        bool isRight = true;
        Token? weightFile = null;
        foreach (DirectiveSyntax directive in context.Directives)
        {
            if (directive != context.Directives[^1] && directive.Block.Count == 0)
            {
                context.Diagnostics.Warning(
                    directive.Place, $"this 'loadbalance' has no effect: the last one in the server block counts ({context.Directives[^1].Place})");
            }

            _reader = new DirectiveReader(directive, context.Diagnostics);
            isRight &= TryPolicy(out weightFile);
            bool isWeighted = _reader.Arguments is [{ Text: Weighted }, ..];
            if (isWeighted)
            {
                _preferred.Clear();
                _reload = DefaultReload;
            }

            foreach (DirectiveSyntax option in directive.Block)
            {
                isRight &= TryOption(option, isWeighted);
            }
        }

        return isRight ? new LoadbalanceOptions(weightFile is null ? null : new WeightOptions(weightFile, _reload), _preferred) : null;
    }

    private bool TryPolicy(out Token? weightFile)
    {
        weightFile = null;
        if (_reader.Arguments.Count == 0)
        {
            return true;
        }

        if (!_reader.TryChoice(_reader.Arguments[0], Policies, out string policy))
        {
            return false;
        }

        if (string.Equals(policy, RoundRobin, StringComparison.Ordinal))
        {
            return _reader.ExpectArguments(1, 1, "loadbalance [round_robin]");
        }

        if (!_reader.ExpectArguments(2, 2, "loadbalance weighted WEIGHTFILE"))
        {
            return false;
        }

        weightFile = _reader.Arguments[1];
        return true;
    }

    private bool TryOption(DirectiveSyntax option, bool isWeighted)
    {
        DirectiveReader reader = _reader.For(option);
        switch (option.Name.Text)
        {
            case "reload":
                if (!isWeighted)
                {
                    reader.Error(option.Place, "reload has no weight file to read again, expected it under 'loadbalance weighted WEIGHTFILE'");
                    return false;
                }

                return reader.ExpectArguments(1, 1, "reload DURATION") && reader.TryDurationFromZero(option.Arguments[0], out _reload);
            case "prefer":
                return TryPrefer(reader);
            default:
                _reader.UnknownOption(option, Options);
                return false;
        }
    }

    private bool TryPrefer(DirectiveReader reader)
    {
        if (reader.Arguments.Count == 0)
        {
            reader.Warn(reader.Directive.Place, "'prefer' has no effect without a subnet: write 'prefer CIDR [CIDR...]'");
        }

        bool isRight = true;
        foreach (Token argument in reader.Arguments)
        {
            if (Subnet.TryParse(argument.Text, out Subnet subnet))
            {
                _preferred.Add(subnet);
            }
            else
            {
                reader.Error(argument.Place, $"'{argument.Text}' is no subnet for prefer, expected one such as 10.0.0.0/8 or 2001:db8::/32");
                isRight = false;
            }
        }

        return isRight;
    }
}
