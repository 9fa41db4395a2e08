using ClusterDns.Core.Pipeline;

namespace ClusterDns.Core.Options;

/// <summary>A reader that is made from another.</summary>
/// <param name="read">Reads with the other.</param>
/// <param name="describe">Describes the other.</param>
internal sealed class DerivedReader<TOptions>(Func<PluginParseContext, TOptions?> read, Func<string, OptionDeclaration> describe)
    : IOptionsReader<TOptions>
    where TOptions : class
{
    public TOptions? Read(PluginParseContext context) => read(context);

    public OptionDeclaration Describe(string name) => describe(name);
}
