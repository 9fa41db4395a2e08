using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Tests.Records;

public class TypedRdataTests
{
    [Fact]
    public void An_SOA_is_read_in_place_and_written_the_same()
    {
        byte[] rdata = new byte[SoaRdata.MaxLength];
        Assert.True(RdataText.TryParse(RecordType.SOA, "ns. host. 1 2 3 4 5", default, rdata, out int length, out _));

        Assert.True(SoaRdata.TryRead(rdata.AsSpan(0, length), out SoaRdata soa));
        Assert.Equal("ns.", DomainName.ToText(soa.PrimaryServer));
        Assert.Equal("host.", DomainName.ToText(soa.Mailbox));
        Assert.Equal((1U, 2U, 3U, 4U, 5U), (soa.Serial, soa.Refresh, soa.Retry, soa.Expire, soa.Minimum));

        byte[] written = new byte[length];
        Assert.True(soa.TryWrite(written, out int writtenLength));
        Assert.Equal(rdata[..length], written[..writtenLength]);
        Assert.False(soa.TryWrite(new byte[length - 1], out _));
        Assert.False(SoaRdata.TryRead(rdata.AsSpan(0, length - 1), out _));
        Assert.False(SoaRdata.TryRead(rdata.AsSpan(0, length + 1), out _));
        Assert.False(SoaRdata.TryRead([0xC0, 12], out _));
    }

    [Fact]
    public void An_SRV_is_read_in_place_and_written_the_same()
    {
        byte[] rdata = new byte[SrvRdata.MaxLength];
        Assert.True(RdataText.TryParse(RecordType.SRV, "1 2 3 host.", default, rdata, out int length, out _));

        Assert.True(SrvRdata.TryRead(rdata.AsSpan(0, length), out SrvRdata srv));
        Assert.Equal((1, 2, 3), (srv.Priority, srv.Weight, srv.Port));
        Assert.Equal("host.", DomainName.ToText(srv.Target));

        byte[] written = new byte[length];
        Assert.True(srv.TryWrite(written, out int writtenLength));
        Assert.Equal(rdata[..length], written[..writtenLength]);
        Assert.False(srv.TryWrite(new byte[length - 1], out _));
        Assert.False(SrvRdata.TryRead(rdata.AsSpan(0, length - 1), out _));
        Assert.False(SrvRdata.TryRead(rdata.AsSpan(0, 3), out _));
    }
}
