using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Cache;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Cache;

/// <summary>Responses that come as whole messages, as an upstream's do.</summary>
public sealed class MessageTests
{
    [Fact]
    public void A_compressed_message_is_kept_record_by_record()
    {
        byte[] message = new byte[512];
        WireWriter writer = new(message);
        writer.TryWriteHeader(new DnsHeader
        {
            Flags = HeaderFlags.Response | HeaderFlags.RecursionAvailable,
            QuestionCount = 1,
            AnswerCount = 2,
        });
        writer.TryWriteQuestion(DomainName.Parse("www.example."), RecordType.A, RecordClass.IN);
        writer.TryWriteRecord(
            DomainName.Parse("www.example."), RecordType.CNAME, RecordClass.IN, 60, DomainName.Parse("a.www.example."));
        writer.TryWriteRecord(DomainName.Parse("a.www.example."), RecordType.A, RecordClass.IN, 50, [192, 0, 2, 1]);
        int length = writer.Length;
        int asked = 0;
        PluginKit kit = new(new CachePlugin(), "cache", context =>
        {
            asked++;
            context.Response.Answer("next");
            Assert.True(context.Response.TryLoadMessage(message, length, context.QuestionName));
        });

        Query first = kit.Serve("www.example.");
        first.WriteResponse();
        byte[] fromBelow = first.ResponseMessage.ToArray();
        Query hit = kit.Serve("www.example.");
        hit.WriteResponse();
        byte[] fromCache = hit.ResponseMessage.ToArray();
        fromBelow[2] |= 4;
        Assert.Equal(Convert.ToHexString(fromBelow), Convert.ToHexString(fromCache));
        Assert.Equal(1, asked);
        Assert.Equal(
            "NOERROR\nAnswer: www.example. 50 CNAME a.www.example.\nAnswer: a.www.example. 50 A 192.0.2.1", kit.Ask("www.example."));
    }
}
