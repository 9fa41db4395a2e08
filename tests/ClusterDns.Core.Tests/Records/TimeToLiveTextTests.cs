using ClusterDns.Core.Records;

namespace ClusterDns.Core.Tests.Records;

public class TimeToLiveTextTests
{
    [Theory]
    [InlineData("0", 0U)]
    [InlineData("3600", 3600U)]
    [InlineData("4294967295", 4294967295U)]
    [InlineData("1h", 3600U)]
    [InlineData("1H30m", 5400U)]
    [InlineData("2w3d4h5m6s", 1483506U)]
    [InlineData("1m30", 90U)]
    public void Times_are_read(string text, uint expected)
    {
        Assert.True(TimeToLiveText.TryParse(text, out uint seconds));
        Assert.Equal(expected, seconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("h")]
    [InlineData("1x")]
    [InlineData("-1")]
    [InlineData("1 h")]
    [InlineData("1hh")]
    [InlineData("4294967296")]
    [InlineData("99999999999999999999999999")]
    [InlineData("8000w")]
    [InlineData("7101w4294967295")]
    public void What_is_no_time_is_refused(string text)
    {
        Assert.False(TimeToLiveText.TryParse(text, out uint seconds));
        Assert.Equal(0U, seconds);
    }
}
