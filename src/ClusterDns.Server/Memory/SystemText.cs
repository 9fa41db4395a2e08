using System.Text;

namespace ClusterDns.Server.Memory;

/// <summary>Reads the kernel's small files, whose length says nothing about what is in them.</summary>
internal static class SystemText
{
    private const int MaxLength = 1024 * 1024;

    /// <summary>Reads a file, at most 1 MiB of it; null when it is missing or cannot be read.</summary>
    /// <param name="path">The file.</param>
    public static string? Read(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            using MemoryStream content = new();
            byte[] buffer = new byte[4096];
            int read;
            while (content.Length < MaxLength && (read = file.Read(buffer)) > 0)
            {
                content.Write(buffer, 0, read);
            }

            return Encoding.UTF8.GetString(content.GetBuffer().AsSpan(0, (int)content.Length));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
