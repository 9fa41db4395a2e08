using System.Globalization;
using System.Text;

namespace ClusterDns.ApiBench;

/// <summary>
/// The objects of one kind as the bytes that an API server sends, and what has happened to them. Each change has a version of its own, one more
/// than the one before. Thread-safe.
/// </summary>
/// <param name="path">Where the server has them.</param>
/// <param name="kind">The kind's name, as objects have it.</param>
/// <param name="apiVersion">The version of the API, as objects have it.</param>
/// <param name="items">The objects, as they stand in a list.</param>
internal sealed class ServedKind(string path, string kind, string apiVersion, IEnumerable<byte[]> items)
{
    private const string Expired = """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version","reason":"Expired","code":410}""";

    private readonly Lock _lock = new();
    private readonly List<byte[]?> _items = [.. items];
    private readonly List<(long Version, byte[] Line)> _history = [];
    private readonly List<ServedWatch> _watches = [];
    private readonly Dictionary<long, byte[][]> _snapshots = [];
    private long _version = 1000;
    private long _listedVersion;
    private long _compacted;

    /// <summary>Where the server has them.</summary>
    public string Path => path;

    /// <summary>The kind's name.</summary>
    public string Kind => kind;

    /// <summary>The version of the API.</summary>
    public string ApiVersion => apiVersion;

    /// <summary>The version of the last change.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>The version at which the objects were last listed. What has a later one was told as a change.</summary>
    public long ListedVersion => Volatile.Read(ref _listedVersion);

    /// <summary>What begins an event about an object; the object follows without its first brace.</summary>
    public byte[] AddedPrefix { get; } = Encoding.UTF8.GetBytes($$"""{"type":"ADDED","object":{"kind":"{{kind}}","apiVersion":"{{apiVersion}}",""");

    /// <summary>Adds an object that is told to nobody: before anything is served.</summary>
    /// <param name="item">The object; null for one that is to come.</param>
    /// <returns>Its place.</returns>
    public int Add(byte[]? item)
    {
        lock (_lock)
        {
            _items.Add(item);
            return _items.Count - 1;
        }
    }

    /// <summary>Makes, changes or deletes an object.</summary>
    /// <param name="place">Its place.</param>
    /// <param name="render">Makes the object of the change's version; called before anybody is told.</param>
    /// <param name="isDeleted">Whether it is gone.</param>
    /// <param name="isTold">Whether the watches are told, or left to find out by a list.</param>
    public void Change(int place, Func<long, byte[]> render, bool isDeleted = false, bool isTold = true)
    {
        lock (_lock)
        {
            long version = _version + 1;
            byte[] item = render(version);
            bool wasThere = _items[place] is not null;
            _items[place] = isDeleted ? null : item;
            Volatile.Write(ref _version, version);
            if (isTold && (wasThere || !isDeleted))
            {
                Tell(version, WriteEvent(isDeleted ? "DELETED" : wasThere ? "MODIFIED" : "ADDED", item));
            }
        }
    }

    /// <summary>Everything as it is now.</summary>
    /// <param name="version">The version.</param>
    /// <param name="isKept">Whether pages of it will be asked for by its version.</param>
    public byte[][] List(out long version, bool isKept)
    {
        lock (_lock)
        {
            version = _version;
            Volatile.Write(ref _listedVersion, version);
            byte[][] snapshot = [.. _items.OfType<byte[]>()];
            if (isKept)
            {
                _snapshots[version] = snapshot;
            }

            return snapshot;
        }
    }

    /// <summary>What a list had whose pages are being asked for.</summary>
    /// <param name="version">Its version.</param>
    public byte[][]? FindList(long version)
    {
        lock (_lock)
        {
            return _snapshots.GetValueOrDefault(version);
        }
    }

    /// <summary>The first object alone.</summary>
    /// <param name="version">The version.</param>
    public byte[] First(out long version)
    {
        lock (_lock)
        {
            version = _version;
            return _items.OfType<byte[]>().First();
        }
    }

    /// <summary>Begins a watch that begins with everything.</summary>
    /// <param name="initial">Everything.</param>
    /// <param name="version">Its version.</param>
    public ServedWatch WatchAll(out byte[][] initial, out long version)
    {
        lock (_lock)
        {
            initial = List(out version, isKept: false);
            return Begin(new ServedWatch());
        }
    }

    /// <summary>Begins a watch.</summary>
    /// <param name="from">The version after which it begins.</param>
    public ServedWatch Watch(long from)
    {
        lock (_lock)
        {
            ServedWatch watch = new();
            if (from < _compacted)
            {
                watch.Send(WriteEvent("ERROR", Expired));
                watch.End(isBroken: false);
                return watch;
            }

            _snapshots.Remove(from);
            foreach ((_, byte[] line) in _history.Where(happened => happened.Version > from))
            {
                watch.Send(line);
            }

            return Begin(watch);
        }
    }

    /// <summary>A watch is over.</summary>
    /// <param name="watch">The watch.</param>
    public void Leave(ServedWatch watch)
    {
        lock (_lock)
        {
            _watches.Remove(watch);
        }
    }

    /// <summary>Says on each watch that nothing has changed.</summary>
    public void TellBookmark()
    {
        lock (_lock)
        {
            foreach (ServedWatch watch in _watches)
            {
                watch.Send(WriteBookmark(_version, endsInitialEvents: false));
            }
        }
    }

    /// <summary>Breaks off each watch; it may be resumed.</summary>
    public void BreakOff()
    {
        lock (_lock)
        {
            _watches.ForEach(static watch => watch.End(isBroken: true));
        }
    }

    /// <summary>Forgets what has happened, and says so on each watch: everything is to be listed anew.</summary>
    public void Expire()
    {
        lock (_lock)
        {
            _history.Clear();
            _compacted = _version;
            foreach (ServedWatch watch in _watches)
            {
                watch.Send(WriteEvent("ERROR", Expired));
                watch.End(isBroken: false);
            }
        }
    }

    /// <summary>A bookmark.</summary>
    /// <param name="version">Its version.</param>
    /// <param name="endsInitialEvents">Whether a watch has told what was there when it began.</param>
    public byte[] WriteBookmark(long version, bool endsInitialEvents)
    {
        string annotations = endsInitialEvents ? ""","annotations":{"k8s.io/initial-events-end":"true"}""" : "";
        return Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $$$$"""{"type":"BOOKMARK","object":{"kind":"{{{{kind}}}}","apiVersion":"{{{{apiVersion}}}}","metadata":{"resourceVersion":"{{{{version}}}}"{{{{annotations}}}}}}}{{{{'\n'}}}}"""));
    }

    private static byte[] WriteEvent(string type, string item) => Encoding.UTF8.GetBytes($$"""{"type":"{{type}}","object":{{item}}}{{'\n'}}""");

    private byte[] WriteEvent(string type, byte[] item)
        => WriteEvent(type, $$"""{"kind":"{{kind}}","apiVersion":"{{apiVersion}}",{{Encoding.UTF8.GetString(item.AsSpan(1))}}""");

    private void Tell(long version, byte[] line)
    {
        _history.Add((version, line));
        foreach (ServedWatch watch in _watches)
        {
            watch.Send(line);
        }
    }

    private ServedWatch Begin(ServedWatch watch)
    {
        _watches.Add(watch);
        return watch;
    }
}
