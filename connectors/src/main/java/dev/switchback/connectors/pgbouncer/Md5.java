package dev.switchback.connectors.pgbouncer;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** PostgreSQL's older way to prove a password. Stateless. */
final class Md5 {

    private Md5() {}

    /** As the server computes it: {@code md5} and the digest of the salted digest of password and user. */
    static String answer(String user, String password, byte[] salt) {
        String inner = hex(AdminConsole.bytes(password + user), new byte[0]);
        return "md5" + hex(AdminConsole.bytes(inner), salt);
    }

    private static String hex(byte[] first, byte[] second) {
        try {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            digest.update(first);
            digest.update(second);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
