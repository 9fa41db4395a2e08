using ClusterDns.Core.Corefiles;

namespace ClusterDns.Plugins.Autopath;

/// <summary>The options of the autopath plugin.</summary>
/// <param name="Zones">The zones in whose names searches begin.</param>
/// <param name="Source">
/// The word that says where search paths come from: a file like resolv.conf, or <see cref="AutopathPlugin.ClusterSource"/>.
/// </param>
public sealed record AutopathOptions(IReadOnlyList<Zone> Zones, Token Source);
