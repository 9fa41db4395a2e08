using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using ClusterDns.Core.Http;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Pprof;

/// <summary>The pages about the process, as plain text.</summary>
/// <param name="files">Where /proc is, for the names of threads.</param>
internal sealed class ProcessReport(IFileAccess files)
{
    private const string Root = "/debug/pprof";

    /// <summary>The pages by their paths.</summary>
    public IEnumerable<(string Path, Action<HttpExchange> Write)> Pages =>
    [
        (Root, WriteIndex),
        ($"{Root}/", WriteIndex),
        ($"{Root}/cmdline", static exchange => exchange.Body.Write(Encoding.UTF8.GetBytes(string.Join('\0', Environment.GetCommandLineArgs())))),
        ($"{Root}/gc", WriteCollections),
        ($"{Root}/heap", WriteHeap),
        ($"{Root}/threads", WriteThreads),
    ];

    private static void WriteIndex(HttpExchange exchange) => Write(exchange, $"""
        {Root}/

        cmdline   the command line, its words separated by NUL
        gc        collections, pauses and allocated bytes since the start
        heap      the managed heap after the last collection, by generation
        threads   the thread pool, and the threads of the process

        The profiles of Go (profile, trace, symbol, goroutine) do not exist here.

        """);

    private static void WriteCollections(HttpExchange exchange)
    {
        StringBuilder text = new();
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            Append(text, $"collections of generation {generation}", GC.CollectionCount(generation));
        }

        Append(text, "total pause, ms", GC.GetTotalPauseDuration().TotalMilliseconds);
        Append(text, "allocated, bytes", GC.GetTotalAllocatedBytes());
        Append(text, "server GC", System.Runtime.GCSettings.IsServerGC ? 1 : 0);
        Write(exchange, text.ToString());
    }

    private static void WriteHeap(HttpExchange exchange)
    {
        GCMemoryInfo info = GC.GetGCMemoryInfo(GCKind.Any);
        StringBuilder text = new();
        Append(text, "in use now, bytes", GC.GetTotalMemory(forceFullCollection: false));
        Append(text, "after collection number", info.Index);
        Append(text, "heap, bytes", info.HeapSizeBytes);
        Append(text, "committed, bytes", info.TotalCommittedBytes);
        Append(text, "fragmented, bytes", info.FragmentedBytes);
        Append(text, "pinned objects", info.PinnedObjectsCount);
        Append(text, "available to the process, bytes", info.TotalAvailableMemoryBytes);
        ReadOnlySpan<GCGenerationInfo> generations = info.GenerationInfo;
        string[] names = ["generation 0", "generation 1", "generation 2", "large objects", "pinned objects"];
        for (int i = 0; i < generations.Length && i < names.Length; i++)
        {
            Append(text, $"{names[i]}, bytes", generations[i].SizeAfterBytes);
            Append(text, $"{names[i]}, fragmented bytes", generations[i].FragmentationAfterBytes);
        }

        Write(exchange, text.ToString());
    }

    private void WriteThreads(HttpExchange exchange)
    {
        StringBuilder text = new();
        Append(text, "pool threads", ThreadPool.ThreadCount);
        Append(text, "pool items waiting", ThreadPool.PendingWorkItemCount);
        Append(text, "pool items completed", ThreadPool.CompletedWorkItemCount);
        Append(text, "lock contentions", Monitor.LockContentionCount);
        text.Append("\nid      state         CPU ms  name\n");
        using Process process = Process.GetCurrentProcess();
        foreach (ProcessThread thread in process.Threads)
        {
            using (thread)
            {
                AppendThread(text, thread);
            }
        }

        Write(exchange, text.ToString());
    }

    private void AppendThread(StringBuilder text, ProcessThread thread)
    {
        try
        {
            text.Append(CultureInfo.InvariantCulture, $"{thread.Id,-7} {thread.ThreadState,-10} {thread.TotalProcessorTime.TotalMilliseconds,9:F0}  {NameOf(thread.Id)}\n");
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // The thread has ended since the list was made.
        }
    }

    private string NameOf(int thread)
    {
        try
        {
            return Encoding.UTF8.GetString(files.ReadAllBytes($"/proc/self/task/{thread}/comm")).TrimEnd('\n');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A thread that has ended, or a system without /proc: the line goes without a name.
            return "";
        }
    }

    private static void Append(StringBuilder text, string name, double value) => text.Append(CultureInfo.InvariantCulture, $"{name}: {value:0.###}\n");

    private static void Write(HttpExchange exchange, string text) => exchange.Body.Write(Encoding.UTF8.GetBytes(text));
}
