using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Tests.Wire;

public class WireWriterTests
{
    private static readonly byte[] Name = DomainName.Parse("Www.Example.ORG");
    private static readonly byte[] Address = [192, 0, 2, 1];

    [Fact]
    public void An_owner_equal_to_the_question_becomes_a_pointer_to_it()
    {
        var writer = new WireWriter(new byte[512]);
        Assert.True(writer.TryWriteHeader(new DnsHeader { Id = 1, QuestionCount = 1, AnswerCount = 1 }));
        Assert.True(writer.TryWriteQuestion(Name, RecordType.A, RecordClass.IN));
        int answer = writer.Length;

        Assert.True(writer.TryWriteRecord(Name, RecordType.A, RecordClass.IN, 5, Address));

        Assert.Equal(new byte[] { 0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 192, 0, 2, 1 }, writer.Written[answer..].ToArray());
    }

    [Fact]
    public void A_suffix_in_another_case_is_not_pointed_to()
    {
        var writer = new WireWriter(new byte[512]);
        Assert.True(writer.TryWriteHeader(default));
        Assert.True(writer.TryWriteQuestion(Name, RecordType.A, RecordClass.IN));
        int start = writer.Length;

        Assert.True(writer.TryWriteName(DomainName.Parse("a.example.ORG"), compress: true));

        Assert.Equal(new byte[] { 1, (byte)'a', 7, (byte)'e', (byte)'x', (byte)'a', (byte)'m', (byte)'p', (byte)'l', (byte)'e', 0xC0, 24 }, writer.Written[start..].ToArray());
    }

    [Fact]
    public void What_is_not_to_be_compressed_is_written_whole_but_pointed_to()
    {
        var writer = new WireWriter(new byte[512]);
        Assert.True(writer.TryWriteHeader(default));
        Assert.True(writer.TryWriteQuestion(Name, RecordType.SRV, RecordClass.IN));
        byte[] target = DomainName.Parse("host.Example.ORG.");
        byte[] rdata = [0, 1, 0, 2, 0, 3, .. target];
        Assert.True(writer.TryWriteRecord(Name, RecordType.SRV, RecordClass.IN, 5, rdata));
        int end = writer.Length;
        Assert.Equal(rdata, writer.Written[^rdata.Length..].ToArray());

        Assert.True(writer.TryWriteRecord(target, RecordType.A, RecordClass.IN, 5, Address));

        Assert.Equal(end + 16, writer.Length);
        Assert.Equal(0xC000 | (end - target.Length), (writer.Written[end] << 8) | writer.Written[end + 1]);
    }

    [Fact]
    public void A_record_that_does_not_fit_is_taken_back_with_its_names()
    {
        byte[] other = DomainName.Parse("other.example.net.");
        for (int size = 0; size < 100; size++)
        {
            var writer = new WireWriter(new byte[size]);
            if (!writer.TryWriteHeader(default) || !writer.TryWriteQuestion(Name, RecordType.A, RecordClass.IN))
            {
                Assert.True(writer.Length <= DnsHeader.Length);
                continue;
            }

            int before = writer.Length;
            bool fits = writer.TryWriteRecord(other, RecordType.MX, RecordClass.IN, 5, [0, 1, .. other]);

            Assert.Equal(size >= before + other.Length + 10 + 4, fits);
            if (!fits)
            {
                Assert.Equal(before, writer.Length);
                if (writer.TryWriteRecord(other, RecordType.A, RecordClass.IN, 5, Address))
                {
                    Assert.Equal(before + other.Length + 14, writer.Length);
                }
            }
        }
    }

    [Fact]
    public void The_limit_keeps_room_for_the_last_record()
    {
        var writer = new WireWriter(new byte[12 + 11]) { Limit = 12 };
        Assert.True(writer.TryWriteHeader(default));
        Assert.False(writer.TryWriteOpt(1232, 0, 0, dnssecOk: false, []));
        writer.Limit = 23;
        Assert.True(writer.TryWriteOpt(1232, 0, 0, dnssecOk: true, []));
        Assert.Equal(new byte[] { 0, 0, 41, 4, 0xD0, 0, 0, 0x80, 0, 0, 0 }, writer.Written[12..].ToArray());
    }

    [Fact]
    public void A_suffix_of_the_question_becomes_a_pointer_into_it()
    {
        var writer = new WireWriter(new byte[512]);
        Assert.True(writer.TryWriteHeader(default));
        Assert.True(writer.TryWriteQuestion(Name, RecordType.A, RecordClass.IN));
        int start = writer.Length;

        Assert.True(writer.TryWriteName(DomainName.Parse("Example.ORG"), compress: true));
        Assert.True(writer.TryWriteName(DomainName.Parse("ORG"), compress: true));
        Assert.True(writer.TryWriteName(DomainName.Root, compress: true));

        Assert.Equal(new byte[] { 0xC0, 16, 0xC0, 24, 0 }, writer.Written[start..].ToArray());
    }

    [Fact]
    public void A_response_goes_on_in_the_bytes_of_its_query()
    {
        byte[] buffer = new byte[512];
        var query = new WireWriter(buffer);
        Assert.True(query.TryWriteHeader(new DnsHeader { Id = 3, QuestionCount = 1 }));
        Assert.True(query.TryWriteQuestion(Name, RecordType.A, RecordClass.IN));

        var response = new WireWriter(buffer, Name.Length);
        Assert.Equal(query.Length, response.Length);
        Assert.True(response.TryWriteRecordWithOwnerAt(DnsHeader.Length, RecordType.A, RecordClass.IN, 5, Address));
        Assert.True(response.TryWriteRecord(Name, RecordType.A, RecordClass.IN, 5, Address));
        response.SetHeader(new DnsHeader { Id = 3, Flags = HeaderFlags.Response, QuestionCount = 1, AnswerCount = 2 });

        byte[] record = [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 192, 0, 2, 1];
        Assert.Equal([.. record, .. record], response.Written[query.Length..].ToArray());
        Assert.Equal(0x80, response.Written[2]);
    }

    [Fact]
    public void Names_beyond_a_pointers_reach_and_beyond_the_table_are_written_whole_and_read_back()
    {
        byte[] buffer = new byte[ushort.MaxValue];
        var writer = new WireWriter(buffer);
        Assert.True(writer.TryWriteHeader(default));
        Assert.True(writer.TryWriteQuestion(Name, RecordType.A, RecordClass.IN));
        var written = new List<(int Offset, byte[] Name)>();
        for (int i = 0; ; i++)
        {
            byte[] name = DomainName.Parse($"host-{i % 600}.pod-{i}.Example.ORG");
            int offset = writer.Length;
            if (!writer.TryWriteRecord(name, RecordType.CNAME, RecordClass.IN, 5, name))
            {
                break;
            }

            written.Add((offset, name));
        }

        Assert.True(written.Count > 1200);
        Assert.True(writer.Length > ushort.MaxValue - 100);
        byte[] read = new byte[DomainName.MaxWireLength];
        foreach ((int offset, byte[] name) in written)
        {
            Assert.True(CompressedName.TryExpand(writer.Written, offset, read, out int length, out _));
            Assert.Equal(name, read[..length]);
        }
    }

    [Theory]
    [InlineData(0x3FFF, true)]
    [InlineData(0x4000, false)]
    public void A_pointer_reaches_14_bits_far(int offset, bool reaches)
    {
        byte[] name = DomainName.Parse("net");
        var writer = new WireWriter(new byte[ushort.MaxValue]);
        Assert.True(writer.TryWriteBytes(new byte[offset]));
        Assert.True(writer.TryWriteName(name, compress: true));
        Assert.True(writer.TryWriteName(name, compress: true));

        Assert.Equal(reaches ? [0xFF, 0xFF] : name, writer.Written[(offset + name.Length)..].ToArray());
    }

    [Fact]
    public void A_name_hidden_within_a_label_of_the_question_is_not_pointed_to()
    {
        byte[] name = DomainName.Parse("org");
        var writer = new WireWriter(new byte[512]);
        Assert.True(writer.TryWriteHeader(default));
        Assert.True(writer.TryWriteQuestion([5, (byte)'x', .. name], RecordType.A, RecordClass.IN));
        int start = writer.Length;
        Assert.True(writer.TryWriteName(name, compress: true));
        Assert.Equal(name, writer.Written[start..].ToArray());
    }

    [Fact]
    public void What_was_taken_back_is_not_pointed_to()
    {
        byte[] other = DomainName.Parse("other.example.net");
        var writer = new WireWriter(new byte[512]);
        Assert.True(writer.TryWriteHeader(default));
        Assert.True(writer.TryWriteQuestion(Name, RecordType.A, RecordClass.IN));
        WireWriterMark mark = writer.Mark();
        Assert.True(writer.TryWriteName(other, compress: true));
        writer.Rollback(mark);

        int start = writer.Length;
        Assert.True(writer.TryWriteName(other, compress: true));
        Assert.Equal(other, writer.Written[start..].ToArray());
        Assert.True(writer.TryWriteName(DomainName.Parse("x.ORG"), compress: true));
        Assert.Equal(new byte[] { 1, (byte)'x', 0xC0, 24 }, writer.Written[^4..].ToArray());
    }

    [Theory]
    [InlineData(65535, true)]
    [InlineData(65536, false)]
    public void Rdata_has_at_most_65535_octets(int length, bool fits)
    {
        var writer = new WireWriter(new byte[70000]);
        Assert.Equal(fits, writer.TryWriteRecord(DomainName.Root, RecordType.TXT, RecordClass.IN, 5, new byte[length]));
        Assert.Equal(fits ? length + 11 : 0, writer.Length);
    }

    [Fact]
    public void Bugs_of_the_caller_are_exceptions()
    {
        Assert.Throws<ArgumentException>(() => new WireWriter(new byte[64]).TryWriteName([3, 1], compress: true));
        Assert.Throws<ArgumentException>(() => new WireWriter(new byte[64]).TryWriteName([0, 0], compress: true));
        Assert.Throws<ArgumentException>(() => new WireWriter(new byte[64]).TryWriteName([0xC0, 12], compress: true));
        Assert.Throws<ArgumentException>(() => new WireWriter(new byte[64]).TryWriteName([], compress: false));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WireWriter(new byte[64]).TryWritePointer(12));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WireWriter(new byte[64]) { Limit = 65 }.Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => new WireWriter(new byte[64], 60).Length);
        Assert.Throws<InvalidOperationException>(() => new WireWriter(new byte[64]).SetHeader(default));
    }
}
