using System.Buffers.Binary;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Pipeline;

/// <summary>
/// Reads a message's records into a response, and checks each. Names that are compressed are written out into the response's arena, each once where
/// records that follow one another share it.
/// </summary>
/// <param name="response">The response; its sections are empty.</param>
/// <param name="message">An array that holds the message from its first byte on.</param>
/// <param name="length">How long the message is.</param>
/// <param name="asked">The name that was asked, in wire form and in the client's case.</param>
internal ref struct MessageLoader(Response response, byte[] message, int length, ReadOnlySpan<byte> asked)
{
    private const int PointerToQuestion = 0xC000 | DnsHeader.Length;

    /// <summary>The header.</summary>
    public DnsHeader Header;

    /// <summary>What the OPT record says.</summary>
    public EdnsView Edns;

    private readonly ReadOnlySpan<byte> _asked = asked;
    private WireReader _reader = new(message.AsSpan(0, length));
    private RecordClass _class = RecordClass.ANY;
    private bool _hasAskedQuestion;
    private NameSource _last;

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
            || !_reader.TryReadBytes(name, out ReadOnlySpan<byte> question)
            || !_reader.TryReadUInt16(out _)
            || !_reader.TryReadUInt16(out ushort questionClass))
        {
            return false;
        }

        _class = (RecordClass)questionClass;
        _hasAskedQuestion = question.SequenceEqual(_asked);
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

    private bool TryAdd(RecordList section, in RecordView view)
    {
        ResponseRecord record = new()
        {
            RdataSource = message,
            RdataOffset = view.RdataOffset,
            RdataLength = (ushort)view.RdataLength,
            Type = view.Type,
            Class = view.Class,
            TimeToLive = Math.Min(view.TimeToLive, int.MaxValue),
        };
        return RecordValidator.IsClass(in view, _class)
            && TryTakeOwner(ref record, view.OwnerOffset)
            && RecordValidator.TryMeasureRdata(_reader.Message, in view, out int rdataLength, out bool isCompressed)
            && (!isCompressed || TryExpandRdata(ref record, in view, rdataLength))
            && section.TryAdd(in record);
    }

    private bool TryTakeOwner(ref ResponseRecord record, int offset)
    {
        if (BinaryPrimitives.ReadUInt16BigEndian(_reader.Message[offset..]) == PointerToQuestion)
        {
            // Nearly every owner. The question's name was checked before, and is never compressed.
            SetOwner(ref record, _hasAskedQuestion ? null : message, DnsHeader.Length);
            return true;
        }

        if (CompressedName.TryReadPointer(_reader.Message, offset, out int target))
        {
            offset = target;
        }

        if (_last.Array is not null && _last.NameOffset == offset)
        {
            SetOwner(ref record, _last.Array, _last.Offset);
            return true;
        }

        if (offset < DnsHeader.Length || !CompressedName.TryMeasure(_reader.Message, offset, out int length, out int end))
        {
            return false;
        }

        NameSource name = new() { NameOffset = offset, Array = message, Offset = offset };
        if (length != end - offset)
        {
            if (!response.Arena.TryAllocate(length, out name.Array, out name.Offset))
            {
                return false;
            }

            CompressedName.TryExpand(_reader.Message, offset, name.Array.AsSpan(name.Offset, length), out _, out _);
        }

        bool isAsked = name.Array.AsSpan(name.Offset, length).SequenceEqual(_asked);
        SetOwner(ref record, isAsked ? null : name.Array, name.Offset);
        if (!isAsked)
        {
            _last = name;
        }

        return true;
    }

    private bool TryExpandRdata(ref ResponseRecord record, in RecordView view, int length)
    {
        if (!response.Arena.TryAllocate(length, out record.RdataSource, out record.RdataOffset)
            || !RdataNames.TryExpandRdata(_reader.Message, in view, record.RdataSource.AsSpan(record.RdataOffset, length), out _))
        {
            return false;
        }

        record.RdataLength = (ushort)length;
        if (view.Type == RecordType.CNAME)
        {
            // The records of the target mostly follow, and point here.
            _last = new NameSource { NameOffset = view.RdataOffset, Array = record.RdataSource, Offset = record.RdataOffset };
        }

        return true;
    }

    private static void SetOwner(ref ResponseRecord record, byte[]? source, int offset)
    {
        record.OwnerSource = source;
        record.OwnerOffset = offset;
    }

    /// <summary>The uncompressed form of the name at an offset of the message.</summary>
    private struct NameSource
    {
        public int NameOffset;
        public byte[] Array;
        public int Offset;
    }
}
