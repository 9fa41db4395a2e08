using System.IO.Pipelines;

namespace ClusterDns.Plugins.Kubernetes.Api.Http;

/// <summary>A response whose head has come. Disposing it gives up the rest.</summary>
internal sealed class ApiReply : IAsyncDisposable
{
    private const int BufferLength = 16 * 1024;

    private readonly HttpResponseMessage _response;
    private readonly Action? _onDisposed;

    /// <summary>A response.</summary>
    /// <param name="response">The response.</param>
    /// <param name="refusal">The error message; null for success.</param>
    /// <param name="body">What comes of its body.</param>
    /// <param name="onDisposed">Called when it is over.</param>
    public ApiReply(HttpResponseMessage response, ApiRefusal? refusal, Stream body, Action? onDisposed)
    {
        _response = response;
        _onDisposed = onDisposed;
        Refusal = refusal;
        Body = PipeReader.Create(body, new StreamPipeReaderOptions(bufferSize: BufferLength, minimumReadSize: BufferLength / 4));
    }

    /// <summary>What the server says instead of giving what it was asked for; null when it gives it.</summary>
    public ApiRefusal? Refusal { get; }

    /// <summary>The body.</summary>
    public PipeReader Body { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Body.CompleteAsync();
        _response.Dispose();
        _onDisposed?.Invoke();
    }
}

/// <summary>What the server says instead of giving what it was asked for.</summary>
/// <param name="Code">The status code.</param>
/// <param name="Message">The server's own words.</param>
/// <param name="RetryAfter">How long the server wants to be left alone; zero where it does not say.</param>
internal readonly record struct ApiRefusal(int Code, string Message, TimeSpan RetryAfter)
{
    /// <inheritdoc/>
    public override string ToString() => Message.Length > 0 ? $"{Code} {Message}" : $"status code {Code}";
}
