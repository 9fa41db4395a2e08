using ClusterDns.Core.Corefiles;

namespace ClusterDns.Core.Pipeline;

/// <summary>Reads the occurrences of a directive in a server block, as its plugin's <see cref="DirectiveRepetition"/> says.</summary>
public static class DirectiveParsing
{
    /// <summary>Reads them.</summary>
    /// <param name="plugin">The plugin.</param>
    /// <param name="context">All occurrences, in order; at least one.</param>
    /// <returns>The plugin's options, or null when an error was reported.</returns>
    public static object? Parse(IPlugin plugin, PluginParseContext context)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        ArgumentNullException.ThrowIfNull(context);
        if (plugin.Repetition != DirectiveRepetition.First && plugin.Declaration is null)
        {
            ExpectFlatOptions(context);
        }

        return plugin.Repetition switch
        {
            DirectiveRepetition.Once => ParseOnce(plugin, context),
            DirectiveRepetition.First => ParseFirst(plugin, context),
            DirectiveRepetition.Last => ParseLast(plugin, context),
            _ => plugin.Parse(context),
        };
    }

    private static object? ParseOnce(IPlugin plugin, PluginParseContext context)
    {
        foreach (DirectiveSyntax later in context.Directives.Skip(1))
        {
            context.Diagnostics.Error(
                later.Place, $"duplicate '{plugin.Name}' in this server block (first at {context.Directives[0].Place}): expected once");
        }

        return Only(plugin, context, context.Directives[0]);
    }

    private static object? ParseFirst(IPlugin plugin, PluginParseContext context)
    {
        DirectiveSyntax first = context.Directives[0];
        foreach (DirectiveSyntax later in context.Directives.Skip(1))
        {
            context.Diagnostics.Warning(later.Place, $"this '{plugin.Name}' has no effect: the first one in the server block counts ({first.Place})");
        }

        return Only(plugin, context, first);
    }

    private static object? ParseLast(IPlugin plugin, PluginParseContext context)
    {
        DirectiveSyntax last = context.Directives[^1];
        bool isValid = true;
        foreach (DirectiveSyntax earlier in context.Directives.SkipLast(1))
        {
            context.Diagnostics.Warning(earlier.Place, $"this '{plugin.Name}' has no effect: the last one in the server block counts ({last.Place})");
            isValid &= Only(plugin, context, earlier) is not null;
        }

        object? options = Only(plugin, context, last);
        return isValid ? options : null;
    }

    private static object? Only(IPlugin plugin, PluginParseContext context, DirectiveSyntax directive)
        => plugin.Parse(context with { Directives = [directive] });

    /// <summary>Options have no braces of their own, unless the plugin declares them. Plugins of which the first occurrence counts check their block themselves.</summary>
    private static void ExpectFlatOptions(PluginParseContext context)
    {
        foreach (DirectiveSyntax option in context.Directives.SelectMany(static directive => directive.Block))
        {
            _ = new DirectiveReader(option, context.Diagnostics).ExpectNoBlock();
        }
    }
}
