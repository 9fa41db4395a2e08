using System.Diagnostics.CodeAnalysis;

namespace ClusterDns.Expressions.Times;

/// <summary>Time zones by their names in the IANA database.</summary>
internal static class TimeZones
{
    /// <summary>Finds a time zone.</summary>
    /// <param name="name">Its name; empty for UTC, <c>Local</c> for the machine's.</param>
    /// <param name="local">The machine's.</param>
    /// <param name="zone">The time zone.</param>
    public static bool TryFind(ReadOnlySpan<char> name, TimeZoneInfo local, [NotNullWhen(true)] out TimeZoneInfo? zone)
    {
        zone = name switch
        {
            "" or "UTC" => TimeZoneInfo.Utc,
            "Local" => local,
            _ => null,
        };
        return zone is not null || TimeZoneInfo.TryFindSystemTimeZoneById(name.ToString(), out zone);
    }

    /// <summary>The short name of what the clocks of a time zone show at an instant, such as UTC; its distance from UTC where it has none.</summary>
    public static string Abbreviate(TimeZoneInfo zone, TimeSpan offset)
    {
        if (zone.Equals(TimeZoneInfo.Utc))
        {
            return "UTC";
        }

        string sign = offset < TimeSpan.Zero ? "-" : "+";
        TimeSpan size = offset.Duration();
        return size.Minutes == 0 ? $"{sign}{size.Hours:00}" : $"{sign}{size.Hours:00}{size.Minutes:00}";
    }

    /// <summary>A time zone that is always the same distance from UTC.</summary>
    public static TimeZoneInfo OfOffset(TimeSpan offset, string name)
        => offset == TimeSpan.Zero && name is "" or "UTC" or "Z" or "GMT"
            ? TimeZoneInfo.Utc
            : TimeZoneInfo.CreateCustomTimeZone(name.Length > 0 ? name : Abbreviate(TimeZoneInfo.Local, offset), offset, name, name);
}
