using System.Runtime.InteropServices;

namespace ClusterDns.GoText.RegularExpressions.Groups;

/// <summary>What an instruction of a <see cref="PatternProgram"/> does.</summary>
internal enum PatternOperation : byte
{
    /// <summary>Reads a character of the set, and goes on at the next instruction.</summary>
    Read,

    /// <summary>Goes on at the first target, or else at the second.</summary>
    Split,

    /// <summary>Goes on at the first target.</summary>
    Jump,

    /// <summary>Remembers the place in a slot, and goes on at the next instruction.</summary>
    Save,

    /// <summary>Goes on at the next instruction if an assertion holds.</summary>
    Assert,

    /// <summary>The text matches.</summary>
    Match,
}

/// <summary>An instruction.</summary>
/// <param name="Operation">What it does.</param>
/// <param name="First">The first target, the slot or the assertion.</param>
/// <param name="Second">The second target.</param>
/// <param name="Set">The characters to read.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PatternInstruction(PatternOperation Operation, int First = 0, int Second = 0, AsciiSet Set = default);

/// <summary>A regular expression as instructions for a machine that follows all ways at once (Thompson 1968, Pike 1987).</summary>
internal sealed class PatternProgram
{
    /// <summary>The most instructions, as many as the runtime allows states.</summary>
    public const int MaxInstructions = 10_000;

    /// <summary>The most instructions times slots, which bounds the memory of a match.</summary>
    public const int MaxPlaces = 400_000;

    private readonly List<PatternInstruction> _instructions = [];
    private readonly int[] _slots;

    private PatternProgram(IReadOnlyList<int> groups, int groupCount)
    {
        _slots = new int[groupCount + 1];
        Array.Fill(_slots, -1);
        for (int i = 0; i < groups.Count; i++)
        {
            _slots[groups[i]] = 2 * i;
        }

        SlotCount = 2 * groups.Count;
    }

    /// <summary>The instructions; the first is where a match starts.</summary>
    public PatternInstruction[] Instructions { get; private set; } = [];

    /// <summary>How many slots there are: the start and the end of each group that is remembered.</summary>
    public int SlotCount { get; }

    /// <summary>Compiles an expression.</summary>
    /// <param name="root">The expression.</param>
    /// <param name="groupCount">How many groups it has.</param>
    /// <param name="groups">The numbers of the groups to remember, each once; 0 is the whole match.</param>
    /// <returns>The program; null where it would be too large.</returns>
    public static PatternProgram? TryCompile(PatternNode root, int groupCount, IReadOnlyList<int> groups)
    {
        PatternProgram program = new(groups, groupCount);
        if (!program.TryAddGroup(0, root))
        {
            return null;
        }

        program._instructions.Add(new PatternInstruction(PatternOperation.Match));
        program.Instructions = [.. program._instructions];
        return (long)program.Instructions.Length * Math.Max(1, program.SlotCount) <= MaxPlaces ? program : null;
    }

    private int Next => _instructions.Count;

    private bool TryAdd(PatternNode node) => Next < MaxInstructions && node switch
    {
        PatternNode.OneOf one => Append(new PatternInstruction(PatternOperation.Read, Set: one.Set)),
        PatternNode.Assertion assertion => Append(new PatternInstruction(PatternOperation.Assert, (int)assertion.Kind)),
        PatternNode.Sequence sequence => sequence.Parts.All(TryAdd),
        PatternNode.Choice choice => TryAddChoice(choice),
        PatternNode.Repetition repetition => TryAddRepetition(repetition),
        PatternNode.Group group => TryAddGroup(group.Number, group.Part),
        _ => true,
    };

    private bool Append(in PatternInstruction instruction)
    {
        _instructions.Add(instruction);
        return true;
    }

    private bool TryAddGroup(int number, PatternNode part)
    {
        int slot = _slots[number];
        if (slot < 0)
        {
            return TryAdd(part);
        }

        return Append(new PatternInstruction(PatternOperation.Save, slot)) &&
            TryAdd(part) &&
            Append(new PatternInstruction(PatternOperation.Save, slot + 1));
    }

    private bool TryAddChoice(PatternNode.Choice choice)
    {
        List<int> ends = [];
        for (int i = 0; i < choice.Parts.Count; i++)
        {
            bool isLast = i == choice.Parts.Count - 1;
            int split = Next;
            if (!isLast)
            {
                _instructions.Add(default);
            }

            if (!TryAdd(choice.Parts[i]))
            {
                return false;
            }

            if (!isLast)
            {
                ends.Add(Next);
                _instructions.Add(default);
                _instructions[split] = new PatternInstruction(PatternOperation.Split, split + 1, Next);
            }
        }

        foreach (int end in ends)
        {
            _instructions[end] = new PatternInstruction(PatternOperation.Jump, Next);
        }

        return true;
    }

    private bool TryAddRepetition(PatternNode.Repetition repetition)
    {
        int copies = repetition.Most < 0 ? repetition.Least - 1 : repetition.Least;
        for (int i = 0; i < copies; i++)
        {
            if (!TryAdd(repetition.Part))
            {
                return false;
            }
        }

        return repetition.Most < 0 ? TryAddLoop(repetition) : TryAddOptional(repetition);
    }

    /// <summary>Once or more; where none is enough, that as an option: a part that can be empty would otherwise be preferred wrongly.</summary>
    private bool TryAddLoop(PatternNode.Repetition repetition)
    {
        bool isOptional = repetition.Least == 0;
        if (isOptional)
        {
            _instructions.Add(default);
        }

        int start = Next;
        if (!TryAdd(repetition.Part))
        {
            return false;
        }

        _instructions.Add(Split(repetition.IsLazy, start, Next + 1));
        if (isOptional)
        {
            _instructions[start - 1] = Split(repetition.IsLazy, start, Next);
        }

        return true;
    }

    private bool TryAddOptional(PatternNode.Repetition repetition)
    {
        List<int> splits = [];
        for (int i = repetition.Least; i < repetition.Most; i++)
        {
            splits.Add(Next);
            _instructions.Add(default);
            if (!TryAdd(repetition.Part))
            {
                return false;
            }
        }

        foreach (int split in splits)
        {
            _instructions[split] = Split(repetition.IsLazy, split + 1, Next);
        }

        return true;
    }

    private static PatternInstruction Split(bool isLazy, int repeat, int end)
        => isLazy
            ? new PatternInstruction(PatternOperation.Split, end, repeat)
            : new PatternInstruction(PatternOperation.Split, repeat, end);
}
