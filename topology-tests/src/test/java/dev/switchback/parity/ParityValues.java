package dev.switchback.parity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.jspecify.annotations.Nullable;

/** Values of each type as PostgreSQL reads them: those where things go wrong, and random ones. The same in each run. */
final class ParityValues {

    private static final int ENOUGH = 250;

    private static final Map<String, List<String>> OPAQUE = Map.ofEntries(
            Map.entry("oid", words("0 1 2147483648 4294967295")),
            Map.entry("inet", words("192.168.1.5 192.168.1.5/24 192.168.1.5/32 10.0.0.0/8 ::1 2001:db8::/32")),
            Map.entry("cidr", words("192.168.1.5/32 10.0.0.0/8 10/8 ::1 2001:db8::/32 0.0.0.0/0")),
            Map.entry("macaddr", words("08:00:2b:01:02:03 08002B-010203 ff:ff:ff:ff:ff:ff")),
            Map.entry("macaddr8", words("08:00:2b:01:02:03 08:00:2b:01:02:03:04:05 ff:ff:ff:ff:ff:ff:ff:ff")),
            Map.entry("xml", List.of("<a/>", "<?xml version=\"1.0\"?><a>x</a>", "text")),
            Map.entry("bit(3)", words("000 101 111")),
            Map.entry("bit varying", List.of("", "0", "1", "101", "0000000011111111")),
            Map.entry("int4range", words("empty (,) [1,5] (1,5) [1,) (,5]")),
            Map.entry("int8range", words("empty (,) [1,9223372036854775806] (1,5) [1,) (,5]")),
            Map.entry("numrange", words("empty (,) [1.0,5.00] (1,5) [1,) (,NaN]")),
            Map.entry("daterange", words("empty (,) [2024-02-29,infinity] (2024-01-01,2024-02-29)")),
            Map.entry("tsrange", List.of("empty", "(,)", "[2024-02-29 12:00:00.5,infinity)", "(-infinity,2024-01-01]")),
            Map.entry("tstzrange", List.of("empty", "(,)", "[2024-02-29 12:00:00.5+02,infinity)")),
            Map.entry("smallint[]", words("{} {1,NULL,-3} {{1,2},{3,4}} [0:1]={1,2}")),
            Map.entry("integer[]", words("{} {1,NULL,-3} {{1,2},{3,4}} [0:1]={1,2}")),
            Map.entry("bigint[]", words("{} {1,NULL,9223372036854775807} [0:1]={1,2}")),
            Map.entry("numeric[]", words("{} {1.0,NULL,NaN,1.00} [0:1]={1,2}")),
            Map.entry(
                    "text[]", List.of("{}", "{a,NULL,\"NULL\",\"\"}", "{\"a b\",\"q\\\"\",\"b\\\\\",😀}", "{{a},{b}}")),
            Map.entry("character varying[]", List.of("{}", "{a,NULL,\"NULL\",\"\"}", "{\"a b\",😀}")),
            Map.entry("uuid[]", words("{} {a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,NULL}")),
            Map.entry("flag", words("t f")),
            Map.entry("code", List.of("a", "a b", "abcdef")),
            Map.entry("mood", words("sad glad")));

    private ParityValues() {}

    /** NULL among them. */
    static List<@Nullable String> of(String type) {
        List<@Nullable String> values = new ArrayList<>();
        values.add(null);
        values.addAll(special(type));
        Random random = new Random(type.hashCode());
        while (values.size() < ENOUGH && !type.equals("boolean") && !opaque(type)) {
            values.add(random(type, random));
        }
        return values;
    }

    /** Whether of its values nothing but the text is known. */
    static boolean opaque(String type) {
        return OPAQUE.containsKey(type);
    }

    private static List<String> special(String type) {
        List<String> opaque = OPAQUE.get(type);
        return opaque == null ? understood(type) : opaque;
    }

    private static List<String> understood(String type) {
        return switch (type) {
            case "boolean" -> List.of("t", "f");
            case "smallint" -> words("0 1 -1 2 -2 3 7 10 100 180 181 -181 182 255 256 32767 -32768 32766 -32767");
            case "count" -> words("0 1 2 3 5 -1 10");
            case "small" -> words("0 1 -1 2 -2 3 4 5 7 10 -5 -10 20 100 2147483647 -2147483648");
            case "integer" ->
                words(
                        "0 1 -1 2 -2 3 7 10 100 127 128 255 256 46340 46341 65536 55296 57343 57344 1114111 1114112 128512"
                                + " 1000000 2147483647 -2147483648 2147483646 -2147483647 16777217");
            case "bigint" ->
                words("0 1 -1 2 -2 3 7 10 2147483647 2147483648 -2147483648 -2147483649 3037000499 3037000500"
                        + " 9007199254740993 9223372036854775807 -9223372036854775808 9223372036854775806"
                        + " 16777217 123456789012345678");
            case "numeric" ->
                words("0 0.0 0.000 1 -1 1.0 1.00 0.5 1.5 2.5 -0.5 -1.5 -2.5 0.05 0.15 1.005 1.045 -1.005 0.1 0.25 0.75"
                        + " 99.995 99.95 9.5 9.9999999 10 100 1000 9999 10000 10001 99999999 0.0001 0.00001 0.00000001"
                        + " 123.456 -123.456 32767.4 32767.5 -32768.5 2147483647.4 2147483647.5 -2147483648.4"
                        + " -2147483648.5 9223372036854775807.4 9223372036854775807.5 -9223372036854775808.5"
                        + " 99999999999999999999.99 1234567890123456789012345678901234567890.123456789 NaN Infinity"
                        + " -Infinity 3 7 0.3333333333333333 0.000000000000000000000000000001 1e40 4.35 2 12345.6789");
            case "real" ->
                words("0 -0 1 -1 0.1 0.5 1.5 2.5 -0.5 -2.5 1e5 1e6 999999 1000000 1e-4 1e-5 0.00012345 3.4028235e38"
                        + " -3.4028235e38 1.1754944e-38 1.4e-45 NaN Infinity -Infinity 16777216 16777217 0.3 4.35 33554432"
                        + " 2147483520 2147483648 9.223372e18 9.2233725e18 8388608 1.1920929e-07 32767.5 32768");
            case "double precision" ->
                words("0 -0 1 -1 0.1 0.2 0.3 0.5 1.5 2.5 3.5 -0.5 -1.5 -2.5 4.35 1e14 1e15 123456789012345678 1e16 1e22"
                        + " 1e23 1e-4 1e-5 0.00012345 1.7976931348623157e308 -1.7976931348623157e308 1e308 1e200 1e-200"
                        + " 2.2250738585072014e-308 5e-324 9007199254740993 NaN Infinity -Infinity 2147483647.4"
                        + " 2147483647.5 2147483648 -2147483648.5 -2147483649 9.223372036854775e18"
                        + " 9.223372036854776e18 32767.5 32768.5 3.4028235e38 3.4028236e38 1e39 1e-46 0.1234567890123456"
                        + " 1234567.8901234567 5.684341886080802e-14 0.49999999999999994 4503599627370497.5");
            case "text", "character varying", "character(6)" -> texts();
            case "ascii" -> asciiTexts();
            case "pattern" ->
                List.of(
                        "", "%", "_", "%%", "__", "a%", "%a", "%a%", "a_c", "%b%c", "_b_", "\\%", "a\\", "\\", "%\\",
                        "\\\\", "\\_%", "%😀%", "_😀", "%ü%", "!%", "!_", "!!", "%!", "a!%b", "%_%", "_%_", "abc",
                        "ABC", "%,%");
            case "json" ->
                List.of(
                        "{}",
                        "[]",
                        "null",
                        "1",
                        "\"x\"",
                        "true",
                        "{\"a\": 1, \"b\": {\"c\": [1, 2, {\"d\": \"e\"}]}}",
                        "{\"a\":null}",
                        "{\"a\" : \"q\\\"uo\\\\te\\n\\u00fc\\ud83d\\ude00\"}",
                        "[1, [2, 3], {\"a\": 4}]",
                        "{\"a\": 1, \"a\": 2}",
                        " { \"b\" : [ ] , \"a\" : { } } ",
                        "[\"a\", null, 1.50, -1e5]",
                        "{\"a\": \"]},[{\", \"b\": 2}",
                        "{\"a\\u0062\": 7, \"\": 8}",
                        "{\"a\":[{\"b\":1},{\"b\":2}]}",
                        "[[]]",
                        "{\"a\": 1, \"bad\": \"\\u0000\"}",
                        "{\"a\": 1, \"bad\": \"\\ud83d\"}",
                        "{\"a\": 1, \"bad\": \"\\ud83d\\n\"}",
                        "{\"a\": 1, \"bad\": \"\\ud83d\\ud83d\"}",
                        "{\"a\": 1, \"bad\": \"\\ud83d\\u0041\"}",
                        "{\"a\": 1, \"bad\": \"\\ude00\"}",
                        "{\"a\": 1, \"b\": \"\\\\u0000 \\ud83d\\ude00\"}");
            case "jsonb" ->
                understood("json").stream()
                        .filter(json -> !json.contains("\"bad\""))
                        .toList();
            case "path" -> words("a b c d 0 1 -1 -2 2 x ab 99 +1 a0 9999999999");
            case "bytea" -> List.of("\\x", "\\x00", "\\xff", "\\x0001ff", "\\xdeadbeef", "\\x616263");
            case "uuid" ->
                List.of(
                        "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
                        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12");
            case "date" ->
                List.of(
                        "2000-01-01",
                        "1999-12-31",
                        "1970-01-01",
                        "2024-02-29",
                        "2023-03-31",
                        "2024-12-30",
                        "2020-12-31",
                        "2021-01-03",
                        "2021-01-04",
                        "0001-01-01",
                        "0001-12-31 BC",
                        "0004-02-29",
                        "0005-02-28 BC",
                        "4713-01-01 BC",
                        "4714-11-24 BC",
                        "5874897-12-31",
                        "294276-12-31",
                        "10000-01-01",
                        "infinity",
                        "-infinity",
                        "1900-01-01",
                        "1901-01-01",
                        "1999-01-01",
                        "2001-01-01",
                        "0100-12-31 BC",
                        "0101-01-01 BC",
                        "1000-01-01 BC",
                        "0010-06-15 BC");
            case "time without time zone" ->
                List.of(
                        "00:00:00",
                        "23:59:59.999999",
                        "24:00:00",
                        "12:34:56",
                        "12:34:56.7",
                        "00:00:00.000001",
                        "01:02:03.004");
            case "timestamp without time zone", "timestamp with time zone" ->
                List.of(
                        "2000-01-01 00:00:00",
                        "1999-12-31 23:59:59.999999",
                        "1970-01-01 00:00:00",
                        "2024-02-29 12:34:56.789",
                        "2024-01-31 10:00:00",
                        "2023-12-31 23:59:59.5",
                        "2021-01-03 00:00:00.000001",
                        "0001-01-01 00:00:00",
                        "0001-12-31 23:59:59 BC",
                        "0044-03-15 12:00:00 BC",
                        "4713-01-01 00:00:00 BC",
                        "4714-11-24 00:00:00 BC",
                        "294276-12-31 23:59:59.999999",
                        "10000-01-01 00:00:00.1",
                        "infinity",
                        "-infinity",
                        "1969-12-31 23:59:59.999999",
                        "1900-03-01 00:00:00",
                        "2001-01-01 00:00:00",
                        "0101-02-03 04:05:06 BC",
                        "2038-01-19 03:14:08",
                        "1582-10-15 00:00:00",
                        "2024-03-31 01:30:00",
                        "2024-12-30 00:00:00");
            case "interval" ->
                List.of(
                        "0",
                        "1 day",
                        "-1 day",
                        "1 mon",
                        "-1 mon",
                        "1 year 2 mons 3 days 04:05:06.789",
                        "-1 year -2 mons +3 days",
                        "00:00:00.000001",
                        "-00:00:00.000001",
                        "30 days",
                        "24:00:00",
                        "1 mon -30 days",
                        "13 mons",
                        "-13 mons 1 day",
                        "178000000 years",
                        "-25:30:00",
                        "100:00:00.5",
                        "12 mons",
                        "1 year",
                        "1 day -01:00:00",
                        "2562047788:00:54");
            default -> throw new IllegalArgumentException(type);
        };
    }

    private static List<String> texts() {
        List<String> texts = new ArrayList<>(asciiTexts());
        texts.addAll(List.of(
                "Zürich", "straße", "😀", "a😀b", "😀😀,😀", "ÅÄÖ", "e\u0301", "Привет", "日本語", "\uFEFFx", "\u00A0",
                "ß", "ﬁ", "İ", "ı", "𝒜𝒷", "ü", "naïve"));
        return texts;
    }

    private static List<String> asciiTexts() {
        return List.of(
                "",
                " ",
                "  ",
                "a",
                "b",
                "abc",
                "ABC",
                "aBc",
                " x ",
                "x ",
                " x",
                "a%b",
                "a_b",
                "\\",
                "a\\b",
                "a,b,,c",
                ",",
                ",,",
                "a, b",
                "1",
                "-1",
                "+1",
                "42",
                " 42 ",
                "1.5",
                "2.5",
                "-0.5",
                ".5",
                "5.",
                "1e5",
                "1e400",
                "1E-400",
                "1e-5",
                "0x1F",
                "1_000",
                "NaN",
                "nan",
                "Infinity",
                "-inf",
                "inf",
                "t",
                "T",
                "tr",
                "true",
                "TRUE",
                " yes ",
                "y",
                "on",
                "of",
                "off",
                "o",
                "no",
                "false",
                "0",
                "32768",
                "2147483648",
                "9223372036854775808",
                "2024-02-29",
                "2024-02-30",
                "2024-2-9",
                "2024-02-29 23:59:59.999999",
                "2024-02-29T12:00:00Z",
                "2024-02-29 12:00:00+02",
                "2024-02-29 12:00:00-05:30",
                "0044-03-15 BC",
                "infinity",
                "-infinity",
                "today",
                "12:34:56",
                "12:34:56.789012",
                "24:00:00",
                "25:00:00",
                "1 day",
                "1 year 2 mons",
                "00112233-4455-6677-8899-aabbccddeeff",
                "00112233445566778899AABBCCDDEEFF",
                "{00112233-4455-6677-8899-aabbccddeeff}",
                "\\xDEADbeef",
                "\\x1",
                "abcabcabc",
                "it's",
                "\t a\n",
                "null",
                "NULL",
                "aaaa",
                "hello world",
                "the quick brown fox",
                "a-b-c",
                "----",
                "zzzzzz",
                "00",
                "007",
                "12345678901234567890.123",
                "1.0",
                "1.00",
                "-0",
                "99999",
                "3.4028236e38",
                "1e39",
                "  1.5e3 ");
    }

    private static List<String> words(String words) {
        return Arrays.asList(words.split(" "));
    }

    private static String random(String type, Random random) {
        return switch (type) {
            case "smallint" -> Integer.toString((short) (random.nextInt() >> (16 + random.nextInt(15))));
            case "count" -> Integer.toString(random.nextInt(9));
            case "small" -> Integer.toString(random.nextInt(40) - 15);
            case "integer" -> Integer.toString(random.nextInt() >> random.nextInt(31));
            case "bigint" -> Long.toString(random.nextLong() >> random.nextInt(63));
            case "numeric" -> decimal(random);
            case "real" ->
                Float.toString(
                        random.nextBoolean()
                                ? finite(Float.intBitsToFloat(random.nextInt()))
                                : random.nextInt(20_000) / 8f - 1_000);
            case "double precision" ->
                Double.toString(
                        random.nextBoolean()
                                ? finite(Double.longBitsToDouble(random.nextLong()))
                                : random.nextInt(200_000) / 1000d - 100);
            case "text", "character varying", "character(6)" -> text(random, "ab ,%_AZ09éü😀日\\-.");
            case "ascii" -> text(random, "abAB ,.-019xyz%_");
            case "pattern" -> text(random, "ab%%_\\!,ü😀");
            case "json", "jsonb" -> "{\"a\": [" + random.nextInt(100) + ", {\"b\": \"" + random.nextInt(9) + "\"}]}";
            case "path" -> Integer.toString(random.nextInt(7) - 3);
            case "bytea" -> "\\x" + String.format("%08x", random.nextInt()).substring(0, 2 * (1 + random.nextInt(4)));
            case "uuid" -> new java.util.UUID(random.nextLong(), random.nextLong()).toString();
            case "date" -> date(random);
            case "time without time zone" -> time(random);
            case "timestamp without time zone", "timestamp with time zone" -> date(random) + " " + time(random);
            case "interval" ->
                (random.nextInt(60) - 30) + " mons " + (random.nextInt(800) - 400) + " days "
                        + (random.nextInt(2_000_000) - 1_000_000) / 1000.0 + " secs";
            default -> throw new IllegalArgumentException(type);
        };
    }

    private static String decimal(Random random) {
        long units = random.nextLong() >> random.nextInt(60);
        return java.math.BigDecimal.valueOf(units, random.nextInt(22)).toPlainString();
    }

    private static float finite(float value) {
        return Float.isFinite(value) ? value : 1.5f;
    }

    private static double finite(double value) {
        return Double.isFinite(value) ? value : 1.5;
    }

    private static String text(Random random, String letters) {
        int[] points = letters.codePoints().toArray();
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            text.appendCodePoint(points[random.nextInt(points.length)]);
        }
        return text.toString();
    }

    private static String date(Random random) {
        return String.format(
                "%04d-%02d-%02d", 1 + random.nextInt(3000), 1 + random.nextInt(12), 1 + random.nextInt(28));
    }

    private static String time(Random random) {
        return String.format(
                "%02d:%02d:%02d.%06d",
                random.nextInt(24), random.nextInt(60), random.nextInt(60), random.nextInt(1_000_000));
    }
}
