using System.Net;
using System.Text.Json.Nodes;
using ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.Api;

/// <summary>The fake API server speaks as a real one was recorded to: status, type of content, and the members of everything.</summary>
public sealed class FakeApiServerTests : IAsyncLifetime
{
    private static readonly HttpClient Client = new();

    private FakeApiServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await FakeApiServer.StartAsync();
        foreach (RecordedResponse recorded in (RecordedResponse[])[RecordedResponse.Read("watchlist"), RecordedResponse.Read("watchlist-slices")])
        {
            foreach (JsonNode line in recorded.Lines.Where(static line => line["type"]!.GetValue<string>() is "ADDED"))
            {
                _server.Put(line["object"]!.ToJsonString());
            }
        }
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Pages_of_a_list()
    {
        JsonNode first = await CompareAsync("list-page-1", FakeApiServer.Services + "?limit=4");
        string next = Uri.EscapeDataString(first["metadata"]!["continue"]!.GetValue<string>());
        JsonNode second = await CompareAsync("list-page-2", $"{FakeApiServer.Services}?limit=4&continue={next}", withoutEnd: true);
        Assert.Equal(first["metadata"]!["resourceVersion"]!.GetValue<string>(), second["metadata"]!["resourceVersion"]!.GetValue<string>());
        Assert.Equal(first["metadata"]!["remainingItemCount"]!.GetValue<int>(), second["items"]!.AsArray().Count + second["metadata"]!["remainingItemCount"]!.GetValue<int>());
    }

    [Fact]
    public async Task One_item_of_a_list()
    {
        JsonNode list = await CompareAsync("list-limit-1", FakeApiServer.Services + "?limit=1", withoutItems: true);
        Assert.Single(list["items"]!.AsArray());
    }

    [Fact]
    public async Task A_continuation_that_has_expired()
    {
        JsonNode first = (await GetAsync(FakeApiServer.Services + "?limit=4")).Body;
        _server.Compact();
        await CompareAsync("continue-bad", $"{FakeApiServer.Services}?limit=4&continue={Uri.EscapeDataString(first["metadata"]!["continue"]!.GetValue<string>())}");
    }

    [Theory]
    [InlineData("watchlist", FakeApiServer.Services)]
    [InlineData("watchlist-slices", FakeApiServer.Slices)]
    public async Task A_watch_that_begins_with_what_is_there(string recording, string path)
        => await CompareWatchAsync(recording, path + "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");

    [Fact]
    public async Task A_watch_that_begins_after_what_is_there()
        => await CompareWatchAsync(
            "watchlist-future", FakeApiServer.Services + "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=999999999");

    [Fact]
    public async Task A_watch_from_a_version_that_has_expired()
    {
        _server.Compact();
        await CompareWatchAsync("watch-expired", FakeApiServer.Services + "?watch=true&resourceVersion=1");
    }

    [Fact]
    public async Task A_watch_from_a_version_that_is_not_reached()
    {
        using HttpResponseMessage response = await OpenAsync(FakeApiServer.Services + "?watch=true&resourceVersion=999999999");
        Assert.Empty(RecordedResponse.Read("watch-future-silent").Lines);
        _server.Put(ApiKit.Service("made-up", "10.96.0.99", "web"));
        _server.SendBookmarks();
        Assert.Single(_server.Watches).Close();
        Assert.Equal("", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Changes()
    {
        JsonNode version = (await GetAsync(FakeApiServer.Services)).Body["metadata"]!["resourceVersion"]!;
        RecordedResponse recorded = RecordedResponse.Read("watch-events");
        using HttpResponseMessage response = await OpenAsync($"{FakeApiServer.Services}?watch=true&allowWatchBookmarks=true&resourceVersion={version.GetValue<string>()}");
        _server.Put(recorded.Lines[0]["object"]!.ToJsonString());
        _server.Put(recorded.Lines[1]["object"]!.ToJsonString());
        _server.Delete(FakeApiServer.Services, "web/made-up");
        _server.SendBookmarks();
        Assert.Single(_server.Watches).Close();

        Assert.Equal(Shape.OfAll(recorded.Lines), Shape.OfAll(RecordedResponse.ParseLines(await response.Content.ReadAsStringAsync())));
    }

    [Fact]
    public async Task A_kind_that_is_not_there()
    {
        RecordedResponse recorded = RecordedResponse.Read("not-found-mcs");
        using HttpResponseMessage response = await OpenAsync("/apis/multicluster.x-k8s.io/v1alpha1/serviceimports?limit=4");
        Assert.Equal(recorded.Code, response.StatusCode);
        Assert.Equal(recorded.ContentType, response.Content.Headers.ContentType!.ToString());
        Assert.Equal(recorded.Body, await response.Content.ReadAsStringAsync());
    }

    private async Task<JsonNode> CompareAsync(string recording, string pathAndQuery, bool withoutEnd = false, bool withoutItems = false)
    {
        RecordedResponse recorded = RecordedResponse.Read(recording);
        (HttpResponseMessage response, JsonNode body) = await GetAsync(pathAndQuery);
        Assert.Equal(recorded.Code, response.StatusCode);
        Assert.Equal(recorded.ContentType, response.Content.Headers.ContentType!.ToString());
        JsonNode theirs = JsonNode.Parse(recorded.Body)!;
        JsonNode ours = body.DeepClone();
        if (withoutItems)
        {
            theirs.AsObject().Remove("items");
            ours.AsObject().Remove("items");
        }

        // The recorded cluster has objects beside those that are here, so that its second page is its own.
        if (withoutEnd)
        {
            Assert.Equal(Shape.Of(theirs["metadata"]!), Shape.Of(ours["metadata"]!));
            theirs = theirs["items"]![0]!;
            ours = ours["items"]![0]!;
        }

        Assert.Equal(Shape.Of(theirs), Shape.Of(ours));
        return body;
    }

    private async Task CompareWatchAsync(string recording, string pathAndQuery)
    {
        RecordedResponse recorded = RecordedResponse.Read(recording);
        using HttpResponseMessage response = await OpenAsync(pathAndQuery);
        Assert.Equal(recorded.Code, response.StatusCode);
        Assert.Equal(recorded.ContentType, response.Content.Headers.ContentType!.ToString());
        _server.Watches.SingleOrDefault()?.Close();
        JsonNode[] lines = RecordedResponse.ParseLines(await response.Content.ReadAsStringAsync());
        Assert.Equal(Shape.OfAll(recorded.Lines), Shape.OfAll(lines));
    }

    private Task<HttpResponseMessage> OpenAsync(string pathAndQuery)
        => Client.GetAsync(new Uri(_server.Url + pathAndQuery), HttpCompletionOption.ResponseHeadersRead);

    private async Task<(HttpResponseMessage Response, JsonNode Body)> GetAsync(string pathAndQuery)
    {
        HttpResponseMessage response = await OpenAsync(pathAndQuery);
        return (response, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }
}
