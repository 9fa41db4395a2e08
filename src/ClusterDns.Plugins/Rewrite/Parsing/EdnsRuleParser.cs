using System.Globalization;
using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Rewrite.Rules;

namespace ClusterDns.Plugins.Rewrite.Parsing;

/// <summary>Reads a rule for EDNS options.</summary>
/// <param name="words">The words after <c>edns0</c>.</param>
internal sealed class EdnsRuleParser(RuleWords words)
{
    private const string Revert = "revert";
    private const string Unset = "unset";

    private static readonly string[] Options = ["local", "nsid", "subnet"];
    private static readonly string[] Actions = ["set", "append", "replace", Unset];

    /// <summary>Reads it; null when an error was reported.</summary>
    /// <param name="continues">Whether rules after this one are tried.</param>
    public EdnsRule? Parse(bool continues)
    {
        if (!words.TryChoose("EDNS option", Options, out string option) || !words.TryChoose("action", Actions, out string action))
        {
            return null;
        }

        return option switch
        {
            "local" => ParseLocal(continues, action),
            "nsid" => ParseIdentifier(continues, action),
            _ => ParseSubnet(continues, action),
        };
    }

    private EdnsRule? ParseLocal(bool continues, string action)
    {
        bool isUnset = string.Equals(action, Unset, StringComparison.Ordinal);
        int count = isUnset ? 1 : 2;

        // CoreDNS takes a last word 'revert' for the option, not for the data.
        bool lacksData = !isUnset && words.Count == 2 && string.Equals(words[1].Text, Revert, StringComparison.OrdinalIgnoreCase);
        if (!words.Expect(lacksData ? count + 1 : count, count + (isUnset ? 0 : 1), $"edns0 local {(isUnset ? "unset CODE" : $"{action} CODE DATA [revert]")}") ||
            !TryReadCode(words.Take(), out EdnsOptionCode code))
        {
            return null;
        }

        if (isUnset)
        {
            return new EdnsRule(continues, code, EdnsAction.Unset, EdnsData.Empty, reverts: false);
        }

        return ReadData(words.Take()) is { } data && TryReadRevert(out bool reverts)
            ? new EdnsRule(continues, code, ToAction(action), data, reverts)
            : null;
    }

    private EdnsRule? ParseIdentifier(bool continues, string action)
        => words.Expect(0, IsUnset(action) ? 0 : 1, $"edns0 nsid {action}{(IsUnset(action) ? "" : " [revert]")}") && TryReadRevert(out bool reverts)
            ? new EdnsRule(continues, EdnsOptionCode.NameServerIdentifier, ToAction(action), EdnsData.Empty, reverts)
            : null;

    private EdnsRule? ParseSubnet(bool continues, string action)
    {
        const string usage = "edns0 subnet set|append|replace V4BITS V6BITS [revert]";
        if (IsUnset(action))
        {
            return words.Expect(0, 0, "edns0 subnet unset")
                ? new EdnsRule(continues, EdnsOptionCode.ClientSubnet, EdnsAction.Unset, EdnsData.Empty, reverts: false)
                : null;
        }

        return words.Expect(2, 3, usage) &&
            TryReadBits(words.Take(), 32, out int first) & TryReadBits(words.Take(), 128, out int second) &&
            TryReadRevert(out bool reverts)
                ? new EdnsRule(continues, EdnsOptionCode.ClientSubnet, ToAction(action), new ClientSubnetData(first, second), reverts)
                : null;
    }

    private static bool IsUnset(string action) => string.Equals(action, Unset, StringComparison.Ordinal);

    private static EdnsAction ToAction(string action) => action switch
    {
        "set" => EdnsAction.Set,
        "append" => EdnsAction.Append,
        "replace" => EdnsAction.Replace,
        _ => EdnsAction.Unset,
    };

    private bool TryReadRevert(out bool reverts)
    {
        reverts = words.TryTake([Revert], out _);
        return words.Count == 0 || words.TryChoose("word after the rule", [Revert], out _);
    }

    private bool TryReadCode(Token word, out EdnsOptionCode code)
    {
        bool isValid = TryReadNumber(word.Text, ushort.MaxValue, out int number);
        code = (EdnsOptionCode)number;
        if (!isValid)
        {
            words.Error(word, $"invalid EDNS option code '{word.Text}': expected a number from 0 to 65535, such as 65518 or 0xffee");
        }

        return isValid;
    }

    private bool TryReadBits(Token word, int most, out int bits)
    {
        bool isValid = TryReadNumber(word.Text, most, out bits);
        if (!isValid)
        {
            words.Error(word, string.Create(CultureInfo.InvariantCulture, $"invalid prefix length '{word.Text}': expected a number from 0 to {most}"));
        }

        return isValid;
    }

    /// <summary>Numbers are written as in Go's source: decimal, or after 0x, 0o, 0 or 0b.</summary>
    private static bool TryReadNumber(string text, int most, out int number)
    {
        (string digits, int radix) = text switch
        {
            ['0', 'x' or 'X', ..] => (text[2..], 16),
            ['0', 'b' or 'B', ..] => (text[2..], 2),
            ['0', 'o' or 'O', ..] => (text[2..], 8),
            ['0', _, ..] => (text[1..], 8),
            _ => (text, 10),
        };
        long value = 0;
        bool isValid = digits.Length > 0;
        foreach (char digit in digits)
        {
            int worth = char.IsAsciiHexDigit(digit) ? Convert.ToInt32(digit.ToString(), 16) : radix;
            value = Math.Min((value * radix) + worth, int.MaxValue);
            isValid &= worth < radix;
        }

        number = (int)value;
        return isValid && value <= most;
    }

    private EdnsData? ReadData(Token word)
    {
        string text = word.Text;
        if (text.Length > 1 && text[0] == '{' && text[^1] == '}')
        {
            EdnsData? variable = EdnsVariable.TryCreate(text[1..^1]);
            if (variable is null)
            {
                words.Error(
                    word, $"unknown variable '{text}': expected {string.Join(", ", EdnsVariable.Names.Select(static name => $"{{{name}}}"))} or metadata such as {{kubernetes/client-namespace}}");
            }

            return variable;
        }

        byte[] data;
        if (text.StartsWith("0x", StringComparison.Ordinal))
        {
            if (text.Length % 2 != 0 || !text.AsSpan(2).ToString().All(char.IsAsciiHexDigit))
            {
                words.Error(word, $"invalid data '{text}': expected an even number of hexadecimal digits after '0x'");
                return null;
            }

            data = Convert.FromHexString(text.AsSpan(2));
        }
        else
        {
            data = Encoding.UTF8.GetBytes(text);
        }

        if (data.Length > EdnsData.MaxLength)
        {
            words.Error(word, string.Create(CultureInfo.InvariantCulture, $"data of {data.Length} octets: at most {EdnsData.MaxLength} are accepted"));
            return null;
        }

        return new ConstantData(data);
    }
}
