using System.Net;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Pipeline;

/// <summary>Offered by the <em>bind</em> plugin: the block is served at these addresses, and at none when there are none.</summary>
/// <param name="Addresses">The addresses; each once.</param>
public sealed record BoundAddresses(IReadOnlyList<IPAddress> Addresses);

/// <summary>Offered by the <em>root</em> plugin: the folder from which relative paths of the block's other plugins start.</summary>
/// <param name="Path">The folder.</param>
public sealed record RootFolder(string Path);

/// <summary>Offered by the <em>reload</em> plugin: how often the Corefile is checked for changes.</summary>
/// <param name="Interval">How often, before jitter.</param>
/// <param name="Jitter">How far the interval is spread: half of it to either side.</param>
public sealed record ReloadSettings(TimeSpan Interval, TimeSpan Jitter);

/// <summary>Offered by the <em>debug</em> plugin: debug lines are logged.</summary>
public sealed record DebugLines;

/// <summary>Offered by plugins that want the stack trace of an exception out of a plugin to be logged.</summary>
public sealed record StackTraces;

/// <summary>
/// Offered by plugins that answer a class other than IN: its queries run through the block's chain. Without such a plugin they are REFUSED.
/// </summary>
/// <param name="Class">The class; only CH has an effect.</param>
public sealed record ServedClass(RecordClass Class);

/// <summary>Offered to see the end of each query that no server block of the listener takes.</summary>
/// <param name="Observer">The observer; of several blocks at a listener, the first one's counts.</param>
public sealed record UnroutedObserver(IQueryObserver Observer);
