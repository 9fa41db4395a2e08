using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Tests.Wire;

public class RdataNamesTests
{
    private static readonly byte[] Owner = DomainName.Parse("Www.example.org");
    private static readonly byte[] First = DomainName.Parse("mail.example.org");
    private static readonly byte[] Second = DomainName.Parse("root.mail.example.org");

    public static TheoryData<RecordType, byte[], bool> Rdata => new()
    {
        { RecordType.NS, First, true },
        { RecordType.MD, First, true },
        { RecordType.MF, First, true },
        { RecordType.CNAME, First, true },
        { RecordType.MB, First, true },
        { RecordType.MG, First, true },
        { RecordType.MR, First, true },
        { RecordType.PTR, First, true },
        { RecordType.MINFO, [.. First, .. Second], true },
        { RecordType.SOA, [.. First, .. Second, .. new byte[20]], true },
        { RecordType.MX, [0, 10, .. First], true },
        { RecordType.DNAME, First, false },
        { RecordType.RP, [.. First, .. Second], false },
        { RecordType.AFSDB, [0, 1, .. First], false },
        { RecordType.RT, [0, 1, .. First], false },
        { RecordType.KX, [0, 1, .. First], false },
        { RecordType.PX, [0, 1, .. First, .. Second], false },
        { RecordType.SRV, [0, 1, 0, 2, 0, 3, .. First], false },
        { RecordType.SIG, [.. new byte[18], .. First, 1, 2, 3], false },
        { RecordType.NXT, [.. First, 0x40], false },
        { RecordType.NAPTR, [0, 1, 0, 2, 1, (byte)'u', 0, 2, 1, 2, .. First], false },
        { RecordType.A, [1, 2, 3, 4], false },
        { RecordType.TXT, [3, 1, 2, 3], false },
        { (RecordType)65400, First, false },
    };

    [Theory]
    [MemberData(nameof(Rdata))]
    public void Rdata_survives_a_message_and_is_compressed_where_that_is_allowed(
        RecordType type, byte[] rdata, bool compressed)
    {
        byte[] message = Write(type, rdata, out RecordView record);

        Assert.Equal(compressed, record.RdataLength < rdata.Length);
        byte[] expanded = new byte[rdata.Length];
        Assert.True(RdataNames.TryExpandRdata(message, in record, expanded, out int length));
        Assert.Equal(rdata, expanded[..length]);
        Assert.Equal(type is not (RecordType.A or RecordType.TXT or (RecordType)65400), RdataNames.HasNames(type));
    }

    [Theory]
    [MemberData(nameof(Rdata))]
    public void Rdata_cut_anywhere_is_refused_where_the_type_tells(RecordType type, byte[] rdata, bool compressed)
    {
        _ = compressed;
        byte[] message = Write(type, rdata, out RecordView record);
        byte[] expanded = new byte[rdata.Length];
        int whole = record.RdataLength;
        int suffix = type switch { RecordType.SIG => 3, RecordType.NXT => 1, _ => 0 };
        for (record.RdataLength = 0; record.RdataLength < whole - suffix; record.RdataLength++)
        {
            bool free = type is RecordType.TXT or (RecordType)65400;
            Assert.Equal(free, RdataNames.TryExpandRdata(message, in record, expanded, out int length));
            Assert.Equal(free ? record.RdataLength : 0, length);
        }
    }

    [Theory]
    [MemberData(nameof(Rdata))]
    public void A_destination_that_is_too_short_is_noticed(RecordType type, byte[] rdata, bool compressed)
    {
        _ = compressed;
        byte[] message = Write(type, rdata, out RecordView record);
        for (int size = 0; size < rdata.Length; size++)
        {
            Assert.False(RdataNames.TryExpandRdata(message, in record, new byte[size], out _));
        }
    }

    [Fact]
    public void Compressed_names_are_read_where_they_should_not_have_been_written()
    {
        // SRV with a target that is a pointer to the owner.
        byte[] message = [.. new byte[12], .. Owner, 0xC0, 12, 0, 33, 0, 1, 0, 0, 0, 0, 0, 8, 0, 1, 0, 2, 0, 3, 0xC0, 12];
        var reader = new WireReader(message, 12 + Owner.Length);
        Assert.True(reader.TryReadRecord(out RecordView record));

        byte[] expanded = new byte[300];
        Assert.True(RdataNames.TryExpandRdata(message, in record, expanded, out int length));
        Assert.Equal([0, 1, 0, 2, 0, 3, .. Owner], expanded[..length]);
    }

    [Fact]
    public void Octets_after_the_last_name_are_refused()
    {
        byte[] message = [.. new byte[12], 0, 0, 5, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0];
        var reader = new WireReader(message, 12);
        Assert.True(reader.TryReadRecord(out RecordView record));
        Assert.False(RdataNames.TryExpandRdata(message, in record, new byte[300], out _));
    }

    [Fact]
    public void An_address_of_another_length_is_refused_but_for_other_classes()
    {
        byte[] message = [.. new byte[12], 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0];
        var reader = new WireReader(message, 12);
        Assert.True(reader.TryReadRecord(out RecordView record));
        Assert.False(RdataNames.TryExpandRdata(message, in record, new byte[300], out _));
        record.Class = RecordClass.CH;
        Assert.True(RdataNames.TryExpandRdata(message, in record, new byte[300], out _));
        record.Type = RecordType.AAAA;
        Assert.False(RdataNames.TryExpandRdata(message, in record, new byte[300], out _));
    }

    [Fact]
    public void Rdata_that_is_not_of_its_types_form_is_written_as_it_is()
    {
        byte[] odd = [0, 1, 0xC0];
        Write(RecordType.MX, odd, out RecordView record);
        Assert.Equal(odd.Length, record.RdataLength);
    }

    private static byte[] Write(RecordType type, byte[] rdata, out RecordView record)
    {
        var writer = new WireWriter(new byte[512]);
        Assert.True(writer.TryWriteHeader(new DnsHeader { QuestionCount = 1, AnswerCount = 1 }));
        Assert.True(writer.TryWriteQuestion(Owner, type, RecordClass.IN));
        int start = writer.Length;
        Assert.True(writer.TryWriteRecord(Owner, type, RecordClass.IN, 30, rdata));
        byte[] message = writer.Written.ToArray();
        var reader = new WireReader(message, start);
        Assert.True(reader.TryReadRecord(out record));
        Assert.Equal(message.Length, record.End);
        return message;
    }
}
