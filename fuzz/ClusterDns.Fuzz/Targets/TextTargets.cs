using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Hosts;
using ClusterDns.Server.Serving;

namespace ClusterDns.Fuzz.Targets;

/// <summary>A hosts file.</summary>
internal sealed class HostsTarget : FuzzTarget
{
    private readonly ZoneSet _zones = new(ZoneParser.TryParse(".", out IReadOnlyList<Zone> zones, out _) ? zones : []);

    /// <inheritdoc/>
    public override string Name => "hosts";

    /// <inheritdoc/>
    public override IReadOnlyList<byte[]> Corpus { get; } =
    [
        [.. "127.0.0.1 localhost localhost.localdomain\n::1 localhost\n# a comment\n192.0.2.1\tone.test two.test # more\n"u8],
        [.. "fe80::1%lo0 local\n2001:db8::1 six.test\r\n10.0.0.1 *.test\n10.0.0.2 \n10.0.0.3 a..b\n1.2.3 x\n"u8],
    ];

    /// <inheritdoc/>
    public override string? Run(byte[] input)
    {
        HostsTable table = new HostsReader(_zones, reverse: true).Read(Encoding.UTF8.GetString(input));
        Accepted += table.Count;
        return table.Count < 0 || table.LeftOut < 0 ? "a count below zero" : null;
    }
}

/// <summary>A Corefile, to the model and its warnings. Nothing is opened: a model that is not started has no socket.</summary>
internal sealed class CorefileTarget : FuzzTarget
{
    /// <inheritdoc/>
    public override string Name => "corefiles";

    /// <inheritdoc/>
    public override IReadOnlyList<byte[]> Corpus { get; } =
    [
        [.. ".:53 {\n    errors\n    health {\n        lameduck 5s\n    }\n    ready\n    prometheus :9153\n    cache 30 {\n        disable success cluster.local\n    }\n    loop\n    reload\n    loadbalance\n}\n"u8],
        [.. "(snip) {\n    log . \"{combined}\"\n    errors\n}\nexample.org:1053 {\n    import snip\n    hosts /nonexistent {\n        10.0.0.1 a.example.org\n        fallthrough\n    }\n    acl {\n        allow net 10.0.0.0/8\n        block\n    }\n}\n"u8],
        [.. "10.0.0.0/24 {\n    chaos a b\n    header {\n        response set aa\n    }\n    dns64 {\n        prefix 64:ff9b::/96\n    }\n    rewrite name a b\n    forward . 192.0.2.1 192.0.2.2 {\n        policy round_robin\n        max_fails 3\n    }\n}\n"u8],
        [.. "example.org {\n    template IN A example.org {\n        match \"^ip-(?P<a>[0-9]+)[.]\"\n        answer \"{{ .Name }} 60 IN A 10.0.0.{{ .Group.a }}\"\n        fallthrough\n    }\n    whoami\n    timeouts {\n        read 10s\n    }\n    bufsize 1232\n}\n"u8],
    ];

    /// <inheritdoc/>
    public override string? Run(byte[] input)
    {
        string text = Encoding.UTF8.GetString(input);

        // Other files are not of this input: a mutation may name any.
        if (text.Contains("import /", StringComparison.Ordinal) || text.Contains("manifests", StringComparison.Ordinal))
        {
            return null;
        }

        DiagnosticBag diagnostics = new();
        ServerModel? model = InMemoryServer.TryBuild(text, NoLog.Instance, new MetricRegistry(), TimeProvider.System, diagnostics);
        Accepted += model is null ? 0 : 1;
        return model is null && diagnostics.Errors.Count == 0 ? "no model, and no error"
            : model is not null && diagnostics.Errors.Count > 0 ? "a model in spite of errors"
            : null;
    }
}

/// <summary>A template's text: what is accepted at start runs to its end, for every name.</summary>
internal sealed class TemplateTarget : FuzzTarget
{
    private static readonly string[] Names = ["www.test.", "ip-10-0-0-1.test.", "\\000\\255.test.", "."];

    /// <inheritdoc/>
    public override string Name => "templates";

    /// <inheritdoc/>
    public override IReadOnlyList<byte[]> Corpus { get; } =
    [
        [.. "{{ .Name }} 60 IN A 192.0.2.1"u8],
        [.. "{{ .Name }} 60 IN TXT {{ printf `%q` .Question.Name }}"u8],
        [.. "{{ if eq .Type `A` }}{{ .Name }} 60 IN A 10.0.0.{{ len .Name }}{{ else }}{{ .Zone }} 60 IN NS ns.{{ .Zone }}{{ end }}"u8],
        [.. "{{ range $i, $m := .Match }}{{ $i }}{{ end }}{{ .Name }} 1 IN CNAME x.{{ index .Match 0 }}"u8],
        [.. "{{ with .Group }}{{ end }}{{ .Message.Id }}{{ and 1 0 | not }}"u8],
    ];

    /// <inheritdoc/>
    public override string? Run(byte[] input)
    {
        string text = Encoding.UTF8.GetString(input).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        DiagnosticBag diagnostics = new();
        ServerModel? model = InMemoryServer.TryBuild($". {{\n template IN ANY . {{\n  answer \"{text}\"\n }}\n}}\n", NoLog.Instance, new MetricRegistry(), TimeProvider.System, diagnostics);
        if (model is null)
        {
            return diagnostics.Errors.Count == 0 ? "no model, and no error" : null;
        }

        Accepted++;
        InMemoryTransport transport = new(model.Listeners[0].Pipeline);
        Span<byte> query = stackalloc byte[512];
        foreach (string name in Names)
        {
            WireWriter writer = new(query);
            writer.TryWriteHeader(new DnsHeader { Id = 1, Flags = HeaderFlags.RecursionDesired, QuestionCount = 1 });
            writer.TryWriteQuestion(DomainName.Parse(name), RecordType.A, RecordClass.IN);
            if (transport.Serve(writer.Written, TransportProtocol.Udp) is { } problem)
            {
                return $"{name}: {problem}";
            }
        }

        return null;
    }
}
