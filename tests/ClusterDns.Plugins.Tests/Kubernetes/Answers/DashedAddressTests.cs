using System.Net;
using System.Net.Sockets;
using System.Text;
using ClusterDns.Plugins.Kubernetes.Answers;
using CsCheck;

namespace ClusterDns.Plugins.Tests.Kubernetes.Answers;

public sealed class DashedAddressTests
{
    [Theory]
    [InlineData("10-244-1-7", "10.244.1.7")]
    [InlineData("0-0-0-0", "0.0.0.0")]
    [InlineData("fd00-10-244--41", "fd00:10:244::41")]
    [InlineData("fd00-1--0", "fd00:1::")]
    [InlineData("--1", "::1")]
    [InlineData("--", "::")]
    [InlineData("1-2-3-4-5-6-7-8", "1:2:3:4:5:6:7:8")]
    [InlineData("1-2-3-4-5-6-7--", "1:2:3:4:5:6:7::")]
    [InlineData("--ffff-a00-1", "10.0.0.1")]
    [InlineData("a--b", "a::b")]
    [InlineData("10-0-0", null)]
    [InlineData("10-0-0-256", null)]
    [InlineData("10-0-0-01", null)]
    [InlineData("10-0-0-", null)]
    [InlineData("-10-0-0", null)]
    [InlineData("1-2-3-4-5-6-7", null)]
    [InlineData("1-2-3-4-5-6-7-8-9", null)]
    [InlineData("1-2-3-4--5-6-7-8", null)]
    [InlineData("1--2--3", null)]
    [InlineData("1---2", null)]
    [InlineData("-1--2", null)]
    [InlineData("fd00--12345", null)]
    [InlineData("fd00--g", null)]
    [InlineData("db-0", null)]
    [InlineData("-", null)]
    public void It_reads_addresses_with_a_dash_for_each_dot_or_colon(string text, string? address)
        => Assert.Equal(address is null ? null : IPAddress.Parse(address), Parse(text));

    [Fact]
    public void Any_address_is_read_back_from_its_dashed_text()
        => Gen.OneOf(Gen.Byte.Array[4], Gen.Byte.Array[16], Gen.Frequency((3, Gen.Const((byte)0)), (1, Gen.Byte)).Array[16]).Sample(bytes =>
        {
            IPAddress address = new(bytes);
            if (address.AddressFamily == AddressFamily.InterNetworkV6 && address.ToString().Contains('.', StringComparison.Ordinal))
            {
                return;
            }

            Assert.Equal(address, Parse(address.ToString().Replace('.', '-').Replace(':', '-')));
        });

    [Fact]
    public void What_it_takes_for_an_address_the_runtime_takes_for_the_same()
        => Gen.Char["0123456789abcdef--------g"].Array[0, 24].Select(static chars => new string(chars)).Sample(text =>
        {
            bool isIPv4 = text.Count(static c => c == '-') == 3 && !text.Contains("--", StringComparison.Ordinal);
            IPAddress? expected = IPAddress.TryParse(text.Replace('-', isIPv4 ? '.' : ':'), out IPAddress? address) &&
                (isIPv4 || text.Contains('-', StringComparison.Ordinal))
                ? address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address
                : null;
            if (isIPv4 && text.Split('-').Any(static part => part.Length > 1 && part[0] == '0'))
            {
                // The runtime reads octal; Kubernetes and Go take no leading zeros.
                expected = null;
            }

            Assert.Equal(expected, Parse(text));
        });

    private static IPAddress? Parse(string text)
    {
        Span<byte> address = stackalloc byte[16];
        int length = DashedAddress.Parse(Encoding.UTF8.GetBytes(text), address);
        return length == 0 ? null : new IPAddress(address[..length]);
    }
}
