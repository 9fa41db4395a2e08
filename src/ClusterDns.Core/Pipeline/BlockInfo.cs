using ClusterDns.Core.Corefiles;

namespace ClusterDns.Core.Pipeline;

/// <summary>What a server block is, before its plugins contribute to it.</summary>
/// <param name="Keys">Its keys, CIDR zones expanded; at least one.</param>
/// <param name="Fingerprint">
/// The whole block in one fixed form, imports and variables expanded: blocks of two configurations with equal fingerprints do the same. It is
/// part of the key of a resource that depends on the whole block.
/// </param>
public sealed record BlockInfo(IReadOnlyList<ServerKey> Keys, string Fingerprint);
