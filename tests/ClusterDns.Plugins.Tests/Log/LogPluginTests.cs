using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Log;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Log;

public sealed class LogPluginTests
{
    private static readonly byte[] Address = [10, 96, 0, 1];
    private static readonly byte[] Soa = new byte[22];

    [Fact]
    public void The_default_line_is_CoreDNSs()
    {
        PluginKit kit = Create("log", Answer);
        kit.Ask("Kubernetes.default.svc.cluster.local.");

        Assert.Equal(
            "[INFO] 192.0.2.1:5300 - 1 \"A IN kubernetes.default.svc.cluster.local. udp 54 false 512\" NOERROR qr,aa,rd 106 0.0002s", Line(kit));
    }

    [Fact]
    public void Combined_adds_the_opcode_and_streams_take_65535_bytes()
    {
        PluginKit kit = Create("log . {combined}", Answer);
        kit.Ask("a.test.", transport: TransportProtocol.Tcp, client: "[2001:db8::1]:5300");

        Assert.Equal("[INFO] [2001:db8::1]:5300 - 1 \"A IN a.test. tcp 24 false 65535\" NOERROR qr,aa,rd 46 0.0002s \"0\"", Line(kit));
    }

    [Theory]
    [InlineData("{/test/value}", "of a.test.\\nä")]
    [InlineData("({/test/value}{/test/empty}{/test/missing}{/})", "(of a.test.\\nä---)")]
    [InlineData("{/Test/Value}", "-")]
    public void A_label_is_replaced_by_what_a_plugin_tells(string format, string expected)
    {
        MetadataTable table = new([
            new MetadataField("test/value", static query => $"of {DomainName.ToText(query.Name)}\nä"),
            new MetadataField("test/empty", static _ => ""),
        ]);
        PluginKit kit = Create($"log . \"{format}\"", (kit, context) =>
        {
            context.Metadata = table;
            Answer(kit, context);
        });
        kit.Ask("a.test.");

        Assert.Equal("[INFO] " + expected, Line(kit));
    }

    [Theory]
    [InlineData("a.test.", "NOERROR", "success")]
    [InlineData("nx.test.", "NXDOMAIN", "denial")]
    [InlineData("fail.test.", "SERVERERROR", "error")]
    [InlineData("deny.test.", "NODATA", "denial")]
    [InlineData("let.test.", "DELEGATION", "success")]
    [InlineData("refuse.test.", "OTHERERROR", "error")]
    public void It_tells_what_the_response_says(string name, string type, string responseClass)
    {
        PluginKit kit = Create("log . \"{/log/type} {/log/class}\"", Answer);
        MetadataTable table = new(kit.Build.MetadataFields);
        Query context = kit.Serve(name);

        Assert.Equal(type, table.Read(context, "log/type"));
        Assert.Equal(responseClass, table.Read(context, "log/class"));
    }

    [Fact]
    public void It_tells_nothing_before_there_is_a_response()
    {
        PluginKit kit = Create("log", Answer);
        MetadataTable table = new(kit.Build.MetadataFields);
        Query context = kit.CreateContext("a.test.");

        Assert.Null(table.Read(context, "log/type"));
        Assert.Null(table.Read(context, "log/class"));
    }

    [Fact]
    public void Flags_are_the_responses()
    {
        PluginKit kit = Create("log . \"{name} {>rflags}\"", static (_, context) =>
        {
            context.Response.Answer("next");
            context.Response.RecursionDesired = false;
        });
        kit.Ask("a.test.");

        Assert.Equal("[INFO] a.test. qr,aa", Line(kit));
    }

    [Fact]
    public void Other_texts_in_braces_stand_as_they_are_and_metadata_has_no_value()
    {
        PluginKit kit = Create("log . \"{ {type} } {x} {/some/label} {local}\"", Answer);
        kit.Ask("a.test.");

        Assert.Equal("[INFO] { A } {x} - 127.0.0.1", Line(kit));
    }

    [Theory]
    [InlineData("success", "a.test.", true)]
    [InlineData("denial", "a.test.", false)]
    [InlineData("denial error", "nx.test.", true)]
    [InlineData("error", "nx.test.", false)]
    [InlineData("error", "fail.test.", true)]
    [InlineData("all", "fail.test.", true)]
    public void Classes_choose_what_is_logged(string classes, string name, bool isLogged)
    {
        PluginKit kit = Create($"log {{\n class {classes}\n}}", Answer);
        kit.Ask(name);

        Assert.Equal(isLogged, !kit.Log.IsEmpty);
    }

    [Fact]
    public void Only_names_of_the_zones_are_logged_and_the_first_rule_decides()
    {
        PluginKit kit = Create("log a.test {name}\nlog test {type}", Answer);
        kit.Ask("www.a.test.");
        kit.Ask("www.test.");
        kit.Ask("example.");

        Assert.Equal("[INFO] www.a.test.\n[INFO] A", string.Join('\n', kit.Log));
    }

    [Fact]
    public void A_name_cannot_forge_a_line()
    {
        PluginKit kit = Create("log . {name}", Answer);
        kit.Ask("a\\010[INFO]\\032b.test.");

        Assert.Equal("[INFO] a\\010[info]\\032b.test.", Line(kit));
    }

    [Theory]
    [InlineData("log {\n class sucess\n}", "Corefile:3:8: invalid value 'sucess' for class: expected all, success, denial or error; did you mean 'success'?")]
    [InlineData("log {\n clas all\n}", "Corefile:3:2: unknown option 'clas' of log: expected class; did you mean 'class'?")]
    public void Wrong_options_say_where_and_why(string text, string error) => Assert.Equal(error, Create(text, Answer).Errors);

    private static string Line(PluginKit kit) => Assert.Single(kit.Log);

    private static PluginKit Create(string text, Action<PluginKit, Query> next)
    {
        PluginKit? kit = null;
        kit = new PluginKit(new LogPlugin(), text, context => next(kit!, context));
        return kit;
    }

    private static void Answer(PluginKit kit, Query context)
    {
        kit.Time.Advance(TimeSpan.FromMicroseconds(200));
        switch (context.Name[1])
        {
            case (byte)'n':
                context.Response.Answer("next", ResponseCode.NXDomain);
                break;
            case (byte)'d':
                context.Response.Answer("next");
                context.Response.TryAdd(ResponseSection.Authority, RecordType.SOA, 30, Soa, 0, Soa.Length);
                break;
            case (byte)'l':
                context.Response.Answer("next");
                context.Response.TryAdd(ResponseSection.Authority, RecordType.NS, 30, Soa, 0, 1);
                break;
            case (byte)'r':
                context.Response.Fail("next", ResponseCode.Refused, "why");
                break;
            case (byte)'f':
                context.Response.Fail("next", ResponseCode.ServFail, "why");
                break;
            default:
                context.Response.Answer("next");
                context.Response.TryAdd(ResponseSection.Answer, RecordType.A, 30, Address, 0, 4);
                break;
        }
    }
}
