using System.Globalization;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Transfer;

/// <summary>Reads every <c>transfer</c> of a server block.</summary>
/// <param name="context">The directives.</param>
internal sealed class TransferOptionsParser(PluginParseContext context)
{
    /// <summary>How many addresses one <c>transfer</c> may name.</summary>
    internal const int MaxAddresses = 1024;

    private const string Everybody = "*";

    private bool _isRight = true;

    /// <summary>Reads them; null, and everything that is wrong reported, when something is.</summary>
    public TransferOptions? Parse()
    {
        List<TransferRule> rules = [.. context.Directives.Select(ParseRule)];
        return _isRight ? new TransferOptions(rules) : null;
    }

    private TransferRule ParseRule(DirectiveSyntax directive)
    {
        DirectiveReader reader = new(directive, context.Diagnostics);
        _isRight &= reader.TryZones(directive.Arguments, context.Keys.Select(static key => key.Zone).Distinct(), out IReadOnlyList<Zone> zones);
        List<Token> addresses = [];
        bool hasOptions = false;
        foreach (DirectiveSyntax option in directive.Block)
        {
            hasOptions = true;
            switch (option.Name.Text)
            {
                case "to":
                    _isRight &= reader.For(option).ExpectArguments(1, MaxAddresses, "to ADDRESS...");
                    addresses.AddRange(option.Arguments);
                    break;
                case "source":
                    Fail(reader, option.Place, "option 'source' of transfer is not built into this version, expected to");
                    break;
                default:
                    _isRight = false;
                    reader.UnknownOption(option, ["to"]);
                    break;
            }
        }

        if (addresses.Count == 0 && (_isRight || !hasOptions))
        {
            Fail(reader, directive.Place, "transfer has nobody to transfer to, expected 'to ADDRESS...'");
        }

        if (addresses.Count > MaxAddresses)
        {
            Fail(reader, directive.Place, string.Create(CultureInfo.InvariantCulture, $"more than {MaxAddresses} addresses in transfer, expected no more"));
        }

        return CreateRule(reader, zones, addresses);
    }

    private TransferRule CreateRule(DirectiveReader reader, IReadOnlyList<Zone> zones, List<Token> addresses)
    {
        List<Subnet> clients = [];
        List<NetworkEndpoint> secondaries = [];
        bool allowsAll = false;
        foreach (Token token in addresses)
        {
            if (string.Equals(token.Text, Everybody, StringComparison.Ordinal))
            {
                allowsAll = true;
            }
            else if (Subnet.TryParse(token.Text, out Subnet subnet))
            {
                clients.Add(subnet);
            }
            else if (EndpointText.TryParse(token.Text, out NetworkEndpoint endpoint))
            {
                clients.Add(Subnet.Of(endpoint.AddressBits));
                secondaries.Add(endpoint);
            }
            else
            {
                Fail(reader, token.Place, $"'{token.Text}' is no value for to, expected *, IP[:PORT] or a network such as 10.0.0.0/8");
            }
        }

        return new TransferRule(zones, allowsAll, clients, [.. secondaries.Distinct()]);
    }

    private void Fail(DirectiveReader reader, SourcePlace place, string message)
    {
        _isRight = false;
        reader.Error(place, message);
    }
}
