using ClusterDns.Core.Pipeline;
using ClusterDns.Server.Files;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Tests.Files;

public sealed class BoundedReaderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16 * 1024)]
    [InlineData(100_000)]
    public void File_up_to_the_bound_is_read_whole(int length)
    {
        byte[] content = [.. Enumerable.Range(0, length).Select(static number => (byte)number)];
        File.WriteAllBytes(At("file"), content);

        Assert.Equal(content, BoundedReader.Read(At("file"), length));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100_000)]
    public void Longer_file_is_refused(int length)
    {
        File.WriteAllBytes(At("file"), new byte[length]);

        FileTooLongException exception = Assert.Throws<FileTooLongException>(() => BoundedReader.Read(At("file"), length - 1));
        Assert.EndsWith($"has more than {length - 1} bytes", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_that_reports_no_length_is_read()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        Assert.Equal(0, new FileInfo("/proc/self/status").Length);
        Assert.NotEmpty(BoundedReader.Read("/proc/self/status", 1 << 20));
        Assert.Throws<FileTooLongException>(() => BoundedReader.Read("/proc/self/status", 10));
    }

    [Fact]
    public void Device_without_an_end_is_refused_and_an_empty_one_is_empty()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        File.CreateSymbolicLink(At("zero"), "/dev/zero");
        Assert.EndsWith("is a device: expected a regular file", Assert.Throws<IOException>(() => BoundedReader.Read(At("zero"), 10)).Message, StringComparison.Ordinal);
        Assert.Empty(BoundedReader.Read("/dev/null", 10));
    }

    [Fact]
    public void Pipe_without_a_writer_does_not_make_the_reader_wait()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        Assert.Equal(0, Fifo.Make(At("pipe"), 0x180));

        Assert.EndsWith("is a pipe: expected a regular file", Assert.Throws<IOException>(() => BoundedReader.Read(At("pipe"), 10)).Message, StringComparison.Ordinal);
        Assert.EndsWith(
            "is a pipe that no process writes to: expected a regular file",
            Assert.Throws<IOException>(() => BoundedReader.Read(At("pipe"), 10, takesPipe: true)).Message,
            StringComparison.Ordinal);
        Assert.True(BoundedReader.IsPipe(At("pipe")));
    }

    [Fact]
    public async Task Pipe_with_a_writer_is_read_where_that_is_allowed()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        await using System.IO.Pipes.AnonymousPipeServerStream pipe = new(System.IO.Pipes.PipeDirection.Out);
        string path = $"/proc/self/fd/{pipe.GetClientHandleAsString()}";
        pipe.Write("content"u8);
        Task<byte[]> reading = Task.Run(() => BoundedReader.Read(path, 10, takesPipe: true));
        pipe.SafePipeHandle.Dispose();

        Assert.Equal("content"u8.ToArray(), await reading);
    }

    [Fact]
    public void What_cannot_be_read_says_why()
    {
        Assert.EndsWith("' does not exist", Assert.Throws<FileNotFoundException>(() => BoundedReader.Read(At("missing"), 10)).Message, StringComparison.Ordinal);
        Assert.Equal("the path is empty", Assert.Throws<FileNotFoundException>(() => BoundedReader.Read("", 10)).Message);
        Assert.Equal("the path contains a NUL character", Assert.Throws<FileNotFoundException>(() => BoundedReader.Read("a\0b", 10)).Message);
        if (OperatingSystem.IsLinux())
        {
            Assert.EndsWith("is a directory: expected a regular file", Assert.Throws<IOException>(() => BoundedReader.Read(_folder.FullName, 10)).Message, StringComparison.Ordinal);
            Assert.Throws<DirectoryNotFoundException>(() => BoundedReader.Read("/dev/null/file", 10));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    public void Path_that_no_file_can_have_has_no_stamp(string path) => Assert.Null(new PhysicalFileAccess().GetStamp(path));

    private string At(string name) => Path.Combine(_folder.FullName, name);
}
