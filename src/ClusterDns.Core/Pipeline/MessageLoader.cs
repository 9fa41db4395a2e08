using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Pipeline;

/// <summary>Reads a message's records into a response, and checks each.</summary>
/// <param name="response">The response; its sections are empty.</param>
/// <param name="message">An array that holds the message from its first byte on.</param>
/// <param name="length">How long the message is.</param>
internal ref struct MessageLoader(Response response, byte[] message, int length)
{
    /// <summary>The header.</summary>
    public DnsHeader Header;

    /// <summary>What the OPT record says.</summary>
    public EdnsView Edns;

    private WireReader _reader = new(message.AsSpan(0, length));
    private RecordClass _class = RecordClass.ANY;

    /// <summary>Reads all. A malformed additional section is empty afterwards.</summary>
    /// <returns>The first part that is malformed; the parts before it are read.</returns>
    public MessageFault Load()
    {
        if (!_reader.TryReadHeader(out Header) || Header.QuestionCount > 1 || (Header.QuestionCount == 1 && !TryReadQuestion()))
        {
            return MessageFault.Question;
        }

        if (!TryLoad(response.Answers, Header.AnswerCount))
        {
            return MessageFault.Answer;
        }

        if (!TryLoad(response.Authority, Header.AuthorityCount))
        {
            return MessageFault.Authority;
        }

        if (!TryLoadAdditional())
        {
            response.Additional.Clear();
            return MessageFault.Additional;
        }

        return _reader.Remaining == 0 ? MessageFault.None : MessageFault.Trailing;
    }

    private bool TryReadQuestion()
    {
        // Nothing precedes the first question that its name could point to.
        if (!DomainName.TryGetLength(_reader.Message[_reader.Position..], out int name)
            || !_reader.TryReadBytes(name, out _)
            || !_reader.TryReadUInt16(out _)
            || !_reader.TryReadUInt16(out ushort questionClass))
        {
            return false;
        }

        _class = (RecordClass)questionClass;
        return true;
    }

    private bool TryLoad(RecordList section, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (!_reader.TryReadRecord(out RecordView view)
                || view.Type is RecordType.OPT or RecordType.TSIG
                || !TryAdd(section, in view))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>OPT appears once, and TSIG at the end (RFC 6891 section 6.1.1, RFC 8945 section 5.1).</summary>
    private bool TryLoadAdditional()
    {
        for (int i = 0; i < Header.AdditionalCount; i++)
        {
            if (!_reader.TryReadRecord(out RecordView view))
            {
                return false;
            }

            bool isTaken = view.Type switch
            {
                RecordType.OPT => !Edns.Present && EdnsView.TryRead(_reader.Message, in view, out Edns),
                RecordType.TSIG => i == Header.AdditionalCount - 1 && TryAdd(response.Additional, in view),
                _ => TryAdd(response.Additional, in view),
            };
            if (!isTaken)
            {
                return false;
            }
        }

        return true;
    }

    private readonly bool TryAdd(RecordList section, in RecordView view)
    {
        if (!RecordValidator.IsValid(_reader.Message, in view, _class))
        {
            return false;
        }

        ResponseRecord record = new()
        {
            OwnerSource = message,
            OwnerOffset = view.OwnerOffset,
            RdataSource = message,
            RdataOffset = view.RdataOffset,
            RdataLength = (ushort)view.RdataLength,
            Type = view.Type,
            Class = view.Class,
            TimeToLive = Math.Min(view.TimeToLive, int.MaxValue),
            IsFromMessage = true,
        };
        return section.TryAdd(in record);
    }
}
