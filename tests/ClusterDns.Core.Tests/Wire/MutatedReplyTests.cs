using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Tests.Pipeline;
using ClusterDns.Core.Tests.Records;
using ClusterDns.Core.Wire;
using CsCheck;
using Arsoft = ARSoft.Tools.Net.Dns;

namespace ClusterDns.Core.Tests.Wire;

/// <summary>Replies with octets changed: what is taken can be written, and what is written can be read by others.</summary>
public class MutatedReplyTests
{
    [Fact]
    public void Changed_reply_is_refused_or_becomes_a_message_that_others_read() =>
        Gen.Select(RecordGen.PlainMessage, Gen.Select(Gen.Int[0, 2000], Gen.OneOf(Gen.Byte, Gen.Const((byte)0xC0), Gen.Const((byte)0))).List[0, 6], Gen.Int[0, 40])
            .Sample(
                (generated, changes, cut) =>
                {
                    byte[] message = RecordGen.Write(generated);
                    int length = cut > 30 ? Math.Max(0, message.Length - cut + 30) : message.Length;
                    foreach ((int position, byte value) in changes)
                    {
                        message[position % message.Length] = value;
                    }

                    Query query = new();
                    Messages.Accept(query, Messages.Query("www.example", RecordType.A), TransportProtocol.Tcp);
                    MessageFault fault = query.Response.LoadMessage(message, length, query.QuestionName);
                    bool isTaken = fault is MessageFault.None or MessageFault.Additional or MessageFault.Trailing;
                    Assert.True(isTaken || query.Response.Answers.Count + query.Response.Authority.Count + query.Response.Additional.Count == 0);
                    ResponseCode code = (ResponseCode)((int)query.Response.Code & 15);
                    query.Response.Answer("test", code);
                    query.Response.Truncated = false;
                    int records = query.Response.Answers.Count + query.Response.Authority.Count + query.Response.Additional.Count;

                    query.WriteResponse();

                    // Everything that was taken is written: nothing is left out under cover of TC.
                    byte[] written = query.ResponseMessage.ToArray();
                    Assert.True(DnsHeader.TryRead(written, out DnsHeader header));
                    Assert.Equal(records, header.AnswerCount + header.AuthorityCount + header.AdditionalCount);
                    Assert.Equal(code, header.ResponseCode);
                    Assert.False(header.Flags.HasFlag(HeaderFlags.Truncated));

                    Response again = new();
                    Assert.Equal(MessageFault.None, again.LoadMessage(written, written.Length, query.QuestionName));
                },
                iter: 3000);

    [Fact]
    public void Records_of_every_type_are_read_by_others_as_they_were_written()
    {
        foreach (object[] row in RdataTableTests.Rows())
        {
            Assert.True(RecordTypes.TryParse((string)row[0], out RecordType type));
            Query query = new();
            Messages.Accept(query, Messages.Query("www.example", type), TransportProtocol.Tcp);
            query.Response.Answer("test");
            query.Response.TryAddCopy(ResponseSection.Answer, default, type, 60, Convert.FromHexString((string)row[2]));
            query.WriteResponse();

            Arsoft.DnsMessage read = Arsoft.DnsMessage.Parse(query.ResponseMessage.ToArray());
            Arsoft.DnsRecordBase record = Assert.Single(read.AnswerRecords);
            Assert.Equal((int)type, (int)record.RecordType);
        }
    }
}
