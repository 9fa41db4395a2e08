using ClusterDns.Core.Corefiles;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Loadbalance;

/// <summary>The options of the loadbalance plugin.</summary>
/// <param name="Weights">The weights of the weighted policy; null for round robin.</param>
/// <param name="Preferred">The subnets whose addresses come first, the most wanted first.</param>
public sealed record LoadbalanceOptions(WeightOptions? Weights, IReadOnlyList<Subnet> Preferred);

/// <summary>Where the weighted policy has its weights from.</summary>
/// <param name="File">The weight file, as the Corefile names it.</param>
/// <param name="Reload">How often the file is looked at; zero for never.</param>
public sealed record WeightOptions(Token File, TimeSpan Reload);
