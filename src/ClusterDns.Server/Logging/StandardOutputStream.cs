using System.Runtime.InteropServices;
using ClusterDns.Server.Interop;
using Microsoft.Win32.SafeHandles;

namespace ClusterDns.Server.Logging;

/// <summary>
/// A descriptor to write to, such as standard output. Unlike the runtime's stream it reports a pipe whose reader is gone, and how much
/// of the data was written before a failure.
/// </summary>
/// <param name="file">The descriptor.</param>
internal sealed unsafe class StandardOutputStream(SafeFileHandle file) : Stream
{
    private const int Descriptor = 1;
    private const int PollMilliseconds = 1000;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Opens standard output.</summary>
    public static Stream Open()
        => OperatingSystem.IsLinux()
            ? new StandardOutputStream(new SafeFileHandle(Descriptor, ownsHandle: false))
            : Console.OpenStandardOutput();

    /// <summary>Writes what there is room for.</summary>
    /// <param name="data">The data; not empty.</param>
    /// <returns>How many bytes were written; 0 when the reader of a pipe took nothing for a second.</returns>
    /// <exception cref="IOException">Nothing can be written; the message says why.</exception>
    public int WriteSome(ReadOnlySpan<byte> data)
    {
        while (true)
        {
            nint written;
            fixed (byte* source = data)
            {
                written = FileCalls.Write(file, source, (nuint)data.Length);
            }

            if (written >= 0)
            {
                return (int)written;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case ErrorNumbers.Interrupted:
                    break;
                case ErrorNumbers.WouldBlock:
                    if (!WaitForReader())
                    {
                        return 0;
                    }

                    break;
                case int error:
                    throw new IOException(Marshal.GetPInvokeErrorMessage(error));
            }
        }
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            buffer = buffer[WriteSome(buffer)..];
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    private bool WaitForReader()
    {
        FileCalls.PollEntry entry = new() { Descriptor = (int)file.DangerousGetHandle(), Events = FileCalls.PollWritable };
        return FileCalls.Poll(&entry, 1, PollMilliseconds) > 0;
    }
}
