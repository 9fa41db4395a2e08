namespace ClusterDns.Server.Listeners.Tcp;

/// <summary>Where the buffers of one stream connection are counted.</summary>
internal interface IStreamMemory
{
    /// <summary>Reserves bytes; other connections may be closed for it. False when the connection itself has to go.</summary>
    /// <param name="bytes">How many.</param>
    bool TryReserve(int bytes);

    /// <summary>Returns bytes that were reserved.</summary>
    /// <param name="bytes">How many.</param>
    void Release(int bytes);
}
