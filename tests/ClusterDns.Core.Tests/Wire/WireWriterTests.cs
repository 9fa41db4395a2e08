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
}
