using System.Collections.Concurrent;
using System.Text;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Server.Serving;

namespace ClusterDns.Tests.Listeners;

/// <summary>Does what the first label of the name says; the answer's one record tells which address was asked.</summary>
internal sealed class ScriptedPipeline : IQueryPipeline
{
    internal const string Sync = "sync";
    internal const string Wait = "wait";
    internal const string WaitUnasked = "wait-unasked";
    internal const string EnterOnly = "enter-only";
    internal const string Drop = "drop";
    internal const string Throw = "throw";
    internal const string ThrowLate = "throw-late";
    internal const string Large = "large";
    internal const string TooLarge = "too-large";
    internal const string Stream = "stream";
    internal const string StreamLate = "stream-late";
    internal const string StreamBroken = "stream-broken";

    /// <summary>How many messages a whole stream has.</summary>
    internal const int StreamLength = 1000;

    private static readonly byte[] SyncLabel = Encoding.ASCII.GetBytes(Sync);

    private readonly ConcurrentQueue<TaskCompletionSource> _waiting = new();
    private int _handled;
    private int _streamed;
    private int _disposed;

    /// <summary>The response code of answers, to tell two pipelines apart.</summary>
    internal ResponseCode Code { get; init; } = ResponseCode.NoError;

    /// <summary>Called for each query, on the thread that serves it.</summary>
    internal Action? OnQuery { get; init; }

    /// <summary>How many messages of streams were made.</summary>
    internal int Streamed => Volatile.Read(ref _streamed);

    /// <summary>How many streams were disposed of.</summary>
    internal int Disposed => Volatile.Read(ref _disposed);

    internal int Handled => Volatile.Read(ref _handled);

    internal int Waiting => _waiting.Count;

    public ValueTask<bool> HandleAsync(
        Query query,
        int length,
        TransportProtocol transport,
        in NetworkEndpoint local,
        in NetworkEndpoint remote,
        IWaitGate? waitGate)
    {
        OnQuery?.Invoke();
        QueryVerdict verdict = query.Accept(length, transport, in local, in remote, 0, waitGate);
        Interlocked.Increment(ref _handled);
        if (verdict != QueryVerdict.Serve)
        {
            query.WriteResponse();
            return new(verdict == QueryVerdict.Respond);
        }

        if (query.GetLabel(0).SequenceEqual(SyncLabel))
        {
            return new(Answer(query, Code));
        }

        switch (Encoding.ASCII.GetString(query.GetLabel(0)))
        {
            case Wait:
                return query.TryBeginWait() ? WaitAsync(query, fail: false) : new(Answer(query, ResponseCode.Refused));
            case WaitUnasked:
                return WaitAsync(query, fail: false);
            case EnterOnly:
                return new(Answer(query, query.TryBeginWait() && query.TryBeginWait() ? Code : ResponseCode.Refused));
            case Throw:
                throw new InvalidOperationException("scripted");
            case ThrowLate:
                return WaitAsync(query, fail: true);
            case Stream:
                return new(BeginStream(query, StreamLength));
            case StreamBroken:
                return new(BeginStream(query, 3));
            case StreamLate:
                return WaitAsync(query, fail: false, streams: true);
            case Large:
                return new(AnswerLarge(query));
            case TooLarge:
                // As if it were a stream's, so that the answer is more than a datagram carries.
                query.Accept(length, TransportProtocol.Tcp, in local, in remote, 0, waitGate);
                return new(AnswerLarge(query, records: 244, last: 80));
            default:
                return new(false);
        }
    }

    /// <summary>Lets the query go on that has waited longest.</summary>
    internal void Release()
    {
        Assert.True(_waiting.TryDequeue(out TaskCompletionSource? source));
        source.SetResult();
    }

    internal void ReleaseAll()
    {
        while (_waiting.TryDequeue(out TaskCompletionSource? source))
        {
            source.SetResult();
        }
    }

    private async ValueTask<bool> WaitAsync(Query query, bool fail, bool streams = false)
    {
        TaskCompletionSource source = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Enqueue(source);
        await source.Task;
        return fail ? throw new InvalidOperationException("scripted") : streams ? BeginStream(query, StreamLength) : Answer(query, Code);
    }

    private bool BeginStream(Query query, int messages)
    {
        query.Response.Answer("scripted");
        CountedStream stream = new(this, messages);
        stream.TryFill(query.Response);
        query.Response.Stream = stream;
        query.WriteResponse();
        return true;
    }

    private static bool Answer(Query query, ResponseCode code)
    {
        Span<byte> address = stackalloc byte[16];
        int length = query.Local.WriteAddressBytes(address);
        query.Response.Answer("scripted", code);
        query.Response.TryAddCopy(
            ResponseSection.Answer, [], length == 4 ? RecordType.A : RecordType.AAAA, 5, address[..length]);
        query.WriteResponse();
        return true;
    }

    private static bool AnswerLarge(Query query, int records = 150, byte last = 1)
    {
        query.Response.Answer("scripted");
        byte[] text = new byte[256];
        text[0] = 255;
        for (int i = 0; i < records; i++)
        {
            query.Response.TryAdd(ResponseSection.Answer, RecordType.TXT, 5, text, 0, text.Length);
        }

        byte[] lastText = new byte[last];
        lastText[0] = (byte)(last - 1);
        query.Response.TryAdd(ResponseSection.Answer, RecordType.TXT, 5, lastText, 0, last);
        query.WriteResponse();
        return true;
    }

    /// <summary>Messages of some 16 KiB, each with its number; one of another length than usual breaks at its end.</summary>
    private sealed class CountedStream(ScriptedPipeline pipeline, int messages) : ResponseStream
    {
        private static readonly byte[] Filling = [255, .. new byte[255]];

        private int _made;

        public override bool TryFill(Response response)
        {
            if (_made == messages)
            {
                return messages == StreamLength ? false : throw new InvalidOperationException("scripted");
            }

            response.TryAddCopy(ResponseSection.Answer, [], RecordType.A, 5, [0, 0, (byte)(_made >> 8), (byte)_made]);
            for (int i = 0; i < 60; i++)
            {
                response.TryAdd(ResponseSection.Answer, RecordType.TXT, 5, Filling, 0, Filling.Length);
            }

            _made++;
            Interlocked.Increment(ref pipeline._streamed);
            return true;
        }

        public override void Dispose()
        {
            Interlocked.Increment(ref pipeline._disposed);
            base.Dispose();
        }
    }
}
