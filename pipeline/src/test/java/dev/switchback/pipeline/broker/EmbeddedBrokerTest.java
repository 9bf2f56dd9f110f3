package dev.switchback.pipeline.broker;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Time;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

@Timeout(120)
class EmbeddedBrokerTest {

    private static final TopicPartition LETTERS = new TopicPartition("letters", 0);

    @TempDir
    private Path data;

    @Test
    void aSecondStartResumesTopicsAndAddress() throws Exception {
        String address;
        try (EmbeddedBroker broker = EmbeddedBroker.start(data)) {
            address = broker.bootstrapServers();
            createTopic(address);
            send(address, List.of("a", "b"));
        }

        try (EmbeddedBroker broker = EmbeddedBroker.start(data)) {
            assertThat(broker.bootstrapServers()).isEqualTo(address);
            assertThat(EmbeddedBroker.addressIn(data)).contains(address);
            assertThat(read(address, 2)).containsExactly("a", "b");
        }
    }

    @Test
    void whatWasAcknowledgedSurvivesKillingTheProcess() throws Exception {
        List<String> sent = IntStream.range(0, 5_000).mapToObj(i -> "row " + i).toList();
        Process process = BrokerProcess.start(data);
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            String address = output.readLine();
            createTopic(address);
            send(address, sent);
        } finally {
            process.destroyForcibly().waitFor(10, SECONDS);
        }

        try (EmbeddedBroker broker = EmbeddedBroker.start(data)) {
            assertThat(read(broker.bootstrapServers(), sent.size())).isEqualTo(sent);
        }
    }

    /** Work begun in its name would be left when the controller misses it, and a transaction's end with it. */
    @Test
    void aNodeTakesUpNoWorkInTheNameOfItsKilledFormerSelf() throws Exception {
        Process process = BrokerProcess.start(data);
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            String address = output.readLine();
            createTopic(address);
            send(address, List.of("a"));
        } finally {
            process.destroyForcibly().waitFor(10, SECONDS);
        }
        Logger coordinator = (Logger) LoggerFactory.getLogger("kafka.coordinator.transaction.TransactionCoordinator");
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        coordinator.addAppender(said);
        coordinator.setLevel(Level.INFO);
        try (EmbeddedBroker broker = EmbeddedBroker.start(data)) {
            assertThat(read(broker.bootstrapServers(), 1)).containsExactly("a");

            assertThat(said.list)
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .map(message -> message.replaceAll(".*(Elected|Resigned) as the txn coordinator.*", "$1"))
                    .filteredOn(List.of("Elected", "Resigned")::contains)
                    .containsSubsequence("Elected")
                    .doesNotContainSubsequence("Elected", "Resigned");
        } finally {
            coordinator.detachAppender(said);
            coordinator.setLevel(null);
        }
    }

    /** No controller ever misses it: it had formatted its storage, or its controller ran already, and no more. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aNodeThatWasKilledBeforeItWasRegisteredStarts(boolean controllerRan) throws Exception {
        Process process = ControllerProcess.start(data, controllerRan);
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(output.readLine()).isEqualTo("reached");
        } finally {
            process.destroyForcibly().waitFor(10, SECONDS);
        }

        long began = System.nanoTime();
        try (EmbeddedBroker broker = EmbeddedBroker.start(data)) {
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
            createTopic(broker.bootstrapServers());
            send(broker.bootstrapServers(), List.of("a"));
            assertThat(read(broker.bootstrapServers(), 1)).containsExactly("a");
        }
    }

    @Test
    void aDirectoryWhoseMachineWentDownIsRefused() throws Exception {
        Path mark = data.resolve("kafka-running");
        BrokerProcess.killOnceStarted(data);
        assertThat(mark).exists();
        Files.writeString(mark, "another boot");

        assertThatThrownBy(() -> EmbeddedBroker.start(data))
                .hasMessageContaining("The machine went down while the embedded broker ran here")
                .hasMessageContaining("under a new migration name")
                .hasMessageContaining("remove " + mark);

        Files.delete(mark);
        EmbeddedBroker.start(data).close();
        assertThat(mark).as("behind a clean end").doesNotExist();
    }

    @Test
    void aDirectoryInUseIsRefusedWithWhoHoldsIt() {
        try (EmbeddedBroker broker = EmbeddedBroker.start(data)) {
            assertThat(broker.bootstrapServers()).startsWith("127.0.0.1:");
            assertThatThrownBy(() -> EmbeddedBroker.start(data))
                    .isInstanceOf(ProblemException.class)
                    .hasMessageContaining("Another Switchback runs in it (process "
                            + ProcessHandle.current().pid() + ", since ")
                    .hasMessageContaining("--data");
        }
    }

    @Test
    void aDirectoryInUseByAnotherProcessIsRefusedWithWhoHoldsIt() throws Exception {
        Process process = BrokerProcess.start(data);
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(output.readLine()).startsWith("127.0.0.1:");
            assertThatThrownBy(() -> EmbeddedBroker.start(data))
                    .hasMessageContaining("Another Switchback runs in it (process " + process.pid());
        } finally {
            process.destroyForcibly().waitFor(10, SECONDS);
        }
    }

    @Test
    void aDirectoryThatCannotBeMadeIsRefused() throws IOException {
        Path file = Files.writeString(data.resolve("file"), "");

        assertThatThrownBy(() -> EmbeddedBroker.start(file.resolve("data")))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problems()).extracting(Problem::kind).containsExactly(Problem.Kind.REFUSED))
                .hasMessageContaining("cannot be written");
    }

    @Test
    void aTakenPortIsRefusedAndTheDirectoryIsFreeAgain() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            assertThatThrownBy(() -> EmbeddedBroker.start(data, taken.getLocalPort()))
                    .hasMessageContaining("Port " + taken.getLocalPort() + " of 127.0.0.1 is taken");
        }
        EmbeddedBroker.start(data).close();
    }

    @Test
    void noAddressIsKnownWhereNoBrokerHasRun() {
        assertThat(EmbeddedBroker.addressIn(data)).isEmpty();
    }

    private static void createTopic(String address) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
            admin.createTopics(List.of(new NewTopic(LETTERS.topic(), 1, (short) 1)))
                    .all()
                    .get(30, SECONDS);
        }
    }

    private static void send(String address, List<String> values) {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", address, "acks", "all", "transactional.id", "test", "linger.ms", 5);
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            List<Future<RecordMetadata>> answers = values.stream()
                    .map(value -> producer.send(new ProducerRecord<>(LETTERS.topic(), value)))
                    .toList();
            producer.commitTransaction();
            assertThat(answers).allMatch(Future::isDone);
        }
    }

    private static List<String> read(String address, int count) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", address, "isolation.level", "read_committed", "auto.offset.reset", "earliest");
        List<String> values = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(LETTERS));
            long deadline = System.nanoTime() + SECONDS.toNanos(30);
            while (values.size() < count && System.nanoTime() < deadline) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    values.add(record.value());
                }
            }
        }
        return values;
    }

    private static Process java(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** A broker in a process of its own, which prints its address and waits to be killed. */
    static final class BrokerProcess {

        static Process start(Path data) throws IOException {
            return java(BrokerProcess.class, data.toString());
        }

        static void killOnceStarted(Path data) throws Exception {
            Process process = start(data);
            try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
                assertThat(output.readLine()).startsWith("127.0.0.1:");
            } finally {
                process.destroyForcibly().waitFor(10, SECONDS);
            }
        }

        public static void main(String[] args) throws InterruptedException {
            try (EmbeddedBroker broker = EmbeddedBroker.start(Path.of(args[0]))) {
                System.out.println(broker.bootstrapServers());
                Thread.currentThread().join();
            }
        }
    }

    /** A node that comes no further than its controller, if so far, in a process of its own, which waits to be killed. */
    static final class ControllerProcess {

        static Process start(Path data, boolean runs) throws IOException {
            return java(ControllerProcess.class, data.resolve("kafka").toString(), Boolean.toString(runs));
        }

        public static void main(String[] args) throws InterruptedException {
            int port = LoopbackPort.free(0);
            BrokerSettings settings = new BrokerSettings(Path.of(args[0]), port, LoopbackPort.freeBut(port));
            settings.format();
            if (Boolean.parseBoolean(args[1])) {
                new KafkaRaftServer(new KafkaConfig(settings.controllerProperties(), false), Time.SYSTEM).startup();
            }
            System.out.println("reached");
            Thread.currentThread().join();
        }
    }
}
