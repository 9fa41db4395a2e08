namespace ClusterDns.Core.Records;

/// <summary>
/// Times in text as master files have them: seconds, or numbers with the units w, d, h, m and s, such as <c>1h30m</c>
/// (the extension that all servers read).
/// </summary>
public static class TimeToLiveText
{
    /// <summary>Reads a time in seconds, 0 to 4294967295.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out uint seconds)
    {
        seconds = 0;
        ulong total = 0;
        ulong number = 0;
        bool hasNumber = false;
        foreach (char character in text)
        {
            if (char.IsAsciiDigit(character))
            {
                number = (number * 10) + (ulong)(character - '0');
                hasNumber = true;
            }
            else if (hasNumber && SecondsOf(character) is > 0 and ulong unit)
            {
                total += number * unit;
                number = 0;
                hasNumber = false;
            }
            else
            {
                return false;
            }

            if (number > uint.MaxValue || total > uint.MaxValue)
            {
                return false;
            }
        }

        total += number;
        bool isTime = !text.IsEmpty && total <= uint.MaxValue;
        seconds = isTime ? (uint)total : 0;
        return isTime;
    }

    private static ulong SecondsOf(char unit) => char.ToLowerInvariant(unit) switch
    {
        'w' => 604800,
        'd' => 86400,
        'h' => 3600,
        'm' => 60,
        's' => 1,
        _ => 0,
    };
}
