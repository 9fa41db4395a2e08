namespace ClusterDns.Core.Pipeline;

/// <summary>A file is longer than the bound of what reads it.</summary>
public sealed class FileTooLongException : IOException
{
    /// <summary>Without a message.</summary>
    public FileTooLongException()
    {
    }

    /// <summary>With a message.</summary>
    /// <param name="message">Names the file and the bound.</param>
    public FileTooLongException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and what caused it.</summary>
    /// <param name="message">Names the file and the bound.</param>
    /// <param name="innerException">What caused it.</param>
    public FileTooLongException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
