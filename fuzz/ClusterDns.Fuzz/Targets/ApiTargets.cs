using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using ClusterDns.Plugins.Kubernetes.Api.Decoding;

namespace ClusterDns.Fuzz.Targets;

/// <summary>Objects as an API server sends them, and a sink that decodes each as every kind.</summary>
internal sealed class ApiObjects : IObjectSink
{
    private readonly StringPool _strings = new();

    /// <summary>The objects.</summary>
    public static IReadOnlyList<string> Texts { get; } =
    [
        """{"metadata":{"name":"web","namespace":"shop","resourceVersion":"7","uid":"u"},"spec":{"clusterIP":"10.96.0.7","clusterIPs":["10.96.0.7","fd00::7"],"type":"ClusterIP","ports":[{"name":"http","port":80,"protocol":"TCP"}]},"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.1"}]}}}""",
        """{"metadata":{"name":"alias","namespace":"shop","resourceVersion":"8"},"spec":{"externalName":"www.example.org","type":"ExternalName","externalIPs":["192.0.2.9"]}}""",
        """{"metadata":{"name":"web-1","namespace":"shop","labels":{"kubernetes.io/service-name":"web"}},"addressType":"IPv4","endpoints":[{"addresses":["10.1.0.1"],"conditions":{"ready":true},"hostname":"h","targetRef":{"kind":"Pod","name":"p"},"zone":"z"}],"ports":[{"name":"http","port":80}]}""",
        """{"metadata":{"name":"web-2","namespace":"shop","labels":{"kubernetes.io/service-name":"web"}},"addressType":"FQDN","endpoints":[{"addresses":["a.example.org"]}],"ports":null}""",
        """{"metadata":{"name":"p","namespace":"shop","resourceVersion":"9"},"status":{"podIP":"10.1.0.1","podIPs":[{"ip":"10.1.0.1"}],"phase":"Running"}}""",
        """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version","reason":"Expired","code":410}""",
    ];

    /// <summary>How many objects were decoded.</summary>
    public long Applied { get; private set; }

    /// <inheritdoc/>
    public bool TryApply(ref Utf8JsonReader reader, bool isDeleted, out string version)
    {
        Utf8JsonReader slice = reader;
        _ = EndpointSliceDecoder.Read(ref slice, _strings, out _);
        Utf8JsonReader pod = reader;
        _ = PodDecoder.Read(ref pod, _strings, withLabels: true, out _);
        bool isService = ServiceDecoder.Read(ref reader, _strings, out version) is not null;
        Applied += isService ? 1 : 0;
        return isService;
    }
}

/// <summary>A line of a watch.</summary>
internal sealed class WatchTarget : FuzzTarget
{
    private readonly ApiObjects _sink = new();
    private readonly StringPool _strings = new();

    /// <inheritdoc/>
    public override string Name => "watch";

    /// <inheritdoc/>
    public override IReadOnlyList<byte[]> Corpus { get; } =
    [
        .. ApiObjects.Texts.SelectMany(static text => (string[])[$$"""{"type":"ADDED","object":{{text}}}""", $$"""{"object":{{text}},"type":"DELETED"}"""]).Select(Encoding.UTF8.GetBytes),
        [.. """{"type":"BOOKMARK","object":{"kind":"Service","metadata":{"resourceVersion":"12","annotations":{"k8s.io/initial-events-end":"true"}}}}"""u8],
        [.. """{"type":"ERROR","object":{"kind":"Status","status":"Failure","reason":"Expired","code":410}}"""u8],
    ];

    /// <inheritdoc/>
    public override string? Run(byte[] input)
    {
        if (WatchEventReader.TryRead(new ReadOnlySequence<byte>(input), _sink, _strings, out WatchEvent watchEvent))
        {
            Accepted++;
            return watchEvent.Version is null ? "an event without even an empty version" : null;
        }

        return null;
    }
}

/// <summary>A list, in the pieces in which it comes.</summary>
internal sealed class ListTarget : FuzzTarget
{
    /// <inheritdoc/>
    public override string Name => "lists";

    /// <inheritdoc/>
    public override IReadOnlyList<byte[]> Corpus { get; } =
    [
        Encoding.UTF8.GetBytes($$"""{"kind":"ServiceList","apiVersion":"v1","metadata":{"resourceVersion":"12","continue":"abc","remainingItemCount":3},"items":[{{string.Join(',', ApiObjects.Texts)}}]}"""),
        Encoding.UTF8.GetBytes($$"""{"items":[{{ApiObjects.Texts[0]}}],"metadata":{"resourceVersion":"12"},"kind":"ServiceList"}"""),
        [.. """{"kind":"ServiceList","metadata":{"resourceVersion":"1"},"items":null}"""u8],
        [.. """{"kind":"ServiceList","metadata":{"resourceVersion":"1"},"items":[]}"""u8],
    ];

    /// <inheritdoc/>
    public override string? Run(byte[] input)
    {
        ApiObjects sink = new();
        ListReader reader = new(sink, static _ => { });
        ValueTask<ListHead?> reading = reader.ReadAsync(PipeReader.Create(new ReadOnlySequence<byte>(input)), static () => { }, CancellationToken.None);
        if (!reading.IsCompleted)
        {
            return "the reader waits at the end of the list";
        }

        Accepted += reading.GetAwaiter().GetResult() is null ? 0 : 1;
        return null;
    }
}
