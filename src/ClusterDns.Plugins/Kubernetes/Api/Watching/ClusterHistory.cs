using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using ClusterDns.Plugins.Kubernetes.Api.Decoding;
using ClusterDns.Plugins.Kubernetes.Api.Http;

namespace ClusterDns.Plugins.Kubernetes.Api.Watching;

/// <summary>A stretch of a cluster's history within which versions only rise.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Without a timer or a wait handle there is nothing to dispose, and readers may use it later.")]
internal sealed class HistoryEpoch
{
    private readonly CancellationTokenSource _ended = new();

    /// <summary>Set when the history turns out to be another one.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>The history is another one.</summary>
    public void End() => _ended.Cancel();
}

/// <summary>
/// Finds out whether the cluster was rebuilt, from a backup or from nothing, under the watches: then versions that are held are not valid, a
/// watch from one of them stays silent for ever, and everything is to be listed again. Thread-safe.
/// </summary>
internal sealed class ClusterHistory
{
    /// <summary>Where the server has Namespaces.</summary>
    public const string NamespacesPath = "/api/v1/namespaces";

    /// <summary>A namespace that every cluster has and none can lose.</summary>
    private const string SystemNamespace = "kube-system";

    private readonly Lock _lock = new();
    private string _systemUid = "";
    private volatile HistoryEpoch _current = new();

    /// <summary>The history that counts now.</summary>
    public HistoryEpoch Current => _current;

    /// <summary>A namespace was seen.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="uid">Which one of this name it is.</param>
    public void Observe(string name, string uid)
    {
        if (uid.Length == 0 || !string.Equals(name, SystemNamespace, StringComparison.Ordinal))
        {
            return;
        }

        lock (_lock)
        {
            bool isOther = _systemUid.Length > 0 && !string.Equals(_systemUid, uid, StringComparison.Ordinal);
            _systemUid = uid;
            if (isOther)
            {
                Begin();
            }
        }
    }

    /// <summary>Asks whether versions that are held still count; when they do not, <see cref="Current"/> has ended.</summary>
    /// <param name="client">Asks.</param>
    /// <param name="path">Where the server has the kind.</param>
    /// <param name="heldVersion">The version that is held.</param>
    /// <param name="cancellationToken">Set when it is given up.</param>
    /// <returns>What the server says instead of an answer; null when it answered.</returns>
    /// <inheritdoc cref="ApiClient.ListAsync" path="/exception"/>
    public async Task<ApiRefusal?> CheckAsync(ApiClient client, string path, string heldVersion, CancellationToken cancellationToken)
    {
        HistoryEpoch epoch = _current;
        (ApiRefusal? refusal, ListHead head, _) = await ReadFirstAsync(client, path + "?limit=1", cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        if (IsOlder(head.Version, heldVersion))
        {
            lock (_lock)
            {
                if (ReferenceEquals(epoch, _current))
                {
                    _systemUid = "";
                    Begin();
                }
            }

            return null;
        }

        // Who may not see namespaces has to do without this.
        (_, _, string uid) = await ReadFirstAsync(
            client, $"{NamespacesPath}?fieldSelector=metadata.name%3D{SystemNamespace}&limit=1", cancellationToken);
        Observe(SystemNamespace, uid);
        return null;
    }

    /// <summary>Whether a version is below another of the same history; if they are not numbers, that cannot be known.</summary>
    internal static bool IsOlder(string version, string held)
        => ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out ulong left)
            && ulong.TryParse(held, NumberStyles.None, CultureInfo.InvariantCulture, out ulong right)
            && left < right;

    private static async Task<(ApiRefusal? Refusal, ListHead Head, string Uid)> ReadFirstAsync(
        ApiClient client, string pathAndQuery, CancellationToken cancellationToken)
    {
        await using ApiReply reply = await client.ListAsync(pathAndQuery, cancellationToken);
        if (reply.Refusal is { } refusal)
        {
            return (refusal, default, "");
        }

        FirstObject first = new();
        using QuietGuard quiet = client.CreateGuard(QuietGuard.ListPatience, cancellationToken);
        ListHead? head = await quiet.ReadAsync(new ListReader(first, static _ => { }), reply.Body);
        return head is { } read ? (null, read, first.Uid) : throw new IOException("the list is truncated");
    }

    private void Begin()
    {
        HistoryEpoch old = _current;
        _current = new HistoryEpoch();
        old.End();
    }

    /// <summary>Keeps which object a list has.</summary>
    private sealed class FirstObject : IObjectSink
    {
        private readonly StringPool _strings = new();

        public string Uid { get; private set; } = "";

        public bool TryApply(ref Utf8JsonReader reader, bool isDeleted, out string version)
        {
            ObjectMetadata metadata = MetadataDecoder.Read(ref reader, _strings);
            version = metadata.Version;
            Uid = metadata.Uid;
            return true;
        }
    }
}
