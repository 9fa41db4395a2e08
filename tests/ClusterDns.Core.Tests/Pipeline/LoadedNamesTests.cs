using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.TestKit;

namespace ClusterDns.Core.Tests.Pipeline;

/// <summary>Owners and rdata of loaded messages have the form that records of plugins have.</summary>
public sealed class LoadedNamesTests
{
    private static readonly byte[] Asked = DomainName.Parse("www.Example.");
    private static readonly byte[] Target = DomainName.Parse("edge.example.");

    private readonly Response _response = new();

    [Fact]
    public void Owner_that_is_the_asked_name_is_null_however_it_is_written()
    {
        Load(Asked, [.. Pointer(12), .. Fields(RecordType.A), 192, 0, 2, 1], [.. Asked, .. Fields(RecordType.A), 192, 0, 2, 2], [3, .. "www"u8, .. Pointer(16), .. Fields(RecordType.A), 192, 0, 2, 3]);

        Assert.Equal(3, _response.Answers.Count);
        foreach (ResponseRecord record in _response.Answers.Span)
        {
            Assert.Null(record.OwnerSource);
        }
    }

    [Fact]
    public void Owner_keeps_the_case_that_the_message_has()
    {
        byte[] question = DomainName.Parse("WWW.example.");
        Load(question, [.. Pointer(12), .. Fields(RecordType.A), 192, 0, 2, 1]);

        Assert.Equal(question, _response.Answers.Span[0].Owner.ToArray());
    }

    [Fact]
    public void Compressed_owner_is_written_out()
    {
        Load(Asked, [4, .. "edge"u8, .. Pointer(16), .. Fields(RecordType.A), 192, 0, 2, 1]);

        Assert.Equal("edge.Example.", DomainName.ToText(_response.Answers.Span[0].Owner));
    }

    [Fact]
    public void Uncompressed_names_stay_in_the_message()
    {
        byte[] message = Load(Asked, [.. Target, .. Fields(RecordType.CNAME, Target.Length), .. Target]);

        ResponseRecord record = _response.Answers.Span[0];
        Assert.Same(message, record.OwnerSource);
        Assert.Same(message, record.RdataSource);
        Assert.Equal(Target, record.Owner.ToArray());
        Assert.Equal(Target, record.Rdata.ToArray());
    }

    [Fact]
    public void Compressed_names_in_rdata_are_written_out()
    {
        byte[] mail = [0, 10, 4, .. "mail"u8, .. Pointer(16)];
        Load(Asked, [.. Pointer(12), .. Fields(RecordType.MX, mail.Length), .. mail]);

        ReadOnlySpan<byte> rdata = _response.Answers.Span[0].Rdata;
        Assert.Equal([0, 10, .. DomainName.Parse("mail.Example.")], rdata.ToArray());
    }

    [Fact]
    public void Addresses_of_an_alias_share_the_name_that_its_rdata_has()
    {
        byte[] alias = [4, .. "edge"u8, .. Pointer(16)];
        byte[] first = [.. Pointer(12), .. Fields(RecordType.CNAME, alias.Length), .. alias];
        int target = 12 + Asked.Length + 4 + first.Length - alias.Length;
        byte[] address = [.. Pointer(target), .. Fields(RecordType.A), 192, 0, 2, 1];
        Load(Asked, first, address, address);

        ResponseRecord record = _response.Answers.Span[0];
        for (int i = 1; i <= 2; i++)
        {
            Assert.Same(record.RdataSource, _response.Answers.Span[i].OwnerSource);
            Assert.Equal(record.RdataOffset, _response.Answers.Span[i].OwnerOffset);
        }
    }

    [Fact]
    public void Rdata_longer_than_a_chunk_of_the_arena_is_written_out()
    {
        byte[] signature = [.. new byte[18], .. Pointer(12), .. new byte[40_000]];
        Load(Asked, [.. Pointer(12), .. Fields(RecordType.SIG, signature.Length), .. signature]);

        Assert.Equal([.. new byte[18], .. Asked, .. new byte[40_000]], _response.Answers.Span[0].Rdata.ToArray());
    }

    [Fact]
    public void Names_that_need_more_room_than_a_response_has_are_a_fault()
    {
        // In a record of 16 octets, names of 490.
        byte[] longName = [.. Enumerable.Repeat<byte[]>([60, .. new byte[60]], 4).SelectMany(static label => label), 0];
        byte[] person = [.. Pointer(12), .. Pointer(12)];
        byte[] record = [.. Pointer(12), .. Fields(RecordType.RP, person.Length), .. person];
        Assert.Equal(MessageFault.Answer, TryLoad(longName, Enumerable.Repeat(record, 4_000), out _));
        Assert.Equal(0, _response.Answers.Count);
        Assert.Equal(MessageFault.None, TryLoad(longName, Enumerable.Repeat(record, 2_000), out _));
    }

    [Fact]
    public void Loading_an_alias_and_its_addresses_allocates_nothing()
    {
        byte[] alias = [4, .. "edge"u8, .. Pointer(16)];
        byte[] first = [.. Pointer(12), .. Fields(RecordType.CNAME, alias.Length), .. alias];
        byte[] address = [.. Pointer(12 + Asked.Length + 4 + 12), .. Fields(RecordType.A), 192, 0, 2, 1];
        byte[] message = Load(Asked, first, address, address);

        Assert.Equal(0, Allocations.Count(() => _response.LoadMessage(message, message.Length, Asked)));
    }

    private static byte[] Pointer(int offset) => [(byte)(0xC0 | (offset >> 8)), (byte)offset];

    private static byte[] Fields(RecordType type, int length = 4)
        => [(byte)((int)type >> 8), (byte)type, 0, 1, 0, 0, 0, 60, (byte)(length >> 8), (byte)length];

    private byte[] Load(byte[] question, params byte[][] records)
    {
        Assert.Equal(MessageFault.None, TryLoad(question, records, out byte[] message));
        return message;
    }

    private MessageFault TryLoad(byte[] question, IEnumerable<byte[]> records, out byte[] message)
    {
        byte[][] all = [.. records];
        message = [0, 1, 0x80, 0, 0, 1, (byte)(all.Length >> 8), (byte)all.Length, 0, 0, 0, 0, .. question, 0, 1, 0, 1, .. all.SelectMany(static record => record)];
        return _response.LoadMessage(message, message.Length, Asked);
    }
}
