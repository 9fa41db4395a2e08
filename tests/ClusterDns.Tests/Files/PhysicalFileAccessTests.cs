using ClusterDns.Core.Pipeline;
using ClusterDns.Server.Files;

namespace ClusterDns.Tests.Files;

public sealed class PhysicalFileAccessTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    private readonly PhysicalFileAccess _files = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void AMissingFileHasNoStamp() => Assert.Null(_files.GetStamp(At("missing")));

    [Fact]
    public void Mapped_file_has_the_content_of_the_file_even_when_it_is_replaced()
    {
        File.WriteAllText(At("file"), "first");
        ReadOnlyMemory<byte> mapped = _files.Map(At("file"));
        File.WriteAllText(At("new"), "second");
        File.Move(At("new"), At("file"), overwrite: true);

        Assert.Equal("first"u8.ToArray(), mapped.ToArray());
        Assert.Equal("second"u8.ToArray(), _files.Map(At("file")).ToArray());
    }

    [Fact]
    public void Empty_file_is_mapped_as_nothing()
    {
        File.WriteAllText(At("file"), "");
        Assert.True(_files.Map(At("file")).IsEmpty);
    }

    [Theory]
    [InlineData("")]
    [InlineData("missing")]
    [InlineData("a\0b")]
    public void File_that_is_missing_cannot_be_mapped(string name)
        => Assert.ThrowsAny<IOException>(() => _files.Map(name.Length == 0 ? "" : At(name)));

    [Fact]
    public void Folder_cannot_be_mapped() => Assert.ThrowsAny<IOException>(() => _files.Map(_folder.FullName));

    [Fact]
    public void AFoldersFilesAreSorted()
    {
        File.WriteAllText(At("b"), "");
        File.WriteAllText(At("a"), "");
        Directory.CreateDirectory(At("c"));

        Assert.Equal([At("a"), At("b")], _files.ListFolder(_folder.FullName));
        Assert.Null(_files.ListFolder(At("a")));
    }

    [Fact]
    public void AMountedConfigMapChangesWithTheTargetOfItsLinks()
    {
        // As kubelet mounts it: file -> ..data/file, ..data -> a folder of its own for each version.
        Write("first", "content", new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Write("second", "content", new DateTime(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc));
        File.CreateSymbolicLink(At("..data"), "first");
        File.CreateSymbolicLink(At("file"), Path.Combine("..data", "file"));
        FileStamp? before = _files.GetStamp(At("file"));

        File.Delete(At("..data"));
        File.CreateSymbolicLink(At("..data"), "second");

        Assert.Equal(new FileStamp(new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc), 7), before);
        Assert.Equal(new FileStamp(new DateTime(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc), 7), _files.GetStamp(At("file")));
    }

    private void Write(string version, string content, DateTime modified)
    {
        Directory.CreateDirectory(At(version));
        File.WriteAllText(Path.Combine(At(version), "file"), content);
        File.SetLastWriteTimeUtc(Path.Combine(At(version), "file"), modified);
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);
}
