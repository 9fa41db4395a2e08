using System.Text.Json;

namespace ClusterDns.Plugins.Kubernetes.Api.Decoding;

/// <summary>A Status object: what the server says when something is wrong.</summary>
/// <param name="Code">The status code; 0 where there is none.</param>
/// <param name="Message">The server's own words.</param>
/// <param name="RetryAfter">How long it wants to be left alone; zero where it does not say.</param>
internal readonly record struct ApiStatus(int Code, string Message, TimeSpan RetryAfter);

/// <summary>Reads Status objects.</summary>
internal static class StatusDecoder
{
    /// <summary>Reads a Status from bytes that may be anything.</summary>
    /// <param name="text">The bytes.</param>
    /// <param name="status">The Status.</param>
    public static bool TryRead(ReadOnlySpan<byte> text, out ApiStatus status)
    {
        status = default;
        try
        {
            Utf8JsonReader reader = new(text, new JsonReaderOptions { MaxDepth = JsonWalk.Options.MaxDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            status = Read(ref reader);
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Reads a Status.</summary>
    /// <param name="reader">The reader, at the object's beginning; afterwards at its end.</param>
    public static ApiStatus Read(ref Utf8JsonReader reader)
    {
        int code = 0;
        int seconds = 0;
        string message = "";
        while (JsonWalk.TryNextProperty(ref reader))
        {
            if (reader.ValueTextEquals("code"u8))
            {
                code = JsonWalk.ReadNumber(ref reader, 0);
            }
            else if (reader.ValueTextEquals("message"u8))
            {
                message = JsonWalk.ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("details"u8))
            {
                seconds = ReadRetryAfter(ref reader);
            }
            else
            {
                JsonWalk.Skip(ref reader);
            }
        }

        return new ApiStatus(code, message, TimeSpan.FromSeconds(Math.Max(0, seconds)));
    }

    private static int ReadRetryAfter(ref Utf8JsonReader reader)
    {
        int seconds = 0;
        if (JsonWalk.TryEnterObject(ref reader))
        {
            while (JsonWalk.TryNextProperty(ref reader))
            {
                if (reader.ValueTextEquals("retryAfterSeconds"u8))
                {
                    seconds = JsonWalk.ReadNumber(ref reader, 0);
                }
                else
                {
                    JsonWalk.Skip(ref reader);
                }
            }
        }

        return seconds;
    }
}
