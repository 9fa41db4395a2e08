using ClusterDns.Core.Pipeline;

namespace ClusterDns.Core.Options;

/// <summary>What a plugin accepts in the Corefile: it reads options, and it describes them to tools.</summary>
/// <typeparam name="TOptions">The immutable options record.</typeparam>
public interface IOptionsReader<out TOptions>
    where TOptions : class
{
    /// <summary>Reads the occurrences of the directive, and reports every error and warning with its place.</summary>
    /// <param name="context">The directive's occurrences, in order.</param>
    /// <returns>The options, or null when an error was reported.</returns>
    TOptions? Read(PluginParseContext context);

    /// <summary>Describes the directive: its syntax, arguments and options, with what each accepts.</summary>
    /// <param name="name">The directive's name.</param>
    OptionDeclaration Describe(string name);
}
