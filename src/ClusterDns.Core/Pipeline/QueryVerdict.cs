namespace ClusterDns.Core.Pipeline;

/// <summary>What to do with a message that came in.</summary>
public enum QueryVerdict : byte
{
    /// <summary>Send nothing: the message is not a query, or too short to answer.</summary>
    Drop,

    /// <summary>Send the response as it is: the message cannot be served, and the response code says why.</summary>
    Respond,

    /// <summary>Serve it.</summary>
    Serve,
}
