using System.Buffers.Binary;
using System.Net;
using BenchmarkDotNet.Attributes;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Cache.Store;

namespace ClusterDns.Benchmarks;

/// <summary>
/// What a hit costs from the kept response to the message that is sent, in three forms of keeping: records with names written
/// out, the message as it came, and the message copied whole, which no link above could change.
/// </summary>
[MemoryDiagnoser]
public class CacheHitBenchmarks
{
    private readonly Query _context = new();
    private readonly byte[] _copy = new byte[4096];
    private readonly List<int> _timeToLivePlaces = [];
    private byte[] _message = [];
    private CacheEntry _entry = null!;
    private CacheTable _table = null!;

    /// <summary>How many addresses the answer has, beside one alias.</summary>
    [Params(1, 8)]
    public int Addresses { get; set; }

    /// <summary>Makes the response.</summary>
    [GlobalSetup]
    public void Fill()
    {
        byte[] name = DomainName.Parse("www.shop.example.org.");
        byte[] target = DomainName.Parse("web.cdn.example.net.");
        WireWriter query = new(_context.RequestBuffer);
        query.TryWriteHeader(new DnsHeader { Id = 1, QuestionCount = 1 });
        query.TryWriteQuestion(name, RecordType.A, RecordClass.IN);
        NetworkEndpoint anyone = NetworkEndpoint.From(new IPEndPoint(IPAddress.Loopback, 53));
        _context.Accept(query.Length, TransportProtocol.Udp, anyone, anyone, 0);

        Response response = _context.Response;
        response.Answer("next");
        response.TryAddCopy(ResponseSection.Answer, default, RecordType.CNAME, 60, target);
        for (int i = 0; i < Addresses; i++)
        {
            response.TryAddCopy(ResponseSection.Answer, target, RecordType.A, 60, [192, 0, 2, (byte)i]);
        }

        byte[] packed = new byte[EntryPacker.MaxLength];
        EntryPacker.TryPack(_context, packed, out int length);
        _context.WriteResponse();
        _message = _context.ResponseMessage.ToArray();
        WireReader reader = new(_message, DnsHeader.Length + name.Length + 4);
        while (reader.TryReadRecord(out RecordView record))
        {
            _timeToLivePlaces.Add(record.TimeToLiveOffset);
        }

        _entry = new CacheEntry
        {
            Data = packed[..length],
            AnswerCount = (ushort)response.Answers.Count,
            AuthorityCount = 0,
            AdditionalCount = 0,
            Code = ResponseCode.NoError,
            RecursionAvailable = true,
            AuthenticData = false,
            TimeToLive = 60,
            StoredAt = 0,
            ExpiresAt = 60,
        };
        _table = new CacheTable(0);
        _table.Set(Hash(), _context.Name, Question(), _entry);
    }

    /// <summary>Finding the entry alone.</summary>
    [Benchmark]
    public object? Find() => _table.Find(Hash(), _context.Name, Question(), 0);

    /// <summary>Records with names written out: what the cache does.</summary>
    [Benchmark(Baseline = true)]
    public int Records()
    {
        _context.Response.Reset();
        _context.Response.Answer("cache");
        _entry.CopyTo(_context.Response, 50);
        return _context.WriteResponse();
    }

    /// <summary>The message as it came, its records read on every hit.</summary>
    [Benchmark]
    public int Message()
    {
        _context.Response.Reset();
        _context.Response.Answer("cache");
        _context.Response.TryLoadMessage(_message, _message.Length, _context.QuestionName);
        foreach (ref ResponseRecord record in _context.Response.Answers.Span)
        {
            record.TimeToLive = 50;
        }

        return _context.WriteResponse();
    }

    /// <summary>The message copied whole, and patched.</summary>
    [Benchmark]
    public int Copy()
    {
        _message.CopyTo(_copy, 0);
        _context.QuestionName.CopyTo(_copy.AsSpan(DnsHeader.Length));
        foreach (int place in _timeToLivePlaces)
        {
            BinaryPrimitives.WriteUInt32BigEndian(_copy.AsSpan(place), 50);
        }

        return _message.Length;
    }

    private ulong Hash() => Question().Hash(DomainName.GetHashCode64(_context.Name));

    private static CacheQuestion Question() => new((ushort)RecordType.A, (ushort)RecordClass.IN, false, false);
}
