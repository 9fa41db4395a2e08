using System.Text;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.Api;

/// <summary>What goes wrong between the server and the API server, and what queries hear before, meanwhile and afterwards.</summary>
public sealed class ApiFaultTests : IAsyncLifetime
{
    private const string Web = "web.shop.svc.cluster.local.";
    private const string Api = "api.shop.svc.cluster.local.";

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    private FakeApiServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await FakeApiServer.StartAsync();
        _server.Put(ApiKit.Namespace("shop"));
        _server.Put(ApiKit.Service("web", "10.96.0.1"));
        _server.Put(ApiKit.Slice("web-1", "web", "10.1.0.1"));
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Changes_are_answered_as_they_come()
    {
        await using ApiKit kit = await new ApiKit(_server).StartAsync();
        Assert.Contains("10.96.0.1", kit.Ask(Web), StringComparison.Ordinal);
        Assert.StartsWith("NXDOMAIN", kit.Ask(Api), StringComparison.Ordinal);

        _server.Put(ApiKit.Service("api", "10.96.0.2"));
        await kit.UntilAnswerAsync(Api, "10.96.0.2");
        _server.Put(ApiKit.Service("api", "10.96.0.3"));
        await kit.UntilAnswerAsync(Api, "10.96.0.3");
        _server.Delete(FakeApiServer.Services, "shop/api");
        await kit.UntilAnswerAsync(Api, "NXDOMAIN");
        _server.Delete(FakeApiServer.Namespaces, "/shop");
        await kit.UntilAnswerAsync(Web, "NXDOMAIN");
    }

    [Fact]
    public async Task A_server_that_is_down_at_the_start_is_found_when_it_comes()
    {
        await _server.GoDownAsync();
        await using ApiKit kit = new ApiKit(_server).Start();
        await kit.UntilAsync(() => kit.Log.Contains("Cannot watch services", StringComparison.Ordinal));
        Assert.False(kit.IsReady);
        Assert.StartsWith("SERVFAIL", kit.Ask(Web), StringComparison.Ordinal);
        Assert.Equal((ushort?)14, kit.Kit.Serve(Web).Response.ExtendedErrorCode);

        await _server.ListenAsync();
        await kit.UntilAnswerAsync(Web, "10.96.0.1", Step);
        Assert.True(kit.IsReady);
        await kit.UntilAsync(() => kit.Log.Contains("Watching services again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_list_that_never_ends_is_given_up_said_and_tried_again()
    {
        const string reason = "the list does not end: the server returned the same 'continue' token again";
        _server.HasWatchList = false;
        bool ends = false;
        _server.Script = request => !ends && request.IsList && !request.IsProbe && request.Path is FakeApiServer.Services
            ? new FakeResponse(200, """{"kind":"ServiceList","metadata":{"resourceVersion":"5","continue":"c"},"items":[]}""")
            : null;
        await using ApiKit kit = new ApiKit(_server).Start();

        await kit.UntilAsync(() => kit.Log.Contains($"Cannot watch services, retrying: {reason}", StringComparison.Ordinal));
        Assert.False(kit.IsReady);
        await kit.UntilAsync(() => kit.Kit.Wiring.All<ReadinessCheck>()[0].Reason().Contains($"services: {reason}", StringComparison.Ordinal));
        Response response = kit.Kit.Serve(Web).Response;
        Assert.Equal((ushort?)14, response.ExtendedErrorCode);
        Assert.Contains($"services: {reason}", Encoding.UTF8.GetString(response.ExtendedErrorText), StringComparison.Ordinal);

        ends = true;
        await kit.UntilAnswerAsync(Web, "10.96.0.1", Step);
        Assert.True(kit.IsReady);
        Assert.Equal("", kit.Kit.Wiring.All<ReadinessCheck>()[0].Reason());
    }

    [Fact]
    public async Task While_the_server_is_down_the_last_answers_stay_and_then_what_was_missed_is_told()
    {
        await using ApiKit kit = await new ApiKit(_server).StartAsync();
        await _server.GoDownAsync();
        await kit.UntilAsync(() => kit.Log.Contains("Cannot watch services", StringComparison.Ordinal), Step);
        Assert.Contains("10.96.0.1", kit.Ask(Web), StringComparison.Ordinal);
        Assert.True(kit.IsReady);

        _server.Put(ApiKit.Service("api", "10.96.0.2"));
        await _server.ListenAsync();
        await kit.UntilAnswerAsync(Api, "10.96.0.2", Step);
        Assert.Contains("10.96.0.1", kit.Ask(Web), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"type\":\"MODIFIED\",\"object\":{\"kind\":\"Service\",\"metadata\":{\"name\":\"web\",\"name\n")]
    [InlineData("\u0001\u0002 not at all\n")]
    [InlineData("{\"type\":\"MODIFIED\"}\n")]
    [InlineData("[]\n")]
    public async Task Garbage_ends_the_stream_and_nothing_is_lost(string garbage)
    {
        await using ApiKit kit = await new ApiKit(_server).StartAsync();
        FakeWatch watch = _server.Watches.Single(static watch => watch.Path is FakeApiServer.Services);
        watch.SendRaw(Encoding.UTF8.GetBytes(garbage));
        watch.IsSilent = true;
        _server.Put(ApiKit.Service("api", "10.96.0.2"));

        await kit.UntilAnswerAsync(Api, "10.96.0.2", Step);
        Assert.Contains("10.96.0.1", kit.Ask(Web), StringComparison.Ordinal);
        Assert.Contains("not an event", kit.Log, StringComparison.Ordinal);
        Assert.Equal(1, CountInitial(FakeApiServer.Services));
    }

    [Fact]
    public async Task A_watch_that_is_spoilt_again_and_again_at_one_version_makes_everything_be_listed_anew()
    {
        await using ApiKit kit = await new ApiKit(_server).StartAsync();
        _server.OnWatch = static (request, watch) =>
        {
            if (request.Path is FakeApiServer.Services && request.Query.ContainsKey("resourceVersion"))
            {
                watch.Send("not an event");
            }
        };
        _server.Watches.Single(static watch => watch.Path is FakeApiServer.Services).Abort();
        _server.Put(ApiKit.Service("api", "10.96.0.2"));

        await kit.UntilAnswerAsync(Api, "10.96.0.2", Step);
        Assert.Equal(3, _server.Requests.Count(static request => request.Path is FakeApiServer.Services && request.IsWatch && request.Query.ContainsKey("resourceVersion")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Half_an_event_ends_the_stream_and_nothing_is_lost(bool isAborted)
    {
        await using ApiKit kit = await new ApiKit(_server).StartAsync();
        FakeWatch watch = _server.Watches.Single(static watch => watch.Path is FakeApiServer.Services);
        watch.SendRaw("{\"type\":\"ADDED\",\"object\":{\"kind\":\"Service\",\"apiVers"u8.ToArray());
        watch.IsSilent = true;
        _server.Put(ApiKit.Service("api", "10.96.0.2"));
        if (isAborted)
        {
            watch.Abort();
        }
        else
        {
            watch.Close();
        }

        await kit.UntilAnswerAsync(Api, "10.96.0.2", Step);
        Assert.Contains("10.96.0.1", kit.Ask(Web), StringComparison.Ordinal);
        Assert.Equal(1, CountInitial(FakeApiServer.Services));
    }

    [Fact]
    public async Task Events_that_come_twice_change_nothing()
    {
        await using ApiKit kit = await new ApiKit(_server).StartAsync();
        FakeWatch watch = _server.Watches.Single(static watch => watch.Path is FakeApiServer.Services);
        string added = $$$"""{"type":"ADDED","object":{{{ApiKit.Service("api", "10.96.0.2")}}}}""";
        watch.Send(added);
        watch.Send(added);
        watch.Send(added.Replace("ADDED", "DELETED", StringComparison.Ordinal));
        watch.Send(added.Replace("ADDED", "DELETED", StringComparison.Ordinal));
        watch.Send(added.Replace("\"api\"", "\"last\"", StringComparison.Ordinal));

        await kit.UntilAnswerAsync("last.shop.svc.cluster.local.", "10.96.0.2");
        Assert.StartsWith("NXDOMAIN", kit.Ask(Api), StringComparison.Ordinal);
        Assert.Contains("last.shop", kit.Ask("2.0.96.10.in-addr.arpa.", RecordType.PTR), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_has_expired_in_the_middle_of_a_watch_makes_everything_be_listed_anew()
    {
        await using ApiKit kit = await new ApiKit(_server).StartAsync();
        FakeWatch watch = _server.Watches.Single(static watch => watch.Path is FakeApiServer.Services);
        watch.IsSilent = true;
        _server.Put(ApiKit.Service("api", "10.96.0.2"));
        _server.Delete(FakeApiServer.Services, "shop/web");
        watch.IsSilent = false;
        watch.Send("""{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version: 1 (102841)","reason":"Expired","code":410}}""");

        await kit.UntilAnswerAsync(Api, "10.96.0.2");
        await kit.UntilAnswerAsync(Web, "NXDOMAIN");
        Assert.Equal(2, CountInitial(FakeApiServer.Services));
        Assert.Equal(1, CountInitial(FakeApiServer.Slices));
    }

    [Fact]
    public async Task A_version_that_expired_while_away_makes_everything_be_listed_anew()
    {
        await using ApiKit kit = await new ApiKit(_server).StartAsync();
        await _server.GoDownAsync();
        _server.Delete(FakeApiServer.Services, "shop/web");
        _server.Compact();
        await _server.ListenAsync();

        await kit.UntilAnswerAsync(Web, "NXDOMAIN", Step);
        Assert.Equal(2, CountInitial(FakeApiServer.Services));
    }

    [Fact]
    public async Task Refusals_are_waited_out_and_the_last_answers_stay()
    {
        await using ApiKit kit = await new ApiKit(_server).StartAsync();
        int refused = 0;
        DateTimeOffset lastRefused = default;
        _server.Script = request =>
        {
            if (!request.IsProbe || request.Path is not FakeApiServer.Services || refused == 2)
            {
                return null;
            }

            lastRefused = kit.Kit.Time.GetUtcNow();
            return refused++ == 0 ? new FakeResponse(500, "internal error") : new FakeResponse(429, "slow down", "7");
        };
        _server.Watches.Single(static watch => watch.Path is FakeApiServer.Services).Abort();
        _server.Put(ApiKit.Service("api", "10.96.0.2"));

        await kit.UntilAsync(() => refused == 2, Step);
        Assert.Contains("10.96.0.1", kit.Ask(Web), StringComparison.Ordinal);
        await kit.UntilAnswerAsync(Api, "10.96.0.2", Step);
        Assert.True(kit.Kit.Time.GetUtcNow() - lastRefused >= TimeSpan.FromSeconds(7));
    }

    [Fact]
    public async Task Without_the_right_to_see_namespaces_services_are_answered_and_namespaces_are_asked_for_now_and_then()
    {
        bool isAllowed = false;
        _server.Script = request => request.Path is FakeApiServer.Namespaces && !isAllowed
            ? new FakeResponse(403, """{"kind":"Status","message":"namespaces is forbidden","code":403}""")
            : null;
        await using ApiKit kit = await new ApiKit(_server).StartAsync(watches: 2);
        Assert.Contains("10.96.0.1", kit.Ask(Web), StringComparison.Ordinal);
        Assert.StartsWith("NXDOMAIN", kit.Ask("nosuch.other.svc.cluster.local."), StringComparison.Ordinal);
        Assert.StartsWith("NOERROR", kit.Ask("other.svc.cluster.local."), StringComparison.Ordinal);

        int asked = _server.Requests.Count(static request => request.Path is FakeApiServer.Namespaces);
        await kit.UntilAsync(() => _server.Requests.Count(static request => request.Path is FakeApiServer.Namespaces) > asked, TimeSpan.FromMilliseconds(500));
        isAllowed = true;
        await kit.UntilAnswerAsync("other.svc.cluster.local.", "NXDOMAIN", TimeSpan.FromMilliseconds(500));
        Assert.Contains("10.96.0.1", kit.Ask(Web), StringComparison.Ordinal);
        Assert.Single(kit.Kit.Log, static line => line.Contains("Not permitted to watch namespaces", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_the_right_to_see_services_nothing_is_ready_until_it_comes()
    {
        bool isAllowed = false;
        _server.Script = request => request.Path is FakeApiServer.Services && !isAllowed ? new FakeResponse(403, "no") : null;
        await using ApiKit kit = new ApiKit(_server).Start();
        await kit.UntilAsync(() => kit.Log.Contains("Not permitted to watch services", StringComparison.Ordinal));
        Assert.False(kit.IsReady);
        Assert.StartsWith("SERVFAIL", kit.Ask(Web), StringComparison.Ordinal);

        isAllowed = true;
        await kit.UntilAnswerAsync(Web, "10.96.0.1", Step);
        Assert.True(kit.IsReady);
    }

    [Fact]
    public async Task A_watch_that_has_gone_silent_is_given_up_and_resumed()
    {
        await using ApiKit kit = await new ApiKit(_server).StartAsync();
        FakeWatch watch = _server.Watches.Single(static watch => watch.Path is FakeApiServer.Services);
        watch.IsSilent = true;
        _server.Put(ApiKit.Service("api", "10.96.0.2"));

        await kit.UntilAnswerAsync(Api, "10.96.0.2", TimeSpan.FromSeconds(1));
        Assert.Equal(1, CountInitial(FakeApiServer.Services));
    }

    [Fact]
    public async Task Bookmarks_keep_a_quiet_watch_alive()
    {
        await using ApiKit kit = await new ApiKit(_server).StartAsync();
        FakeWatch[] before = [.. _server.Watches];
        for (int minute = 0; minute < 4; minute++)
        {
            _server.SendBookmarks();
            _server.Put(ApiKit.Service("api", $"10.96.1.{minute}"));
            _server.Put(ApiKit.Slice("api", "api", $"10.1.1.{minute}"));
            _server.Put(ApiKit.Namespace($"space-{minute}"));
            await kit.UntilAnswerAsync(Api, $"10.96.1.{minute}");
            await kit.UntilAnswerAsync($"space-{minute}.svc.cluster.local.", "NOERROR");
            await kit.UntilAsync(() => kit.Ask($"{minute}.1.1.10.in-addr.arpa.", RecordType.PTR).Contains("api.shop", StringComparison.Ordinal));
            kit.Kit.Time.Advance(TimeSpan.FromSeconds(100));
        }

        Assert.Equal(before, _server.Watches);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1_000_000)]
    public async Task A_history_that_was_rebuilt_is_noticed_by_its_version_or_its_system_namespace_and_everything_is_listed_anew(long version)
    {
        await using ApiKit kit = await new ApiKit(_server).StartAsync();
        _server.Rebuild(version);
        _server.Put(ApiKit.Namespace("shop"));
        _server.Put(ApiKit.Service("api", "10.96.0.2"));
        Assert.Contains("10.96.0.1", kit.Ask(Web), StringComparison.Ordinal);
        _server.Watches.Single(static watch => watch.Path is FakeApiServer.Services).Abort();

        await kit.UntilAnswerAsync(Api, "10.96.0.2", Step);
        await kit.UntilAnswerAsync(Web, "NXDOMAIN", Step);
        await kit.UntilAsync(() => CountInitial(FakeApiServer.Slices) == 2, Step);
        await kit.UntilAsync(() => !kit.Ask("1.0.1.10.in-addr.arpa.", RecordType.PTR).Contains("web", StringComparison.Ordinal), Step);
        Assert.Contains("Cluster state was reset", kit.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_history_that_was_rebuilt_under_a_silent_watch_is_noticed_when_bookmarks_stay_away()
    {
        await using ApiKit kit = await new ApiKit(_server).StartAsync();
        _server.Rebuild(10);
        _server.Put(ApiKit.Namespace("shop"));
        _server.Put(ApiKit.Service("api", "10.96.0.2"));

        await kit.UntilAnswerAsync(Api, "10.96.0.2", TimeSpan.FromSeconds(1));
        await kit.UntilAnswerAsync(Web, "NXDOMAIN", TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_server_that_cannot_begin_a_watch_with_what_is_there_is_asked_for_pages()
    {
        _server.HasWatchList = false;
        for (int i = 0; i < 1100; i++)
        {
            _server.Put(ApiKit.Service($"many-{i}", $"10.97.{i / 250}.{i % 250}"));
        }

        await using ApiKit kit = await new ApiKit(_server).StartAsync();
        Assert.Contains("10.97.4.99", kit.Ask("many-1099.shop.svc.cluster.local."), StringComparison.Ordinal);
        FakeRequest[] pages = [.. _server.Requests.Where(static request => request.Path is FakeApiServer.Services && request.IsList && !request.IsProbe)];
        Assert.Equal(3, pages.Length);
        Assert.All(pages, static page => Assert.True(page.Query["limit"] == "500" && !page.Query.ContainsKey("resourceVersion")));
        Assert.Equal([0, 1, 1], pages.Select(static page => page.Query["continue"].Count));

        _server.Put(ApiKit.Service("api", "10.96.0.2"));
        await kit.UntilAnswerAsync(Api, "10.96.0.2");
    }

    [Fact]
    public async Task A_page_that_has_expired_makes_the_list_begin_again()
    {
        _server.HasWatchList = false;
        for (int i = 0; i < 600; i++)
        {
            _server.Put(ApiKit.Service($"many-{i}", $"10.97.{i / 250}.{i % 250}"));
        }

        bool wasCompacted = false;
        _server.Script = request =>
        {
            if (request.Query.ContainsKey("continue") && !wasCompacted)
            {
                wasCompacted = true;
                _server.Delete(FakeApiServer.Services, "shop/many-0");
                _server.Compact();
            }

            return null;
        };
        await using ApiKit kit = new ApiKit(_server).Start();
        await kit.UntilAnswerAsync("many-599.shop.svc.cluster.local.", "10.97.2.99", Step);
        Assert.True(wasCompacted);
        Assert.StartsWith("NXDOMAIN", kit.Ask("many-0.shop.svc.cluster.local."), StringComparison.Ordinal);
    }

    private int CountInitial(string path)
        => _server.Requests.Count(request => string.Equals(request.Path, path, StringComparison.Ordinal) && request.Query["sendInitialEvents"] == "true");
}
