using ClusterDns.Core.Records;
using ClusterDns.Core.Tests.Wire;
using ClusterDns.Core.Wire;
using CsCheck;

namespace ClusterDns.Core.Tests.Records;

public class RdataPropertyTests
{
    /// <summary>The types with a text form, and some without.</summary>
    private static readonly Gen<int> AnyType = Gen.OneOf(Gen.Int[0, 110], Gen.Int[256, 270], Gen.Int[32768, 32769]);

    private static readonly (RecordType Type, byte[] Rdata)[] Examples =
    [
        .. RdataTableTests.Rows().Select(static row => (RecordTypes.TryParse((string)row[0], out RecordType type) ? type : default, Convert.FromHexString((string)row[2]))),
    ];

    [Fact]
    public void Rdata_with_a_few_octets_changed_is_refused_or_survives_its_text() =>
        Gen.Select(
            Gen.Int[0, Examples.Length - 1],
            Gen.Select(Gen.Int[0, 200], Gen.OneOf(Gen.Byte, Gen.Const((byte)0), Gen.Const(byte.MaxValue))).List[0, 3],
            Gen.Int[-3, 3]).Sample((index, changes, longer) =>
        {
            (RecordType type, byte[] example) = Examples[index];
            byte[] rdata = [.. example.Take(Math.Max(0, example.Length + Math.Min(longer, 0))), .. new byte[Math.Max(0, longer)]];
            foreach ((int position, byte value) in changes)
            {
                if (rdata.Length > 0)
                {
                    rdata[position % rdata.Length] = value;
                }
            }

            string text = RdataText.ToText(type, rdata);
            byte[] parsed = new byte[ushort.MaxValue];
            bool isRead = RdataText.TryParse(type, text, default, parsed, out int length, out string? error);
            Assert.True(isRead == RdataText.IsWellFormed(type, rdata), $"{type} {text}: {error}");
            if (isRead)
            {
                Assert.Equal(rdata, parsed[..length]);
            }
        });

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
        Gen.Select(AnyType, Gen.Byte.Array[0, 40]).Sample((number, rdata) =>
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
        Gen.Select(AnyType, Gen.String[Gen.Char["\"\\# .019afA:@=,/-mhNE\tä\uD800"], 0, 60]).Sample((number, text) =>
        {
            bool parsed = RdataText.TryParse((RecordType)number, text, default, new byte[300], out int length, out string? error);
            Assert.Equal(parsed, error is null);
            Assert.True(parsed || length == 0);
        });
}
