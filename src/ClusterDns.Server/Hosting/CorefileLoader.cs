using ClusterDns.Core.Corefiles;
using ClusterDns.Server.CommandLine;
using ClusterDns.Server.Files;

namespace ClusterDns.Server.Hosting;

/// <summary>Finds and reads the Corefile that the command line means.</summary>
/// <param name="environment">The value of an environment variable; null where it is not set.</param>
/// <param name="standardInput">Opens standard input, for <c>-conf stdin</c>.</param>
internal sealed class CorefileLoader(Func<string, string?> environment, Func<Stream> standardInput)
{
    private const string DefaultFile = "Corefile";
    private const string StandardInput = "stdin";

    private static readonly ReadOnlyMemory<byte> DefaultContent = "whoami\nlog\n"u8.ToArray();

    private ReadOnlyMemory<byte>? _input;

    /// <summary>Reads and parses. Standard input is read once: later calls get the same of it, with its imports as they are then.</summary>
    /// <param name="options">The command line.</param>
    /// <param name="diagnostics">Where errors and warnings go.</param>
    /// <returns>The Corefile; not to be run when there are errors.</returns>
    public CorefileDocument? Load(CommandLineOptions options, DiagnosticBag diagnostics)
    {
        PhysicalCorefileSource source = new();
        string name = options.ConfigurationFile ?? DefaultFile;
        ReadOnlyMemory<byte> content;
        if (string.Equals(name, StandardInput, StringComparison.Ordinal))
        {
            content = _input ??= ReadInput();
        }
        else if (options.ConfigurationFile is null && !File.Exists(DefaultFile))
        {
            // Without any Corefile, CoreDNS serves the root with these two, on its default port.
            name = "(built-in default)";
            content = new ReadOnlyMemory<byte>([.. ".:"u8, .. Ascii(options.DnsPort), (byte)'\n', .. DefaultContent.Span]);
        }
        else if (BoundedReader.IsPipe(name) && _input is { } read)
        {
            // What came through a pipe is gone.
            content = read;
        }
        else if (!source.TryRead(name, CorefileLimits.Bytes + 1, out content, out string problem))
        {
            diagnostics.Error(new SourcePlace(name, 1, 1), $"cannot read the Corefile: {problem}; expected a file (set by -conf)");
            return null;
        }
        else if (BoundedReader.IsPipe(name))
        {
            _input = content;
        }

        return CorefileParser.Parse(name, content, source, environment, diagnostics);
    }

    private ReadOnlyMemory<byte> ReadInput()
    {
        using Stream input = standardInput();
        return PhysicalCorefileSource.ReadAll(input, CorefileLimits.Bytes + 1);
    }

    private static byte[] Ascii(int number)
        => System.Text.Encoding.ASCII.GetBytes(number.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
