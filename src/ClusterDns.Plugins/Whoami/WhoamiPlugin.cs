using System.Buffers.Binary;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Whoami;

/// <summary>The options of the whoami plugin: none.</summary>
public sealed record WhoamiOptions;

/// <summary>Returns the client's address, port and transport.</summary>
public sealed class WhoamiPlugin : Plugin<WhoamiOptions>
{
    /// <inheritdoc/>
    public override string Name => "whoami";

    /// <inheritdoc/>
    public override DirectiveRepetition Repetition => DirectiveRepetition.First;

    /// <inheritdoc/>
    protected override IOptionsReader<WhoamiOptions> Options { get; } = new OptionsReader<WhoamiOptions>(new WhoamiOptions());

    /// <inheritdoc/>
    protected override void Build(WhoamiOptions options, BlockBuilder builder)
        => builder.Use(static next => new WhoamiHandler(next));
}

/// <summary>
/// Answers every name: the client's address as A or AAAA, and its port as SRV of <c>_udp.NAME</c> or <c>_tcp.NAME</c>, both in
/// the additional section.
/// </summary>
/// <param name="next">The link below, which is never asked.</param>
internal sealed class WhoamiHandler(PluginHandler next) : PluginHandler(next)
{
    private const int ServiceLabelLength = 5;

    /// <inheritdoc/>
    public override string Name => "whoami";

    /// <inheritdoc/>
    public override ValueTask ServeAsync(Query context)
    {
        Response response = context.Response;
        response.Answer(Name);

        Span<byte> address = stackalloc byte[16];
        int length = context.Remote.WriteAddressBytes(address);
        response.TryAddCopy(
            ResponseSection.Additional, default, length == 4 ? RecordType.A : RecordType.AAAA, 0, address[..length]);

        ReadOnlySpan<byte> name = context.QuestionName;
        if (name.Length + ServiceLabelLength > DomainName.MaxWireLength)
        {
            return ValueTask.CompletedTask;
        }

        Span<byte> owner = stackalloc byte[DomainName.MaxWireLength];
        (context.Transport == TransportProtocol.Udp ? "\u0004_udp"u8 : "\u0004_tcp"u8).CopyTo(owner);
        name.CopyTo(owner[ServiceLabelLength..]);

        // Priority 0, weight 0, the port, and the root as a target (RFC 2782).
        Span<byte> service = stackalloc byte[7];
        service.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(service[4..], context.Remote.Port);
        response.TryAddCopy(ResponseSection.Additional, owner[..(ServiceLabelLength + name.Length)], RecordType.SRV, 0, service);
        return ValueTask.CompletedTask;
    }
}
