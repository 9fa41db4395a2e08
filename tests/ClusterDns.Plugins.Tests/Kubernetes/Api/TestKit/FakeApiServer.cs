using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;

/// <summary>
/// An API server in this process, as far as a client that lists and watches can tell: it answers in the shapes that a real one was
/// seen to, and misbehaves as a test tells it.
/// </summary>
internal sealed class FakeApiServer : IAsyncDisposable
{
    public const string Services = "/api/v1/services";
    public const string Namespaces = "/api/v1/namespaces";
    public const string Slices = "/apis/discovery.k8s.io/v1/endpointslices";

    public const string Pods = "/api/v1/pods";

    public const string Imports = "/apis/multicluster.x-k8s.io/v1alpha1/serviceimports";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, FakeObjects> _kinds = new(StringComparer.Ordinal)
    {
        [Namespaces] = new FakeObjects("Namespace", "v1"),
        [Services] = new FakeObjects("Service", "v1"),
        [Slices] = new FakeObjects("EndpointSlice", "discovery.k8s.io/v1"),
        [Pods] = new FakeObjects("Pod", "v1"),
        [Imports] = new FakeObjects("ServiceImport", "multicluster.x-k8s.io/v1alpha1"),
    };

    private readonly List<FakeWatch> _watches = [];
    private readonly X509Certificate2? _certificate;
    private WebApplication? _application;
    private long _version = 1000;
    private int _underWay;
    private int _held;

    private FakeApiServer(X509Certificate2? certificate)
    {
        _certificate = certificate;
        Put("""{"kind":"Namespace","metadata":{"name":"kube-system"}}""");
    }

    public string Url => $"{(_certificate is null ? "http" : "https")}://127.0.0.1:{Port}";

    public int Port { get; private set; }

    /// <summary>Everything that was asked.</summary>
    public ConcurrentQueue<FakeRequest> Requests { get; } = new();

    /// <summary>Asked before anything is answered; null lets the server answer as usual.</summary>
    public Func<FakeRequest, FakeResponse?> Script { get; set; } = static _ => null;

    /// <summary>Whether a watch may begin with what is there.</summary>
    public bool HasWatchList { get; set; } = true;

    /// <summary>Whether somebody has defined ServiceImports.</summary>
    public bool HasImports { get; set; }

    /// <summary>Told of each watch when it is about to say something.</summary>
    public Action<FakeRequest, FakeWatch> OnWatch { get; set; } = static (_, _) => { };

    /// <summary>How the requests wait; a test may hold them.</summary>
    public Func<FakeRequest, Task> Hold { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Whether something was asked that has not been answered yet, or of a watch that has not begun.</summary>
    public bool IsBusy => Volatile.Read(ref _underWay) > 0;

    /// <summary>How many requests a test holds.</summary>
    public int HeldCount => Volatile.Read(ref _held);

    public IReadOnlyList<FakeWatch> Watches
    {
        get
        {
            lock (_lock)
            {
                return [.. _watches];
            }
        }
    }

    /// <summary>A server that listens.</summary>
    /// <param name="certificate">Its certificate; null for no TLS.</param>
    public static async Task<FakeApiServer> StartAsync(X509Certificate2? certificate = null)
    {
        FakeApiServer server = new(certificate);
        await server.ListenAsync();
        return server;
    }

    /// <summary>Listens, again on the port it had.</summary>
    public async Task ListenAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, Port, listen =>
        {
            listen.Protocols = _certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http2;
            if (_certificate is not null)
            {
                listen.UseHttps(new HttpsConnectionAdapterOptions
                {
                    ServerCertificate = _certificate,
                    ClientCertificateMode = ClientCertificateMode.AllowCertificate,
                    ClientCertificateValidation = static (_, _, _) => true,
                });
            }
        }));
        builder.WebHost.UseShutdownTimeout(TimeSpan.Zero);
        _application = builder.Build();
        _application.Run(HandleAsync);
        await _application.StartAsync();
        Port = new Uri(_application.Urls.First()).Port;
    }

    /// <summary>Stops listening, and breaks off what runs.</summary>
    public async Task GoDownAsync()
    {
        foreach (FakeWatch watch in Watches)
        {
            watch.Abort();
        }

        if (_application is { } application)
        {
            _application = null;
            await application.StopAsync();
            await application.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync() => await GoDownAsync();

    /// <summary>Makes or changes an object, or all of a List.</summary>
    public void Put(string json)
    {
        JsonObject item = JsonNode.Parse(json)!.AsObject();
        if (item["items"] is JsonArray items)
        {
            foreach (JsonNode? inner in items)
            {
                Put(inner!.ToJsonString());
            }

            return;
        }

        lock (_lock)
        {
            string kind = item["kind"]!.GetValue<string>();
            (string path, FakeObjects objects) = _kinds.FirstOrDefault(pair => string.Equals(pair.Value.Kind, kind, StringComparison.Ordinal));
            if (objects is not null)
            {
                Tell(path, objects.Put(item, ++_version));
            }
        }
    }

    public void Delete(string path, string key)
    {
        lock (_lock)
        {
            if (_kinds[path].Delete(key, ++_version) is { } happened)
            {
                Tell(path, happened);
            }
        }
    }

    /// <summary>Says on every watch that nothing has changed.</summary>
    public void SendBookmarks()
    {
        lock (_lock)
        {
            foreach (FakeWatch watch in _watches)
            {
                watch.Send(FakeMessages.Bookmark(_kinds[watch.Path], endsInitialEvents: false, _version));
            }
        }
    }

    /// <summary>Forgets what has happened: who resumes from before now is told so.</summary>
    public void Compact()
    {
        lock (_lock)
        {
            foreach (FakeObjects objects in _kinds.Values)
            {
                objects.Compacted = ++_version;
            }
        }
    }

    /// <summary>Is another cluster from now on, with nothing in it; open watches are silent.</summary>
    /// <param name="version">Where its history stands.</param>
    public void Rebuild(long version)
    {
        lock (_lock)
        {
            foreach (FakeWatch watch in _watches)
            {
                watch.IsSilent = true;
            }

            foreach (FakeObjects objects in _kinds.Values)
            {
                objects.Clear();
                objects.Compacted = 0;
            }

            _version = version;
        }

        Put("""{"kind":"Namespace","metadata":{"name":"kube-system"}}""");
    }

    private void Tell(string path, FakeEvent happened)
    {
        foreach (FakeWatch watch in _watches.Where(watch => string.Equals(watch.Path, path, StringComparison.Ordinal)))
        {
            watch.Tell(happened);
        }
    }

    private async Task HandleAsync(HttpContext context)
    {
        FakeRequest request = new(
            context.Request.Path.Value!,
            context.Request.Query,
            context.Request.Headers.Authorization.ToString(),
            context.Request.Protocol,
            context.Connection.ClientCertificate?.Subject,
            context.Request.Headers.Accept.ToString());
        Requests.Enqueue(request);
        Interlocked.Increment(ref _held);
        await Hold(request);
        Interlocked.Increment(ref _underWay);
        Interlocked.Decrement(ref _held);
        bool isUnderWay = true;
        try
        {
            await AnswerAsync(context, request, Begun);
        }
        finally
        {
            Begun();
        }

        void Begun()
        {
            if (isUnderWay)
            {
                isUnderWay = false;
                Interlocked.Decrement(ref _underWay);
            }
        }
    }

    private async Task AnswerAsync(HttpContext context, FakeRequest request, Action begun)
    {
        context.Response.Headers.CacheControl = "no-cache, private";
        if (Script(request) is { } scripted)
        {
            if (scripted.RetryAfter is { } seconds)
            {
                context.Response.Headers.RetryAfter = seconds;
            }

            await RespondAsync(context, scripted.Code, scripted.Body.StartsWith('{') ? "application/json" : "text/plain; charset=utf-8", scripted.Body);
        }
        else if (!_kinds.TryGetValue(request.Path, out FakeObjects? objects) || (request.Path is Imports && !HasImports))
        {
            await RespondAsync(context, 404, "text/plain; charset=utf-8", "404 page not found\n");
        }
        else if (request.IsWatch)
        {
            await WatchAsync(context, request, objects, begun);
        }
        else
        {
            (int code, JsonObject body) = List(request, objects);
            await RespondAsync(context, code, "application/json", body.ToJsonString() + "\n");
        }
    }

    private static Task RespondAsync(HttpContext context, int code, string type, string body)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(body, context.RequestAborted);
    }

    private (int Code, JsonObject Body) List(FakeRequest request, FakeObjects objects)
    {
        lock (_lock)
        {
            long version = _version;
            int start = 0;
            if (request.Query["continue"].ToString() is { Length: > 0 } token)
            {
                (version, start) = FakeMessages.ReadToken(token);
                if (version < objects.Compacted)
                {
                    return (410, FakeMessages.Status(
                        410,
                        "Expired",
                        "The provided continue parameter is too old to display a consistent list result.",
                        new JsonObject { ["continue"] = FakeMessages.Token(-1, start) }));
                }
            }

            JsonObject[] all = [.. objects.All.Where(new FakeSelector(request).Matches)];
            int limit = request.Query["limit"].ToString() is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : all.Length;
            JsonObject[] page = [.. all.Skip(start).Take(limit)];
            JsonObject metadata = new() { ["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture) };
            int left = all.Length - start - page.Length;
            if (left > 0)
            {
                metadata["continue"] = FakeMessages.Token(version, start + page.Length);
                metadata["remainingItemCount"] = left;
            }

            return (200, new JsonObject
            {
                ["kind"] = objects.Kind + "List",
                ["apiVersion"] = objects.ApiVersion,
                ["metadata"] = metadata,
                ["items"] = new JsonArray([.. page.Select(static item => item.DeepClone())]),
            });
        }
    }

    private async Task WatchAsync(HttpContext context, FakeRequest request, FakeObjects objects, Action begun)
    {
        bool isInitial = request.Query["sendInitialEvents"] == "true";
        if (isInitial && !HasWatchList)
        {
            JsonObject refusal = FakeMessages.Status(
                422, "Invalid", "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled");
            await RespondAsync(context, 422, "application/json", refusal.ToJsonString());
            return;
        }

        FakeWatch watch = new(request.Path, new FakeSelector(request));
        OnWatch(request, watch);
        Begin(watch, request, objects, isInitial);
        context.Response.ContentType = "application/json";
        try
        {
            await context.Response.StartAsync(context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            begun();
            await foreach (byte[] bytes in watch.Output.ReadAllAsync(context.RequestAborted))
            {
                await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }

            if (watch.IsAborted)
            {
                context.Abort();
            }
        }
        catch (OperationCanceledException)
        {
            // The client has gone.
        }
        finally
        {
            lock (_lock)
            {
                _watches.Remove(watch);
            }
        }
    }

    private void Begin(FakeWatch watch, FakeRequest request, FakeObjects objects, bool isInitial)
    {
        lock (_lock)
        {
            string from = request.Query["resourceVersion"].ToString();
            if (isInitial)
            {
                if (from.Length > 0 && long.Parse(from, CultureInfo.InvariantCulture) > _version)
                {
                    JsonObject details = new()
                    {
                        ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" }),
                        ["retryAfterSeconds"] = 1,
                    };
                    watch.Send(FakeMessages.Line("ERROR", FakeMessages.Status(504, "Timeout", $"Timeout: Too large resource version: {from}, current: {_version}", details: details)));
                    watch.Close();
                    return;
                }

                foreach (JsonObject item in objects.All.Where(watch.Selector.Matches))
                {
                    watch.Send(FakeMessages.Line("ADDED", objects.Typed(item)));
                }

                watch.Send(FakeMessages.Bookmark(objects, endsInitialEvents: true, _version));
            }
            else
            {
                long version = long.Parse(from, CultureInfo.InvariantCulture);
                if (version < objects.Compacted)
                {
                    watch.Send(FakeMessages.Line("ERROR", FakeMessages.Status(410, "Expired", $"too old resource version: {version} ({objects.Compacted})")));
                    watch.Close();
                    return;
                }

                // From a version that is not reached yet, a watch says nothing until it is.
                watch.IsSilent = version > _version;
                foreach (FakeEvent happened in objects.Events.Where(happened => happened.Version > version))
                {
                    watch.Tell(happened);
                }
            }

            _watches.Add(watch);
        }
    }
}
