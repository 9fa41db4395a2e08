using System.Globalization;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Timeouts;

/// <summary>The options of the timeouts plugin; null where the Corefile leaves the server's own.</summary>
/// <param name="Read">How long a connection may take to deliver a message it has begun, 1 s to 24 h.</param>
/// <param name="Write">How long a client may leave its answers unread, 1 s to 24 h.</param>
/// <param name="Idle">How long a connection may rest between queries, 1 s to 24 h.</param>
/// <param name="MaxConnectionQueries">After how many queries a connection is closed; 0 for never.</param>
public sealed record TimeoutsOptions(TimeSpan? Read, TimeSpan? Write, TimeSpan? Idle, int? MaxConnectionQueries);

/// <summary>Says how long connections may take and rest, and how many queries one may ask.</summary>
public sealed class TimeoutsPlugin : Plugin<TimeoutsOptions>
{
    private const int Unlimited = -1;

    private static readonly string[] Options = ["read", "write", "idle", "maxtcpqueries"];
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Most = TimeSpan.FromHours(24);

    /// <inheritdoc/>
    public override string Name => "timeouts";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.All;

    /// <inheritdoc/>
    protected override TimeoutsOptions? Parse(PluginParseContext context)
    {
        // Options of all directives add up; the last of each name counts.
        TimeoutsOptions options = new(null, null, null, null);
        bool isValid = true;
        foreach (DirectiveSyntax directive in context.Directives)
        {
            isValid &= TryApplyAll(new DirectiveReader(directive, context.Diagnostics), ref options);
        }

        return isValid ? options : null;
    }

    private static bool TryApplyAll(DirectiveReader reader, ref TimeoutsOptions options)
    {
        bool isValid = reader.ExpectArguments(0, 0, "timeouts { OPTION... }");
        if (reader.Directive.Block.Count == 0)
        {
            reader.Error(reader.Directive.Place, $"timeouts has no options: expected at least one of {string.Join(", ", Options)}");
            return false;
        }

        foreach (DirectiveSyntax option in reader.Directive.Block)
        {
            if (Options.Contains(option.Name.Text, StringComparer.Ordinal))
            {
                isValid &= TryApply(reader.For(option), ref options);
            }
            else
            {
                reader.UnknownOption(option, Options);
                isValid = false;
            }
        }

        return isValid;
    }

    /// <summary>A number without a unit is one of seconds here, and nowhere else in a Corefile.</summary>
    private static Token WithUnit(Token token)
        => int.TryParse(token.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? token with { Text = token.Text + "s" } : token;

    /// <inheritdoc/>
    protected override void Build(TimeoutsOptions options, PluginBuildContext context)
    {
        context.Listener.ReadTimeout = options.Read;
        context.Listener.WriteTimeout = options.Write;
        context.Listener.IdleTimeout = options.Idle;
        context.Listener.MaxConnectionQueries = options.MaxConnectionQueries;
    }

    private static bool TryApply(DirectiveReader reader, ref TimeoutsOptions options)
    {
        if (string.Equals(reader.Name, "maxtcpqueries", StringComparison.Ordinal))
        {
            return TryApplyQueries(reader, ref options);
        }

        if (!reader.ExpectArguments(1, 1, $"{reader.Name} DURATION") || !reader.TryDuration(WithUnit(reader.Arguments[0]), Least, out TimeSpan time))
        {
            return false;
        }

        if (time > Most)
        {
            reader.Error(reader.Arguments[0].Place, $"'{reader.Arguments[0].Text}' is no value for {reader.Name}, expected a duration of at most 24h");
            return false;
        }

        options = reader.Name switch
        {
            "read" => options with { Read = time },
            "write" => options with { Write = time },
            _ => options with { Idle = time },
        };
        return true;
    }

    private static bool TryApplyQueries(DirectiveReader reader, ref TimeoutsOptions options)
    {
        if (!reader.ExpectArguments(1, 1, "maxtcpqueries NUMBER") ||
            !reader.TryInteger(reader.Arguments[0], Unlimited, int.MaxValue, out int queries))
        {
            return false;
        }

        if (queries == 0)
        {
            reader.Error(reader.Arguments[0].Place, "'0' is no value for maxtcpqueries, expected a number from 1 on, or -1 for no bound");
            return false;
        }

        options = options with { MaxConnectionQueries = queries == Unlimited ? 0 : queries };
        return true;
    }
}
