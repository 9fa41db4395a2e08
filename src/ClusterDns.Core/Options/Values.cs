using System.Globalization;
using System.Net;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Http;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Options;

/// <summary>The usual values of options.</summary>
public static class Values
{
    private const string Examples = "for example 5s or 1m30s";

    /// <summary>A time to live: 0 to 3600 seconds.</summary>
    public static OptionValue<uint> TimeToLive { get; } = Integer(0, 3600).As("SECONDS").Select(static seconds => (uint)seconds);

    /// <summary>A record type by its name, or <c>TYPE65</c> (RFC 3597 section 5).</summary>
    public static OptionValue<RecordType> RecordType { get; } = Parsed<RecordType>(
        "TYPE", "record type", "for example A, PTR or TYPE65", static (string text, out RecordType type) => RecordTypes.TryParse(text, out type))
        .Suggest(Enum.GetNames<RecordType>());

    /// <summary>A class by its name, or <c>CLASS1</c>.</summary>
    public static OptionValue<RecordClass> RecordClass { get; } = Parsed<RecordClass>(
        "CLASS", "class", "for example IN or ANY", static (string text, out RecordClass type) => RecordClasses.TryParse(text, out type));

    /// <summary>A response code by its name, or its number.</summary>
    public static OptionValue<ResponseCode> ResponseCode { get; } = Parsed<ResponseCode>(
        "RCODE", "response code", "for example NXDOMAIN or REFUSED", static (string text, out ResponseCode code) => ResponseCodes.TryParse(text, out code))
        .Suggest([.. Enum.GetValues<ResponseCode>().Select(ResponseCodes.ToText)]);

    /// <summary>An IPv4 or IPv6 address.</summary>
    public static OptionValue<IPAddress> Address { get; } = Parsed<IPAddress>(
        "ADDRESS", "address", "for example 192.0.2.1 or 2001:db8::1", static (string text, out IPAddress address) => AddressText.TryParse(text, out address!));

    /// <summary>A domain name, in wire form and as it is written (RFC 1035 section 3.1).</summary>
    public static OptionValue<ReadOnlyMemory<byte>> DomainName { get; } = Parsed<ReadOnlyMemory<byte>>(
        "NAME", "domain name", "for example example.org", TryParseName);

    /// <summary>Any word.</summary>
    /// <param name="placeholder">Its name in documentation, such as <c>FILE</c>.</param>
    public static OptionValue<string> Text(string placeholder)
        => new(new ArgumentDeclaration(placeholder, 1, 1, "", null, []), "text", static (DirectiveReader _, Token word, out string value) =>
        {
            value = word.Text;
            return true;
        });

    /// <summary>Any word, with its place, for errors that are found later.</summary>
    /// <param name="placeholder">Its name in documentation, such as <c>FILE</c>.</param>
    public static OptionValue<Token> Word(string placeholder)
        => new(new ArgumentDeclaration(placeholder, 1, 1, "", null, []), "text", static (DirectiveReader _, Token word, out Token value) =>
        {
            value = word;
            return true;
        });

    /// <summary>One of some words.</summary>
    /// <param name="words">The words.</param>
    public static OptionValue<string> Choice(params string[] words) => Choose(StringComparison.Ordinal, [.. words.Select(static word => (word, word))]);

    /// <summary>One of some words, each of which stands for a value.</summary>
    /// <param name="choices">The words and their values.</param>
    /// <typeparam name="T">What the words stand for.</typeparam>
    public static OptionValue<T> Choice<T>(params (string Word, T Value)[] choices) => Choose(StringComparison.Ordinal, choices);

    /// <summary>One of some words in any case, each of which stands for a value.</summary>
    /// <param name="choices">The words and their values.</param>
    /// <typeparam name="T">What the words stand for.</typeparam>
    public static OptionValue<T> ChoiceIgnoringCase<T>(params (string Word, T Value)[] choices) => Choose(StringComparison.OrdinalIgnoreCase, choices);

    /// <summary>A whole number.</summary>
    /// <param name="least">The least.</param>
    /// <param name="most">The greatest.</param>
    public static OptionValue<int> Integer(int least, int most)
        => Parsed(
            "NUMBER",
            "number",
            string.Create(CultureInfo.InvariantCulture, $"{least} to {most}"),
            (string text, out int value) =>
                int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= least && value <= most);

    /// <summary>A whole number that counts as the nearest one of a range, with a warning, where it is outside of it.</summary>
    /// <param name="least">The least.</param>
    /// <param name="most">The greatest.</param>
    public static OptionValue<int> ClampedInteger(int least, int most)
        => new("NUMBER", "number", string.Create(CultureInfo.InvariantCulture, $"{least} to {most}"), (DirectiveReader line, Token word, out int value) =>
        {
            bool isNumber = long.TryParse(word.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long parsed);
            value = (int)Math.Clamp(parsed, least, most);
            if (isNumber && value != parsed)
            {
                line.Warn(word.Place, string.Create(CultureInfo.InvariantCulture, $"'{word.Text}' counts as {value} for '{line.Name}': expected {least} to {most}"));
            }

            return isNumber;
        });

    /// <summary>A whole number from 0 on. One that is too large counts as the largest, with a warning.</summary>
    public static OptionValue<int> Count { get; } = new("NUMBER", "number", "0 to 2147483647", static (DirectiveReader line, Token word, out int value) =>
    {
        value = 0;
        return !word.Text.StartsWith('-') && ClampedInteger(0, int.MaxValue).TryRead(line, word, out value);
    });

    /// <summary>A duration as Go writes it, such as <c>1m30s</c>.</summary>
    /// <param name="least">The least; null for 0.</param>
    /// <param name="most">The greatest; null for no bound.</param>
    public static OptionValue<TimeSpan> Duration(TimeSpan? least = null, TimeSpan? most = null)
        => Duration(GoDuration.TryParse, least ?? TimeSpan.Zero, most ?? TimeSpan.MaxValue);

    /// <summary>A duration, or a number of seconds without a unit.</summary>
    /// <param name="least">The least.</param>
    /// <param name="most">The greatest.</param>
    public static OptionValue<TimeSpan> DurationOrSeconds(TimeSpan least, TimeSpan most) => Duration(TryParseSeconds, least, most);

    /// <summary>A duration that counts as zero, with a warning, where it is negative.</summary>
    public static OptionValue<TimeSpan> DurationFromZero { get; } = new("DURATION", "duration", Examples, TryReadFromZero);

    /// <summary>Where a plugin answers over HTTP.</summary>
    /// <param name="fallback">The default.</param>
    public static OptionValue<HttpAddress> HttpAddress(string fallback)
        => new OptionValue<HttpAddress>(
            "ADDRESS",
            "address",
            "for example :8080, localhost:8080 or 127.0.0.1:8080",
            (DirectiveReader line, Token word, out HttpAddress value) =>
            {
                bool isAddress = Http.HttpAddress.TryParse(word.Text, out value);
                if (isAddress && word.Text.EndsWith(':'))
                {
                    line.Warn(word.Place, $"'{word.Text}' has no port, and the system picks one: write one such as {fallback}");
                }

                return isAddress;
            }).Default(fallback);

    /// <summary>A value that a function reads from the word's text.</summary>
    /// <param name="placeholder">Its name in documentation, such as <c>DURATION</c>.</param>
    /// <param name="noun">Its name in errors, such as <c>duration</c>.</param>
    /// <param name="accepted">What is accepted, to follow the word "expected".</param>
    /// <param name="parse">Reads it.</param>
    /// <typeparam name="T">What the word stands for.</typeparam>
    public static OptionValue<T> Parsed<T>(string placeholder, string noun, string accepted, TextParser<T> parse)
        => new(placeholder, noun, accepted, (DirectiveReader _, Token word, out T value) => parse(word.Text, out value));

    private static OptionValue<T> Choose<T>(StringComparison comparison, (string Word, T Value)[] choices)
    {
        string[] words = [.. choices.Select(static choice => choice.Word)];
        return new OptionValue<T>(
            new ArgumentDeclaration(string.Join('|', words), 1, 1, WordList.Or(words), null, words),
            "value",
            (DirectiveReader _, Token word, out T value) =>
            {
                int index = Array.FindIndex(choices, choice => string.Equals(choice.Word, word.Text, comparison));
                value = index < 0 ? default! : choices[index].Value;
                return index >= 0;
            });
    }

    private static OptionValue<TimeSpan> Duration(SpanParser parse, TimeSpan least, TimeSpan most)
    {
        string range = (least, most) switch
        {
            _ when most < TimeSpan.MaxValue => $"{ToText(least)} to {ToText(most)}",
            _ when least == new TimeSpan(1) => "more than 0s",
            _ => $"{ToText(least)} or more",
        };
        return new OptionValue<TimeSpan>("DURATION", "duration", range, (DirectiveReader line, Token word, out TimeSpan value) =>
        {
            bool isDuration = parse(word.Text, out value);
            if (!isDuration)
            {
                line.Error(word.Place, $"invalid duration '{word.Text}' for {line.Name}: expected {Examples}");
            }

            return isDuration && value >= least && value <= most;
        });
    }

    private static string ToText(TimeSpan duration) => duration switch
    {
        _ when duration > TimeSpan.Zero && duration.Ticks % TimeSpan.TicksPerHour == 0 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalHours}h"),
        _ when duration > TimeSpan.Zero && duration.Ticks % TimeSpan.TicksPerMinute == 0 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMinutes}m"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds}s"),
    };

    private static bool TryParseSeconds(ReadOnlySpan<char> text, out TimeSpan value)
    {
        bool isNumber = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int seconds);
        value = TimeSpan.FromSeconds(seconds);
        return isNumber || GoDuration.TryParse(text, out value);
    }

    private static bool TryReadFromZero(DirectiveReader line, Token word, out TimeSpan value)
    {
        bool isDuration = GoDuration.TryParse(word.Text, out value);
        if (isDuration && value < TimeSpan.Zero)
        {
            line.Warn(word.Place, $"'{word.Text}' counts as 0s for '{line.Name}': write a duration that is not negative");
            value = TimeSpan.Zero;
        }

        return isDuration;
    }

    private static bool TryParseName(string text, out ReadOnlyMemory<byte> name)
    {
        byte[] wire = new byte[Wire.DomainName.MaxWireLength];
        bool isName = Wire.DomainName.TryParse(text, wire, out int length);
        name = wire.AsMemory(0, length);
        return isName;
    }

    private delegate bool SpanParser(ReadOnlySpan<char> text, out TimeSpan value);
}

/// <summary>Reads a value from the text of a word.</summary>
/// <param name="text">The text.</param>
/// <param name="value">The value.</param>
/// <returns>Whether the text is accepted.</returns>
/// <typeparam name="T">What the text stands for.</typeparam>
public delegate bool TextParser<T>(string text, out T value);
