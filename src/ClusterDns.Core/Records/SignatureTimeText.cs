using System.Globalization;
using System.Text;

namespace ClusterDns.Core.Records;

/// <summary>Times of signatures as <c>YYYYMMDDHHmmSS</c> in UTC, or as seconds since 1970 (RFC 4034 section 3.2).</summary>
internal static class SignatureTimeText
{
    private const string Format = "yyyyMMddHHmmss";

    public static bool TryParse(ReadOnlySpan<char> word, out uint seconds)
    {
        if (word.Length != Format.Length)
        {
            return uint.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out seconds);
        }

        seconds = 0;
        if (!DateTimeOffset.TryParseExact(word, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            || time.ToUnixTimeSeconds() is < 0 or > uint.MaxValue)
        {
            return false;
        }

        seconds = (uint)time.ToUnixTimeSeconds();
        return true;
    }

    public static void Append(StringBuilder text, uint seconds)
        => text.Append(DateTimeOffset.FromUnixTimeSeconds(seconds).ToString(Format, CultureInfo.InvariantCulture));
}
