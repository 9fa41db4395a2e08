using ClusterDns.Core.Wire;
using ClusterDns.TestKit;

namespace ClusterDns.Core.Tests.Wire;

public class AllocationTests
{
    [Fact]
    public void Reading_a_query_and_writing_its_response_allocates_nothing()
    {
        byte[] name = DomainName.Parse("Web.Default.svc.cluster.local");
        byte[] buffer = new byte[1232];
        byte[] query = WriteQuery(name);
        byte[] target = [0, 1, 0, 1, 0, 80, .. DomainName.Parse("a.web.default.svc.cluster.local")];
        int length = 0;

        Assert.Equal(0, Allocations.Count(() =>
        {
            query.CopyTo(buffer, 0);
            length = Answer(buffer, query.Length, target);
        }));
        Assert.True(length > query.Length + 16 + 40);
    }

    private static int Answer(byte[] buffer, int queryLength, ReadOnlySpan<byte> target)
    {
        QueryView view = default;
        if (MessageParser.TryParseQuery(buffer.AsSpan(0, queryLength), ref view) != QueryStatus.Ok)
        {
            return 0;
        }

        Span<byte> lower = stackalloc byte[DomainName.MaxWireLength];
        Span<byte> text = stackalloc byte[DomainName.MaxTextLength];
        Span<byte> rdata = stackalloc byte[512];
        ReadOnlySpan<byte> name = view.Name(buffer);
        DomainName.ToLowerInvariant(name, lower);
        bool equal = DomainName.Equals(name, lower[..name.Length])
            && DomainName.GetHashCode(name) == DomainName.GetHashCode(lower[..name.Length])
            && DomainName.IsSubdomainOf(name, DomainName.Root)
            && DomainName.TryWriteText(name, text, out int textLength)
            && DomainName.TryParse(text[..textLength], lower, out _);

        var writer = new WireWriter(buffer, view.NameLength);
        DnsHeader header = view.Header;
        header.Flags |= HeaderFlags.Response | HeaderFlags.AuthoritativeAnswer;
        header.AnswerCount = 2;
        writer.SetHeader(in header);
        bool written = equal
            && writer.TryWriteRecordWithOwnerAt(DnsHeader.Length, RecordType.A, RecordClass.IN, 5, [10, 0, 0, 1])
            && writer.TryWriteRecord(view.Name(buffer), RecordType.SRV, RecordClass.IN, 5, target)
            && writer.TryWriteRecord(target[6..], RecordType.A, RecordClass.IN, 5, [10, 0, 0, 1])
            && writer.TryWriteOpt(1232, 0, 0, view.Edns.DnssecOk, []);

        var reader = new WireReader(writer.Written, view.QuestionEnd);
        while (written && reader.TryReadRecord(out RecordView record))
        {
            written = RdataNames.TryExpandRdata(writer.Written, in record, rdata, out _)
                && CompressedName.TryExpand(writer.Written, record.OwnerOffset, lower, out _, out _)
                && RecordTypes.TryWriteText(record.Type, text, out _);
        }

        return written && reader.Remaining == 0 ? writer.Length : 0;
    }

    private static byte[] WriteQuery(byte[] name)
    {
        var writer = new WireWriter(new byte[512]);
        Assert.True(writer.TryWriteHeader(new DnsHeader { Id = 1, QuestionCount = 1, AdditionalCount = 1 }));
        Assert.True(writer.TryWriteQuestion(name, RecordType.A, RecordClass.IN));
        Assert.True(writer.TryWriteOpt(1232, 0, 0, dnssecOk: true, [0, 10, 0, 2, 1, 2]));
        return writer.Written.ToArray();
    }
}
