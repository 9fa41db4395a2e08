using ClusterDns.Core.Records;
using ClusterDns.Core.Tests.Wire;
using ClusterDns.Core.Wire;
using CsCheck;

namespace ClusterDns.Core.Tests.Records;

public class RdataPropertyTests
{
    [Fact]
    public void Well_formed_rdata_survives_its_text() =>
        RecordGen.TypeAndRdata.Sample((type, rdata) =>
        {
            string text = RdataText.ToText(type, rdata);
            byte[] parsed = new byte[ushort.MaxValue];
            Assert.True(RdataText.TryParse(type, text, default, parsed, out int length, out string? error), error);
            Assert.Equal(rdata, parsed[..length]);
        });

    [Fact]
    public void Any_rdata_has_a_text_that_leads_back() =>
        Gen.Select(Gen.Int[0, 70], Gen.Byte.Array[0, 40]).Sample((number, rdata) =>
        {
            var type = (RecordType)number;
            string text = RdataText.ToText(type, rdata);
            byte[] parsed = new byte[ushort.MaxValue];
            bool wellFormed = RdataText.IsWellFormed(type, rdata);
            bool readable = type != RecordType.OPT || rdata.Length == 0;
            if (wellFormed && readable && text.Length > 0)
            {
                Assert.True(RdataText.TryParse(type, text, default, parsed, out int length, out string? error), error);
                Assert.Equal(rdata, parsed[..length]);
            }
            else
            {
                Assert.False(RdataText.TryParse(type, text, default, parsed, out _, out string? error));
                Assert.NotNull(error);
            }
        });

    [Fact]
    public void Any_text_is_read_or_refused_with_a_reason() =>
        Gen.Select(Gen.Int[0, 70], Gen.String[Gen.Char["\"\\# .019afA:@mh\tä\uD800"], 0, 60]).Sample((number, text) =>
        {
            bool parsed = RdataText.TryParse((RecordType)number, text, default, new byte[300], out int length, out string? error);
            Assert.Equal(parsed, error is null);
            Assert.True(parsed || length == 0);
        });
}
