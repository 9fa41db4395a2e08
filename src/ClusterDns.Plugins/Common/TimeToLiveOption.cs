using ClusterDns.Core.Corefiles;

namespace ClusterDns.Plugins.Common;

/// <summary>Reads <c>ttl SECONDS</c>.</summary>
internal static class TimeToLiveOption
{
    /// <summary>The time to live where there is no such line, in seconds.</summary>
    public const uint Default = 5;

    private const int Most = 3600;

    /// <summary>Reads it.</summary>
    /// <param name="reader">The line.</param>
    /// <param name="seconds">The time to live, 0 to 3600 seconds.</param>
    /// <returns>False when an error was reported.</returns>
    public static bool TryRead(DirectiveReader reader, out uint seconds)
    {
        int value = 0;
        reader.IgnoreArgumentsAfter(1);
        bool isRight = reader.ExpectArguments(1, int.MaxValue, "ttl SECONDS") && reader.TryInteger(reader.Arguments[0], 0, Most, out value);
        seconds = (uint)value;
        return isRight;
    }
}
