using System.Globalization;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;

namespace ClusterDns.Plugins.Kubernetes.Options;

/// <summary>The options of the kubernetes plugin that are about the API server.</summary>
internal static class ApiServerOptionsReader
{
    private static readonly string[] Names =
        ["endpoint", "tls", "kubeconfig", "apiserver_qps", "apiserver_burst", "apiserver_max_inflight", "startup_timeout"];

    private static readonly OptionValue<int> Number = Values.Integer(0, int.MaxValue);
    private static readonly OptionValue<double> Rate = Values.Parsed<double>("QPS", "number", "0 or more", static (string text, out double rate) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out rate) && double.IsFinite(rate) && rate >= 0);

    private static readonly OptionsReader<TlsFiles> Tls = new OptionsReader<TlsFiles>(new TlsFiles("", "", ""))
        .Argument(Values.Text("CERT"), static (files, certificate) => files with { Certificate = certificate })
        .Argument(Values.Text("KEY"), static (files, key) => files with { Key = key })
        .Argument(Values.Text("CACERT"), static (files, authority) => files with { Authority = authority })
        .Complete(static (files, line) =>
        {
            if (files.Certificate.Length == 0 != (files.Key.Length == 0))
            {
                line.Error(line.Directive.Place, $"'tls' has only a {(files.Key.Length == 0 ? "certificate" : "key")}: expected a certificate and its key, or neither");
            }

            return files;
        });

    /// <summary>Declares the options.</summary>
    /// <param name="reader">The plugin's reader.</param>
    public static OptionsReader<KubernetesOptions> Declare(OptionsReader<KubernetesOptions> reader)
        => Names.Aggregate(DeclareOptions(reader), static (all, name) => all.Conflict("manifests", name, "expected one source of objects")).Complete(Check);

    private static OptionsReader<KubernetesOptions> DeclareOptions(OptionsReader<KubernetesOptions> reader) => reader
        .Option("endpoint", "URL", ReadEndpoint)
        .Option("tls", Tls, static (options, files) => With(options, server => server with { Tls = files }))
        .Option("kubeconfig", static line => line
            .Argument(Values.Text("FILE"), static (options, file) => With(options, server => server with { Kubeconfig = file, Context = null }))
            .Optional(Values.Text("CONTEXT"), static (options, context) => With(options, server => server with { Context = context })))
        .Option("apiserver_qps", Rate.Default("5"), static (options, rate) =>
            With(options, server => server with { QueriesPerSecond = rate > 0 ? rate : ApiServerOptions.DefaultQueriesPerSecond }))
        .Option("apiserver_burst", Number.As("BURST").Default("10"), static (options, burst) =>
            With(options, server => server with { Burst = burst > 0 ? burst : ApiServerOptions.DefaultBurst }))
        .Option("apiserver_max_inflight", Number.As("MAX").Default("0"), static (options, most) => With(options, server => server with { MaxInFlight = most }))
        .Option("startup_timeout", Values.DurationFromZero.Default("5s"), static (options, timeout) => options with { StartupTimeout = timeout }, ignoreExtra: true);

    private static KubernetesOptions With(KubernetesOptions options, Func<ApiServerOptions, ApiServerOptions> change)
        => options with { ApiServer = change(options.ApiServer!) };

    private static KubernetesOptions ReadEndpoint(KubernetesOptions options, DirectiveReader line)
    {
        if (!line.ExpectArguments(1, int.MaxValue, "endpoint URL"))
        {
            return options;
        }

        if (line.Arguments.Count > 1)
        {
            line.Warn(line.Arguments[1].Place, $"Multiple endpoints have been deprecated, only the first specified endpoint '{line.Arguments[0].Text}' is used");
        }

        return With(options, server => server with { Endpoint = line.Arguments[0].Text });
    }

    private static KubernetesOptions Check(KubernetesOptions options, DirectiveReader line)
    {
        ApiServerOptions server = options.ApiServer!;
        if (server.Kubeconfig is not null || server.Endpoint is null)
        {
            string reason = server.Kubeconfig is null ? "without 'endpoint'" : "beside 'kubeconfig'";
            foreach (DirectiveSyntax option in line.Directive.Block.Where(static option => option.Name.Text is "endpoint" or "tls"))
            {
                line.Warn(option.Place, $"'{option.Name}' has no effect {reason}: delete it");
            }
        }
        else if (!server.TryCreateUri(out _))
        {
            line.Error(line.Find("endpoint")!.Arguments[0].Place, $"invalid URL '{server.Endpoint}' for endpoint: expected for example https://10.0.0.1:6443");
        }

        return options.Manifests.Count > 0 ? options with { ApiServer = null } : options;
    }
}
