using System.Text.Json;

namespace ClusterDns.Plugins.Kubernetes.Api.Decoding;

/// <summary>Walks over JSON of which the whole value is there. Anything else makes the reader throw <see cref="JsonException"/>.</summary>
internal static class JsonWalk
{
    /// <summary>Objects of Kubernetes nest as deep as custom fields do, which managed fields repeat.</summary>
    public static readonly JsonReaderOptions Options = new() { MaxDepth = 256 };

    /// <summary>
    /// Goes to an object's next property. The reader is at the object's beginning, or at the end of a property's value.
    /// </summary>
    /// <param name="reader">The reader.</param>
    /// <returns>Whether there is one; at the object's end there is not.</returns>
    public static bool TryNextProperty(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    /// <summary>Goes from a property's name to its value, which is to be an object.</summary>
    /// <param name="reader">The reader.</param>
    /// <returns>Whether it is one; another value has been skipped.</returns>
    public static bool TryEnterObject(ref Utf8JsonReader reader) => TryEnter(ref reader, JsonTokenType.StartObject);

    /// <summary>Goes from a property's name to its value, which is to be an array.</summary>
    /// <param name="reader">The reader.</param>
    /// <returns>Whether it is one; another value has been skipped.</returns>
    public static bool TryEnterArray(ref Utf8JsonReader reader) => TryEnter(ref reader, JsonTokenType.StartArray);

    /// <summary>Goes to an array's next element that is an object; others are skipped.</summary>
    /// <param name="reader">The reader, at the array's beginning or at an element's end.</param>
    /// <returns>Whether there is one; at the array's end there is not.</returns>
    public static bool TryNextObject(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                return true;
            }

            Skip(ref reader);
        }

        return false;
    }

    /// <summary>Skips what the reader is at: a value, or a property with its value.</summary>
    /// <param name="reader">The reader.</param>
    public static void Skip(ref Utf8JsonReader reader)
    {
        if (!reader.TrySkip())
        {
            throw new JsonException("the value is truncated");
        }
    }

    /// <summary>Goes from a property's name to its value, which is to be a number.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="fallback">The value to use otherwise.</param>
    public static int ReadNumber(ref Utf8JsonReader reader, int fallback)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int number))
        {
            return number;
        }

        Skip(ref reader);
        return fallback;
    }

    /// <summary>Goes from a property's name to its value, which is to be true or false.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="fallback">What counts where it is neither.</param>
    public static bool ReadTruth(ref Utf8JsonReader reader, bool fallback)
    {
        reader.Read();
        if (reader.TokenType is JsonTokenType.True or JsonTokenType.False)
        {
            return reader.TokenType == JsonTokenType.True;
        }

        Skip(ref reader);
        return fallback;
    }

    /// <summary>Goes from a property's name to its value, which is to be text.</summary>
    /// <param name="reader">The reader.</param>
    /// <returns>The text; empty for anything else.</returns>
    public static string ReadText(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.GetString()!;
        }

        Skip(ref reader);
        return "";
    }

    private static bool TryEnter(ref Utf8JsonReader reader, JsonTokenType type)
    {
        reader.Read();
        if (reader.TokenType == type)
        {
            return true;
        }

        Skip(ref reader);
        return false;
    }
}
