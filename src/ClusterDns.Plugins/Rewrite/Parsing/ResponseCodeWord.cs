using System.Globalization;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Rewrite.Parsing;

/// <summary>Response codes as rules write them: a name in any case, or a number.</summary>
internal static class ResponseCodeWord
{
    /// <summary>The greatest number.</summary>
    public const int MaxNumber = (int)ResponseCode.BadCookie;

    /// <summary>Reads one.</summary>
    /// <param name="text">The word.</param>
    /// <param name="code">The code.</param>
    public static bool TryParse(string text, out ResponseCode code)
    {
        if (ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) && number <= MaxNumber)
        {
            code = (ResponseCode)number;
            return true;
        }

        // BADSIG shares its number with BADVERS (RFC 8945 section 5.3); NOTIMPL was CoreDNS's spelling once.
        string name = text.ToUpperInvariant() switch
        {
            "BADSIG" => "BADVERS",
            "NOTIMPL" => "NOTIMP",
            string other => other,
        };
        return ResponseCodes.TryParse(name, out code);
    }
}
