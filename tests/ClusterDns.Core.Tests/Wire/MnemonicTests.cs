using System.Text;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Tests.Wire;

public class MnemonicTests
{
    [Theory]
    [InlineData(RecordType.A, "A")]
    [InlineData(RecordType.AAAA, "AAAA")]
    [InlineData(RecordType.NSAPPTR, "NSAP-PTR")]
    [InlineData(RecordType.DLV, "DLV")]
    [InlineData((RecordType)65400, "TYPE65400")]
    [InlineData((RecordType)0, "TYPE0")]
    public void Types_have_a_text(RecordType type, string text)
    {
        Assert.Equal(text, RecordTypes.ToText(type));
        Assert.True(RecordTypes.TryParse(text, out RecordType upper));
        Assert.Equal(type, upper);
        Assert.True(RecordTypes.TryParse(text.ToLowerInvariant(), out RecordType lower));
        Assert.Equal(type, lower);
        Assert.True(RecordTypes.TryParse($"TYPE{(ushort)type}", out RecordType numbered));
        Assert.Equal(type, numbered);
    }

    [Theory]
    [InlineData("")]
    [InlineData("B")]
    [InlineData("TYPE")]
    [InlineData("TYPE-1")]
    [InlineData("TYPE+1")]
    [InlineData("TYPE 1")]
    [InlineData("TYPE65536")]
    public void What_is_no_type_is_refused(string text) => Assert.False(RecordTypes.TryParse(text, out _));

    [Fact]
    public void Every_number_has_a_text_that_leads_back()
    {
        Span<byte> ascii = stackalloc byte[RecordTypes.MaxTextLength];
        for (int number = 0; number <= ushort.MaxValue; number++)
        {
            var type = (RecordType)number;
            string text = RecordTypes.ToText(type);
            Assert.True(RecordTypes.TryParse(text, out RecordType parsed));
            Assert.Equal(type, parsed);
            Assert.True(RecordTypes.TryWriteText(type, ascii, out int written));
            Assert.Equal(text, Encoding.ASCII.GetString(ascii[..written]));
        }
    }

    [Fact]
    public void Every_declared_type_but_any_has_its_own_name_as_mnemonic()
    {
        foreach (RecordType type in Enum.GetValues<RecordType>())
        {
            Assert.Equal(Enum.GetName(type), RecordTypes.ToText(type).Replace("-", "", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(RecordClass.IN, "IN")]
    [InlineData(RecordClass.CH, "CH")]
    [InlineData(RecordClass.ANY, "ANY")]
    [InlineData((RecordClass)42, "CLASS42")]
    public void Classes_have_a_text(RecordClass recordClass, string text)
    {
        Assert.Equal(text, RecordClasses.ToText(recordClass));
        Assert.True(RecordClasses.TryParse(text, out RecordClass parsed));
        Assert.Equal(recordClass, parsed);
    }

    [Fact]
    public void Response_codes_and_opcodes_have_a_text_within_their_range()
    {
        Assert.Equal("NXDOMAIN", ResponseCodes.ToText(ResponseCode.NXDomain));
        Assert.Equal("NOERROR", ResponseCodes.ToText(ResponseCode.NoError));
        Assert.Equal("RCODE4095", ResponseCodes.ToText((ResponseCode)4095));
        Assert.True(ResponseCodes.TryParse("refused", out ResponseCode code));
        Assert.Equal(ResponseCode.Refused, code);
        Assert.False(ResponseCodes.TryParse("RCODE4096", out _));
        Assert.Equal("QUERY", Opcodes.ToText(Opcode.Query));
        Assert.Equal("OPCODE3", Opcodes.ToText((Opcode)3));
        Assert.False(Opcodes.TryParse("OPCODE16", out _));
    }

    [Fact]
    public void Text_that_does_not_fit_is_not_written()
    {
        Assert.False(RecordTypes.TryWriteText(RecordType.AAAA, new byte[3], out int written));
        Assert.Equal(0, written);
        Assert.False(RecordTypes.TryWriteText((RecordType)65400, new byte[8], out written));
        Assert.Equal(0, written);
        Assert.False(RecordTypes.TryWriteText((RecordType)65400, new byte[3], out written));
        Assert.Equal(0, written);
    }
}
