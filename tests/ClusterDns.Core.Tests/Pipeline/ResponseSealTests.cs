using System.Buffers.Binary;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.TestKit;

namespace ClusterDns.Core.Tests.Pipeline;

/// <summary>What sees and changes the octets of responses before they are sent.</summary>
public sealed class ResponseSealTests
{
    private readonly Query _query = new();

    [Fact]
    public void Seals_see_the_message_one_after_the_other()
    {
        _query.Seals = new IResponseSeal[] { new Trailer(2, 0xAA), new Trailer(3, 0xBB) };
        Answer(Messages.Query("a.test", RecordType.A), addresses: 1);
        int length = _query.WriteResponse();

        Assert.Equal([192, 0, 2, 1, 0xAA, 0xAA, 0xBB, 0xBB, 0xBB], _query.ResponseMessage[^9..].ToArray());
        Assert.Equal(length, BinaryPrimitives.ReadUInt16BigEndian(_query.FramedResponse.Span));
    }

    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    [InlineData(9000)]
    public void Room_for_seals_is_kept_in_a_full_response(ushort size)
    {
        _query.Seals = new IResponseSeal[] { new Trailer(100, 0xAA) };
        Answer(Messages.QueryWithEdns("a.test", RecordType.A, size), addresses: 600);

        Assert.InRange(_query.WriteResponse(), size - 15, size);
        Assert.Equal(Enumerable.Repeat((byte)0xAA, 100), _query.ResponseMessage[^100..].ToArray());
        Assert.Equal([0, 0, 41, (byte)(size >> 8), (byte)size, 0, 0, 0, 0, 0, 0], _query.ResponseMessage[^111..^100].ToArray());
    }

    [Fact]
    public void Seal_that_makes_a_response_long_gets_a_larger_buffer()
    {
        _query.Seals = new IResponseSeal[] { new Trailer(5000, 0xAA) };
        Answer(Messages.QueryWithEdns("a.test", RecordType.A, 9000), addresses: 1);

        Assert.Equal(5000 + 12 + 12 + 16 + 11, _query.WriteResponse());
    }

    [Fact]
    public void Seal_gets_less_room_where_the_question_leaves_no_more()
    {
        Trailer seal = new(1000, 0xAA);
        _query.Seals = new IResponseSeal[] { seal };
        Answer(Messages.Query("a.test", RecordType.A), addresses: 1);

        Assert.Equal(512, _query.WriteResponse());
        Assert.Equal(512, seal.Room);
        Assert.True(DnsHeader.TryRead(_query.ResponseMessage, out DnsHeader header));
        Assert.Equal((true, 0), (header.Flags.HasFlag(HeaderFlags.Truncated), header.AnswerCount));
    }

    [Fact]
    public void Seal_that_returns_more_than_the_room_is_a_bug()
    {
        _query.Seals = new IResponseSeal[] { new Trailer(0, 0xAA) { Excess = 5000 } };
        Answer(Messages.Query("a.test", RecordType.A), addresses: 1);

        Assert.Throws<InvalidOperationException>(() => _query.WriteResponse());
    }

    [Fact]
    public void Each_message_of_a_stream_is_sealed()
    {
        _query.Seals = new IResponseSeal[] { new Trailer(2, 0xAA) };
        Answer(Messages.Query("a.test", RecordType.AXFR), addresses: 1, TransportProtocol.Tcp);
        _query.Response.Options.TryAdd(EdnsOptionCode.Padding, []);
        using OneMore stream = new();
        _query.Response.Stream = stream;
        _query.WriteResponse();
        Assert.True(_query.TryWriteNextMessage());

        Assert.Equal([10, 9, 9, 9, 0xAA, 0xAA], _query.ResponseMessage[^6..].ToArray());
        Assert.False(_query.TryWriteNextMessage());
    }

    [Fact]
    public void Stream_is_disposed_of_with_its_response()
    {
        using OneMore reset = new();
        _query.Response.Stream = reset;
        _query.Reset();
        using OneMore failed = new();
        _query.Response.Stream = failed;
        _query.Response.Fail("test", ResponseCode.ServFail, null);

        Assert.Equal((1, 1), (reset.Disposals, failed.Disposals));
        Assert.Null(_query.Response.Stream);
    }

    [Fact]
    public void Sealing_allocates_nothing()
    {
        IResponseSeal[] seals = [new Trailer(2, 0xAA)];
        byte[] request = Messages.Query("a.test", RecordType.A);
        Assert.Equal(0, Allocations.Count(() =>
        {
            _query.Seals = seals;
            Answer(request, addresses: 1);
            _query.WriteResponse();
            _query.Reset();
        }));
    }

    private void Answer(byte[] request, int addresses, TransportProtocol transport = TransportProtocol.Udp)
    {
        Messages.Accept(_query, request, transport);
        _query.Response.Answer("test");
        for (int i = 0; i < addresses; i++)
        {
            _query.Response.TryAddCopy(ResponseSection.Answer, default, RecordType.A, 5, [192, 0, 2, 1]);
        }
    }

    private sealed class Trailer(int reserved, byte value) : IResponseSeal
    {
        public int Excess { get; init; }

        public int Room { get; private set; }

        public int Reserve(Query query) => reserved;

        public int Seal(Query query, Span<byte> message, int length)
        {
            Room = message.Length;
            int added = Math.Min(reserved, message.Length - length);
            message.Slice(length, added).Fill(value);
            return length + added + Excess;
        }
    }

    private sealed class OneMore : ResponseStream
    {
        private int _left = 1;

        public int Disposals { get; private set; }

        public override bool TryFill(Response response)
        {
            response.TryAddCopy(ResponseSection.Answer, default, RecordType.A, 5, [10, 9, 9, 9]);
            return _left-- > 0;
        }

        public override void Dispose()
        {
            Disposals++;
            base.Dispose();
        }
    }
}
