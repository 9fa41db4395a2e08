using System.Globalization;
using System.Net;
using System.Text;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Hosts;

/// <summary>
/// Reads lines of a hosts file into a table. Lines that are not entries are skipped, as <c>/etc/hosts</c> may have anything. The file's
/// text is never in memory as a whole, and what the table takes is reserved as it grows.
/// </summary>
/// <param name="zones">Names outside these zones are left out.</param>
/// <param name="reverse">Whether addresses have names.</param>
internal sealed class HostsReader(ZoneSet zones, bool reverse)
{
    /// <summary>The longest line; a longer one is skipped.</summary>
    public const int MaxLine = 1024 * 1024;

    private const int BufferSize = 16 * 1024;

    /// <summary>How much is reserved at once.</summary>
    private const int ReservationStep = 512 * 1024;

    private readonly HostsTable _table = new();
    private readonly byte[] _wire = new byte[DomainName.MaxWireLength];
    private string _addressText = "";
    private IPAddress? _address;

    /// <summary>Reads a text, such as the lines of the Corefile.</summary>
    /// <param name="text">The text.</param>
    public HostsTable Read(string text)
    {
        ReadLines(text);
        _table.Complete();
        return _table;
    }

    /// <summary>Reads a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="memory">Where the table is reserved.</param>
    /// <param name="maxLength">The most bytes that are read.</param>
    /// <param name="reserved">What was reserved; the caller releases it when the table is no longer used.</param>
    /// <exception cref="IOException">The file is longer than that, cannot be read, or memory does not allow its table; nothing is reserved then.</exception>
    public HostsTable Read(Stream file, MemoryShare memory, long maxLength, out long reserved)
    {
        reserved = 0;
        try
        {
            ReadAll(file, memory, maxLength, ref reserved);
            _table.Complete();
            return _table;
        }
        catch
        {
            memory.Release(reserved);
            reserved = 0;
            throw;
        }
    }

    private void ReadAll(Stream file, MemoryShare memory, long maxLength, ref long reserved)
    {
        byte[] buffer = new byte[BufferSize];
        char[] line = new char[BufferSize];
        int filled = 0;
        long length = 0;
        bool skips = false;
        while (true)
        {
            if (filled == buffer.Length)
            {
                skips = filled >= MaxLine;
                filled = skips ? 0 : filled;
                Array.Resize(ref buffer, Math.Min(buffer.Length * 2, MaxLine));
                Array.Resize(ref line, buffer.Length);
            }

            int read = file.Read(buffer, filled, buffer.Length - filled);
            length += read;
            if (length > maxLength)
            {
                throw new FileTooLongException(string.Create(CultureInfo.InvariantCulture, $"the file is longer than {maxLength} bytes"));
            }

            ReadOnlySpan<byte> unread = buffer.AsSpan(0, filled + read);
            for (int end; (end = unread.IndexOf((byte)'\n')) >= 0; unread = unread[(end + 1)..])
            {
                if (!skips)
                {
                    ReadLines(line.AsSpan(0, Encoding.UTF8.GetChars(unread[..end], line)));
                }

                skips = false;
            }

            if (read == 0)
            {
                ReadLines(skips ? default : line.AsSpan(0, Encoding.UTF8.GetChars(unread, line)));
                Reserve(memory, length, ref reserved);
                return;
            }

            filled = unread.Length;
            unread.CopyTo(buffer);
            Reserve(memory, length, ref reserved);
        }
    }

    /// <summary>Reserves what the table takes now and will take before the next look: growing copies a part of it.</summary>
    private void Reserve(MemoryShare memory, long read, ref long reserved)
    {
        long needed = _table.Bytes + ReservationStep - reserved;
        if (needed <= 0)
        {
            return;
        }

        long step = Math.Max(needed, ReservationStep);
        if (!memory.TryReserve(step))
        {
            throw new OutOfShareException(read, reserved + step, string.Create(
                CultureInfo.InvariantCulture,
                $"its first {read} bytes already need {_table.Bytes} bytes of memory, more than is available: raise the memory limit or use a shorter file"));
        }

        reserved += step;
    }

    private void ReadLines(ReadOnlySpan<char> text)
    {
        foreach (ReadOnlySpan<char> line in text.EnumerateLines())
        {
            int comment = line.IndexOf('#');
            ReadOnlySpan<char> rest = comment < 0 ? line : line[..comment];
            ReadOnlySpan<char> first = TakeField(ref rest);
            if (first.Length > 0 && ReadAddress(first) is { } address)
            {
                ReadNames(rest, address);
            }
        }
    }

    private void ReadNames(ReadOnlySpan<char> rest, IPAddress address)
    {
        for (ReadOnlySpan<char> name = TakeField(ref rest); name.Length > 0; name = TakeField(ref rest))
        {
            if (DomainName.TryParse(name, _wire, out int length) && zones.Match(_wire.AsSpan(0, length)) is not null)
            {
                Span<byte> lower = _wire.AsSpan(0, length);
                DomainName.ToLowerInvariant(lower, lower);
                _table.Add(lower, address, reverse);
            }
        }
    }

    /// <summary>Reads an address. A block list repeats the same one in every line.</summary>
    private IPAddress? ReadAddress(ReadOnlySpan<char> text)
    {
        if (!text.SequenceEqual(_addressText))
        {
            _addressText = text.ToString();
            _address = HostsTable.TryParseAddress(text, out IPAddress? parsed) ? parsed : null;
        }

        return _address;
    }

    private static ReadOnlySpan<char> TakeField(ref ReadOnlySpan<char> rest)
    {
        rest = rest.TrimStart();
        int end = 0;
        while (end < rest.Length && !char.IsWhiteSpace(rest[end]))
        {
            end++;
        }

        ReadOnlySpan<char> field = rest[..end];
        rest = rest[end..];
        return field;
    }
}
