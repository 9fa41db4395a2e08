namespace ClusterDns.GoText.Templates;

/// <summary>Values as text where nothing says how, Go's <c>%v</c>.</summary>
internal static class ValueText
{
    /// <summary>Adds a value's text; false where it has none.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="value">The value.</param>
    public static bool TryAppend(TextBuffer buffer, in Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Nil:
                buffer.Append("<nil>");
                return true;
            case ValueKind.Boolean:
                buffer.Append(value.Boolean ? "true" : "false");
                return true;
            case ValueKind.Integer:
                buffer.Append(value.Integer);
                return true;
            case ValueKind.Unsigned:
                buffer.Append(value.Unsigned);
                return true;
            case ValueKind.Float:
                buffer.Append(FloatText.Format(value.Float, 'v', -1));
                return true;
            case ValueKind.Text:
                buffer.Append(value.Text);
                return true;
            case ValueKind.List:
                return TryAppendList(buffer, value.List);
            case ValueKind.Map:
                return TryAppendMap(buffer, value.Map);
            default:
                buffer.Append(value.Record.Text);
                return value.Record.Text is not null;
        }
    }

    private static bool TryAppendList(TextBuffer buffer, TemplateList list)
    {
        bool isDone = true;
        buffer.Append('[');
        for (int i = 0; i < list.Count && isDone; i++)
        {
            Value element = list[i];
            buffer.Append(i > 0 ? " " : "");
            isDone = TryAppend(buffer, in element);
        }

        buffer.Append(']');
        return isDone;
    }

    private static bool TryAppendMap(TextBuffer buffer, ITemplateMap map)
    {
        buffer.Append("map[");
        bool isFirst = true;
        bool isDone = true;
        foreach (string key in map.Keys)
        {
            buffer.Append(isFirst ? "" : " ");
            buffer.Append(key);
            buffer.Append(':');
            map.TryFind(key, out Value value);
            isDone &= TryAppend(buffer, in value);
            isFirst = false;
        }

        buffer.Append(']');
        return isDone;
    }
}
