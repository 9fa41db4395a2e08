using System.Globalization;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Autopath;
using ClusterDns.Plugins.Cache;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Autopath;

public sealed class AutopathHandlerTests
{
    private const string Found = "NOERROR\nAnswer: www.example.org.a.example. 60 CNAME www.example.org.\nAnswer: www.example.org. 60 A 192.0.2.1";

    private readonly AutopathKit _kit = Create("autopath resolv.conf");

    [Fact]
    public void The_domains_of_a_file_are_those_of_every_client()
    {
        Assert.Equal(Found, _kit.Ask("www.example.org.a.example.", client: AutopathKit.UnknownClient));
        Assert.Equal(["www.example.org.a.example.", "www.example.org.b.example.", "www.example.org."], _kit.Asked);
    }

    [Theory]
    [InlineData("www.example.org.b.example.")]
    [InlineData("a.example.")]
    [InlineData("example.")]
    [InlineData("bada.example.")]
    [InlineData(".")]
    public void A_name_outside_the_first_domain_passes(string name)
    {
        Assert.Equal("NXDOMAIN", _kit.Ask(name));
        Assert.Equal([name], _kit.Asked);
    }

    [Theory]
    [InlineData("autopath a.example example.net resolv.conf", true)]
    [InlineData("autopath example.org example.net resolv.conf", false)]
    public void Only_names_of_the_zones_are_searched(string text, bool isSearched)
        => Assert.Equal(isSearched ? Found : "NXDOMAIN", Create(text).Ask("www.example.org.a.example."));

    [Fact]
    public void Every_type_is_searched_and_no_other_class()
    {
        _kit.World["www.example.org."] = static response =>
        {
            response.Answer("next");
            response.TryAddCopy(ResponseSection.Answer, default, RecordType.TXT, 7, [1, (byte)'x']);
        };

        Assert.EndsWith("7 TXT \"x\"", _kit.Ask("www.example.org.a.example.", RecordType.TXT), StringComparison.Ordinal);
        _kit.Kit.Ask("www.example.org.a.example.", RecordType.TXT, RecordClass.CH);
        Assert.Equal(4, _kit.Asked.Count);
    }

    [Fact]
    public void An_answer_without_records_comes_without_an_alias()
    {
        _kit.World["www.example.org.b.example."] = static response =>
        {
            response.Answer("next");
            response.TryAddCopy(ResponseSection.Authority, DomainName.Parse("b.example."), RecordType.NS, 60, DomainName.Parse("ns.b.example."));
        };

        Assert.Equal("NOERROR\nAuthority: b.example. 60 NS ns.b.example.", _kit.Ask("www.example.org.a.example."));
        Assert.Equal(1, _kit.Found);
    }

    [Fact]
    public void Aliases_that_are_found_stand_behind_the_first()
    {
        byte[] target = DomainName.Parse("target.example.");
        _kit.World["www.example.org."] = response =>
        {
            response.Answer("next");
            response.TryAddCopy(ResponseSection.Answer, default, RecordType.CNAME, 30, target);
            response.TryAddCopy(ResponseSection.Answer, target, RecordType.A, 60, [192, 0, 2, 1]);
        };

        Assert.Equal(
            "NOERROR\nAnswer: www.example.org.a.example. 30 CNAME www.example.org.\nAnswer: www.example.org. 30 CNAME target.example.\nAnswer: target.example. 60 A 192.0.2.1",
            _kit.Ask("www.example.org.a.example."));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_error_ends_the_search_with_the_first_answer(bool isFailure)
    {
        _kit.World["www.example.org.b.example."] = response =>
        {
            if (isFailure)
            {
                response.Fail("next", ResponseCode.ServFail, "no upstream");
            }
            else
            {
                response.Answer("next", ResponseCode.ServFail);
            }
        };

        Assert.Equal("NXDOMAIN", _kit.Ask("www.example.org.a.example."));
        Assert.Equal(2, _kit.Asked.Count);
        Assert.Equal(0, _kit.Found);
    }

    [Fact]
    public void A_first_question_that_fails_is_no_search()
    {
        _kit.World["www.example.org.a.example."] = static response => response.Fail("next", ResponseCode.ServFail, "why");
        Response response = _kit.Kit.Serve("www.example.org.a.example.").Response;

        Assert.Equal((ResponseStatus.Failed, "why"), (response.Status, response.Failure));
        Assert.Single(_kit.Asked);
        _kit.World["www.example.org.a.example."] = static response => response.Drop("next");
        Assert.Equal("DROPPED", _kit.Ask("www.example.org.a.example."));
    }

    [Fact]
    public void A_first_question_that_is_answered_with_an_error_has_found_nothing()
    {
        _kit.World["www.example.org.a.example."] = static response => response.Answer("next", ResponseCode.ServFail);

        Assert.Equal("SERVFAIL", _kit.Ask("www.example.org.a.example."));
        Assert.Single(_kit.Asked);
        Assert.Equal(0, _kit.Found);
    }

    [Fact]
    public void Flags_are_those_of_what_was_found_but_an_alias_that_was_made_is_not_authentic()
    {
        _kit.World["www.example.org.a.example."] = static response =>
        {
            response.Answer("next", ResponseCode.NXDomain, authoritative: true);
            response.SetExtendedError(22, default);
        };
        _kit.World["www.example.org."] = static response =>
        {
            AutopathKit.AddAddress(response);
            response.RecursionAvailable = true;
            response.AuthenticData = true;
        };
        Response response = _kit.Kit.Serve("www.example.org.a.example.").Response;

        Assert.Equal((true, false, false), (response.RecursionAvailable, response.Authoritative, response.AuthenticData));
        Assert.Equal(("autopath", null), (response.Plugin, response.ExtendedErrorCode));
    }

    [Theory]
    [InlineData("www.example.org.a.example.", ResponseCode.NXDomain)]
    [InlineData("www.example.org.b.example.", ResponseCode.NoError)]
    public void What_is_for_one_query_stays_so(string name, ResponseCode code)
    {
        Assert.False(_kit.Kit.Serve("www.example.org.a.example.").Response.IsUncacheable);
        _kit.World[name] = response =>
        {
            response.Answer("next", code);
            response.IsUncacheable = true;
        };

        Response response = _kit.Kit.Serve("www.example.org.a.example.").Response;
        Assert.Equal((ResponseCode.NoError, true), (response.Code, response.IsUncacheable));
    }

    [Fact]
    public void Questions_of_the_search_have_the_clients_metadata_and_tell_their_upstream()
    {
        MetadataTable table = new([]);
        MetadataTable? seen = null;
        PluginKit kit = new(
            new AutopathPlugin(),
            "autopath resolv.conf",
            context =>
            {
                seen = context.Depth > 0 ? context.Metadata : null;
                context.Metadata = table;
                context.Upstream = $"192.0.2.1:{context.Depth}";
                context.Response.Answer("next", context.Depth > 0 ? ResponseCode.NoError : ResponseCode.NXDomain);
            },
            new FakeFiles { ["resolv.conf"] = "search a.example" });
        Query query = kit.Serve("www.a.example.");

        Assert.Same(table, seen);
        Assert.Equal("192.0.2.1:1", query.Upstream);
    }

    [Fact]
    public void Names_that_are_too_long_are_passed_over()
    {
        string label = new('x', 63);
        AutopathKit kit = Create("autopath resolv.conf", $"search a {label}.{label} b");
        string name = $"{label}.{label}.{label}.";

        Assert.Equal("NXDOMAIN", kit.Ask(name + "a."));
        Assert.Equal([name + "a.", name + "b.", name], kit.Asked);
    }

    [Fact]
    public void The_longest_search_path_is_searched_to_its_end()
    {
        AutopathKit kit = Create("autopath resolv.conf", CreateSearch(32));

        Assert.EndsWith("A 192.0.2.1", kit.Ask("www.example.org.d0.example."), StringComparison.Ordinal);
        Assert.Equal(33, kit.Asked.Count);
    }

    [Fact]
    public void Where_links_below_ask_too_the_search_ends_with_the_first_answer()
    {
        int asked = 0;
        PluginKit kit = new(
            new AutopathPlugin(),
            "autopath resolv.conf",
            context =>
            {
                asked++;
                InternalQuery.TryCreate(context, DomainName.Root, RecordType.NS);
                context.Response.Answer("next", context.QuestionName.SequenceEqual(DomainName.Parse("www.")) ? ResponseCode.NoError : ResponseCode.NXDomain);
            },
            new FakeFiles { ["resolv.conf"] = CreateSearch(32) });

        Assert.Equal("NXDOMAIN", kit.Ask("www.d0.example."));
        Assert.Equal(17, asked);
    }

    [Fact]
    public void What_is_found_is_kept_below_for_clients_of_all_domains()
    {
        AutopathKit kit = new(
            $"cache\n{AutopathKit.WithKubernetes}", plugins: [new AutopathPlugin(), new CachePlugin(), new Plugins.Kubernetes.KubernetesPlugin(static () => [])]);

        Assert.Contains("CNAME www.example.org.\n", kit.Ask("www.example.org.shop.svc.cluster.local."), StringComparison.Ordinal);
        int before = kit.Asked.Count;
        Assert.Equal(
            "NOERROR\nAnswer: www.example.org.net.svc.cluster.local. 60 CNAME www.example.org.\nAnswer: www.example.org. 60 A 192.0.2.1",
            kit.Ask("www.example.org.net.svc.cluster.local.", client: AutopathKit.NetClient));
        Assert.StartsWith("NXDOMAIN", kit.Ask("www.example.org.net.svc.cluster.local.", client: AutopathKit.ShopClient), StringComparison.Ordinal);
        Assert.Single(kit.Asked, "www.example.org.");
        Assert.InRange(kit.Asked.Count, before, before + 2);
    }

    [Fact]
    public async Task It_waits_for_every_question()
    {
        WaitingLink below = new();
        PluginHandler handler = _kit.Kit.ChainTo(below);
        Query context = _kit.Kit.CreateContext("www.example.org.a.example.");
        Task served = handler.ServeAsync(context).AsTask();

        await below.AnswerAsync(static response => response.Answer("next", ResponseCode.NXDomain));
        await below.AnswerAsync(static response => response.Answer("next", ResponseCode.NXDomain));
        Assert.False(served.IsCompleted);
        await below.AnswerAsync(AutopathKit.AddAddress);
        await served;

        Assert.Equal("www.example.org.a.example. 60 CNAME www.example.org.", PluginKit.Format(context, context.Response.Answers.Span[0]));
        Assert.Equal("www.example.org. 60 A 192.0.2.1", PluginKit.Format(context, context.Response.Answers.Span[1]));
        Assert.Equal(1, _kit.Found);
    }

    [Fact]
    public async Task A_first_answer_that_was_waited_for_may_be_the_last()
    {
        WaitingLink below = new();
        Query context = _kit.Kit.CreateContext("www.example.org.a.example.");
        Task served = _kit.Kit.ChainTo(below).ServeAsync(context).AsTask();
        await below.AnswerAsync(AutopathKit.AddAddress);
        await served;

        Assert.Equal(1, context.Response.Answers.Count);
        Assert.Equal(1, _kit.Found);
    }

    private static string CreateSearch(int domains)
        => "search " + string.Join(' ', Enumerable.Range(0, domains).Select(static number => string.Create(CultureInfo.InvariantCulture, $"d{number}.example")));

    private static AutopathKit Create(string text, string file = "search a.example b.example")
        => new(text, new FakeFiles { ["resolv.conf"] = file }, [new AutopathPlugin()]);
}
