package io.rockpool.admin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Sends bytes as they are and reads until the server closes; a server that neither answers nor closes in 10 s fails.
 */
final class RawHttp {

    private static final int PATIENCE_MILLIS = 10_000;

    private RawHttp() {}

    static Socket connect(InetSocketAddress server) throws IOException {
        Socket socket = new Socket();
        socket.connect(server, PATIENCE_MILLIS);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    static Answer send(InetSocketAddress server, String request) throws IOException {
        return send(server, request.getBytes(ISO_8859_1));
    }

    static Answer send(InetSocketAddress server, byte[] request) throws IOException {
        try (Socket socket = connect(server)) {
            try {
                socket.getOutputStream().write(request);
                socket.shutdownOutput();
            } catch (SocketException e) {
                // It had read enough and closed; what it said before that counts.
            }
            return new Answer(readToEnd(socket));
        }
    }

    /** All until the end of the stream; a reset is an end too. */
    static String readToEnd(Socket socket) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[4096];
        try {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                all.write(buffer, 0, n);
            }
        } catch (SocketException e) {
            return all.toString(ISO_8859_1);
        }
        return all.toString(ISO_8859_1);
    }

    /** What came back; empty if the connection was closed without a word. */
    record Answer(String text) {

        private static final Pattern INTERIM = Pattern.compile("\\AHTTP/1.1 100 [^\r\n]*\r\n(.+\r\n)*\r\n");

        /** Without the {@code 100 Continue} that the JDK sends on its own to who expects one. */
        Answer {
            text = INTERIM.matcher(text).replaceFirst("");
        }

        int status() {
            return text.isEmpty() ? 0 : Integer.parseInt(text.split(" ", 3)[1]);
        }

        String body() {
            return text.substring(text.indexOf("\r\n\r\n") + 4);
        }

        Map<String, String> headers() {
            Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            String[] head = text.substring(0, text.indexOf("\r\n\r\n")).split("\r\n");
            for (int i = 1; i < head.length; i++) {
                int colon = head[i].indexOf(':');
                headers.put(
                        head[i].substring(0, colon),
                        head[i].substring(colon + 1).trim());
            }
            return headers;
        }

        /** The same for two answers that a stranger cannot tell apart. */
        String withoutDate() {
            return text.replaceFirst("(?i)date: [^\r\n]*\r\n", "");
        }
    }
}
