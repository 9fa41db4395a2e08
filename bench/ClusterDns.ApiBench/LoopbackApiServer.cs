using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ClusterDns.ApiBench;

/// <summary>
/// An API server on loopback, as far as a client that lists and watches can tell. It copies bytes that were made before: its own work is to be
/// as little as may be, since it has the processor that the client might have had.
/// </summary>
internal sealed class LoopbackApiServer : IAsyncDisposable
{
    private const int FlushLength = 64 * 1024;

    /// <summary>A real server says as often that it is there.</summary>
    private static readonly TimeSpan BookmarkPeriod = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, ServedKind> _kinds;
    private readonly bool _hasWatchList;
    private readonly WebApplication _application;
    private readonly Timer _bookmarks;

    private LoopbackApiServer(IReadOnlyList<ServedKind> kinds, bool hasWatchList, WebApplication application)
    {
        _kinds = kinds.ToDictionary(static kind => kind.Path, StringComparer.Ordinal);
        _hasWatchList = hasWatchList;
        _application = application;
        _bookmarks = new Timer(
            _ =>
            {
                foreach (ServedKind kind in kinds)
                {
                    kind.TellBookmark();
                }
            },
            null,
            BookmarkPeriod,
            BookmarkPeriod);
        application.Run(HandleAsync);
    }

    /// <summary>Where it is.</summary>
    public string Url => _application.Urls.First();

    /// <summary>Begins to serve.</summary>
    /// <param name="kinds">The objects.</param>
    /// <param name="certificate">The certificate, of a server that speaks HTTP/2 over TLS; null for HTTP/1.1 without it.</param>
    /// <param name="hasWatchList">Whether a watch may begin with what is there.</param>
    public static async Task<LoopbackApiServer> StartAsync(IReadOnlyList<ServedKind> kinds, X509Certificate2? certificate, bool hasWatchList)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(options =>
        {
            // A watch that says nothing must not be taken for a client that does not read.
            options.Limits.MinResponseDataRate = null;
            options.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http2;
                if (certificate is not null)
                {
                    listen.UseHttps(certificate);
                }
            });
        });
        builder.WebHost.UseShutdownTimeout(TimeSpan.Zero);
        WebApplication application = builder.Build();
        LoopbackApiServer server = new(kinds, hasWatchList, application);
        await application.StartAsync();
        return server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _bookmarks.DisposeAsync();
        foreach (ServedKind kind in _kinds.Values)
        {
            kind.BreakOff();
        }

        await _application.StopAsync();
        await _application.DisposeAsync();
    }

    private Task HandleAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        IQueryCollection query = context.Request.Query;
        if (!_kinds.TryGetValue(context.Request.Path.Value ?? "", out ServedKind? kind))
        {
            return RefuseAsync(context, 404, "NotFound");
        }

        if (!query.ContainsKey("watch"))
        {
            return ListAsync(context, kind);
        }

        bool isInitial = query["sendInitialEvents"] == "true";
        return isInitial && !_hasWatchList ? RefuseAsync(context, 422, "Invalid") : WatchAsync(context, kind, isInitial);
    }

    private static Task RefuseAsync(HttpContext context, int code, string reason)
    {
        context.Response.StatusCode = code;
        return context.Response.WriteAsync(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"{{reason}}","reason":"{{reason}}","code":{{code}}}"""));
    }

    /// <summary>A page; of a list of one, the first object, which of namespaces is the one that clients ask for alone.</summary>
    private static async Task ListAsync(HttpContext context, ServedKind kind)
    {
        int limit = int.Parse(context.Request.Query["limit"].ToString(), CultureInfo.InvariantCulture);
        int start = 0;
        long version;
        byte[][]? all;
        if (limit == 1)
        {
            all = [kind.First(out version)];
        }
        else if (context.Request.Query["continue"].ToString() is { Length: > 0 } token)
        {
            string[] parts = token.Split('.');
            version = long.Parse(parts[0], CultureInfo.InvariantCulture);
            start = int.Parse(parts[1], CultureInfo.InvariantCulture);
            all = kind.FindList(version);
        }
        else
        {
            all = kind.List(out version, isKept: true);
        }

        if (all is null)
        {
            await RefuseAsync(context, 410, "Expired");
            return;
        }

        int end = Math.Min(start + limit, all.Length);
        string next = end < all.Length ? string.Create(CultureInfo.InvariantCulture, $""","continue":"{version}.{end}","remainingItemCount":{all.Length - end}""") : "";
        PipeWriter output = context.Response.BodyWriter;
        Write(output, string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"kind":"{{{kind.Kind}}}List","apiVersion":"{{{kind.ApiVersion}}}","metadata":{"resourceVersion":"{{{version}}}"{{{next}}}},"items":["""));
        int unflushed = 0;
        for (int i = start; i < end; i++)
        {
            output.Write(i > start ? ","u8 : default);
            output.Write(all[i]);
            unflushed += all[i].Length;
            if (unflushed >= FlushLength)
            {
                unflushed = 0;
                await output.FlushAsync(context.RequestAborted);
            }
        }

        output.Write("]}\n"u8);
        await output.FlushAsync(context.RequestAborted);
    }

    private static async Task WatchAsync(HttpContext context, ServedKind kind, bool isInitial)
    {
        CancellationToken aborted = context.RequestAborted;
        PipeWriter output = context.Response.BodyWriter;
        byte[][] initial = [];
        long version = 0;
        ServedWatch watch = isInitial
            ? kind.WatchAll(out initial, out version)
            : kind.Watch(long.Parse(context.Request.Query["resourceVersion"].ToString(), CultureInfo.InvariantCulture));
        try
        {
            await context.Response.StartAsync(aborted);
            await output.FlushAsync(aborted);
            if (isInitial)
            {
                await WriteInitialAsync(output, kind, initial, aborted);
                output.Write(kind.WriteBookmark(version, endsInitialEvents: true));
                await output.FlushAsync(aborted);
            }

            while (await watch.Lines.WaitToReadAsync(aborted))
            {
                while (watch.Lines.TryRead(out byte[]? line))
                {
                    output.Write(line);
                }

                await output.FlushAsync(aborted);
            }

            if (watch.IsBroken)
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
            kind.Leave(watch);
        }
    }

    private static async Task WriteInitialAsync(PipeWriter output, ServedKind kind, byte[][] initial, CancellationToken aborted)
    {
        int unflushed = 0;
        foreach (byte[] item in initial)
        {
            output.Write(kind.AddedPrefix);
            output.Write(item.AsSpan(1));
            output.Write("}\n"u8);
            unflushed += item.Length;
            if (unflushed >= FlushLength)
            {
                unflushed = 0;
                await output.FlushAsync(aborted);
            }
        }
    }

    private static void Write(PipeWriter output, string text) => output.Write(Encoding.UTF8.GetBytes(text));
}
