using ClusterDns.Core.Wire;
using CsCheck;

namespace ClusterDns.Core.Tests.Wire;

public class EdnsOptionTests
{
    [Fact]
    public void Options_survive_writing_and_reading() =>
        Gen.Select(Gen.UShort, Gen.Byte.Array[0, 40]).List[0, 8].Sample(options =>
        {
            var writer = new EdnsOptionWriter(new byte[1024]);
            foreach ((ushort code, byte[] data) in options)
            {
                Assert.True(writer.TryWrite((EdnsOptionCode)code, data));
            }

            var reader = new EdnsOptionReader(writer.Written);
            foreach ((ushort code, byte[] data) in options)
            {
                Assert.True(reader.TryRead(out EdnsOptionCode read, out ReadOnlySpan<byte> octets));
                Assert.Equal((EdnsOptionCode)code, read);
                Assert.Equal(data, octets.ToArray());
            }

            Assert.False(reader.TryRead(out _, out _));
            Assert.True(reader.IsAtEnd);
        });

    [Fact]
    public void Whatever_the_octets_reading_ends() =>
        Gen.OneOf(Gen.Byte, Gen.Const((byte)0)).Array[0, 60].Sample(octets =>
        {
            var reader = new EdnsOptionReader(octets);
            int total = 0;
            while (reader.TryRead(out _, out ReadOnlySpan<byte> data))
            {
                total += 4 + data.Length;
            }

            Assert.Equal(total == octets.Length, reader.IsAtEnd);
            Assert.Equal(reader.IsAtEnd, EdnsOptionReader.IsWellFormed(octets));
        });

    [Fact]
    public void An_extended_error_has_a_code_and_a_text()
    {
        var writer = new EdnsOptionWriter(new byte[64]);
        Assert.True(writer.TryWriteExtendedError(ExtendedErrorCode.NotReady, "soon"u8));
        Assert.Equal("000F0006000E" + "736F6F6E", Convert.ToHexString(writer.Written));
    }

    [Fact]
    public void An_option_that_does_not_fit_is_not_written()
    {
        var writer = new EdnsOptionWriter(new byte[9]);
        Assert.True(writer.TryWrite(EdnsOptionCode.Cookie, [1]));
        Assert.False(writer.TryWrite(EdnsOptionCode.Cookie, [1]));
        Assert.Equal(5, writer.Written.Length);
        Assert.True(writer.TryWrite(EdnsOptionCode.Padding, []));
        Assert.Equal(9, writer.Written.Length);
    }
}
