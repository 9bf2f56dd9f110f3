package dev.switchback.transforms.sql;

import static dev.switchback.transforms.sql.SqlType.BIGINT;
import static dev.switchback.transforms.sql.SqlType.BOOLEAN;
import static dev.switchback.transforms.sql.SqlType.BPCHAR;
import static dev.switchback.transforms.sql.SqlType.BYTEA;
import static dev.switchback.transforms.sql.SqlType.INTEGER;
import static dev.switchback.transforms.sql.SqlType.TEXT;

import java.util.HexFormat;
import java.util.List;

import dev.switchback.transforms.postgres.Texts;

/** What can be done with texts and byte strings. */
final class TextFunctions {

    private TextFunctions() {}

    static List<Function> all() {
        return List.of(
                Function.of("upper", TEXT, TEXT, (String a) -> Texts.upper(a)),
                Function.of("lower", TEXT, TEXT, (String a) -> Texts.lower(a)),
                Function.of("length", TEXT, INTEGER, (String a) -> Texts.length(a)),
                Function.of("char_length", TEXT, INTEGER, (String a) -> Texts.length(a)),
                Function.of("character_length", TEXT, INTEGER, (String a) -> Texts.length(a)),
                Function.of("octet_length", TEXT, INTEGER, (String a) -> Texts.octetLength(a)),
                Function.of("octet_length", BPCHAR, INTEGER, (String a) -> Texts.octetLength(a)),
                Function.of("bit_length", TEXT, INTEGER, (String a) -> Texts.octetLength(a) * 8),
                Function.of("length", BYTEA, INTEGER, (byte[] a) -> a.length),
                Function.of("octet_length", BYTEA, INTEGER, (byte[] a) -> a.length),
                Function.of("substring", TEXT, INTEGER, TEXT, (String a, Integer from) -> Texts.substring(a, from)),
                Function.of(
                        "substring",
                        TEXT,
                        INTEGER,
                        INTEGER,
                        TEXT,
                        (String a, Integer from, Integer length) -> Texts.substring(a, from, length)),
                Function.of("substr", TEXT, INTEGER, TEXT, (String a, Integer from) -> Texts.substring(a, from)),
                Function.of(
                        "substr",
                        TEXT,
                        INTEGER,
                        INTEGER,
                        TEXT,
                        (String a, Integer from, Integer length) -> Texts.substring(a, from, length)),
                Function.of("left", TEXT, INTEGER, TEXT, (String a, Integer n) -> Texts.left(a, n)),
                Function.of("right", TEXT, INTEGER, TEXT, (String a, Integer n) -> Texts.right(a, n)),
                Function.of("strpos", TEXT, TEXT, INTEGER, (String a, String part) -> Texts.position(a, part)),
                Function.of(
                        "starts_with", TEXT, TEXT, BOOLEAN, (String a, String start) -> (Boolean) a.startsWith(start)),
                Function.of(
                        "replace",
                        TEXT,
                        TEXT,
                        TEXT,
                        TEXT,
                        (String a, String from, String to) -> Texts.replace(a, from, to)),
                Function.of(
                        "translate",
                        TEXT,
                        TEXT,
                        TEXT,
                        TEXT,
                        (String a, String from, String to) -> Texts.translate(a, from, to)),
                Function.of("lpad", TEXT, INTEGER, TEXT, (String a, Integer n) -> Texts.padLeft(a, n, " ")),
                Function.of(
                        "lpad",
                        TEXT,
                        INTEGER,
                        TEXT,
                        TEXT,
                        (String a, Integer n, String fill) -> Texts.padLeft(a, n, fill)),
                Function.of("rpad", TEXT, INTEGER, TEXT, (String a, Integer n) -> Texts.padRight(a, n, " ")),
                Function.of(
                        "rpad",
                        TEXT,
                        INTEGER,
                        TEXT,
                        TEXT,
                        (String a, Integer n, String fill) -> Texts.padRight(a, n, fill)),
                Function.of("repeat", TEXT, INTEGER, TEXT, (String a, Integer n) -> Texts.repeat(a, n)),
                Function.of("reverse", TEXT, TEXT, (String a) -> Texts.reverse(a)),
                Function.of(
                        "split_part",
                        TEXT,
                        TEXT,
                        INTEGER,
                        TEXT,
                        (String a, String delimiter, Integer n) -> Texts.splitPart(a, delimiter, n)),
                Function.of("ltrim", TEXT, TEXT, (String a) -> Texts.trim(a, " ", true, false)),
                Function.of("ltrim", TEXT, TEXT, TEXT, (String a, String set) -> Texts.trim(a, set, true, false)),
                Function.of("rtrim", TEXT, TEXT, (String a) -> Texts.trim(a, " ", false, true)),
                Function.of("rtrim", TEXT, TEXT, TEXT, (String a, String set) -> Texts.trim(a, set, false, true)),
                Function.of("btrim", TEXT, TEXT, (String a) -> Texts.trim(a, " ", true, true)),
                Function.of("btrim", TEXT, TEXT, TEXT, (String a, String set) -> Texts.trim(a, set, true, true)),
                Function.of(
                        "overlay",
                        TEXT,
                        TEXT,
                        INTEGER,
                        TEXT,
                        (String a, String part, Integer from) -> Texts.overlay(a, part, from, Texts.length(part))),
                Function.of(
                        "overlay",
                        TEXT,
                        TEXT,
                        INTEGER,
                        INTEGER,
                        TEXT,
                        (String a, String part, Integer from, Integer n) -> Texts.overlay(a, part, from, n)),
                Function.of("ascii", TEXT, INTEGER, (String a) -> Texts.ascii(a)),
                Function.of("chr", INTEGER, TEXT, (Integer a) -> Texts.character(a)),
                Function.of("md5", TEXT, TEXT, (String a) -> Texts.md5(a)),
                Function.of("md5", BYTEA, TEXT, (byte[] a) -> Texts.md5(a)),
                Function.of("to_hex", INTEGER, TEXT, (Integer a) -> Integer.toHexString(a)),
                Function.of("to_hex", BIGINT, TEXT, (Long a) -> Long.toHexString(a)),
                Function.of("||", TEXT, TEXT, TEXT, (String a, String b) -> a.concat(b)),
                Function.of("||", BYTEA, BYTEA, BYTEA, (byte[] a, byte[] b) -> HexFormat.of()
                        .parseHex(HexFormat.of().formatHex(a) + HexFormat.of().formatHex(b))));
    }
}
