using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;
using CsCheck;
using Arsoft = ARSoft.Tools.Net.Dns;

namespace ClusterDns.Core.Tests.Wire;

/// <summary>ARSoft.Tools.Net as a second opinion on the wire format.</summary>
public class ArsoftTests
{
    [Fact]
    public void It_reads_what_we_wrote() =>
        RecordGen.PlainMessage.Sample(
            message =>
            {
                Arsoft.DnsMessage read = Arsoft.DnsMessage.Parse(RecordGen.Write(message));

                Assert.Equal(message.Header.Id, read.TransactionID);
                Assert.False(read.IsQuery);
                Assert.Equal(message.Header.Flags.HasFlag(HeaderFlags.AuthoritativeAnswer), read.IsAuthoritiveAnswer);
                Assert.Equal(message.Header.Flags.HasFlag(HeaderFlags.RecursionAvailable), read.IsRecursionAllowed);
                Arsoft.DnsQuestion question = Assert.Single(read.Questions);
                Assert.Equal(DomainName.ToText(message.Name), ArsoftJudge.Describe(question.Name));
                Assert.Equal((int)message.Type, (int)question.RecordType);
                AssertSame(message.Answers, read.AnswerRecords);
                AssertSame(message.Authorities, read.AuthorityRecords);
                AssertSame(message.Additionals, read.AdditionalRecords);
            },
            iter: 300);

    [Fact]
    public void We_read_what_it_wrote() =>
        RecordGen.PlainMessage.Sample(
            message =>
            {
                byte[] bytes = ArsoftJudge.Encode(ArsoftJudge.Build(message));

                var reader = new WireReader(bytes);
                byte[] name = new byte[DomainName.MaxWireLength];
                byte[] rdata = new byte[ushort.MaxValue];
                Assert.True(reader.TryReadHeader(out DnsHeader header));
                Assert.Equal(message.Header, header);
                Assert.True(reader.TryReadQuestion(name, out int length, out RecordType type, out RecordClass recordClass));
                Assert.Equal(message.Name, name[..length]);
                Assert.Equal((message.Type, RecordClass.IN), (type, recordClass));
                foreach (GeneratedRecord expected in message.Records)
                {
                    Assert.True(reader.TryReadRecord(out RecordView view));
                    Assert.True(CompressedName.TryExpand(bytes, view.OwnerOffset, name, out length, out _));
                    Assert.True(RdataNames.TryExpandRdata(bytes, in view, rdata, out int rdataLength));
                    var read = new GeneratedRecord(
                        name[..length], view.Type, view.Class, view.TimeToLive, rdata[..rdataLength]);

                    // It points to names that differ in case, and so changes the case of later ones.
                    Assert.Equal(ArsoftJudge.Describe(expected), ArsoftJudge.Describe(read), ignoreCase: true);
                }

                Assert.Equal(0, reader.Remaining);
            },
            iter: 300);

    [Fact]
    public void EDNS_is_the_same_to_both()
    {
        var options = new EdnsOptionWriter(new byte[64]);
        Assert.True(options.TryWrite(EdnsOptionCode.Cookie, [1, 2, 3, 4, 5, 6, 7, 8]));
        var writer = new WireWriter(new byte[512]);
        Assert.True(writer.TryWriteHeader(new DnsHeader { QuestionCount = 1, AdditionalCount = 1 }));
        Assert.True(writer.TryWriteQuestion(DomainName.Parse("a.b"), RecordType.A, RecordClass.IN));
        Assert.True(writer.TryWriteOpt(1400, 1, 0, dnssecOk: true, options.Written));

        Arsoft.DnsMessage read = Arsoft.DnsMessage.Parse(writer.Written.ToArray());
        Assert.NotNull(read.EDnsOptions);
        Assert.Equal(1400, read.EDnsOptions.UdpPayloadSize);
        Assert.True(read.EDnsOptions.IsDnsSecOk);
        Assert.Equal(0, read.EDnsOptions.Version);
        Assert.Equal(ResponseCode.BadVers, (ResponseCode)read.ReturnCode);
        Arsoft.EDnsOptionBase option = Assert.Single(read.EDnsOptions.Options);
        Assert.Equal((int)EdnsOptionCode.Cookie, (int)option.Type);

        byte[] encoded = ArsoftJudge.Encode(read);
        QueryView view = default;
        Assert.Equal(QueryStatus.Ok, MessageParser.TryParseQuery(encoded, ref view));
        Assert.True(view.Edns is { Present: true, UdpSize: 1400, ExtendedRcode: 1, DnssecOk: true, Version: 0 });
        Assert.Equal(options.Written.ToArray(), view.Edns.Options(encoded).ToArray());
    }

    private static void AssertSame(List<GeneratedRecord> expected, List<Arsoft.DnsRecordBase> actual) =>
        Assert.Equal(expected.Select(ArsoftJudge.Describe), actual.Select(ArsoftJudge.Describe), StringComparer.Ordinal);
}
