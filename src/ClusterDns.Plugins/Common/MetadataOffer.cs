namespace ClusterDns.Plugins.Common;

/// <summary>Offered where queries of the block have metadata: what is dear to keep for it alone is kept there only.</summary>
internal sealed record MetadataOffer;
