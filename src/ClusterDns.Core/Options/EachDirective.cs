using ClusterDns.Core.Pipeline;

namespace ClusterDns.Core.Options;

/// <summary>Reads each directive of a server block alone.</summary>
/// <param name="one">Reads one of them.</param>
/// <param name="combine">Makes one options record of what they say.</param>
internal sealed class EachDirective<TOne, TAll>(OptionsReader<TOne> one, Func<IReadOnlyList<TOne>, TAll> combine) : IOptionsReader<TAll>
    where TOne : class
    where TAll : class
{
    public TAll? Read(PluginParseContext context)
    {
        TOne?[] all = [.. context.Directives.Select(directive => one.Read(context with { Directives = [directive] }))];
        return Array.TrueForAll(all, static options => options is not null) ? combine(all!) : null;
    }

    public OptionDeclaration Describe(string name) => one.Describe(name);
}
