using ClusterDns.Expressions.Evaluation;
using ClusterDns.Expressions.Times;
using ClusterDns.GoText.Templates;

namespace ClusterDns.Expressions.Values;

/// <summary>Values as text, as Go writes them where nothing says how.</summary>
internal static class ValueText
{
    /// <summary>A value's text, in a string of its own.</summary>
    public static string Describe(in ExpressionValue value)
    {
        TextBuilder text = new();
        Append(text, in value);
        return text.Written.ToString();
    }

    /// <summary>Adds a value's text.</summary>
    public static void Append(TextBuilder text, in ExpressionValue value)
    {
        switch (value.Kind)
        {
            case ValueKind.Nil:
                text.Append("<nil>");
                break;
            case ValueKind.Boolean:
                text.Append(value.Boolean ? "true" : "false");
                break;
            case ValueKind.Integer:
                text.Append(value.Integer);
                break;
            case ValueKind.Float:
                text.Append(FloatText.Format(value.Float, 'v', -1));
                break;
            case ValueKind.Text:
                text.Append(value.Text);
                break;
            case ValueKind.List:
                AppendList(text, value.List);
                break;
            case ValueKind.Map:
                AppendMap(text, value.Map);
                break;
            case ValueKind.Time:
                TimeFormatter.Append(text, in value, TimeFormatter.DefaultLayout);
                break;
            case ValueKind.Duration:
                GoDuration.Append(text, value.Integer);
                break;
            case ValueKind.Month:
                text.Append(TimeLayout.Months[(int)value.Integer - 1]);
                break;
            case ValueKind.Weekday:
                text.Append(TimeLayout.Weekdays[(int)value.Integer]);
                break;
            default:
                text.Append(value.Zone.Id);
                break;
        }
    }

    private static void AppendList(TextBuilder text, ValueList list)
    {
        text.Append('[');
        for (int i = 0; i < list.Count && !text.IsExceeded; i++)
        {
            text.Append(i > 0 ? " " : "");
            ExpressionValue item = list[i];
            Append(text, in item);
        }

        text.Append(']');
    }

    private static void AppendMap(TextBuilder text, ValueMap map)
    {
        text.Append("map[");
        string separator = "";
        foreach (int place in map.Order())
        {
            text.Append(separator);
            separator = " ";
            ExpressionValue key = map.KeyAt(place);
            ExpressionValue value = map.ValueAt(place);
            Append(text, in key);
            text.Append(':');
            Append(text, in value);
        }

        text.Append(']');
    }
}
