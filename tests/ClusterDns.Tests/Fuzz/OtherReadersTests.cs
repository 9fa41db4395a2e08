using ClusterDns.Core.Wire;
using ClusterDns.Fuzz;

namespace ClusterDns.Tests.Fuzz;

public class OtherReadersTests
{
    private static readonly byte[] Question = [3, .. "www"u8, 7, .. "example"u8, 0];

    [Fact]
    public void AnAnswerThatIsRightIsReadByAll()
    {
        byte[] answer = Answer(Question, RecordType.A, [192, 0, 2, 1]);

        Assert.Null(OtherReaders.Find(answer));
        Assert.Null(OtherReaders.FindByArsoft(answer));
        Assert.Null(OtherReaders.FindByDnsClient(answer));
    }

    /// <summary>What stands in rdata, where our own check of the frame does not look.</summary>
    [Theory]
    [InlineData(RecordType.CNAME, new byte[] { 0xC0, 41 })] // A name that points to itself.
    [InlineData(RecordType.CNAME, new byte[] { 0xC1, 0xFF })] // A name that points behind the end.
    [InlineData(RecordType.SRV, new byte[] { 0, 0, 0, 0, 0, 80, 9, (byte)'x' })] // A target that ends within a label.
    [InlineData(RecordType.A, new byte[] { 192 })]
    public void Malformed_rdata_is_rejected_by_both_readers(RecordType type, byte[] rdata)
    {
        byte[] answer = Answer(Question, type, rdata);

        Assert.Null(AnswerCheck.Find([.. answer[..2], 1, 0, .. answer[4..]], answer, 512));
        Assert.StartsWith("ARSoft.Tools.Net cannot read", OtherReaders.FindByArsoft(answer), StringComparison.Ordinal);
        Assert.StartsWith("DnsClient cannot read", OtherReaders.FindByDnsClient(answer), StringComparison.Ordinal);
        Assert.StartsWith("ARSoft.Tools.Net cannot read", OtherReaders.Find(answer), StringComparison.Ordinal);
    }

    [Fact]
    public void ANameOfManyLabelsIsLeftToDnsClient()
    {
        byte[] longest = [.. Enumerable.Repeat<byte[]>([1, (byte)'x'], 127).SelectMany(static label => label), 0];
        byte[] answer = Answer(longest, RecordType.A, [192, 0, 2, 1]);
        byte[] malformed = Answer(longest, RecordType.CNAME, [0xC1, 0xFF]);

        Assert.Null(OtherReaders.Find(answer));
        Assert.Null(OtherReaders.FindByArsoft(malformed));
        Assert.StartsWith("DnsClient cannot read", OtherReaders.Find(malformed), StringComparison.Ordinal);

        byte[] oneLabelFewer = Answer(longest[4..], RecordType.CNAME, [0xC1, 0xFF]);
        Assert.StartsWith("ARSoft.Tools.Net cannot read", OtherReaders.FindByArsoft(oneLabelFewer), StringComparison.Ordinal);
    }

    private static byte[] Answer(byte[] name, RecordType type, byte[] rdata) =>
    [
        0, 1, 0x84, 0, 0, 1, 0, 1, 0, 0, 0, 0, .. name, 0, (byte)type, 0, 1,
        0xC0, 12, 0, (byte)type, 0, 1, 0, 0, 0, 5, 0, (byte)rdata.Length, .. rdata,
    ];
}
