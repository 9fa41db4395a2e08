using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Http;

namespace ClusterDns.Plugins.Common;

/// <summary>Reads the address of plugins that answer over HTTP.</summary>
internal static class HttpOption
{
    /// <summary>Reads the directive's only argument.</summary>
    /// <param name="reader">The directive.</param>
    /// <param name="fallback">What counts where there is none.</param>
    /// <param name="address">The address.</param>
    public static bool TryAddress(DirectiveReader reader, string fallback, out HttpAddress address)
    {
        address = default;
        if (!reader.ExpectArguments(0, 1, $"{reader.Name} [ADDRESS]"))
        {
            return false;
        }

        string text = reader.Arguments.Count > 0 ? reader.Arguments[0].Text : fallback;
        if (HttpAddress.TryParse(text, out address))
        {
            if (text.EndsWith(':'))
            {
                reader.Warn(reader.Arguments[0].Place, $"'{text}' has no port, and the system picks one: write one such as {fallback}");
            }

            return true;
        }

        reader.Error(reader.Arguments[0].Place, $"'{text}' is no address for {reader.Name}, expected one such as :8080, localhost:8080 or 127.0.0.1:8080");
        return false;
    }
}
