using System.Globalization;
using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Forward;

/// <summary>Turns the words after FROM into addresses.</summary>
internal static class UpstreamAddresses
{
    private const string PlainScheme = "dns://";

    private static readonly string[] OtherSchemes = ["tls://", "https://", "https3://", "grpc://", "quic://"];

    /// <summary>Reads addresses and files, each address once, in order.</summary>
    /// <param name="tokens">What the Corefile has.</param>
    /// <param name="files">Where files are.</param>
    /// <param name="diagnostics">Where errors go.</param>
    public static IReadOnlyList<NetworkEndpoint> Resolve(IReadOnlyList<Token> tokens, IFileAccess files, DiagnosticBag diagnostics)
    {
        List<NetworkEndpoint> endpoints = [];
        foreach (Token token in tokens)
        {
            string text = token.Text.StartsWith(PlainScheme, StringComparison.Ordinal) ? token.Text[PlainScheme.Length..] : token.Text;
            if (EndpointText.TryParse(text, out NetworkEndpoint endpoint))
            {
                endpoints.Add(endpoint);
            }
            else if (Array.Exists(OtherSchemes, scheme => text.StartsWith(scheme, StringComparison.Ordinal)))
            {
                diagnostics.Error(token.Place, $"upstream '{token.Text}' has a transport that is not supported by this version: expected dns");
            }
            else
            {
                ReadFile(token, text, files, endpoints, diagnostics);
            }
        }

        IReadOnlyList<NetworkEndpoint> distinct = [.. endpoints.Distinct()];
        if (distinct.Count == 0 && !diagnostics.HasErrors)
        {
            diagnostics.Error(tokens[0].Place, "forward has no upstream: expected at least one nameserver");
        }

        if (distinct.Count > ForwardOptionsReader.MaxUpstreams)
        {
            diagnostics.Error(
                tokens[0].Place,
                string.Create(CultureInfo.InvariantCulture, $"too many upstreams: at most {ForwardOptionsReader.MaxUpstreams}"));
        }

        return distinct;
    }

    private static void ReadFile(Token token, string path, IFileAccess files, List<NetworkEndpoint> endpoints, DiagnosticBag diagnostics)
    {
        string content;
        try
        {
            content = Encoding.UTF8.GetString(files.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            diagnostics.Error(token.Place, $"'{token.Text}' is neither an address nor an existing file: expected IP[:PORT] or a file such as /etc/resolv.conf");
            return;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            diagnostics.Error(token.Place, $"'{token.Text}' cannot be read: {exception.Message}");
            return;
        }

        int before = endpoints.Count;
        foreach (string line in content.Split('\n'))
        {
            string[] fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (fields is ["nameserver", string address, ..] && EndpointText.TryParse(address, out NetworkEndpoint endpoint))
            {
                endpoints.Add(endpoint);
            }
        }

        if (endpoints.Count == before)
        {
            diagnostics.Warning(token.Place, $"'{token.Text}' has no nameserver and is not used: expected a line like 'nameserver 192.0.2.1'");
        }
    }
}
