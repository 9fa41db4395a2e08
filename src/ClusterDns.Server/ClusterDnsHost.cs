using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins;
using ClusterDns.Server.Hosting;
using ClusterDns.Server.Logging;

namespace ClusterDns.Server;

/// <summary>The server as a program: what an executable calls from its entry point.</summary>
public static class ClusterDnsHost
{
    /// <summary>Runs the server until it is asked to stop or fails.</summary>
    /// <param name="args">The command line, with CoreDNS's flags.</param>
    /// <param name="configure">
    /// Adds plugins to those of this version, for example <c>plugins => plugins.Add(new MyPlugin(), before: "cache")</c>; null adds none.
    /// </param>
    /// <returns>The exit code of the process: 0 after a requested stop, 1 otherwise.</returns>
    /// <exception cref="ArgumentException">A plugin cannot be added: see <see cref="PluginList.Add"/>.</exception>
    public static async Task<int> RunAsync(string[] args, Action<PluginList>? configure = null)
    {
        StandardDescriptors.Fill();
        PluginList plugins = PluginCatalog.Create();
        configure?.Invoke(plugins);
        TextWriter error = StandardDescriptors.OpenError();
        using ServerProcess process = new(StandardOutputStream.Open, Console.OpenStandardInput, error, plugins);
        AppDomain.CurrentDomain.UnhandledException += process.OnUnhandled;
        return await process.RunAsync(args);
    }
}
