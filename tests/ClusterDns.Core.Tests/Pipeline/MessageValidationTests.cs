using System.Buffers.Binary;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Tests.Records;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Tests.Pipeline;

/// <summary>Messages of upstreams, put together byte by byte: the question is <c>a.</c>, type A, at offset 12.</summary>
public class MessageValidationTests
{
    private const string Name = "C00C";

    private readonly Response _response = new();

    [Theory]
    [InlineData("A", "C0000201")]
    [InlineData("CNAME", "C00C")]
    [InlineData("CNAME", "0178C00C")]
    [InlineData("MX", "000AC00C")]
    [InlineData("SOA", "C00CC00C0000000100000002000000030000000400000005")]
    [InlineData("SRV", "000100020003C00C")]
    [InlineData("NAPTR", "00010002000000C00C")]
    [InlineData("TXT", "00")]
    [InlineData("NSEC", "00")]
    [InlineData("TYPE65400", "")]
    [InlineData("TYPE65400", "C00C")]
    public void Record_of_its_types_form_is_taken(string type, string rdata)
    {
        Assert.Equal(MessageFault.None, Load(1, 0, 0, Record(Name, type, rdata)));
        Assert.Equal(1, _response.Answers.Count);
    }

    [Theory]
    [InlineData("A", "C00002")]
    [InlineData("A", "C000020101")]
    [InlineData("A", "")]
    [InlineData("AAAA", "C0000201")]
    [InlineData("CNAME", "")]
    [InlineData("CNAME", "0378")]
    [InlineData("CNAME", "0000")]
    [InlineData("CNAME", "C000")]
    [InlineData("CNAME", "C00B")]
    [InlineData("CNAME", "C0FF")]
    [InlineData("CNAME", "4078")]
    [InlineData("MX", "00")]
    [InlineData("MX", "000A")]
    [InlineData("MX", "000AC00C00")]
    [InlineData("SOA", "C00CC00C00000001")]
    [InlineData("SOA", "C00CC00C000000010000000200000003000000040000000500")]
    [InlineData("SRV", "00010002C00C")]
    [InlineData("NAPTR", "0001000200")]
    [InlineData("TXT", "")]
    [InlineData("TXT", "0561")]
    [InlineData("HINFO", "0161")]
    [InlineData("CAA", "00")]
    [InlineData("CAA", "0000")]
    [InlineData("DS", "00010802")]
    [InlineData("DNSKEY", "0100")]
    [InlineData("RRSIG", "00010802000000000000000000000000000100")]
    [InlineData("RRSIG", "000108020000000000000000000000000001C00C00")]
    [InlineData("NSEC", "000000")]
    [InlineData("NSEC", "00000100")]
    [InlineData("NSEC3", "0100000000")]
    [InlineData("SVCB", "000100000300021F")]
    [InlineData("HTTPS", "00010000030002000100010003026832")]
    [InlineData("TLSA", "030101")]
    [InlineData("SSHFP", "01")]
    [InlineData("LOC", "00")]
    [InlineData("DNAME", "0378")]
    [InlineData("URI", "0001")]
    [InlineData("KX", "0001")]
    [InlineData("TYPE0", "")]
    [InlineData("ANY", "")]
    [InlineData("AXFR", "")]
    [InlineData("OPT", "")]
    [InlineData("TSIG", "")]
    public void Record_of_another_form_makes_its_section_malformed(string type, string rdata)
    {
        byte[] bad = Record(Name, type, rdata);
        byte[] good = Record(Name, "A", "C0000201");
        Assert.Equal(MessageFault.Answer, Load(2, 0, 0, good, bad));
        Assert.Equal(0, _response.Answers.Count);
        Assert.Equal(MessageFault.Authority, Load(1, 1, 0, good, bad));
        Assert.Equal(0, _response.Answers.Count + _response.Authority.Count);
        if (type is "OPT" or "TSIG")
        {
            return;
        }

        Assert.Equal(MessageFault.Additional, Load(1, 0, 2, good, good, bad));
        Assert.Equal((1, 0), (_response.Answers.Count, _response.Additional.Count));
    }

    [Theory]
    [InlineData("C000")]
    [InlineData("C006")]
    [InlineData("C013")]
    [InlineData("C0FF")]
    [InlineData("80")]
    [InlineData("41")]
    public void Owner_name_that_cannot_be_read_makes_its_section_malformed(string owner)
        => Assert.Equal(MessageFault.Answer, Load(1, 0, 0, Record(owner, "A", "C0000201")));

    [Fact]
    public void Name_that_its_pointers_make_too_long_makes_its_section_malformed()
    {
        // An owner of 251 octets, whose 4 labels more make 256 octets in the second record.
        string label = "3F" + new string('6', 126);
        byte[] first = Record($"{label}{label}{label}3B{new string('6', 118)}00", "A", "C0000201");
        Assert.Equal(MessageFault.None, Load(1, 0, 0, first));
        Assert.Equal(MessageFault.None, Load(2, 0, 0, first, Record("0161C013", "A", "C0000201")));
        Assert.Equal(MessageFault.Answer, Load(2, 0, 0, first, Record("0361616161C013", "A", "C0000201")));
    }

    [Theory]
    [InlineData(2, 0, 0, MessageFault.Answer)]
    [InlineData(1, 1, 0, MessageFault.Authority)]
    [InlineData(1, 0, 1, MessageFault.Additional)]
    [InlineData(0, 0, 0, MessageFault.Trailing)]
    public void Counts_that_do_not_fit_the_records_are_a_fault(byte answers, byte authority, byte additional, MessageFault fault)
        => Assert.Equal(fault, Load(answers, authority, additional, Record(Name, "A", "C0000201")));

    [Theory]
    [InlineData(3)]
    [InlineData(254)]
    [InlineData(255)]
    [InlineData(0)]
    public void Record_of_another_class_than_was_asked_makes_its_section_malformed(byte recordClass)
    {
        byte[] record = Record(Name, "TXT", "00");
        record[5] = recordClass;
        Assert.Equal(MessageFault.Answer, Load(1, 0, 0, record));
    }

    [Fact]
    public void OPT_may_appear_once_and_belongs_to_the_root()
    {
        byte[] opt = Record("00", "OPT", "");
        Assert.Equal(MessageFault.None, Load(0, 0, 1, opt));
        Assert.Equal(MessageFault.Additional, Load(0, 0, 2, opt, opt));
        Assert.Equal(MessageFault.Additional, Load(0, 0, 1, Record(Name, "OPT", "")));
        Assert.Equal(MessageFault.Answer, Load(1, 0, 0, opt));
        Assert.Equal(MessageFault.Authority, Load(0, 1, 0, opt));
    }

    [Theory]
    [InlineData(0x7FFFFFFFU)]
    [InlineData(0x80000000U)]
    [InlineData(0xFFFFFFFFU)]
    public void Time_to_live_with_the_top_bit_set_is_the_largest_value(uint seconds)
    {
        byte[] record = Record(Name, "A", "C0000201");
        BinaryPrimitives.WriteUInt32BigEndian(record.AsSpan(6), seconds);
        Assert.Equal(MessageFault.None, Load(1, 0, 0, record));
        Assert.Equal((uint)int.MaxValue, _response.Answers.Span[0].TimeToLive);
    }

    [Fact]
    public void Record_of_every_type_passes_and_cut_anywhere_it_never_passes_as_longer()
    {
        foreach (object[] row in RdataTableTests.Rows())
        {
            string rdata = (string)row[2];
            Assert.Equal(MessageFault.None, Load(1, 0, 0, Record(Name, (string)row[0], rdata)));
            byte[] record = Record(Name, (string)row[0], rdata);
            for (int length = 0; length < record.Length; length++)
            {
                Assert.Equal(MessageFault.Answer, Load(1, 0, 0, record[..length]));
            }
        }
    }

    private static byte[] Record(string owner, string type, string rdata)
    {
        Assert.True(RecordTypes.TryParse(type, out RecordType recordType));
        return
        [
            .. Convert.FromHexString(owner), (byte)((int)recordType >> 8), (byte)recordType, 0, 1, 0, 0, 0, 60,
            (byte)(rdata.Length / 2 >> 8), (byte)(rdata.Length / 2), .. Convert.FromHexString(rdata),
        ];
    }

    private MessageFault Load(byte answers, byte authority, byte additional, params byte[][] records)
    {
        byte[] message =
        [
            0, 1, 0x80, 0, 0, 1, 0, answers, 0, authority, 0, additional, 1, (byte)'a', 0, 0, 1, 0, 1, .. records.SelectMany(static record => record),
        ];
        return _response.LoadMessage(message, message.Length, [1, (byte)'a', 0]);
    }
}
