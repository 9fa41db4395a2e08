using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Pipeline;

/// <summary>Whether the chain has settled what the client gets.</summary>
public enum ResponseStatus : byte
{
    /// <summary>No link has answered.</summary>
    None,

    /// <summary>The response is what the client gets.</summary>
    Answered,

    /// <summary>A link failed: the client gets the response code alone.</summary>
    Failed,

    /// <summary>The client gets nothing.</summary>
    Dropped,
}

/// <summary>
/// What will be sent: flags, a response code and three lists of records, written once, at the end, with compression, into the
/// size that the client takes. Records come from plugins (<see cref="TryAdd(ResponseSection, RecordType, uint, byte[], int, int)"/>)
/// or from a whole message (<see cref="LoadMessage"/>); links above may reorder, rename and add without parsing bytes again.
/// </summary>
public sealed class Response
{
    private byte[] _received = [];
    private EdnsView _receivedEdns;

    /// <summary>The answer section.</summary>
    public RecordList Answers { get; } = new();

    /// <summary>The authority section.</summary>
    public RecordList Authority { get; } = new();

    /// <summary>The additional section, without the OPT record.</summary>
    public RecordList Additional { get; } = new();

    /// <summary>Bytes that live as long as this response.</summary>
    public ResponseArena Arena { get; } = new();

    /// <summary>
    /// The EDNS options that the client gets, where it sent EDNS and as far as there is room for them. Add them when the links below have run: those may
    /// fail, or load a message, which begins with no options. Clearing records keeps them, so each message of a <see cref="Stream"/> has them.
    /// </summary>
    public EdnsOptionList Options { get; } = new();

    /// <summary>
    /// What follows the message that the response holds, where the answer is one of several messages; null where it is one.
    /// Only a stream transport can carry it. The response disposes of it.
    /// </summary>
    public ResponseStream? Stream { get; set; }

    /// <summary>Whether the chain has settled what the client gets.</summary>
    public ResponseStatus Status { get; private set; }

    /// <summary>The response code; codes over 15 need EDNS (RFC 6891 section 6.1.3) and become SERVFAIL without it.</summary>
    public ResponseCode Code { get; set; }

    /// <summary>AA: the answer is of an authority for the owner name (RFC 1035 section 4.1.1).</summary>
    public bool Authoritative { get; set; }

    /// <summary>RA: recursion is to be had (RFC 1035 section 4.1.1).</summary>
    public bool RecursionAvailable { get; set; }

    /// <summary>RD, where a link wants it otherwise than the query has it; null for the query's (RFC 1035 section 4.1.1).</summary>
    public bool? RecursionDesired { get; set; }

    /// <summary>AD: the data is authentic (RFC 4035 section 3.2.3).</summary>
    public bool AuthenticData { get; set; }

    /// <summary>TC, set by a link; the writer sets it too when records do not fit.</summary>
    public bool Truncated { get; set; }

    /// <summary>
    /// Whether the answer is for this query alone, and no link keeps it for later ones. Only <see cref="Reset"/> takes that back, so that
    /// a link may say so before another answers.
    /// </summary>
    public bool IsUncacheable { get; set; }

    /// <summary>The name of the plugin that answered, for metrics; null while none has.</summary>
    public string? Plugin { get; private set; }

    /// <summary>What went wrong, for the errors plugin; null when nothing did.</summary>
    public string? Failure { get; private set; }

    /// <summary>The INFO-CODE of the extended error among the <see cref="Options"/> (RFC 8914 section 2); null for none.</summary>
    public ushort? ExtendedErrorCode => ExtendedErrorOption.TryFind(Options.Span, out ushort code, out _) ? code : null;

    /// <summary>The EXTRA-TEXT of the extended error, UTF-8; valid until the options change.</summary>
    public ReadOnlySpan<byte> ExtendedErrorText => ExtendedErrorOption.TryFind(Options.Span, out _, out ReadOnlySpan<byte> text) ? text : default;

    /// <summary>Whether the response was loaded from a message that has an OPT record.</summary>
    public bool HasReceivedEdns => _receivedEdns.Present;

    /// <summary>
    /// The EDNS options of the message that the response was loaded from, in wire form, for an <see cref="EdnsOptionReader"/>. None of them is sent
    /// but the extended error, unless a link adds it to <see cref="Options"/>.
    /// </summary>
    public ReadOnlySpan<byte> ReceivedOptions => _receivedEdns.Options(_received);

    /// <summary>The list of a section.</summary>
    /// <param name="section">The section.</param>
    public RecordList this[ResponseSection section] => section switch
    {
        ResponseSection.Answer => Answers,
        ResponseSection.Authority => Authority,
        _ => Additional,
    };

    /// <summary>Declares the response to be what the client gets.</summary>
    /// <param name="plugin">The plugin's name.</param>
    /// <param name="code">The response code.</param>
    /// <param name="authoritative">Whether AA is set.</param>
    public void Answer(string plugin, ResponseCode code = ResponseCode.NoError, bool authoritative = true)
    {
        Status = ResponseStatus.Answered;
        Plugin = plugin;
        Code = code;
        Authoritative = authoritative;
    }

    /// <summary>
    /// Declares failure: the client gets <paramref name="code"/>, and nothing of what the response held before; the errors plugin
    /// logs the reason.
    /// </summary>
    /// <param name="plugin">The plugin's name.</param>
    /// <param name="code">The response code.</param>
    /// <param name="failure">What went wrong, for a person.</param>
    public void Fail(string plugin, ResponseCode code, string? failure)
    {
        ClearRecords();
        ClearFlags();
        Status = ResponseStatus.Failed;
        Plugin = plugin;
        Code = code;
        Failure = failure;
    }

    /// <summary>Declares that the client gets nothing.</summary>
    /// <param name="plugin">The plugin's name.</param>
    public void Drop(string plugin)
    {
        ClearRecords();
        Status = ResponseStatus.Dropped;
        Plugin = plugin;
    }

    /// <summary>Says more than the response code can (RFC 8914); it is sent to clients that sent EDNS.</summary>
    /// <param name="code">The INFO-CODE.</param>
    /// <param name="text">The EXTRA-TEXT, at most 255 bytes of UTF-8.</param>
    /// <exception cref="ArgumentOutOfRangeException">The text is longer.</exception>
    public void SetExtendedError(ushort code, ReadOnlySpan<byte> text)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(text.Length, ExtendedErrorOption.MaxTextLength, nameof(text));
        ExtendedErrorOption.Set(Options, code, text);
    }

    /// <summary>Takes the options of another response, those to be sent and those received, in place of this one's.</summary>
    /// <param name="other">The other response; the message that it was loaded from lives as long as this response.</param>
    public void TakeOptions(Response other)
    {
        Options.Load(other.Options.Span);
        _received = other._received;
        _receivedEdns = other._receivedEdns;
    }

    /// <summary>Adds a record of class IN, owned by the name that was asked.</summary>
    /// <param name="section">The section.</param>
    /// <param name="type">The type.</param>
    /// <param name="timeToLive">The time to live in seconds.</param>
    /// <param name="rdata">An array that holds the rdata with names uncompressed, and that will not change.</param>
    /// <param name="offset">Where the rdata starts.</param>
    /// <param name="length">How long the rdata is, at most 65535.</param>
    /// <returns>False when the section already holds more than any message can carry.</returns>
    public bool TryAdd(ResponseSection section, RecordType type, uint timeToLive, byte[] rdata, int offset, int length)
        => TryAdd(section, null, 0, type, timeToLive, rdata, offset, length);

    /// <summary>Adds a record of class IN.</summary>
    /// <param name="section">The section.</param>
    /// <param name="owner">An array that holds the owner name in wire form, or null for the name that was asked.</param>
    /// <param name="ownerOffset">Where the owner name starts.</param>
    /// <param name="type">The type.</param>
    /// <param name="timeToLive">The time to live in seconds.</param>
    /// <param name="rdata">An array that holds the rdata with names uncompressed, and that will not change.</param>
    /// <param name="offset">Where the rdata starts.</param>
    /// <param name="length">How long the rdata is, at most 65535.</param>
    /// <returns>False when the section already holds more than any message can carry.</returns>
    public bool TryAdd(
        ResponseSection section, byte[]? owner, int ownerOffset, RecordType type, uint timeToLive, byte[] rdata, int offset, int length)
    {
        ResponseRecord record = new()
        {
            OwnerSource = owner,
            OwnerOffset = ownerOffset,
            RdataSource = rdata,
            RdataOffset = offset,
            RdataLength = checked((ushort)length),
            Type = type,
            Class = RecordClass.IN,
            TimeToLive = timeToLive,
        };
        return this[section].TryAdd(in record);
    }

    /// <summary>Copies bytes into <see cref="Arena"/> and adds them as the rdata of a record of class IN.</summary>
    /// <param name="section">The section.</param>
    /// <param name="owner">The owner name in wire form; empty for the name that was asked.</param>
    /// <param name="type">The type.</param>
    /// <param name="timeToLive">The time to live in seconds.</param>
    /// <param name="rdata">The rdata, with names uncompressed.</param>
    /// <returns>False when the response already holds more than any message can carry.</returns>
    public bool TryAddCopy(ResponseSection section, ReadOnlySpan<byte> owner, RecordType type, uint timeToLive, ReadOnlySpan<byte> rdata)
    {
        if (!Arena.TryAllocate(owner.Length + rdata.Length, out byte[] array, out int offset))
        {
            return false;
        }

        owner.CopyTo(array.AsSpan(offset));
        rdata.CopyTo(array.AsSpan(offset + owner.Length));
        return TryAdd(section, owner.IsEmpty ? null : array, offset, type, timeToLive, array, offset + owner.Length, rdata.Length);
    }

    /// <summary>As <see cref="LoadMessage"/>; false when nothing was taken.</summary>
    /// <param name="message">An array that holds the message from its first byte on.</param>
    /// <param name="length">How long the message is.</param>
    /// <param name="asked">The name that was asked: <see cref="Query.QuestionName"/> of the query that the response answers.</param>
    public bool TryLoadMessage(byte[] message, int length, ReadOnlySpan<byte> asked)
        => LoadMessage(message, length, asked) is MessageFault.None or MessageFault.Additional or MessageFault.Trailing;

    /// <summary>
    /// Takes flags, code, records and the first extended error from a whole message, and checks each record. Records point into the message:
    /// it must not change while the response lives. Names that are compressed there are written out into <see cref="Arena"/>. OPT records are left
    /// out, their part of the code is not. A TTL over 2^31-1 is taken as 2^31-1 (RFC 8767 section 4).
    /// </summary>
    /// <param name="message">An array that holds the message from its first byte on.</param>
    /// <param name="length">How long the message is.</param>
    /// <param name="asked">
    /// The name that was asked, in the client's case: <see cref="Query.QuestionName"/> of the query that the response answers. Where the message has
    /// it in another case, owners keep that.
    /// </param>
    /// <returns>
    /// What is malformed; a section is too when its names need more room than the arena has. A malformed additional section is left out, and the data after the last record is ignored; where any other part is
    /// malformed, nothing is taken.
    /// </returns>
    public MessageFault LoadMessage(byte[] message, int length, ReadOnlySpan<byte> asked)
    {
        ClearRecords();
        ClearFlags();
        MessageLoader loader = new(this, message, length, asked);
        MessageFault fault = loader.Load();
        if (fault is not (MessageFault.None or MessageFault.Additional or MessageFault.Trailing))
        {
            ClearRecords();
            return fault;
        }

        DnsHeader header = loader.Header;
        Code = (ResponseCode)((loader.Edns.ExtendedRcode << 4) | (int)header.ResponseCode);
        Authoritative = header.Flags.HasFlag(HeaderFlags.AuthoritativeAnswer);
        RecursionAvailable = header.Flags.HasFlag(HeaderFlags.RecursionAvailable);
        AuthenticData = header.Flags.HasFlag(HeaderFlags.AuthenticData);
        Truncated = header.Flags.HasFlag(HeaderFlags.Truncated);
        _received = message;
        _receivedEdns = loader.Edns;
        if (ExtendedErrorOption.TryFind(ReceivedOptions, out ushort errorCode, out ReadOnlySpan<byte> errorText))
        {
            SetExtendedError(errorCode, errorText);
        }

        return fault;
    }

    /// <summary>Empties the three sections and takes back the arena; flags, options and status stay.</summary>
    public void ClearRecords()
    {
        Answers.Clear();
        Authority.Clear();
        Additional.Clear();
        Arena.Clear();
    }

    /// <summary>Resets the response.</summary>
    public void Reset()
    {
        ClearRecords();
        ClearFlags();
        Status = ResponseStatus.None;
        IsUncacheable = false;
        Code = ResponseCode.NoError;
        Plugin = null;
        Failure = null;
    }

    private void ClearFlags()
    {
        Authoritative = false;
        RecursionAvailable = false;
        RecursionDesired = null;
        AuthenticData = false;
        Truncated = false;
        Stream?.Dispose();
        Stream = null;
        Options.Clear();
        _received = [];
        _receivedEdns = default;
    }
}
