using System.Globalization;
using System.Text;
using System.Text.Json;
using ClusterDns.Expressions.Evaluation;
using ClusterDns.Expressions.Times;

namespace ClusterDns.Expressions.Values;

/// <summary>Values as JSON, as Go writes it with an indent of two spaces, and JSON as values.</summary>
internal static class ValueJson
{
    private const double LeastWithoutExponent = 1e-6;
    private const double LeastWithExponent = 1e21;

    /// <summary>Adds a value's JSON.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="value">The value.</param>
    /// <param name="depth">How many lists and maps it is in.</param>
    /// <returns>False where JSON has no form for it.</returns>
    public static bool TryAppend(TextBuilder text, in ExpressionValue value, int depth = 0)
    {
        switch (value.Kind)
        {
            case ValueKind.Nil:
                text.Append("null");
                return true;
            case ValueKind.Float:
                return TryAppendFloat(text, value.Float);
            case ValueKind.Text:
                AppendText(text, value.Text);
                return true;
            case ValueKind.List:
                return TryAppendList(text, value.List, depth);
            case ValueKind.Map:
                return TryAppendMap(text, value.Map, depth);
            case ValueKind.Time:
                text.Append('"');
                TimeFormatter.Append(text, in value, TimeFormatter.Rfc3339Layout);
                text.Append('"');
                return true;
            case ValueKind.Duration or ValueKind.Month or ValueKind.Weekday:
                text.Append(value.Integer);
                return true;
            case ValueKind.Zone:
                text.Append("{}");
                return true;
            default:
                ValueText.Append(text, in value);
                return true;
        }
    }

    /// <summary>Reads JSON. Its numbers are floating-point numbers; of equal keys the last counts.</summary>
    /// <returns>False where it is no JSON; the run has failed where it is too large.</returns>
    public static bool TryRead(EvaluationRun run, ReadOnlySpan<char> json, out ExpressionValue value)
    {
        value = default;
        Utf8JsonReader reader = new(Encoding.UTF8.GetBytes(json.ToString()), new JsonReaderOptions { MaxDepth = ExpressionLimits.MaxValueDepth });
        try
        {
            return reader.Read() && TryReadValue(run, ref reader, out value) && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            // A string with half of a surrogate pair.
            return false;
        }
    }

    private static bool TryReadValue(EvaluationRun run, ref Utf8JsonReader reader, out ExpressionValue value)
    {
        value = default;
        if (!run.TryCount(1))
        {
            return false;
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.True or JsonTokenType.False:
                value = ExpressionValue.From(reader.GetBoolean());
                return true;
            case JsonTokenType.Number:
                bool isNumber = reader.TryGetDouble(out double number) && double.IsFinite(number);
                value = ExpressionValue.From(number);
                return isNumber;
            case JsonTokenType.String:
                return run.TryCreateText(reader.GetString(), out value);
            case JsonTokenType.StartArray:
                return TryReadList(run, ref reader, out value);
            case JsonTokenType.StartObject:
                return TryReadMap(run, ref reader, out value);
            default:
                return true;
        }
    }

    private static bool TryReadList(EvaluationRun run, ref Utf8JsonReader reader, out ExpressionValue value)
    {
        value = default;
        List<ExpressionValue> items = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!run.TryCountElements(1) || !TryReadValue(run, ref reader, out ExpressionValue item))
            {
                return false;
            }

            items.Add(item);
        }

        value = ExpressionValue.From(ValueList.Of([.. items]));
        return true;
    }

    private static bool TryReadMap(EvaluationRun run, ref Utf8JsonReader reader, out ExpressionValue value)
    {
        ValueMap map = new();
        value = ExpressionValue.From(map);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (!run.TryCountElements(1) || !run.TryCreateText(reader.GetString(), out ExpressionValue key)
                || !reader.Read() || !TryReadValue(run, ref reader, out ExpressionValue item))
            {
                return false;
            }

            map.Set(in key, in item);
        }

        return true;
    }

    private static bool TryAppendList(TextBuilder text, ValueList list, int depth)
    {
        text.Append('[');
        for (int i = 0; i < list.Count && !text.IsExceeded; i++)
        {
            AppendSeparator(text, i == 0, depth + 1);
            ExpressionValue item = list[i];
            if (!TryAppend(text, in item, depth + 1))
            {
                return false;
            }
        }

        AppendEnd(text, list.Count == 0, ']', depth);
        return true;
    }

    private static bool TryAppendMap(TextBuilder text, ValueMap map, int depth)
    {
        text.Append('{');
        bool isFirst = true;
        foreach (int place in map.Order())
        {
            ExpressionValue key = map.KeyAt(place);
            ExpressionValue value = map.ValueAt(place);
            if (key.Kind != ValueKind.Text)
            {
                return false;
            }

            AppendSeparator(text, isFirst, depth + 1);
            isFirst = false;
            AppendText(text, key.Text);
            text.Append(": ");
            if (!TryAppend(text, in value, depth + 1))
            {
                return false;
            }
        }

        AppendEnd(text, isFirst, '}', depth);
        return true;
    }

    private static void AppendSeparator(TextBuilder text, bool isFirst, int depth)
    {
        text.Append(isFirst ? "\n" : ",\n");
        for (int i = 0; i < depth; i++)
        {
            text.Append("  ");
        }
    }

    private static void AppendEnd(TextBuilder text, bool isEmpty, char end, int depth)
    {
        if (!isEmpty)
        {
            AppendSeparator(text, isFirst: true, depth);
        }

        text.Append(end);
    }

    private static bool TryAppendFloat(TextBuilder text, double number)
    {
        double size = Math.Abs(number);
        string digits = number.ToString("R", CultureInfo.InvariantCulture);
        if (size is 0 or (>= LeastWithoutExponent and < LeastWithExponent))
        {
            digits = digits.Contains('E', StringComparison.Ordinal) ? decimal.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture) : digits;
        }
        else
        {
            digits = digits.Replace("E-0", "e-", StringComparison.Ordinal).Replace('E', 'e');
        }

        text.Append(digits);
        return double.IsFinite(number);
    }

    private static void AppendText(TextBuilder text, ReadOnlySpan<char> value)
    {
        text.Append('"');
        foreach (char character in value)
        {
            switch (character)
            {
                case '"' or '\\':
                    text.Append('\\');
                    text.Append(character);
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case '\r':
                    text.Append("\\r");
                    break;
                case '\t':
                    text.Append("\\t");
                    break;
                case < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029':
                    text.Append("\\u");
                    text.Append(character, "x4");
                    break;
                default:
                    text.Append(character);
                    break;
            }
        }

        text.Append('"');
    }
}
