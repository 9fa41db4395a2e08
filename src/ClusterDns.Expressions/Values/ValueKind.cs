namespace ClusterDns.Expressions.Values;

/// <summary>What kinds of values expressions know.</summary>
public enum ValueKind : byte
{
    /// <summary><c>nil</c>: no value.</summary>
    Nil,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>An integer of 64 bits.</summary>
    Integer,

    /// <summary>A floating-point number of 64 bits.</summary>
    Float,

    /// <summary>A string.</summary>
    Text,

    /// <summary>A list.</summary>
    List,

    /// <summary>A map.</summary>
    Map,

    /// <summary>An instant, with the time zone that it is shown in.</summary>
    Time,

    /// <summary>A length of time, in nanoseconds.</summary>
    Duration,

    /// <summary>A time zone.</summary>
    Zone,

    /// <summary>A month of the year, 1 to 12.</summary>
    Month,

    /// <summary>A day of the week, 0 for Sunday.</summary>
    Weekday,
}
