// Asks each agent with Java's HttpClient as people use it: HTTP/2 preferred (h2c offered in plain HTTP, h2 by ALPN in
// TLS), then HTTP/1.1 only; credentials through an Authenticator, so only after a challenge.
// Arguments, seven for each agent: URL, CA or "-", certificate or "-", key or "-", user or "-", password, request body.

import java.io.FileInputStream;
import java.net.Authenticator;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

public class Poll {
    public static void main(String[] args) throws Exception {
        for (int i = 0; i + 7 <= args.length; i += 7) {
            for (HttpClient.Version version : HttpClient.Version.values()) {
                HttpClient client = client(version, args[i + 1], args[i + 2], args[i + 3], args[i + 4], args[i + 5]);
                HttpRequest request = HttpRequest.newBuilder(URI.create(args[i]))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(args[i + 6]))
                        .build();
                for (int turn = 0; turn < 2; turn++) {
                    HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
                    System.out.println(response.statusCode() + " " + response.body());
                }
            }
        }
    }

    static HttpClient client(HttpClient.Version version, String ca, String cert, String key, String user,
            String password) throws Exception {
        HttpClient.Builder builder = HttpClient.newBuilder().version(version);
        if (!ca.equals("-")) {
            builder.sslContext(context(ca, cert, key));
        }
        if (!user.equals("-")) {
            builder.authenticator(new Authenticator() {
                @Override
                protected PasswordAuthentication getPasswordAuthentication() {
                    return new PasswordAuthentication(user, password.toCharArray());
                }
            });
        }
        return builder.build();
    }

    static SSLContext context(String ca, String cert, String key) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", certificate(ca));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        KeyStore own = KeyStore.getInstance(KeyStore.getDefaultType());
        own.load(null, null);
        if (!cert.equals("-")) {
            String pem = Files.readString(Path.of(key)).replaceAll("-----[^-]+-----|\\s", "");
            PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem));
            own.setKeyEntry("own", KeyFactory.getInstance("EC").generatePrivate(spec), new char[0],
                    new Certificate[] {certificate(cert)});
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    static Certificate certificate(String file) throws Exception {
        try (FileInputStream in = new FileInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }
}
