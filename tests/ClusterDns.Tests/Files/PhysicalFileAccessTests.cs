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
