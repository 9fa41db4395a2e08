using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using ClusterDns.Plugins.Kubernetes.Api.Decoding;
using ClusterDns.Plugins.Kubernetes.Api.Watching;
using ClusterDns.Plugins.Kubernetes.Objects;
using ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;
using CsCheck;

namespace ClusterDns.Plugins.Tests.Kubernetes.Api;

public sealed class DecoderTests
{
    private readonly StringPool _strings = new();

    [Theory]
    [InlineData("""{"metadata":{"name":"a","namespace":"n"},"spec":{"clusterIP":"10.0.0.1","clusterIPs":["10.0.0.1","fd00::1"],"ports":[{"name":"HTTP","port":80},{"protocol":"UDP","port":53}]}}""", "n/a ClusterIP [10.0.0.1 fd00::1] [http/tcp/80 /udp/53] '' False")]
    [InlineData("""{"metadata":{"name":"a","namespace":"n"},"spec":{"clusterIP":"10.0.0.1"}}""", "n/a ClusterIP [10.0.0.1] [] '' False")]
    [InlineData("""{"spec":{"clusterIP":"None","clusterIPs":["None"],"type":"ClusterIP","publishNotReadyAddresses":true},"metadata":{"namespace":"n","name":"a"}}""", "n/a Headless [] [] '' True")]
    [InlineData("""{"metadata":{"name":"a","namespace":"n"},"spec":{"externalName":"www.example.org","type":"ExternalName"}}""", "n/a ExternalName [] [] 'www.example.org' False")]
    [InlineData("""{"metadata":{"name":"a","namespace":"n"},"spec":{"clusterIP":""}}""", "n/a ClusterIP [] [] '' False")]
    [InlineData("""{"metadata":{"name":"a","namespace":"n"},"spec":{"clusterIP":7,"clusterIPs":[1,{},"nonsense","10.0.0.2"],"ports":[5,{"port":70000,"name":null},{"port":{}}],"type":[]}}""", "n/a ClusterIP [10.0.0.2] [/tcp/0 /tcp/0] '' False")]
    [InlineData("""{"metadata":{"name":"a","namespace":"n"},"spec":null,"status":{}}""", "n/a ClusterIP [] [] '' False")]
    [InlineData("""{"metadata":{"namespace":"n"},"spec":{"clusterIP":"10.0.0.1"}}""", "none")]
    [InlineData("""{"metadata":{"name":"a","namespace":7},"spec":{"clusterIP":"10.0.0.1"}}""", "none")]
    public void Services(string json, string expected)
    {
        Utf8JsonReader reader = Enter(json);
        ServiceObject? service = ServiceDecoder.Read(ref reader, _strings, out _);
        Assert.Equal(JsonTokenType.EndObject, reader.TokenType);
        Assert.Equal(expected, service is null ? "none" : Describe(service));
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"a","namespace":"n"},"spec":{"externalIPs":["192.0.2.1","2001:db8::1"]},"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.2","ipMode":"VIP"}]}}}""", "192.0.2.1 2001:db8::1 192.0.2.2 | ")]
    [InlineData("""{"status":{"conditions":[],"loadBalancer":{"ingress":[{"hostname":"a.example.org"},{"hostname":"b.example.org","ip":"192.0.2.1"},{"hostname":"192.0.2.2"}]}},"metadata":{"name":"a","namespace":"n"}}""", "192.0.2.1 192.0.2.2 | a.example.org")]
    [InlineData("""{"metadata":{"name":"a","namespace":"n"},"spec":{"externalIPs":[7,"nonsense",null,"192.0.2.1"]},"status":{"loadBalancer":{"x":[],"ingress":[5,{},{"ip":7,"hostname":["x"]},null]}}}""", "192.0.2.1 | ")]
    [InlineData("""{"metadata":{"name":"a","namespace":"n"},"spec":{"externalIPs":{}},"status":{"loadBalancer":{"ingress":"none"}}}""", " | ")]
    [InlineData("""{"metadata":{"name":"a","namespace":"n"},"spec":{},"status":{"loadBalancer":[]}}""", " | ")]
    [InlineData("""{"metadata":{"name":"a","namespace":"n"},"status":null}""", " | ")]
    public void Services_outside_the_cluster(string json, string expected)
    {
        Utf8JsonReader reader = Enter(json);
        ServiceObject service = ServiceDecoder.Read(ref reader, _strings, out _)!;
        Assert.Equal(JsonTokenType.EndObject, reader.TokenType);
        Assert.Equal(expected, $"{string.Join(' ', service.ExternalAddresses)} | {string.Join(' ', service.ExternalHostnames)}");
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"a-1","namespace":"n","labels":{"x":"y","kubernetes.io/service-name":"a"}},"addressType":"IPv4","endpoints":[{"addresses":["10.1.0.1"],"conditions":{"ready":true},"hostname":"h","targetRef":{"kind":"Pod","name":"p"},"zone":"z"},{"addresses":["10.1.0.2","10.1.0.3"],"conditions":{"ready":false}},{"addresses":["10.1.0.4"]}],"ports":[{"name":"http","port":80,"protocol":"TCP"}]}""", "n/a-1 of a [http/tcp/80] 10.1.0.1,h,True,p,z 10.1.0.2,,False,, 10.1.0.3,,False,, 10.1.0.4,,True,,")]
    [InlineData("""{"metadata":{"name":"a-1","namespace":"n"},"endpoints":null,"ports":null}""", "n/a-1 of  [] ")]
    [InlineData("""{"endpoints":[{"addresses":["10.1.0.1"]}],"addressType":"FQDN","metadata":{"name":"a-1","namespace":"n","labels":{"kubernetes.io/service-name":"a"}}}""", "n/a-1 of a [] ")]
    [InlineData("""{"endpoints":[{"addresses":["www.example.com",7],"hostname":"h"},{"addresses":["b.example.com"],"conditions":{"ready":false}}],"addressType":"FQDN","metadata":{"name":"a-1","namespace":"n","labels":{"kubernetes.io/service-name":"a"}}}""", "n/a-1 of a [] www.example.com,h,True b.example.com,,False")]
    [InlineData("""{"endpoints":[{"addresses":["www.example.com"]}],"addressType":"IPv4","metadata":{"name":"a-1","namespace":"n"}}""", "n/a-1 of  [] ")]
    [InlineData("""{"metadata":{"name":"a-1","namespace":"n","labels":{"kubernetes.io/service-name":"a"}},"endpoints":[7,{"addresses":[false,"10.1.0.1"],"conditions":{"ready":null,"serving":true},"hostname":null,"targetRef":null}]}""", "n/a-1 of a [] 10.1.0.1,,True,,")]
    [InlineData("""{"metadata":{}}""", "none")]
    [InlineData("""{"metadata":{"name":"a-1","namespace":null,"labels":{"kubernetes.io/service-name":"a"}}}""", "none")]
    public void EndpointSlices(string json, string expected)
    {
        Utf8JsonReader reader = Enter(json);
        EndpointSliceObject? slice = EndpointSliceDecoder.Read(ref reader, _strings, out _);
        Assert.Equal(JsonTokenType.EndObject, reader.TokenType);
        Assert.Equal(expected, slice is null ? "none" : Describe(slice));
    }

    [Theory]
    [InlineData("""{"apiVersion":"multicluster.x-k8s.io/v1alpha1","metadata":{"name":"a","namespace":"n"},"spec":{"type":"ClusterSetIP","ips":["10.0.0.1","fd00::1"],"ports":[{"name":"HTTP","protocol":"TCP","appProtocol":"http","port":80},{"protocol":"UDP","port":53}],"sessionAffinity":"None"},"status":{"clusters":[{"cluster":"east"}]}}""", "n/a ClusterIP [10.0.0.1 fd00::1] [http/tcp/80 /udp/53] '' False")]
    [InlineData("""{"spec":{"ips":["10.0.0.1"],"ports":[{"port":80}],"type":"Headless"},"metadata":{"namespace":"n","name":"a"}}""", "n/a Headless [] [/tcp/80] '' False")]
    [InlineData("""{"metadata":{"name":"a","namespace":"n"},"spec":{"ips":["nonsense",7,null,"10.0.0.2"],"ports":null,"type":["Headless"]}}""", "n/a ClusterIP [10.0.0.2] [] '' False")]
    [InlineData("""{"metadata":{"name":"a","namespace":"n"},"spec":{"ips":{},"ports":{},"type":"headless"}}""", "n/a ClusterIP [] [] '' False")]
    [InlineData("""{"metadata":{"name":"a","namespace":"n"},"spec":[]}""", "n/a ClusterIP [] [] '' False")]
    [InlineData("""{"metadata":{"name":"a","namespace":"n"}}""", "n/a ClusterIP [] [] '' False")]
    [InlineData("""{"spec":{"ips":["10.0.0.1"]}}""", "none")]
    [InlineData("""{"metadata":{"name":"a"},"spec":{"ips":["10.0.0.1"]}}""", "none")]
    public void ServiceImports(string json, string expected)
    {
        Utf8JsonReader reader = Enter(json);
        ServiceObject? import = ServiceImportDecoder.Read(ref reader, _strings, out _);
        Assert.Equal(JsonTokenType.EndObject, reader.TokenType);
        Assert.Equal(expected, import is null ? "none" : Describe(import));
    }

    [Theory]
    [InlineData("""{"kubernetes.io/service-name":"derived","multicluster.kubernetes.io/service-name":"web","multicluster.kubernetes.io/source-cluster":"east"}""", "derived web east")]
    [InlineData("""{"multicluster.kubernetes.io/source-cluster":"east","multicluster.kubernetes.io/service-name":"web"}""", " web east")]
    [InlineData("""{"multicluster.kubernetes.io/service-name":null,"multicluster.kubernetes.io/source-cluster":["east"]}""", "  ")]
    [InlineData("""{"multicluster.kubernetes.io/service":"web"}""", "  ")]
    public void What_a_slice_belongs_to(string labels, string expected)
    {
        Utf8JsonReader reader = Enter($$"""{"metadata":{"name":"a-1","namespace":"n","labels":{{labels}}},"endpoints":[]}""");
        EndpointSliceObject slice = EndpointSliceDecoder.Read(ref reader, _strings, out _)!;
        Assert.Equal(expected, $"{slice.ServiceName} {slice.ImportName} {slice.SourceCluster}");
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"p","namespace":"n"},"status":{"phase":"Running","podIP":"10.1.0.1","podIPs":[{"ip":"10.1.0.1"},{"ip":"fd00::1","more":{}}]}}""", "n/p 10.1.0.1")]
    [InlineData("""{"metadata":{"name":"p","namespace":"n"},"spec":{},"status":{"podIP":"10.1.0.1"}}""", "n/p 10.1.0.1")]
    [InlineData("""{"metadata":{"name":"p","namespace":"n"},"status":{"podIP":"10.1.0.1","phase":"Succeeded"}}""", "n/p ")]
    [InlineData("""{"metadata":{"name":"p","namespace":"n"},"status":{"phase":"Failed","podIP":"10.1.0.1"}}""", "n/p ")]
    [InlineData("""{"metadata":{"name":"p","namespace":"n"},"status":{"phase":"Unknown","podIP":"10.1.0.1"}}""", "n/p ")]
    [InlineData("""{"status":{"podIP":"10.1.0.1"},"metadata":{"name":"p","namespace":"n","deletionTimestamp":"2026-01-01T00:00:00Z"}}""", "n/p ")]
    [InlineData("""{"status":{"podIP":"10.1.0.1"},"metadata":{"name":"p","namespace":"n","deletionTimestamp":null}}""", "n/p 10.1.0.1")]
    [InlineData("""{"metadata":{"name":"p","namespace":"n"},"status":null}""", "n/p ")]
    [InlineData("""{"metadata":{"name":"p","namespace":"n"},"status":{"podIP":{},"phase":["Failed"],"podIPs":[7,{"ip":"nonsense"},{"ip":[1]}]}}""", "n/p ")]
    [InlineData("""{"metadata":{"name":"p","namespace":"n"}}""", "n/p ")]
    [InlineData("""{"status":{"podIP":"10.1.0.1"}}""", "none")]
    [InlineData("""{"metadata":{"name":"p","namespace":""},"status":{"podIP":"10.1.0.1"}}""", "none")]
    public void Pods(string json, string expected)
    {
        Utf8JsonReader reader = Enter(json);
        PodObject? pod = PodDecoder.Read(ref reader, _strings, withLabels: false, out _);
        Assert.Equal(JsonTokenType.EndObject, reader.TokenType);
        Assert.Equal(expected, pod is null ? "none" : $"{pod.Key.Namespace}/{pod.Key.Name} {pod.Address}");
        Assert.Empty(pod?.Labels ?? []);
    }

    [Theory]
    [InlineData("""{"metadata":{"labels":{"app":"web","a.example/b":""},"name":"p","namespace":"n"},"status":{"podIP":"10.1.0.1"}}""", "app=web a.example/b=")]
    [InlineData("""{"metadata":{"name":"p","namespace":"n","labels":{"app":{"no":["text"]},"tier":"gold"}}}""", "app= tier=gold")]
    [InlineData("""{"metadata":{"name":"p","namespace":"n","labels":null}}""", "")]
    [InlineData("""{"metadata":{"name":"p","namespace":"n"}}""", "")]
    public void Labels_of_pods(string json, string expected)
    {
        Utf8JsonReader reader = Enter(json);
        PodObject? pod = PodDecoder.Read(ref reader, _strings, withLabels: true, out _);
        Assert.Equal(JsonTokenType.EndObject, reader.TokenType);
        Assert.Equal("n/p", $"{pod!.Key.Namespace}/{pod.Key.Name}");
        Assert.Equal(expected, string.Join(' ', pod.Labels.Select(static label => $"{label.Key}={label.Value}")));
    }

    [Theory]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"7"}}}""", "Set 7 a")]
    [InlineData("""{"object":{"metadata":{"name":"a","resourceVersion":"7"}},"type":"MODIFIED"}""", "Set 7 a")]
    [InlineData("""{"type":"DELETED","object":{"metadata":{"name":"a","resourceVersion":"7"}},"more":[1]}""", "Deleted 7 -a")]
    [InlineData("""{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"8","annotations":{"k8s.io/initial-events-end":"true"}}}}""", "Bookmark 8 end ")]
    [InlineData("""{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"8"}}}""", "Bookmark 8 ")]
    [InlineData("""{"type":"ERROR","object":{"kind":"Status","message":"no","code":504,"details":{"retryAfterSeconds":3}}}""", "Error  504 no 3 ")]
    [InlineData("""{"type":"SOMETHING","object":{"metadata":{"name":"a"}}}""", "Unknown  dropped ")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{}}}""", "Set  dropped ")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":"a"}}} {}""", null)]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":"a"}}""", null)]
    [InlineData("""{"type":"ADDED"}""", null)]
    [InlineData("""{"object":{"metadata":{"name":"a"}}}""", null)]
    [InlineData("""[{"type":"ADDED"}]""", null)]
    [InlineData("\"ADDED\"", null)]
    [InlineData("{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"\u0001\"}}}", null)]
    public void Events(string line, string? expected)
    {
        RecordingSink sink = new();
        bool isRead = WatchEventReader.TryRead(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(line)), sink, _strings, out WatchEvent read);
        Assert.Equal(expected is not null, isRead);
        if (expected is not null)
        {
            Assert.Equal(
                expected,
                $"{read.Kind} {read.Version} {(read.EndsInitialEvents ? "end " : "")}{(read.WasDropped ? "dropped " : "")}"
                    + $"{(read.Status.Code > 0 ? $"{read.Status.Code} {read.Status.Message} {read.Status.RetryAfter.TotalSeconds} " : "")}{string.Join(' ', sink.Names)}");
        }
    }

    [Fact]
    public void Text_that_is_no_UTF_8_is_no_event()
    {
        byte[] line = Encoding.UTF8.GetBytes("""{"type":"ADDED","object":{"metadata":{"name":"?"}}}""");
        line[Array.IndexOf(line, (byte)'?')] = 0xFF;
        Assert.False(WatchEventReader.TryRead(new ReadOnlySequence<byte>(line), new RecordingSink(), _strings, out _));
    }

    [Theory]
    [InlineData("list-page-1", "128617", 4)]
    [InlineData("list-page-2", "128617", 4)]
    [InlineData("list-limit-1", "128619", 1)]
    [InlineData("partial-metadata", "128602", 3)]
    public async Task A_list_is_read_however_its_bytes_come(string recording, string version, int count)
    {
        byte[] body = Encoding.UTF8.GetBytes(RecordedResponse.Read(recording).Body);
        foreach (int step in (int[])[1, 7, 100, 4096, 100_000])
        {
            RecordingSink sink = new();
            ListHead? head = await ReadAsync(body, step, sink);
            Assert.Equal(version, head?.Version);
            Assert.NotEqual("", head?.Continue, StringComparer.Ordinal);
            Assert.Equal(count, sink.Names.Count);
            Assert.Equal(0, sink.Dropped);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"items\":[")]
    [InlineData("{\"metadata\":{\"resourceVersion\":\"5\"},\"items\":[{\"metadata\":{\"name\":\"a\"}},")]
    [InlineData("{\"metadata\":{\"resourceVersion\":\"5\"},\"items\":[7]}")]
    [InlineData("{\"metadata\":{\"resourceVersion\":\"5\"},\"items\":[]} garbage")]
    [InlineData("{\"items\":[]}")]
    public async Task What_is_no_whole_list_is_none(string body)
        => Assert.Null(await ReadAsync(Encoding.UTF8.GetBytes(body), 3, new RecordingSink()));

    [Theory]
    [InlineData("{\"items\":[{\"metadata\":{\"name\":\"a\"}}],\"metadata\":{\"continue\":\"c\",\"resourceVersion\":\"5\"}}", "a")]
    [InlineData("{\"items\":null,\"metadata\":{\"continue\":\"c\",\"resourceVersion\":\"5\"},\"more\":{\"items\":[1]}}", "")]
    public async Task A_lists_members_may_come_in_any_order(string body, string names)
    {
        RecordingSink sink = new();
        Assert.Equal(new ListHead("5", "c"), await ReadAsync(Encoding.UTF8.GetBytes(body), 5, sink));
        Assert.Equal(names, string.Join(' ', sink.Names));
    }

    [Fact]
    public async Task An_item_that_is_too_long_is_passed_over_and_counted()
    {
        StringBuilder body = new("{\"metadata\":{\"resourceVersion\":\"5\"},\"items\":[{\"metadata\":{\"name\":\"a\"}},{\"metadata\":{\"name\":\"long\"},\"data\":[");
        while (body.Length < IObjectSink.MaxObjectLength * 2)
        {
            body.Append("{\"key\":[1,2,3,{}]},");
        }

        body.Append("0]},{\"metadata\":{\"name\":\"b\"}},{\"metadata\":{}}]}");
        RecordingSink sink = new();
        ListHead? head = await ReadAsync(Encoding.UTF8.GetBytes(body.ToString()), 1 << 20, sink);
        Assert.Equal("5", head?.Version);
        Assert.Equal("a b", string.Join(' ', sink.Names));
        Assert.Equal("oversized unreadable", string.Join(' ', sink.Reasons));
    }

    [Theory]
    [InlineData("\"x\":\"", "\"")]
    [InlineData("\"x\":[1,\"a\", \"\\\\", "\"]")]
    [InlineData("\"", "\" : 1")]
    [InlineData("\"x\":{\"y\":[[\"\\\"", "\\\\\"]]}")]
    public async Task A_text_of_an_item_that_is_too_long_costs_that_item_alone(string before, string after)
    {
        string text = new('z', (2 * IObjectSink.MaxObjectLength) + 100);
        string body = """{"metadata":{"resourceVersion":"5"},"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"big"},""" + before + text + after +
            """},{"metadata":{"name":"b"}}]}""";

        foreach (int step in (int[])[1 << 20, 65_521])
        {
            RecordingSink sink = new();
            ListHead? head = await ReadAsync(Encoding.UTF8.GetBytes(body), step, sink);

            Assert.Equal("5", head?.Version);
            Assert.Equal("a b", string.Join(' ', sink.Names));
            Assert.Equal("oversized", string.Join(' ', sink.Reasons));
        }
    }

    [Fact]
    public void A_line_that_is_too_long_is_passed_over_and_counted()
    {
        WatchLines lines = new();
        List<string> taken = [];
        int oversized = 0;
        byte[] text = Encoding.UTF8.GetBytes("first\n" + new string('x', (2 * IObjectSink.MaxObjectLength) + 5) + "\nlast\n");
        ReadOnlySequence<byte> left = default;
        foreach (byte[] chunk in text.Chunk(1 << 20))
        {
            left = new ReadOnlySequence<byte>([.. left.ToArray(), .. chunk]);
            while (lines.TryTake(ref left, out ReadOnlySequence<byte> line))
            {
                taken.Add(Encoding.UTF8.GetString(line));
            }

            oversized += lines.TakeOversized() ? 1 : 0;
            Assert.True(left.Length <= IObjectSink.MaxObjectLength);
        }

        Assert.Equal(["first", "last"], taken);
        Assert.Equal(1, oversized);
    }

    [Fact]
    public void Bytes_that_are_anything_are_read_without_an_exception()
    {
        byte[] line = Encoding.UTF8.GetBytes(RecordedResponse.Read("watchlist-slices").Lines[0].ToJsonString());
        Gen.Select(Gen.Int[0, line.Length - 1], Gen.Byte, Gen.Int[1, line.Length]).Sample((place, octet, length) =>
        {
            byte[] spoilt = line[..length];
            spoilt[Math.Min(place, length - 1)] = octet;
            WatchEventReader.TryRead(new ReadOnlySequence<byte>(spoilt), new RecordingSink(), _strings, out _);
            StatusDecoder.TryRead(spoilt, out _);
        });
    }

    [Fact]
    public void Equal_texts_are_one_string()
    {
        string[] texts = [.. ((string[])["\"shop\"", "\"shop\"", "\"sh\\u006fp\"", "\"ö\"", "\"" + new string('x', 100) + "\""]).Select(text =>
        {
            Utf8JsonReader reader = new(Encoding.UTF8.GetBytes(text));
            reader.Read();
            return _strings.Get(ref reader);
        })];
        Assert.Same(texts[0], texts[1]);
        Assert.Equal(["shop", "shop", "shop", "ö", new string('x', 100)], texts);
    }

    private static Utf8JsonReader Enter(string json)
    {
        Utf8JsonReader reader = new(Encoding.UTF8.GetBytes(json));
        reader.Read();
        return reader;
    }

    private static async Task<ListHead?> ReadAsync(byte[] body, int step, RecordingSink sink)
    {
        Pipe pipe = new(new PipeOptions(pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 32 * 1024, useSynchronizationContext: false));
        Task<ListHead?> reading = ReadAllAsync();
        async Task<ListHead?> ReadAllAsync()
        {
            ListHead? head = await new ListReader(sink, sink.Drop).ReadAsync(pipe.Reader, static () => { }, CancellationToken.None);
            await pipe.Reader.CompleteAsync();
            return head;
        }

        foreach (byte[] chunk in body.Chunk(step))
        {
            await pipe.Writer.WriteAsync(chunk);
        }

        await pipe.Writer.CompleteAsync();
        return await reading;
    }

    private static string Describe(ServiceObject service)
        => $"{service.Key.Namespace}/{service.Key.Name} {service.Kind} [{string.Join(' ', service.ClusterIPs)}] [{Describe(service.Ports)}] "
            + $"'{service.ExternalName}' {service.PublishNotReadyAddresses}";

    private static string Describe(EndpointSliceObject slice)
        => $"{slice.Key.Namespace}/{slice.Key.Name} of {slice.ServiceName} [{Describe(slice.Ports)}] "
            + string.Join(' ', slice.Endpoints.Select(static endpoint => $"{endpoint.Address},{endpoint.Hostname},{endpoint.IsReady},{endpoint.TargetName},{endpoint.Zone}"))
            + string.Join(' ', slice.Names.Select(static endpoint => $"{endpoint.Name},{endpoint.Hostname},{endpoint.IsReady}"));

    private static string Describe(IReadOnlyList<PortObject> ports)
        => string.Join(' ', ports.Select(static port => $"{port.Name}/{port.Protocol}/{port.Number}"));

    private sealed class RecordingSink : IObjectSink
    {
        private readonly StringPool _strings = new();

        public List<string> Names { get; } = [];

        public List<string> Reasons { get; } = [];

        public int Dropped => Reasons.Count;

        public void Drop(string reason) => Reasons.Add(reason);

        public bool TryApply(ref Utf8JsonReader reader, bool isDeleted, out string version)
        {
            ObjectMetadata metadata = MetadataDecoder.Read(ref reader, _strings);
            version = metadata.Version;
            if (metadata.Name.Length > 0)
            {
                Names.Add((isDeleted ? "-" : "") + metadata.Name);
            }

            return metadata.Name.Length > 0;
        }
    }
}
