using System.Text;
using ClusterDns.Expressions.Evaluation;
using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Functions;

/// <summary>Functions on strings.</summary>
internal static class TextBuiltins
{
    private static readonly BuiltinResult Text = static _ => ExpressionType.Text;
    private static readonly BuiltinResult Texts = static _ => ExpressionType.ListOf(ExpressionType.Text);

    /// <summary>The functions.</summary>
    public static IEnumerable<Builtin> All =>
    [
        new("upper", [Parameter.Text], Text, static (BuiltinCall call, out ExpressionValue value) => TryChangeCase(call, isUpper: true, out value)),
        new("lower", [Parameter.Text], Text, static (BuiltinCall call, out ExpressionValue value) => TryChangeCase(call, isUpper: false, out value)),
        new("trim", [Parameter.Text, Parameter.Text], Text, Trim) { Required = 1 },
        new("trimPrefix", [Parameter.Text, Parameter.Text], Text, TrimPrefix) { Required = 1 },
        new("trimSuffix", [Parameter.Text, Parameter.Text], Text, TrimSuffix) { Required = 1 },
        new("split", [Parameter.Text, Parameter.Text, Parameter.Integer], Texts, static (BuiltinCall call, out ExpressionValue value) => TrySplit(call, keepsSeparator: false, out value)) { Required = 2 },
        new("splitAfter", [Parameter.Text, Parameter.Text, Parameter.Integer], Texts, static (BuiltinCall call, out ExpressionValue value) => TrySplit(call, keepsSeparator: true, out value)) { Required = 2 },
        new("replace", [Parameter.Text, Parameter.Text, Parameter.Text, Parameter.Integer], Text, Replace) { Required = 3 },
        new("repeat", [Parameter.Text, Parameter.Integer], Text, Repeat),
        new("join", [Parameter.List, Parameter.Text], Text, Join) { Required = 1 },
        new("indexOf", [Parameter.Text, Parameter.Text], static _ => ExpressionType.Integer, static (BuiltinCall call, out ExpressionValue value) => TryFind(call, isLast: false, out value)),
        new("lastIndexOf", [Parameter.Text, Parameter.Text], static _ => ExpressionType.Integer, static (BuiltinCall call, out ExpressionValue value) => TryFind(call, isLast: true, out value)),
        new("hasPrefix", [Parameter.Text, Parameter.Text], static _ => ExpressionType.Boolean, static (BuiltinCall call, out ExpressionValue value) =>
        {
            value = ExpressionValue.From(call[0].Text.StartsWith(call[1].Text, StringComparison.Ordinal));
            return call.Run.TryCountText(call[1].Text.Length);
        }),
        new("hasSuffix", [Parameter.Text, Parameter.Text], static _ => ExpressionType.Boolean, static (BuiltinCall call, out ExpressionValue value) =>
        {
            value = ExpressionValue.From(call[0].Text.EndsWith(call[1].Text, StringComparison.Ordinal));
            return call.Run.TryCountText(call[1].Text.Length);
        }),
        new("toBase64", [Parameter.Text], Text, static (BuiltinCall call, out ExpressionValue value) =>
            call.Run.TryCreateText(Convert.ToBase64String(Encoding.UTF8.GetBytes(call[0].Text.ToString())), out value)),
        new("fromBase64", [Parameter.Text], Text, FromBase64),
    ];

    private static bool TryChangeCase(BuiltinCall call, bool isUpper, out ExpressionValue value)
    {
        value = default;
        ReadOnlySpan<char> text = call[0].Text;
        if (!call.Run.TryCountText(text.Length) || !call.Run.TryReserve(text.Length, out Span<char> room))
        {
            return false;
        }

        _ = isUpper ? text.ToUpperInvariant(room) : text.ToLowerInvariant(room);
        value = call.Run.Text.Commit(text.Length);
        return true;
    }

    private static bool Trim(BuiltinCall call, out ExpressionValue value)
    {
        ReadOnlySpan<char> text = call[0].Text;
        ReadOnlySpan<char> set = call.Has(1) ? call[1].Text : default;
        int start = 0;
        int end = text.Length;
        while (start < end && IsTrimmed(call, text[start..end], set, isFirst: true, out int length))
        {
            start += length;
        }

        while (end > start && IsTrimmed(call, text[start..end], set, isFirst: false, out int length))
        {
            end -= length;
        }

        value = call[0].Substring(start, end - start);
        return call.Run.TryCountText(text.Length * (set.Length + 1));
    }

    private static bool IsTrimmed(BuiltinCall call, ReadOnlySpan<char> text, ReadOnlySpan<char> set, bool isFirst, out int length)
    {
        Rune rune;
        _ = isFirst ? Rune.DecodeFromUtf16(text, out rune, out length) : Rune.DecodeLastFromUtf16(text, out rune, out length);
        return call.Has(1)
            ? set.Contains(isFirst ? text[..length] : text[^length..], StringComparison.Ordinal)
            : Rune.IsWhiteSpace(rune);
    }

    private static bool TrimPrefix(BuiltinCall call, out ExpressionValue value)
    {
        ReadOnlySpan<char> prefix = call.Has(1) ? call[1].Text : " ";
        value = call[0].Text.StartsWith(prefix, StringComparison.Ordinal)
            ? call[0].Substring(prefix.Length, call[0].Text.Length - prefix.Length)
            : call[0];
        return true;
    }

    private static bool TrimSuffix(BuiltinCall call, out ExpressionValue value)
    {
        ReadOnlySpan<char> suffix = call.Has(1) ? call[1].Text : " ";
        value = call[0].Text.EndsWith(suffix, StringComparison.Ordinal) ? call[0].Substring(0, call[0].Text.Length - suffix.Length) : call[0];
        return true;
    }

    private static bool TrySplit(BuiltinCall call, bool keepsSeparator, out ExpressionValue value)
    {
        value = default;
        ReadOnlySpan<char> text = call[0].Text;
        ReadOnlySpan<char> separator = call[1].Text;
        long most = call.Has(2) && call[2].Integer >= 0 ? call[2].Integer : long.MaxValue;
        if (!call.Run.TryCountText(text.Length))
        {
            return false;
        }

        List<ExpressionValue> parts = [];
        int start = 0;
        while (parts.Count < most - 1)
        {
            int length = FindEnd(text[start..], separator, out int used);
            if (length < 0)
            {
                break;
            }

            if (parts.Count == ExpressionLimits.MaxElements)
            {
                return call.Run.TryCountElements(parts.Count + 1);
            }

            parts.Add(call[0].Substring(start, keepsSeparator ? used : length));
            start += used;
        }

        // An empty separator leaves nothing behind the last character.
        if (most > 0 && (!separator.IsEmpty || start < text.Length))
        {
            parts.Add(call[0].Substring(start, text.Length - start));
        }

        return call.Run.TryCreateList([.. parts], parts.Count, out value);
    }

    /// <summary>The length of the part before the next separator, and with it; an empty separator is behind each character but the last.</summary>
    private static int FindEnd(ReadOnlySpan<char> text, ReadOnlySpan<char> separator, out int used)
    {
        if (separator.IsEmpty)
        {
            Rune.DecodeFromUtf16(text, out _, out used);
            return used < text.Length ? used : -1;
        }

        int length = text.IndexOf(separator, StringComparison.Ordinal);
        used = length + separator.Length;
        return length;
    }

    private static bool Replace(BuiltinCall call, out ExpressionValue value)
    {
        ReadOnlySpan<char> text = call[0].Text;
        ReadOnlySpan<char> old = call[1].Text;
        long most = call.Has(3) && call[3].Integer >= 0 ? call[3].Integer : long.MaxValue;
        TextBuilder output = call.Run.Builder.Clear();
        long count = 0;
        while (count < most && !output.IsExceeded)
        {
            int index = text.IndexOf(old, StringComparison.Ordinal);
            if (old.IsEmpty && count > 0)
            {
                if (text.IsEmpty)
                {
                    break;
                }

                Rune.DecodeFromUtf16(text, out _, out index);
            }

            if (index < 0)
            {
                break;
            }

            output.Append(text[..index]);
            output.Append(call[2].Text);
            text = text[(index + old.Length)..];
            count++;
        }

        output.Append(text);
        value = default;
        return call.Run.TryCountText(call[0].Text.Length + output.Written.Length) && call.Run.TryCreateText(out value);
    }

    private static bool Repeat(BuiltinCall call, out ExpressionValue value)
    {
        value = default;
        ReadOnlySpan<char> text = call[0].Text;
        long times = call[1].Integer;
        if (times < 0)
        {
            return call.Fail("repeat with a negative number");
        }

        int length = text.IsEmpty ? 0 : (int)Math.Min((long)text.Length * Math.Min(times, ExpressionLimits.MaxTextLength + 1), int.MaxValue);
        if (!call.Run.TryCountText(length) || !call.Run.TryReserve(length, out Span<char> room))
        {
            return false;
        }

        for (int i = 0; i < length; i += text.Length)
        {
            text.CopyTo(room[i..]);
        }

        value = call.Run.Text.Commit(length);
        return true;
    }

    private static bool Join(BuiltinCall call, out ExpressionValue value)
    {
        value = default;
        ValueList list = call[0].List;
        TextBuilder output = call.Run.Builder.Clear();
        for (int i = 0; i < list.Count && !output.IsExceeded; i++)
        {
            ExpressionValue item = list[i];
            if (item.Kind != ValueKind.Text)
            {
                return call.Fail("join of a list with an element that is not a string");
            }

            output.Append(i > 0 && call.Has(1) ? call[1].Text : default);
            output.Append(item.Text);
        }

        return call.Run.TryCount(list.Count) && call.Run.TryCountText(output.Written.Length) && call.Run.TryCreateText(out value);
    }

    private static bool TryFind(BuiltinCall call, bool isLast, out ExpressionValue value)
    {
        value = ExpressionValue.From((long)Utf8Text.IndexOf(call[0].Text, call[1].Text, isLast));
        return call.Run.TryCountText(call[0].Text.Length);
    }

    private static bool FromBase64(BuiltinCall call, out ExpressionValue value)
    {
        value = default;
        byte[] bytes = new byte[call[0].Text.Length];
        return Convert.TryFromBase64Chars(call[0].Text, bytes, out int written)
            ? call.Run.TryCreateText(Encoding.UTF8.GetString(bytes, 0, written), out value)
            : call.Fail("fromBase64 of a string that is not Base64");
    }
}
