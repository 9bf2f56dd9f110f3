package dev.switchback.connectors.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.avro.Schema;
import org.apache.kafka.common.errors.InterruptException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.switchback.connectors.avro.RegistryClient.Login;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.Problem.Kind;
import dev.switchback.transforms.problem.ProblemException;

class RegistrySchemaStoreTest {

    private static final Schema SCHEMA = ChangeSchemas.envelope(Tables.TOPIC, Tables.STORE);
    private static final String PASSWORD = "s3cret/&";

    private final FakeRegistry registry = new FakeRegistry();
    private final RegistrySchemaStore store = store(registry.url(), null);

    @AfterEach
    void stop() {
        registry.close();
    }

    @Test
    void whatIsSentIsConfluentsInterface() throws IOException {
        store.register("m.forward.public.store-value", SCHEMA);
        store(registry.url(), null).byId(1);

        FakeRegistry.Request post = registry.requests().get(0);
        assertThat(post.method()).isEqualTo("POST");
        assertThat(post.path()).isEqualTo("/subjects/m.forward.public.store-value/versions");
        assertThat(post.contentType()).isEqualTo("application/vnd.schemaregistry.v1+json");
        assertThat(post.login()).isNull();
        assertThat(new ObjectMapper().readTree(post.body()))
                .isEqualTo(new ObjectMapper().createObjectNode().put("schema", SCHEMA.toString()));
        FakeRegistry.Request get = registry.requests().get(registry.requests().size() - 1);
        assertThat(get.method() + " " + get.path()).isEqualTo("GET /schemas/ids/1");
    }

    @Test
    void whatOneProcessEncodesAnotherDecodes() {
        Change change = new Change(Operation.READ, Tables.STORE.id(), null, Tables.store(1L, "a", 1.5), 1, 1);

        byte[] value = new ChangeEncoder(store, Tables.TOPIC, Tables.STORE).value(change);

        assertThat(new ChangeDecoder(store(registry.url(), null)).decode(value)).isEqualTo(change);
    }

    @Test
    void whatIsKnownIsNotAskedAgain() {
        int id = store.register("a", SCHEMA);
        int asked = registry.requests().size();

        assertThat(store.register("a", SCHEMA)).isEqualTo(id);
        assertThat(store.byId(id)).isEqualTo(SCHEMA);
        assertThat(registry.requests()).hasSize(asked);
    }

    @Test
    void aSubjectIsEscapedInThePathAndABasePathIsKept() {
        try (FakeRegistry below = new FakeRegistry("/apis/ccompat")) {
            store(URI.create(below.url() + "/"), null).register("m.forward.my shop.a/b+c-key", SCHEMA);

            assertThat(below.requests().get(0).path())
                    .isEqualTo("/apis/ccompat/subjects/m.forward.my%20shop.a%2Fb%2Bc-key/versions");
        }
    }

    @Test
    void aLoginGoesAlongWithEachRequest() {
        store(registry.url(), new Login("me", PASSWORD)).register("a", SCHEMA);

        String token = Base64.getEncoder().encodeToString(("me:" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        assertThat(registry.requests()).hasSize(2).allSatisfy(request -> assertThat(request.login())
                .isEqualTo("Basic " + token));
    }

    @Test
    void aRejectedLoginIsUnreachableAndNotTriedAgain() {
        registry.answerNext(401, "{\"error_code\": 401, \"message\": \"Unauthorized\"}");

        Problem problem = problemOf(() -> store.register("a", SCHEMA));

        assertThat(problem.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(problem.what()).contains("rejects the login", "401", "Unauthorized");
        assertThat(registry.requests()).hasSize(1);
    }

    @Test
    void noErrorHoldsTheLoginEvenIfTheRegistryRepeatsIt() {
        String token = Base64.getEncoder().encodeToString(("me:" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        String repeated = "{\"message\": \"bad: me:" + PASSWORD + " or Basic " + token + "\"}";
        RegistrySchemaStore loggedIn = store(registry.url(), new Login("me", PASSWORD));

        for (int status : new int[] {401, 403, 404, 409, 418, 422}) {
            registry.answerNext(status, repeated);
            assertThatThrownBy(() -> loggedIn.register("a", SCHEMA))
                    .satisfies(thrown -> assertThat(stackTraceOf(thrown))
                            .contains("***")
                            .doesNotContain(PASSWORD)
                            .doesNotContain(token));
        }
        assertThat(new Login("me", PASSWORD).toString()).doesNotContain(PASSWORD);
    }

    @Test
    void anUnknownIdIsRefusedAfterTheRegistryHadTimeToCatchUp() {
        Problem problem = problemOf(() -> store.byId(7));

        assertThat(problem.kind()).isEqualTo(Kind.REFUSED);
        assertThat(problem.toString()).contains("no schema has the id 7", "127.0.0.1");
        assertThat(registry.requests()).hasSize(4);
    }

    @Test
    void aMemberThatHasNotCaughtUpIsAskedAgain() {
        store.register("a", SCHEMA);
        registry.answerNext(404, "{\"error_code\": 40403, \"message\": \"Schema 1 not found\"}");

        assertThat(store(registry.url(), null).byId(1)).isEqualTo(SCHEMA);
    }

    @Test
    void anIncompatibleSchemaIsRefusedWithSubjectAndReason() {
        registry.answerNext(409, "{\"error_code\": 409, \"message\": \"reader type long\"}");

        Problem problem = problemOf(() -> store.register("a-value", SCHEMA));

        assertThat(problem.kind()).isEqualTo(Kind.REFUSED);
        assertThat(problem.what()).contains("a-value", "incompatible", "reader type long");
        assertThat(problem.remedy()).contains("NONE");
        assertThat(registry.requests()).hasSize(1);
    }

    @Test
    void anInvalidSchemaIsRefused() {
        registry.answerNext(422, "{\"error_code\": 42201, \"message\": \"Invalid schema\"}");

        assertThat(problemOf(() -> store.register("a", SCHEMA)).kind()).isEqualTo(Kind.REFUSED);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 429})
    void aPassingFailureIsTriedAgain(int status) {
        registry.answerNext(status, "{\"error_code\": 50003, \"message\": \"forwarding failed\"}");
        registry.answerNext(status, "<html>gateway</html>");

        assertThat(store.register("a", SCHEMA)).isEqualTo(1);
        assertThat(registry.requests())
                .filteredOn(request -> request.method().equals("POST"))
                .hasSize(3);
    }

    @Test
    void aFailureThatStaysIsUnreachableAfterFourAttempts() {
        for (int i = 0; i < 4; i++) {
            registry.answerNext(500, "{\"error_code\": 50001, \"message\": \"store timeout\"}");
        }

        Problem problem = problemOf(() -> store.register("a", SCHEMA));

        assertThat(problem.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(problem.what()).contains("500", "store timeout");
        assertThat(registry.requests()).hasSize(4);
    }

    @Test
    void aRegistryThatIsNotThereIsUnreachable() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        RegistrySchemaStore nowhere = store(URI.create("http://127.0.0.1:" + port), null);

        Problem problem = problemOf(() -> nowhere.byId(1));

        assertThat(problem.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(problem.toString()).contains("127.0.0.1:" + port, "does not answer", "ConnectException");
    }

    @Test
    void aServerThatIsNoRegistryIsBadInput() {
        registry.answerNext(200, "<html>welcome</html>");
        assertThat(problemOf(() -> store.register("a", SCHEMA)).kind()).isEqualTo(Kind.BAD_INPUT);

        registry.answerNext(302, "");
        assertThat(problemOf(() -> store.register("a", SCHEMA)).what()).contains("302");

        Problem elsewhere = problemOf(
                () -> store(URI.create(registry.url() + "/wrong"), null).register("a", SCHEMA));
        assertThat(elsewhere.kind()).isEqualTo(Kind.BAD_INPUT);
        assertThat(elsewhere.remedy()).contains("registry.url");
    }

    @Test
    void aRegistryThatDropsPropertiesIsRefusedBeforeAnythingIsWrittenWithItsIds() {
        registry.answerNext(200, "{\"id\": 1}");
        registry.answerNext(
                200, "{\"schema\": \"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"R\\\",\\\"fields\\\":[]}\"}");

        Problem problem = problemOf(() -> store.register("a", SCHEMA));

        assertThat(problem.kind()).isEqualTo(Kind.REFUSED);
        assertThat(problem.what()).contains("does not keep the schema");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"schema\": \"message M {}\", \"schemaType\": \"PROTOBUF\"}",
                "{\"schema\": \"{\\\"type\\\": \\\"nonsense\\\"}\"}",
                "{}"
            })
    void aSchemaThatIsNoAvroIsRefused(String answer) {
        registry.answerNext(200, answer);

        Problem problem = problemOf(() -> store.byId(3));

        assertThat(problem.kind()).isEqualTo(Kind.REFUSED);
        assertThat(problem.what()).contains("id 3", "no Avro schema");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://me:s3cret@registry:8081",
                "ftp://registry",
                "registry:8081",
                "http://me:s3cret@schema_registry:8081",
                "http://registry?token=s3cret"
            })
    void aUrlThatCannotBeUsedIsBadInputAndNotRepeated(String url) {
        Problem problem = problemOf(() -> new RegistrySchemaStore(URI.create(url)));

        assertThat(problem.kind()).isEqualTo(Kind.BAD_INPUT);
        assertThat(problem.toString()).contains("registry.url").doesNotContain("s3cret");
    }

    @Test
    void anInterruptIsNoProblem() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> store.byId(1)).isInstanceOf(InterruptException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    private static RegistrySchemaStore store(URI url, Login login) {
        return new RegistrySchemaStore(new RegistryClient(url, login, Duration.ofMillis(1)));
    }

    private static Problem problemOf(ThrowingCallable call) {
        return assertThatThrownBy(call)
                .asInstanceOf(type(ProblemException.class))
                .actual()
                .problems()
                .get(0);
    }

    private static String stackTraceOf(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
