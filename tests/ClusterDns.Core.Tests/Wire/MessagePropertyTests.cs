using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;
using CsCheck;

namespace ClusterDns.Core.Tests.Wire;

public class MessagePropertyTests
{
    [Fact]
    public void What_is_written_is_read_back_and_never_longer_than_without_compression() =>
        RecordGen.Message.Sample(message =>
        {
            byte[] uncompressed = RecordGen.WriteUncompressed(message);
            byte[] compressed = RecordGen.Write(message);
            Assert.True(compressed.Length <= uncompressed.Length);
            AssertReads(message, compressed);
            AssertReads(message, uncompressed);
        });

    [Fact]
    public void Writing_within_a_limit_takes_whole_records_or_nothing() =>
        Gen.Select(RecordGen.Message, Gen.Int[0, 700]).Sample((message, size) =>
        {
            var writer = new WireWriter(new byte[size]);
            if (!writer.TryWriteHeader(message.Header)
                || !writer.TryWriteQuestion(message.Name, message.Type, RecordClass.IN))
            {
                return;
            }

            var taken = new List<GeneratedRecord>();
            foreach (GeneratedRecord record in message.Records)
            {
                int before = writer.Length;
                if (writer.TryWriteRecord(record.Owner, record.Type, record.Class, record.TimeToLive, record.Rdata))
                {
                    taken.Add(record);
                }
                else
                {
                    Assert.Equal(before, writer.Length);
                }
            }

            DnsHeader header = message.Header;
            header.AnswerCount = (ushort)taken.Count;
            header.AuthorityCount = 0;
            header.AdditionalCount = 0;
            writer.SetHeader(in header);
            AssertReads(message with { Header = header, Answers = taken, Authorities = [], Additionals = [] }, writer.Written);
        });

    [Fact]
    public void Mutated_messages_are_read_or_refused() =>
        Gen.Select(RecordGen.Message, Gen.Select(Gen.UShort, Gen.Byte).List[1, 6], Gen.Int[0, 400]).Sample((message, changes, cut) =>
        {
            byte[] bytes = RecordGen.Write(message);
            foreach ((ushort place, byte octet) in changes)
            {
                bytes[place % bytes.Length] = octet;
            }

            ReadAll(bytes.AsSpan(0, Math.Max(0, bytes.Length - (cut % 7 == 0 ? cut : 0))));
        });

    [Fact]
    public void Random_octets_are_read_or_refused() =>
        Gen.OneOf(Gen.Byte, Gen.Byte[0, 16], Gen.Byte[0xC0, 0xC1]).Array[0, 200].Sample(bytes => ReadAll(bytes));

    /// <summary>Calls everything that reads, at every place; that it returns is the claim.</summary>
    private static void ReadAll(ReadOnlySpan<byte> bytes)
    {
        QueryView view = default;
        QueryStatus status = MessageParser.TryParseQuery(bytes, ref view);
        Assert.True(status != QueryStatus.Ok || view.QuestionEnd <= bytes.Length);

        byte[] name = new byte[DomainName.MaxWireLength];
        byte[] rdata = new byte[1024];
        for (int position = 0; position <= bytes.Length; position++)
        {
            if (CompressedName.TryExpand(bytes, position, name, out int length, out int end))
            {
                Assert.True(DomainName.IsValid(name.AsSpan(0, length)));
                Assert.InRange(end, position + 1, bytes.Length);
                Assert.True(CompressedName.TrySkip(bytes, position, out int skipped));
                Assert.Equal(end, skipped);
            }

            var reader = new WireReader(bytes, position);
            reader.TryReadQuestion(name, out _, out _, out _);
            reader = new WireReader(bytes, position);
            while (reader.TryReadRecord(out RecordView record))
            {
                Assert.InRange(record.End, record.OwnerOffset + 11, bytes.Length);
                if (RdataNames.TryExpandRdata(bytes, in record, rdata, out int rdataLength))
                {
                    Assert.NotNull(RdataText.ToText(record.Type, rdata.AsSpan(0, rdataLength)));
                }

                if (record.Type == RecordType.OPT)
                {
                    EdnsView.TryRead(bytes, in record, out _);
                }
            }
        }
    }

    private static void AssertReads(GeneratedMessage expected, ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes);
        byte[] name = new byte[DomainName.MaxWireLength];
        byte[] rdata = new byte[ushort.MaxValue];

        Assert.True(reader.TryReadHeader(out DnsHeader header));
        Assert.Equal(expected.Header, header);
        Assert.True(reader.TryReadQuestion(name, out int length, out RecordType type, out RecordClass recordClass));
        Assert.Equal(expected.Name, name[..length]);
        Assert.Equal((expected.Type, RecordClass.IN), (type, recordClass));
        foreach (GeneratedRecord record in expected.Records)
        {
            Assert.True(reader.TryReadRecord(out RecordView view));
            Assert.Equal((record.Type, record.Class, record.TimeToLive), (view.Type, view.Class, view.TimeToLive));
            Assert.True(CompressedName.TryExpand(bytes, view.OwnerOffset, name, out length, out _));
            Assert.Equal(record.Owner, name[..length]);
            Assert.True(RdataNames.TryExpandRdata(bytes, in view, rdata, out length));
            Assert.Equal(record.Rdata, rdata[..length]);
        }

        Assert.Equal(0, reader.Remaining);
    }
}
