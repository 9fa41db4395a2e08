using System.Collections.Concurrent;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Template;

/// <summary>Counts what matched, and what went wrong with it.</summary>
internal sealed class TemplateMetrics
{
    private readonly CounterFamily _templateFailures;
    private readonly CounterFamily _recordFailures;
    private readonly BlockTable<Matches> _matches;

    /// <summary>The metrics.</summary>
    /// <param name="registry">Where they are.</param>
    public TemplateMetrics(MetricRegistry registry)
    {
        CounterFamily matches = registry.Counters(
            "coredns_template_matches_total", "Counter of template regex matches.", "server", "zone", "view", "class", "type");
        _templateFailures = registry.Counters(
            "coredns_template_template_failures_total", "Counter of go template failures.", "server", "zone", "view", "class", "type", "section", "template");
        _recordFailures = registry.Counters(
            "coredns_template_rr_failures_total", "Counter of mis-templated RRs.", "server", "zone", "view", "class", "type", "section", "template");
        _matches = new BlockTable<Matches>(block => new Matches(block, matches));
    }

    /// <summary>The class as templates and metrics show it: the query's, or the rule's where the query asks for any.</summary>
    /// <param name="query">The query.</param>
    /// <param name="rule">The rule.</param>
    public static string ClassOf(Query query, TemplateRule rule)
    {
        RecordClass recordClass = query.Class == RecordClass.ANY ? rule.Class : query.Class;
        return recordClass is RecordClass.IN or RecordClass.CH or RecordClass.HS or RecordClass.NONE or RecordClass.ANY
            ? RecordClasses.ToText(recordClass)
            : "";
    }

    /// <summary>The type as templates and metrics show it; empty for one without a name, so that clients cannot make up new ones.</summary>
    /// <param name="query">The query.</param>
    /// <param name="rule">The rule.</param>
    public static string TypeOf(Query query, TemplateRule rule)
    {
        string text = RecordTypes.ToText(query.Type == RecordType.ANY ? rule.Type : query.Type);
        return text.StartsWith("TYPE", StringComparison.Ordinal) ? "" : text;
    }

    /// <summary>Counts a query that matched.</summary>
    /// <param name="query">The query.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="zone">The rule's zone that the name is in.</param>
    public void CountMatch(Query query, TemplateRule rule, Zone zone) => _matches.For(query.Route).Count(query, rule, zone);

    /// <summary>Counts a template that failed.</summary>
    /// <param name="query">The query.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="zone">The rule's zone that the name is in.</param>
    /// <param name="record">The record's template.</param>
    /// <param name="isRecord">Whether the template gave a text, which was not a record.</param>
    public void CountFailure(Query query, TemplateRule rule, Zone zone, RecordTemplate record, bool isRecord)
        => (isRecord ? _recordFailures : _templateFailures).With(
            query.Route.Server,
            zone.Text,
            query.Route.View,
            ClassOf(query, rule),
            TypeOf(query, rule),
            record.Section,
            record.Template.Source).Add();

    /// <summary>Counts an expression that failed.</summary>
    /// <param name="query">The query.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="zone">The rule's zone that the name is in.</param>
    /// <param name="option">The option that it belongs to.</param>
    /// <param name="expression">The expression.</param>
    public void CountFailure(Query query, TemplateRule rule, Zone zone, string option, string expression)
        => _templateFailures.With(query.Route.Server, zone.Text, query.Route.View, ClassOf(query, rule), TypeOf(query, rule), option, expression).Add();

    /// <summary>The counters of one zone and listener.</summary>
    private sealed class Matches(RouteInfo block, CounterFamily family)
    {
        private readonly ConcurrentDictionary<(Zone Zone, RecordClass Class, RecordType Type), Counter> _counters = new();

        public void Count(Query query, TemplateRule rule, Zone zone)
        {
            RecordClass recordClass = query.Class == RecordClass.ANY ? rule.Class : query.Class;
            RecordType type = query.Type == RecordType.ANY ? rule.Type : query.Type;
            if (!_counters.TryGetValue((zone, recordClass, type), out Counter? counter))
            {
                counter = family.With(block.Server, zone.Text, block.View, ClassOf(query, rule), TypeOf(query, rule));

                // Types and classes without a name share their counters, which are looked up each time: there are too many to keep.
                if (counter.LabelValues[3].Length > 0 && counter.LabelValues[4].Length > 0)
                {
                    _counters.TryAdd((zone, recordClass, type), counter);
                }
            }

            counter.Add();
        }
    }
}
