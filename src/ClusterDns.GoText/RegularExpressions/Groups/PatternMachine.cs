using System.Buffers;

namespace ClusterDns.GoText.RegularExpressions.Groups;

/// <summary>
/// Finds the leftmost match of a program in a text and where its groups are, the first alternative that leads to a match preferred. It takes time
/// linear in the text, and no memory but rented arrays.
/// </summary>
internal ref struct PatternMachine
{
    private readonly PatternInstruction[] _program;
    private readonly ReadOnlySpan<byte> _text;
    private readonly int _slots;
    private readonly Span<int> _stack;
    private readonly Span<int> _pending;
    private Threads _current;
    private Threads _next;

    private PatternMachine(PatternProgram program, ReadOnlySpan<byte> text, Span<int> memory)
    {
        _program = program.Instructions;
        _text = text;
        _slots = program.SlotCount;
        int count = _program.Length;
        _current = Threads.Take(ref memory, count, _slots);
        _next = Threads.Take(ref memory, count, _slots);
        _pending = Take(ref memory, _slots);
        _stack = memory;
    }

    /// <summary>Finds groups.</summary>
    /// <param name="program">The program.</param>
    /// <param name="text">The text, in ASCII.</param>
    /// <param name="places">
    /// Receives the start and the end of each group that the program remembers, one after the other; -1 for a group that is not in the match.
    /// </param>
    /// <returns>Whether the text matches.</returns>
    public static bool TryMatch(PatternProgram program, scoped ReadOnlySpan<byte> text, scoped Span<int> places)
    {
        int count = program.Instructions.Length;

        // The stack holds two values an entry, and each instruction adds two entries at most.
        int length = (2 * Threads.GetLength(count, program.SlotCount)) + program.SlotCount + (4 * count) + 2;
        int[] rented = ArrayPool<int>.Shared.Rent(length);
        bool matches = new PatternMachine(program, text, rented.AsSpan(0, length)).Run(places);
        ArrayPool<int>.Shared.Return(rented);
        return matches;
    }

    private static Span<int> Take(scoped ref Span<int> memory, int length)
    {
        Span<int> taken = memory[..length];
        memory = memory[length..];
        return taken;
    }

    private bool Run(Span<int> places)
    {
        bool matches = false;
        _current.Count = 0;
        for (int position = 0; ; position++)
        {
            if (!matches)
            {
                // A later start is tried after all earlier ones.
                _pending.Fill(-1);
                Follow(ref _current, 0, position);
            }

            if (matches && _current.Count == 0)
            {
                return true;
            }

            _next.Count = 0;
            for (int i = 0; i < _current.Count; i++)
            {
                int at = _current.Dense[i];
                ref readonly PatternInstruction instruction = ref _program[at];
                if (instruction.Operation == PatternOperation.Match)
                {
                    // Those behind are worse, those before may still lead to something better.
                    _current.Places(at, _slots).CopyTo(places);
                    matches = true;
                    break;
                }

                if (position < _text.Length && instruction.Set.Contains(_text[position]))
                {
                    _current.Places(at, _slots).CopyTo(_pending);
                    Follow(ref _next, at + 1, position + 1);
                }
            }

            Threads swapped = _current;
            _current = _next;
            _next = swapped;
            if (position == _text.Length)
            {
                return matches;
            }
        }
    }

    /// <summary>Adds what can be reached from an instruction without reading, best first.</summary>
    private readonly void Follow(ref Threads threads, int start, int position)
    {
        int depth = 0;
        Push(ref depth, start, 0);
        while (depth > 0)
        {
            int value = _stack[--depth];
            int at = _stack[--depth];
            if (at < 0)
            {
                _pending[~at] = value;
                continue;
            }

            if (!threads.TryAdd(at))
            {
                continue;
            }

            ref readonly PatternInstruction instruction = ref _program[at];
            switch (instruction.Operation)
            {
                case PatternOperation.Jump:
                    Push(ref depth, instruction.First, 0);
                    break;
                case PatternOperation.Split:
                    Push(ref depth, instruction.Second, 0);
                    Push(ref depth, instruction.First, 0);
                    break;
                case PatternOperation.Save:
                    Push(ref depth, ~instruction.First, _pending[instruction.First]);
                    _pending[instruction.First] = position;
                    Push(ref depth, at + 1, 0);
                    break;
                case PatternOperation.Assert:
                    if (Holds((PatternAssertion)instruction.First, position))
                    {
                        Push(ref depth, at + 1, 0);
                    }

                    break;
                default:
                    threads.Keep(at);
                    _pending.CopyTo(threads.Places(at, _slots));
                    break;
            }
        }
    }

    private readonly void Push(ref int depth, int at, int value)
    {
        _stack[depth++] = at;
        _stack[depth++] = value;
    }

    private readonly bool Holds(PatternAssertion assertion, int position) => assertion switch
    {
        PatternAssertion.TextStart => position == 0,
        PatternAssertion.TextEnd => position == _text.Length,
        PatternAssertion.LineStart => position == 0 || _text[position - 1] == '\n',
        PatternAssertion.LineEnd => position == _text.Length || _text[position] == '\n',
        PatternAssertion.WordBoundary => IsWord(position - 1) != IsWord(position),
        _ => IsWord(position - 1) == IsWord(position),
    };

    private readonly bool IsWord(int position)
        => (uint)position < (uint)_text.Length && (char.IsAsciiLetterOrDigit((char)_text[position]) || _text[position] == '_');

    /// <summary>The instructions that are followed at one place of the text, best first.</summary>
    private ref struct Threads
    {
        private Span<int> _seen;
        private Span<int> _sparse;
        private Span<int> _places;
        private int _seenCount;

        /// <summary>Those that wait for a character, or match.</summary>
        public Span<int> Dense;

        private int _count;

        /// <summary>How many there are; setting it to 0 empties the list.</summary>
        public int Count
        {
            readonly get => _count;
            set
            {
                _count = value;
                _seenCount = value;
            }
        }

        public static int GetLength(int count, int slots) => (3 * count) + (count * slots);

        public static Threads Take(scoped ref Span<int> memory, int count, int slots) => new()
        {
            _seen = PatternMachine.Take(ref memory, count),
            _sparse = PatternMachine.Take(ref memory, count),
            Dense = PatternMachine.Take(ref memory, count),
            _places = PatternMachine.Take(ref memory, count * slots),
        };

        /// <summary>Marks an instruction as followed; false when it is already. The marks need no clearing (Briggs and Torczon 1993).</summary>
        public bool TryAdd(int at)
        {
            int mark = _sparse[at];
            if ((uint)mark < (uint)_seenCount && _seen[mark] == at)
            {
                return false;
            }

            _sparse[at] = _seenCount;
            _seen[_seenCount++] = at;
            return true;
        }

        public void Keep(int at) => Dense[_count++] = at;

        public readonly Span<int> Places(int at, int slots) => _places.Slice(at * slots, slots);
    }
}
