package io.rockpool.admin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * The bearer token that opens the admin endpoint. Only its SHA-256 is kept.
 *
 * <p>Threads: any thread may check, rotate or revoke; a change holds for every check that begins after it.
 * Errors: {@link IllegalArgumentException} for a token that is too easy to guess or cannot travel in a header; the
 * message never contains it. Source: security goals S2 and S3, docs/security-matrix.md.
 */
public final class AdminToken {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int RANDOM_BYTES = 32;
    private static final int MIN_LENGTH = 16;
    private static final int MAX_LENGTH = 256;

    private volatile byte[] digest;

    private AdminToken(byte[] digest) {
        this.digest = digest;
    }

    /** A new token's text: 256 random bits in base64url, 43 characters. Show it once; it cannot be asked for again. */
    public static String generate() {
        byte[] bits = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(bits);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }

    /** A token made by {@link #generate()}, or one of your own: 16 to 256 printable ASCII characters, no spaces. */
    public static AdminToken of(String token) {
        return new AdminToken(digestOf(checked(token)));
    }

    /** Replaces the token by a new random one, returned this once. The old one stops working at once. */
    public String rotate() {
        String token = generate();
        digest = digestOf(token);
        return token;
    }

    /** Replaces the token by one of your own, under the rule of {@link #of(String)}. */
    public void replace(String token) {
        digest = digestOf(checked(token));
    }

    /** Ends all access until {@link #rotate()} or {@link #replace(String)}. */
    public void revoke() {
        // Of a token that no one has seen: a check does the same work whether or not the token is revoked.
        digest = digestOf(generate());
    }

    /** Takes the same time for every wrong token: two digests of one length are compared, whatever was presented. */
    boolean matches(String presented) {
        return MessageDigest.isEqual(digest, digestOf(presented));
    }

    private static String checked(String token) {
        boolean printable = token.chars().allMatch(c -> c > ' ' && c < 0x7f);
        if (token.length() < MIN_LENGTH || token.length() > MAX_LENGTH || !printable) {
            throw new IllegalArgumentException("the admin token has " + token.length() + " characters"
                    + (printable ? "" : ", some of them blank or not printable ASCII") + "; it must have " + MIN_LENGTH
                    + " to " + MAX_LENGTH + " printable ASCII characters without spaces."
                    + " Set one of that kind (ROCKPOOL_ADMIN_TOKEN for the launcher), or use AdminToken.generate()");
        }
        return token;
    }

    private static byte[] digestOf(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform must have SHA-256; this one has not", e);
        }
    }

    @Override
    public String toString() {
        return "AdminToken[***]";
    }
}
