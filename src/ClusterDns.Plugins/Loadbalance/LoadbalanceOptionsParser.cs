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

    private readonly DirectiveReader _reader = new(context.Directives[0], context.Diagnostics);
    private readonly List<Subnet> _preferred = [];
    private TimeSpan _reload = DefaultReload;

    /// <summary>The options; null when something is wrong.</summary>
    public LoadbalanceOptions? Parse()
    {
        bool isRight = DirectiveReader.ExpectOnce(context.Directives, context.Diagnostics);
        isRight &= TryPolicy(out Token? weightFile);
        bool isWeighted = _reader.Arguments is [{ Text: Weighted }, ..];
        foreach (DirectiveSyntax option in _reader.Directive.Block)
        {
            isRight &= TryOption(option, isWeighted);
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

                return reader.ExpectArguments(1, 1, "reload DURATION") && reader.TryDuration(option.Arguments[0], TimeSpan.Zero, out _reload);
            case "prefer":
                return reader.ExpectArguments(1, int.MaxValue, "prefer CIDR [CIDR...]") & TryPrefer(reader);
            default:
                _reader.UnknownOption(option, Options);
                return false;
        }
    }

    private bool TryPrefer(DirectiveReader reader)
    {
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
