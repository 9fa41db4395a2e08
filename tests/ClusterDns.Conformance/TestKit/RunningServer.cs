using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ClusterDns.Conformance.TestKit;

/// <summary>The executable, as a user starts it, on a port that the system picks.</summary>
internal sealed partial class RunningServer : IDisposable
{
    private const int LastLines = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<(string[] Parts, TaskCompletionSource<string> Line)> _awaited = [];
    private readonly Process _process;
    private readonly TaskCompletionSource<int> _port = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningServer(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Errors.Enqueue(line.Data ?? "");
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public ConcurrentQueue<string> Output { get; } = new();

    public ConcurrentQueue<string> Errors { get; } = new();

    public int Port => _port.Task.Result;

    public int ProcessId => _process.Id;

    /// <summary>Starts the executable with a Corefile and waits until it serves.</summary>
    /// <param name="flavor">Which build.</param>
    /// <param name="corefile">Its text; server blocks on port 0.</param>
    /// <param name="workingFolder">Where; null for the tests' own.</param>
    public static async Task<RunningServer> StartAsync(Executable flavor, string corefile, string? workingFolder = null)
    {
        RunningServer server = Start(flavor, workingFolder, "-conf", "stdin");
        await server._process.StandardInput.WriteAsync(corefile);
        server._process.StandardInput.Close();
        await server.WaitUntilServingAsync();
        return server;
    }

    /// <summary>Starts the executable.</summary>
    /// <param name="flavor">Which build.</param>
    /// <param name="workingFolder">Where; null for the tests' own.</param>
    /// <param name="arguments">The command line.</param>
    public static RunningServer Start(Executable flavor, string? workingFolder, params string[] arguments)
    {
        Process process = flavor.CreateProcess(arguments);
        process.StartInfo.WorkingDirectory = workingFolder ?? "";
        return new RunningServer(process);
    }

    /// <summary>Waits for the banner.</summary>
    public Task WaitUntilServingAsync() => _port.Task.WaitAsync(Patience);

    /// <summary>Waits for a line of output, or fails.</summary>
    /// <param name="part">What the line has in it.</param>
    public async Task WaitForOutputAsync(string part)
    {
        using CancellationTokenSource patience = new(Patience);
        while (!Output.Any(line => line.Contains(part, StringComparison.Ordinal)))
        {
            if (patience.IsCancellationRequested)
            {
                throw new TimeoutException($"no line has {part}");
            }

            await Task.Yield();
        }
    }

    /// <summary>Completes with the next line of output that has one of these in it; lines that are there already do not count.</summary>
    /// <param name="parts">What the line has in it.</param>
    public async Task<string> NextOutputAsync(params string[] parts)
    {
        TaskCompletionSource<string> next = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_awaited)
        {
            _awaited.Add((parts, next));
        }

        try
        {
            return await next.Task.WaitAsync(Patience);
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"no line has {string.Join(" or ", parts)} after\n{string.Join('\n', Output.TakeLast(LastLines))}", exception);
        }
    }

    /// <summary>Asks with dig.</summary>
    /// <param name="arguments">What to ask, and how.</param>
    /// <returns>What dig prints.</returns>
    public Task<string> DigAsync(params string[] arguments) => Dig.RunAsync(Port, arguments);

    /// <summary>Sends a signal.</summary>
    /// <param name="name">Its name without SIG.</param>
    public async Task SignalAsync(string name)
    {
        using Process kill = Process.Start("kill", ["-s", name, ProcessId.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    /// <summary>Tells whether the process still runs, and what it said last.</summary>
    public string Describe() => string.Join('\n',
    [
        _process.HasExited ? string.Create(CultureInfo.InvariantCulture, $"the server ended with code {_process.ExitCode}") : "the server runs",
        .. Errors,
        .. Output.TakeLast(LastLines),
    ]);

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            _port.TrySetException(new InvalidOperationException($"the server ended: {string.Join('\n', Errors)}"));
            return;
        }

        Output.Enqueue(line);
        lock (_awaited)
        {
            _awaited.RemoveAll(awaited =>
                awaited.Parts.Any(part => line.Contains(part, StringComparison.Ordinal)) && awaited.Line.TrySetResult(line));
        }

        if (BannerLine().Match(line) is { Success: true } banner)
        {
            _port.TrySetResult(int.Parse(banner.Groups["port"].ValueSpan, CultureInfo.InvariantCulture));
        }
    }

    [GeneratedRegex(@"^[^ ]*\.:(?<port>[0-9]+)( on .*)?$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex BannerLine();
}
