using System.Globalization;
using ClusterDns.Core.Corefiles;

namespace ClusterDns.Plugins.Kubernetes.Options;

/// <summary>Reads the options of the kubernetes plugin that are about the API server.</summary>
/// <param name="diagnostics">Where errors and warnings go.</param>
internal sealed class ApiServerOptionsParser(DiagnosticBag diagnostics)
{
    /// <summary>The options' names.</summary>
    public static readonly string[] Names =
        ["endpoint", "tls", "kubeconfig", "apiserver_qps", "apiserver_burst", "apiserver_max_inflight", "startup_timeout"];

    private static readonly TimeSpan DefaultStartupTimeout = TimeSpan.FromSeconds(5);

    private readonly List<DirectiveSyntax> _options = [];
    private ApiServerOptions _read = new();

    /// <summary>How long the start waits for the cluster to be known.</summary>
    public TimeSpan StartupTimeout { get; private set; } = DefaultStartupTimeout;

    /// <summary>Reads one option.</summary>
    /// <param name="reader">Its line; the name is one of <see cref="Names"/>.</param>
    /// <returns>Whether it is right.</returns>
    public bool Parse(DirectiveReader reader)
    {
        _options.Add(reader.Directive);
        return reader.Name switch
        {
            "endpoint" => ParseEndpoint(reader),
            "tls" => ParseTls(reader),
            "kubeconfig" => ParseKubeconfig(reader),
            "apiserver_qps" => ParseQueriesPerSecond(reader),
            "apiserver_burst" => ParseBurst(reader),
            "apiserver_max_inflight" => ParseMaxInFlight(reader),
            _ => ParseStartupTimeout(reader),
        };
    }

    /// <summary>What the options say together.</summary>
    /// <param name="hasManifests">Whether the objects come from manifests.</param>
    /// <param name="options">The options; null where the objects come from manifests.</param>
    /// <returns>Whether they go together.</returns>
    public bool TryComplete(bool hasManifests, out ApiServerOptions? options)
    {
        options = hasManifests ? null : _read;
        if (hasManifests)
        {
            foreach (DirectiveSyntax option in _options)
            {
                diagnostics.Error(option.Place, $"{option.Name.Text} does not go with manifests, expected one source of objects");
            }

            return _options.Count == 0;
        }

        if (_read.Kubeconfig is not null)
        {
            Warn("endpoint", "means nothing beside kubeconfig");
            Warn("tls", "means nothing beside kubeconfig");
        }
        else if (_read.Endpoint is null)
        {
            Warn("tls", "means nothing without endpoint");
        }
        else if (!TryCreateUri(_read, out _))
        {
            diagnostics.Error(
                _options.First(static option => option.Name.Text is "endpoint").Arguments[0].Place,
                $"'{_read.Endpoint}' is no endpoint, expected a URL such as https://10.0.0.1:6443");
            return false;
        }

        return true;
    }

    /// <summary>The URL of an endpoint. One without a scheme is spoken to over TLS where there are files for it.</summary>
    /// <param name="options">The options, with an endpoint.</param>
    /// <param name="uri">The URL.</param>
    internal static bool TryCreateUri(ApiServerOptions options, out Uri? uri)
    {
        string text = options.Endpoint!.Contains("://", StringComparison.Ordinal)
            ? options.Endpoint
            : (options.Tls is null ? "http://" : "https://") + options.Endpoint;
        return Uri.TryCreate(text, UriKind.Absolute, out uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0;
    }

    private bool ParseEndpoint(DirectiveReader reader)
    {
        if (!reader.ExpectArguments(1, int.MaxValue, "endpoint URL"))
        {
            return false;
        }

        if (reader.Arguments.Count > 1)
        {
            diagnostics.Warning(
                reader.Arguments[1].Place,
                $"Multiple endpoints have been deprecated, only the first specified endpoint '{reader.Arguments[0].Text}' is used");
        }

        _read = _read with { Endpoint = reader.Arguments[0].Text };
        return true;
    }

    private bool ParseTls(DirectiveReader reader)
    {
        if (!reader.ExpectArguments(3, 3, "tls CERT KEY CACERT"))
        {
            return false;
        }

        TlsFiles files = new(reader.Arguments[0].Text, reader.Arguments[1].Text, reader.Arguments[2].Text);
        if (files.Certificate.Length == 0 != (files.Key.Length == 0))
        {
            reader.Error(reader.Directive.Place, "tls has a certificate or a key alone, expected both or neither");
            return false;
        }

        _read = _read with { Tls = files };
        return true;
    }

    private bool ParseKubeconfig(DirectiveReader reader)
    {
        if (!reader.ExpectArguments(1, 2, "kubeconfig FILE [CONTEXT]"))
        {
            return false;
        }

        _read = _read with
        {
            Kubeconfig = reader.Arguments[0].Text,
            Context = reader.Arguments.Count > 1 ? reader.Arguments[1].Text : null,
        };
        return true;
    }

    private bool ParseQueriesPerSecond(DirectiveReader reader)
    {
        if (!reader.ExpectArguments(1, 1, "apiserver_qps QPS"))
        {
            return false;
        }

        Token token = reader.Arguments[0];
        if (!double.TryParse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double rate) || !double.IsFinite(rate) || rate < 0)
        {
            reader.Error(token.Place, $"'{token.Text}' is no value for apiserver_qps, expected a number that is not negative");
            return false;
        }

        _read = _read with { QueriesPerSecond = rate > 0 ? rate : ApiServerOptions.DefaultQueriesPerSecond };
        return true;
    }

    private bool ParseBurst(DirectiveReader reader)
    {
        if (!reader.ExpectArguments(1, 1, "apiserver_burst BURST") ||
            !reader.TryInteger(reader.Arguments[0], 0, int.MaxValue, out int burst))
        {
            return false;
        }

        _read = _read with { Burst = burst > 0 ? burst : ApiServerOptions.DefaultBurst };
        return true;
    }

    private bool ParseMaxInFlight(DirectiveReader reader)
    {
        if (!reader.ExpectArguments(1, 1, "apiserver_max_inflight MAX") ||
            !reader.TryInteger(reader.Arguments[0], 0, int.MaxValue, out int most))
        {
            return false;
        }

        _read = _read with { MaxInFlight = most };
        return true;
    }

    private bool ParseStartupTimeout(DirectiveReader reader)
    {
        reader.IgnoreArgumentsAfter(1);
        if (!reader.ExpectArguments(1, int.MaxValue, "startup_timeout DURATION") ||
            !reader.TryDurationFromZero(reader.Arguments[0], out TimeSpan timeout))
        {
            return false;
        }

        StartupTimeout = timeout;
        return true;
    }

    private void Warn(string name, string problem)
    {
        foreach (DirectiveSyntax option in _options.Where(option => string.Equals(option.Name.Text, name, StringComparison.Ordinal)))
        {
            diagnostics.Warning(option.Place, $"{name} {problem}");
        }
    }
}
