using System.Text.Json;

namespace ClusterDns.Plugins.Kubernetes.Api.Decoding;

/// <summary>Receives objects.</summary>
internal interface IObjectSink
{
    /// <summary>
    /// The longest object that is taken, in bytes of JSON. The server's store takes objects of 1.5 MB at most, which in JSON may have
    /// some more.
    /// </summary>
    const int MaxObjectLength = 8 << 20;

    /// <summary>An object is there, new or changed, or is gone.</summary>
    /// <param name="reader">A reader at the object's beginning, which has the whole object; afterwards it is at its end.</param>
    /// <param name="isDeleted">Whether the object is gone.</param>
    /// <param name="version">The object's version.</param>
    /// <returns>False when it is not an object of the kind, and was skipped.</returns>
    bool TryApply(ref Utf8JsonReader reader, bool isDeleted, out string version);
}
