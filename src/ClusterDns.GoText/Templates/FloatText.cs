using System.Globalization;

namespace ClusterDns.GoText.Templates;

/// <summary>Floating-point numbers as Go writes them.</summary>
public static class FloatText
{
    private const int DefaultPrecision = 6;
    private const int FirstExponent = 6;

    /// <summary>The text of a number.</summary>
    /// <param name="number">The number.</param>
    /// <param name="verb">One of <c>e f g v</c>; <c>v</c> is <c>g</c>.</param>
    /// <param name="precision">Digits after the point, for <c>g</c> all digits; -1 for 6, or as many as identify the number.</param>
    public static string Format(double number, char verb, int precision)
    {
        if (double.IsNaN(number))
        {
            return "NaN";
        }

        if (double.IsInfinity(number))
        {
            return number > 0 ? "+Inf" : "-Inf";
        }

        switch (verb)
        {
            case 'f':
                return number.ToString("F" + (precision < 0 ? DefaultPrecision : precision).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            case 'e':
                return WithExponent(number.ToString("E" + (precision < 0 ? DefaultPrecision : precision).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
            default:
                return Shortest(number, precision, precision < 0 ? FirstExponent : Math.Max(1, precision));
        }
    }

    /// <summary>.NET writes exponents with three digits at least, Go with two.</summary>
    private static string WithExponent(string text)
    {
        int at = text.IndexOf('E', StringComparison.Ordinal);
        int exponent = int.Parse(text.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{text.AsSpan(0, at)}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
    }

    private static string Shortest(double number, int precision, int firstExponent)
    {
        string scientific = precision < 0
            ? ToScientific(number)
            : number.ToString("E" + Math.Max(0, precision - 1).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        int at = scientific.IndexOf('E', StringComparison.Ordinal);
        int exponent = int.Parse(scientific.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string mantissa = scientific[..at];
        mantissa = mantissa.Contains('.', StringComparison.Ordinal) ? mantissa.TrimEnd('0').TrimEnd('.') : mantissa;
        if (exponent < -4 || exponent >= firstExponent)
        {
            return WithExponent(mantissa + scientific[at..]);
        }

        string sign = mantissa.StartsWith('-') ? "-" : "";
        string digits = mantissa.Replace("-", "", StringComparison.Ordinal).Replace(".", "", StringComparison.Ordinal);
        if (exponent < 0)
        {
            return sign + "0." + new string('0', -exponent - 1) + digits;
        }

        digits = digits.PadRight(exponent + 1, '0');
        return sign + digits[..(exponent + 1)] + (digits.Length > exponent + 1 ? "." + digits[(exponent + 1)..] : "");
    }

    /// <summary>The fewest digits that identify the number, as one digit, a point, the others and an exponent.</summary>
    private static string ToScientific(double number)
    {
        for (int digits = 0; digits < 17; digits++)
        {
            string text = number.ToString("E" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            if (double.Parse(text, CultureInfo.InvariantCulture).Equals(number))
            {
                return text;
            }
        }

        return number.ToString("E16", CultureInfo.InvariantCulture);
    }
}
