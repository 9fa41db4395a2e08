using ClusterDns.Server.Hosting;
using ClusterDns.Server.Logging;

namespace ClusterDns.Server;

/// <summary>The server as a program: what an executable calls from its entry point.</summary>
public static class ClusterDnsHost
{
    /// <summary>Runs the server until it is asked to stop or fails.</summary>
    /// <param name="args">The command line, with CoreDNS's flags.</param>
    /// <returns>The exit code of the process: 0 after a requested stop, 1 otherwise.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        StandardDescriptors.Fill();
        TextWriter error = StandardDescriptors.OpenError();
        using ServerProcess process = new(StandardOutputStream.Open, Console.OpenStandardInput, error);
        AppDomain.CurrentDomain.UnhandledException += process.OnUnhandled;
        return await process.RunAsync(args);
    }
}
