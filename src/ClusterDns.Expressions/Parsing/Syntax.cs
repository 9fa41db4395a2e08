namespace ClusterDns.Expressions.Parsing;

/// <summary>A part of an expression as it is written.</summary>
/// <param name="Offset">Where it is, in characters from 0.</param>
internal abstract record Syntax(int Offset);

/// <summary>A name.</summary>
internal sealed record NameSyntax(string Name, int Offset) : Syntax(Offset);

/// <summary><c>nil</c>.</summary>
internal sealed record NilSyntax(int Offset) : Syntax(Offset);

/// <summary><c>true</c> or <c>false</c>.</summary>
internal sealed record BooleanSyntax(bool Value, int Offset) : Syntax(Offset);

/// <summary>An integer.</summary>
internal sealed record IntegerSyntax(long Value, int Offset) : Syntax(Offset);

/// <summary>A floating-point number.</summary>
internal sealed record FloatSyntax(double Value, int Offset) : Syntax(Offset);

/// <summary>A string.</summary>
internal sealed record TextSyntax(string Value, int Offset) : Syntax(Offset);

/// <summary>A string of bytes.</summary>
internal sealed record BytesSyntax(byte[] Value, int Offset) : Syntax(Offset);

/// <summary><c>[A, B]</c>.</summary>
internal sealed record ListSyntax(IReadOnlyList<Syntax> Items, int Offset) : Syntax(Offset);

/// <summary><c>{A: B}</c>.</summary>
internal sealed record MapSyntax(IReadOnlyList<(Syntax Key, Syntax Value)> Entries, int Offset) : Syntax(Offset);

/// <summary><c>#</c>, <c>#index</c> or <c>#acc</c>.</summary>
/// <param name="Name">What is behind the sign.</param>
/// <param name="Offset">Where it is.</param>
internal sealed record PointerSyntax(string Name, int Offset) : Syntax(Offset);

/// <summary>An operator before its operand.</summary>
internal sealed record UnarySyntax(string Operator, Syntax Operand, int Offset) : Syntax(Offset);

/// <summary>An operator between two operands.</summary>
internal sealed record BinarySyntax(string Operator, Syntax Left, Syntax Right, int Offset) : Syntax(Offset);

/// <summary><c>A ? B : C</c>, and <c>if A { B } else { C }</c>.</summary>
internal sealed record ConditionalSyntax(Syntax Condition, Syntax WhenTrue, Syntax WhenFalse, int Offset) : Syntax(Offset);

/// <summary>A call of a function.</summary>
/// <param name="Name">The function.</param>
/// <param name="Arguments">The arguments.</param>
/// <param name="IsBuiltin">Whether it is written with <c>::</c>, so that it is one of the language's.</param>
/// <param name="Offset">Where it is.</param>
internal sealed record CallSyntax(string Name, IReadOnlyList<Syntax> Arguments, bool IsBuiltin, int Offset) : Syntax(Offset);

/// <summary>A predicate.</summary>
internal sealed record PredicateSyntax(Syntax Body, int Offset) : Syntax(Offset);

/// <summary><c>A.B</c>, <c>A[B]</c>, and both with <c>?.</c>.</summary>
internal sealed record MemberSyntax(Syntax Target, Syntax Property, bool IsOptional, int Offset) : Syntax(Offset);

/// <summary><c>A.NAME(B)</c>.</summary>
internal sealed record MethodSyntax(Syntax Target, string Name, IReadOnlyList<Syntax> Arguments, bool IsOptional, int Offset) : Syntax(Offset);

/// <summary>Members of which one is behind <c>?.</c>: all of it is nil when what is before that is.</summary>
internal sealed record ChainSyntax(Syntax Inner, int Offset) : Syntax(Offset);

/// <summary><c>A[B:C]</c>.</summary>
internal sealed record SliceSyntax(Syntax Target, Syntax? From, Syntax? To, int Offset) : Syntax(Offset);

/// <summary><c>let NAME = A; B</c>.</summary>
internal sealed record LetSyntax(string Name, Syntax Value, Syntax Body, int Offset) : Syntax(Offset);

/// <summary><c>A; B</c>.</summary>
internal sealed record SequenceSyntax(IReadOnlyList<Syntax> Items, int Offset) : Syntax(Offset);
