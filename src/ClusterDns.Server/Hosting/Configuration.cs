using ClusterDns.Core.Corefiles;
using ClusterDns.Server.CommandLine;
using ClusterDns.Server.Serving;

namespace ClusterDns.Server.Hosting;

/// <summary>The way from the command line's Corefile to a model, at the start and at each reload.</summary>
/// <param name="options">The command line.</param>
/// <param name="environment">The world outside.</param>
/// <param name="loader">Finds and reads the Corefile.</param>
internal sealed class Configuration(CommandLineOptions options, ServerEnvironment environment, CorefileLoader loader)
{
    private bool _wasBuilt;

    /// <summary>Reads the current Corefile, and finds out whether its plugins exist.</summary>
    /// <param name="diagnostics">Where errors and warnings go.</param>
    /// <returns>The Corefile; not to be built when there are errors, and null when it cannot be read.</returns>
    public CorefileDocument? Read(DiagnosticBag diagnostics)
    {
        CorefileDocument? document = loader.Load(options, diagnostics);
        if (document is not null)
        {
            CorefileValidator.Validate(document, environment.Plugins.Names, name => environment.Plugins.Find(name) is not null, diagnostics);
        }

        return document;
    }

    /// <summary>Makes a model of a Corefile.</summary>
    /// <param name="document">The Corefile, without errors or with.</param>
    /// <param name="diagnostics">Where errors and warnings go.</param>
    /// <returns>The model, or null when there are errors.</returns>
    public ServerModel? Build(CorefileDocument document, DiagnosticBag diagnostics)
    {
        ServerModel? model = new ServerModelBuilder(environment, options.DnsPort) { IsReload = _wasBuilt }.Build(document, diagnostics);
        _wasBuilt |= model is not null;
        return model;
    }
}
