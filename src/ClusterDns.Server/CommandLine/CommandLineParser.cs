using System.Globalization;

namespace ClusterDns.Server.CommandLine;

/// <summary>
/// Reads flags in the syntax of Go's flag package, which scripts written for CoreDNS use: one dash or two, a value after a space
/// or an equals sign, and no value after a space for a boolean flag.
/// </summary>
internal static class CommandLineParser
{
    /// <summary>How the program is used.</summary>
    public const string Usage = """
        Usage of clusterdns:
          -conf FILE
                Corefile to load (default "Corefile" in the working directory; "stdin" for standard input)
          -dns.port PORT
                port of server blocks without a port (default 53)
          -h, -help
                print this help and exit
          -p PORT
                short form of -dns.port
          -pidfile FILE
                file to write the process ID to
          -plugins
                print the supported plugins and exit
          -quiet
                start without a banner
          -version
                print the version and exit
        """;

    private const int WrongFlag = 2;
    private const int WrongArguments = 1;

    /// <summary>Reads a command line.</summary>
    /// <param name="arguments">The arguments, without the program's name.</param>
    public static CommandLineResult Parse(IReadOnlyList<string> arguments)
    {
        CommandLineOptions options = new();
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            if (argument.Length < 2 || argument[0] != '-')
            {
                return Extra(arguments, i);
            }

            if (string.Equals(argument, "--", StringComparison.Ordinal))
            {
                return i + 1 < arguments.Count ? Extra(arguments, i + 1) : new CommandLineResult(options, null, 0);
            }

            string flag = argument[1] == '-' ? argument[2..] : argument[1..];
            string? value = null;
            int equals = flag.IndexOf('=', StringComparison.Ordinal);
            if (equals >= 0)
            {
                value = flag[(equals + 1)..];
                flag = flag[..equals];
            }

            if (flag.Length == 0 || flag[0] == '-')
            {
                return Wrong($"bad flag syntax: {argument}");
            }

            if (TakesValue(flag))
            {
                if (value is null && ++i == arguments.Count)
                {
                    return Wrong($"flag needs an argument: -{flag}");
                }

                value ??= arguments[i];
            }

            if (Apply(flag, value, ref options) is { } error)
            {
                return Wrong(error);
            }
        }

        return new CommandLineResult(options, null, 0);
    }

    private static bool TakesValue(string flag) => flag is "conf" or "dns.port" or "p" or "pidfile";

    private static string? Apply(string flag, string? value, ref CommandLineOptions options)
    {
        switch (flag)
        {
            case "conf":
                options = options with { ConfigurationFile = NullIfEmpty(value) };
                return null;
            case "pidfile":
                options = options with { PidFile = NullIfEmpty(value) };
                return null;
            case "dns.port" or "p":
                if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port is 0 or > ushort.MaxValue)
                {
                    return $"invalid value \"{value}\" for flag -{flag}: expected a port from 1 to 65535";
                }

                options = options with { DnsPort = port };
                return null;
        }

        if (!TryParseBoolean(value ?? "true", out bool isOn))
        {
            return $"invalid boolean value \"{value}\" for -{flag}: expected true or false";
        }

        switch (flag)
        {
            case "plugins":
                options = options with { ListPlugins = isOn };
                return null;
            case "quiet":
                options = options with { Quiet = isOn };
                return null;
            case "version":
                options = options with { ShowVersion = isOn };
                return null;
            case "h" or "help":
                options = options with { ShowHelp = isOn };
                return null;
            default:
                return $"flag provided but not defined: -{flag}";
        }
    }

    private static bool TryParseBoolean(string text, out bool value)
    {
        value = text is "1" or "t" or "T" or "true" or "TRUE" or "True";
        return value || text is "0" or "f" or "F" or "false" or "FALSE" or "False";
    }

    private static CommandLineResult Extra(IReadOnlyList<string> arguments, int from)
        => new(null, $"extra command line arguments: [{string.Join(' ', arguments.Skip(from))}]", WrongArguments);

    private static CommandLineResult Wrong(string error) => new(null, $"{error}\n{Usage}", WrongFlag);

    /// <summary>Where CoreDNS has an empty default, an empty value is as none.</summary>
    private static string? NullIfEmpty(string? value) => string.IsNullOrEmpty(value) ? null : value;
}
