using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ClusterDns.Attack.TestKit;

/// <summary>
/// A network namespace with a loopback interface and nothing else, where packets may be dropped by rules. It ends with the process that holds it.
/// </summary>
internal sealed partial class NetworkNamespace : IDisposable
{
    private const int CloneNewNetwork = 0x40000000;
    private const string Path = ":/usr/sbin:/sbin";

    private readonly Process _holder;

    private NetworkNamespace(Process holder) => _holder = holder;

    /// <summary>Why there can be none; null when there can.</summary>
    public static string? Lack { get; } = FindLack();

    /// <summary>Makes one.</summary>
    public static async Task<NetworkNamespace> CreateAsync()
    {
        NetworkNamespace made = new(Process.Start(Shell("unshare", "--net", "sh", "-euc", "ip link set lo up; echo ready; exec cat"))!);
        return string.Equals(await made._holder.StandardOutput.ReadLineAsync(), "ready", StringComparison.Ordinal)
            ? made
            : throw new IOException($"no namespace: {await made._holder.StandardError.ReadToEndAsync()}");
    }

    /// <summary>A command that runs another one within; it becomes that one, under the same process id.</summary>
    public (string Command, string[] Arguments) Enter(string command, params string[] arguments)
        => ("nsenter", ["--target", _holder.Id.ToString(CultureInfo.InvariantCulture), "--net", "--", command, .. arguments]);

    /// <summary>Runs iptables within, to its end.</summary>
    /// <param name="arguments">Its arguments.</param>
    public async Task FilterAsync(params string[] arguments)
    {
        (string command, string[] all) = Enter("iptables", ["-w", .. arguments]);
        using Process process = Process.Start(Shell(command, all))!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new IOException($"iptables {string.Join(' ', arguments)}: {await process.StandardError.ReadToEndAsync()}");
        }
    }

    /// <summary>Makes sockets within: a socket belongs to the namespace of the thread that makes it.</summary>
    /// <typeparam name="T">What is made.</typeparam>
    /// <param name="create">Makes it.</param>
    public T Run<T>(Func<T> create)
    {
        T made = default!;
        Exception? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                int descriptor = OpenFile(string.Create(CultureInfo.InvariantCulture, $"/proc/{_holder.Id}/ns/net"), flags: 0);
                using SafeFileHandle handle = new(descriptor, ownsHandle: true);
                if (descriptor < 0 || SetNamespace(descriptor, CloneNewNetwork) != 0)
                {
                    throw new SocketException(Marshal.GetLastPInvokeError());
                }

                made = create();
            }
            catch (Exception exception) when (exception is SocketException or IOException)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? made : throw new IOException("no socket in the namespace", failure);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _holder.Kill();
        _holder.Dispose();
    }

    private static ProcessStartInfo Shell(string command, params string[] arguments)
    {
        ProcessStartInfo start = new(command, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] += Path;
        return start;
    }

    private static string? FindLack()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return "needs root, for a network namespace";
        }

        try
        {
            using Process attempt = Process.Start(Shell("unshare", "--net", "sh", "-euc", "ip link set lo up; iptables -w -A INPUT -p udp --dport 1 -j DROP"))!;
            attempt.WaitForExit();
            return attempt.ExitCode == 0 ? null : $"needs a network namespace with iptables: {attempt.StandardError.ReadToEnd().Trim()}";
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            return $"needs a network namespace: {exception.Message}";
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int descriptor, int kind);
}
