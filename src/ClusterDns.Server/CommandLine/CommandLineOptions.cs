namespace ClusterDns.Server.CommandLine;

/// <summary>What the command line asks for.</summary>
internal sealed record CommandLineOptions
{
    /// <summary>The port of <c>dns://</c> keys without a port.</summary>
    public const int DefaultDnsPort = 53;

    /// <summary>The Corefile's path, <c>stdin</c>, or null where it was not given.</summary>
    public string? ConfigurationFile { get; init; }

    /// <summary>The port of <c>dns://</c> keys without a port, 1 to 65535.</summary>
    public int DnsPort { get; init; } = DefaultDnsPort;

    /// <summary>The file to write the process ID to; null for none.</summary>
    public string? PidFile { get; init; }

    /// <summary>Whether to list the plugins and end.</summary>
    public bool ListPlugins { get; init; }

    /// <summary>Whether to start without a banner.</summary>
    public bool Quiet { get; init; }

    /// <summary>Whether to print the version and end.</summary>
    public bool ShowVersion { get; init; }

    /// <summary>Whether to print how the program is used and end.</summary>
    public bool ShowHelp { get; init; }
}

/// <summary>What came of reading a command line.</summary>
/// <param name="Options">What it asks for; null when it is wrong.</param>
/// <param name="Error">What is wrong with it; null when nothing is.</param>
/// <param name="ExitCode">How the process ends when it is wrong.</param>
internal sealed record CommandLineResult(CommandLineOptions? Options, string? Error, int ExitCode);
