package dev.switchback.connectors.pgbouncer;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The client's side of SCRAM-SHA-256 (RFC 5802, RFC 7677) without channel binding. The password is taken as it is: only one
 * of ASCII is sure to be what SASLprep makes of it. Used once.
 */
final class Scram {

    static final String MECHANISM = "SCRAM-SHA-256";

    private final String password;
    private final String nonce;
    private byte[] expected = new byte[0];

    Scram(String password) {
        this(password, Base64.getEncoder().encodeToString(random()));
    }

    Scram(String password, String nonce) {
        this.password = password;
        this.nonce = nonce;
    }

    private static byte[] random() {
        byte[] bytes = new byte[18];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    String first() {
        return "n,," + firstBare();
    }

    /** PostgreSQL takes the user from the start of the session. */
    private String firstBare() {
        return "n=,r=" + nonce;
    }

    /** @throws IOException when the answer is not one to what was asked */
    String last(String challenge) throws IOException {
        Map<String, String> fields = fields(challenge);
        String bothNonces = Objects.requireNonNullElse(fields.get("r"), "");
        String salt = fields.get("s");
        String rounds = fields.get("i");
        if (!bothNonces.startsWith(nonce) || salt == null || rounds == null) {
            throw new IOException("its answer to SCRAM-SHA-256 makes no sense");
        }
        String withoutProof = "c=biws,r=" + bothNonces;
        String signed = firstBare() + "," + challenge + "," + withoutProof;
        try {
            byte[] salted = salted(Base64.getDecoder().decode(salt), Integer.parseInt(rounds));
            byte[] clientKey = hmac(salted, "Client Key");
            byte[] storedKey = MessageDigest.getInstance("SHA-256").digest(clientKey);
            byte[] proof = hmac(storedKey, signed);
            for (int i = 0; i < proof.length; i++) {
                proof[i] ^= clientKey[i];
            }
            expected = hmac(hmac(salted, "Server Key"), signed);
            return withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("SCRAM-SHA-256 failed", e);
        }
    }

    /** @throws IOException when whoever answers does not know the password */
    void verify(String last) throws IOException {
        String signature = Objects.requireNonNullElse(fields(last).get("v"), "");
        if (!Arrays.equals(expected, Base64.getDecoder().decode(signature))) {
            throw new IOException("it does not prove that it knows the password");
        }
    }

    private byte[] salted(byte[] salt, int rounds) throws GeneralSecurityException {
        PBEKeySpec key = new PBEKeySpec(password.toCharArray(), salt, rounds, 256);
        return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                .generateSecret(key)
                .getEncoded();
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(AdminConsole.bytes(text));
    }

    private static Map<String, String> fields(String message) {
        Map<String, String> fields = new HashMap<>();
        for (String field : message.split(",", -1)) {
            if (field.length() > 1 && field.charAt(1) == '=') {
                fields.put(field.substring(0, 1), field.substring(2));
            }
        }
        return fields;
    }
}
