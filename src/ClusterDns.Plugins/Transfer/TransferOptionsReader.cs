using System.Globalization;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Transfer;

/// <summary>Reads every <c>transfer</c> of a server block.</summary>
internal static class TransferOptionsReader
{
    /// <summary>How many addresses one <c>transfer</c> may name.</summary>
    internal const int MaxAddresses = 1024;

    /// <summary>The reader.</summary>
    public static IOptionsReader<TransferOptions> Reader { get; } = new OptionsReader<TransferRule>(new TransferRule([], AllowsAll: false, [], []))
        .Zones(static (rule, zones) => rule with { Zones = zones })
        .Option("to", static option => option.Words("ADDRESS", 1, MaxAddresses, static (rule, line, words) =>
            words.Aggregate(rule, (current, word) => Add(current, line, word))))
        .Rejected("source", "of transfer is not supported by this version: delete the line")
        .Complete(static (rule, line) =>
        {
            if (!rule.AllowsAll && rule.Clients.Count == 0)
            {
                line.Error(line.Directive.Place, "'transfer' has no addresses to transfer to: expected 'to ADDRESS...'");
            }

            return rule with { Secondaries = [.. rule.Secondaries.Distinct()] };
        })
        .Each(static rules => new TransferOptions(rules));

    private static TransferRule Add(TransferRule rule, DirectiveReader line, Token word)
    {
        if (word.Text is "*")
        {
            return rule with { AllowsAll = true };
        }

        bool isAddress = EndpointText.TryParse(word.Text, out NetworkEndpoint endpoint);
        if (!Subnet.TryParse(word.Text, out Subnet clients) && !isAddress)
        {
            line.Error(word.Place, $"invalid address '{word.Text}' for to: expected *, IP[:PORT] or a network such as 10.0.0.0/8");
        }
        else if (rule.Clients.Count <= MaxAddresses)
        {
            if (rule.Clients.Count == MaxAddresses)
            {
                line.Error(word.Place, string.Create(CultureInfo.InvariantCulture, $"too many addresses in transfer: at most {MaxAddresses}"));
            }

            clients = isAddress ? Subnet.Of(endpoint.AddressBits) : clients;
            return rule with { Clients = [.. rule.Clients, clients], Secondaries = isAddress ? [.. rule.Secondaries, endpoint] : rule.Secondaries };
        }

        return rule;
    }
}
