using System.Text;
using ClusterDns.Core.Logging;
using ClusterDns.Server.Logging;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Tests.Logging;

public sealed class LineLoggerTests : ILogOutput, IDisposable
{
    private readonly List<string> _lines = [];
    private readonly LineLoggerProvider _provider;

    public LineLoggerTests() => _provider = new LineLoggerProvider(this);

    public void Dispose() => _provider.Dispose();

    [Theory]
    [InlineData(LogLevel.Information, "[INFO] text")]
    [InlineData(LogLevel.Warning, "[WARNING] text")]
    [InlineData(LogLevel.Error, "[ERROR] text")]
    [InlineData(LogLevel.Critical, "[FATAL] text")]
    public void ALineStartsWithItsLevel(LogLevel level, string expected)
    {
        Write("process", level, "text");

        Assert.Equal([expected], _lines);
    }

    [Fact]
    public void APluginsLineHasItsName()
    {
        Write("plugin/hosts", LogLevel.Warning, "text");

        Assert.Equal(["[WARNING] plugin/hosts: text"], _lines);
    }

    [Fact]
    public void DebugLinesAreWrittenWhenAskedFor()
    {
        Write("process", LogLevel.Debug, "unseen");
        _provider.Debug = true;
        Write("process", LogLevel.Debug, "seen");

        Assert.Equal(["[DEBUG] seen"], _lines);
    }

    [Fact]
    public void TheFrameworksOwnTalkIsLeftOut()
    {
        _provider.Debug = true;
        Write("Microsoft.Hosting.Lifetime", LogLevel.Information, "unseen");
        Write("Microsoft.Hosting.Lifetime", LogLevel.Warning, "seen");

        Assert.Equal(["[WARNING] seen"], _lines);
    }

    [Fact]
    public void AMessageIsOneLineWhateverIsInIt()
    {
        Write("process", LogLevel.Information, "a\n[ERROR] b\tc\x1b[31m\x7f");

        Assert.Equal(["[INFO] a\\n[ERROR] b\\tc\\x1b[31m\\x7f"], _lines);
    }

    [Fact]
    public void AMessageWithoutEndIsCut()
    {
        Write("process", LogLevel.Information, new string('x', LogLine.MaxLength + 1));

        Assert.Equal("[INFO] ".Length + LogLine.MaxLength + 1, _lines[0].Length);
        Assert.EndsWith("x…", _lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void AnExceptionFollowsWithALevelOnEachLine()
    {
        _provider.CreateLogger("process").Log(
            LogLevel.Error, default, "text", new InvalidOperationException("first\nsecond"), static (state, _) => state);

        Assert.Equal(["[ERROR] text", "[ERROR] System.InvalidOperationException: first", "[ERROR] second"], _lines);
    }

    bool ILogOutput.TryWriteLine(ReadOnlySpan<byte> line)
    {
        _lines.Add(Encoding.UTF8.GetString(line));
        return true;
    }

    private void Write(string category, LogLevel level, string message)
        => _provider.CreateLogger(category).Log(level, default, message, null, static (state, _) => state);
}
