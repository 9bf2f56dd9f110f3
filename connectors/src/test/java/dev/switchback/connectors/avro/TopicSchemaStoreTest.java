package dev.switchback.connectors.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.Problem.Kind;
import dev.switchback.transforms.problem.ProblemException;

class TopicSchemaStoreTest {

    private final FakeSchemaTopic topic = new FakeSchemaTopic();
    private final TopicSchemaStore writer = new TopicSchemaStore(topic);
    private final TopicSchemaStore reader = new TopicSchemaStore(topic);

    @Test
    void anIdIsTheOffsetOfTheSchemasRecord() {
        assertThat(writer.register("a-value", record("A"))).isEqualTo(0);
        assertThat(writer.register("b-value", record("B"))).isEqualTo(1);
        assertThat(topic.keys().get(1)).startsWith("b-value/");
    }

    @Test
    void anotherProcessReadsWhatWasRegisteredAfterItHadReadToTheEnd() {
        int first = writer.register("a-value", record("A"));
        assertThat(reader.byId(first)).isEqualTo(record("A"));

        int second = writer.register("b-value", record("B"));

        assertThat(reader.byId(second)).isEqualTo(record("B"));
    }

    @Test
    void registeringASchemaAgainAddsNoRecordInAnyProcess() {
        int id = writer.register("a-value", record("A"));

        assertThat(writer.register("a-value", record("A"))).isEqualTo(id);
        assertThat(reader.register("a-value", record("A"))).isEqualTo(id);
        assertThat(topic.keys()).hasSize(1);
    }

    @Test
    void theSameSchemaOfAnotherSubjectIsARecordOfItsOwn() {
        assertThat(writer.register("a-value", record("A"))).isNotEqualTo(writer.register("b-value", record("A")));
    }

    @Test
    void propertiesMakeASchemaAnother() {
        Schema marked = record("A");
        marked.addProp("switchback.key", "id");

        int plain = writer.register("a-value", record("A"));
        int other = writer.register("a-value", marked);

        assertThat(reader.byId(other).getProp("switchback.key")).isEqualTo("id");
        assertThat(reader.byId(plain).getProp("switchback.key")).isNull();
    }

    @Test
    void twoProcessesThatRaceBothWriteAndAllIdsAreGood() {
        AtomicInteger others = new AtomicInteger(-1);
        topic.beforeNextAppend(() -> others.set(reader.register("a-value", record("A"))));

        int own = writer.register("a-value", record("A"));

        assertThat(topic.keys()).hasSize(2).doesNotHaveDuplicates();
        assertThat(List.of(own, others.get(), 0, 1)).allSatisfy(id -> assertThat(new TopicSchemaStore(topic).byId(id))
                .isEqualTo(record("A")));
    }

    @Test
    void gapsBetweenOffsetsAreNoGapsInWhatIsRead() {
        topic.append(utf8("a-value/1"), utf8(record("A").toString()));
        topic.skipOffsets(3);
        topic.append(utf8("b-value/1"), utf8(record("B").toString()));

        assertThat(reader.byId(4)).isEqualTo(record("B"));
        assertThat(reader.register("b-value", record("B"))).isEqualTo(4);
        assertThat(reader.byId(0)).isEqualTo(record("A"));
    }

    @Test
    void recordsThatAreNoSchemasAreSteppedOver() {
        topic.append(utf8("a-value/1"), utf8("no schema"));
        topic.append(utf8("a-value/2"), null);
        topic.append(utf8("a-value/3"), utf8("{\"type\": \"nonsense\"}"));
        topic.append(null, utf8("\"string\""));
        topic.append(utf8("no subject"), utf8("\"string\""));

        int id = writer.register("a-value", record("A"));

        assertThat(id).isEqualTo(5);
        assertThat(reader.byId(id)).isEqualTo(record("A"));
    }

    @Test
    void anIdThatNoSchemaHasIsRefusedWithTheTopicsName() {
        Problem problem = problemOf(() -> reader.byId(7));

        assertThat(problem.kind()).isEqualTo(Kind.REFUSED);
        assertThat(problem.toString()).contains("m.schemas", "id 7");
    }

    @Test
    void aTopicThatWasCreatedAgainIsRefused() {
        writer.register("a-value", record("A"));
        topic.recreate();

        Problem problem = problemOf(() -> writer.byId(5));

        assertThat(problem.kind()).isEqualTo(Kind.REFUSED);
        assertThat(problem.what()).contains("created again");
    }

    @Test
    void whatWasReadBeforeIsThereWhileKafkaIsAway() {
        int id = writer.register("a-value", record("A"));
        topic.failReads(new TimeoutException("no broker"));

        assertThat(writer.byId(id)).isEqualTo(record("A"));
        assertThat(writer.register("a-value", record("A"))).isEqualTo(id);
    }

    @Test
    void kafkaAwayIsUnreachableAndTriedAgainNextTime() {
        topic.failReads(new TimeoutException("no broker"));
        assertThat(problemOf(() -> writer.register("a-value", record("A"))).kind())
                .isEqualTo(Kind.UNREACHABLE);

        topic.failReads(null);
        topic.failWrites(new TimeoutException("no broker"));
        assertThat(problemOf(() -> writer.register("a-value", record("A"))).kind())
                .isEqualTo(Kind.UNREACHABLE);

        topic.failWrites(null);
        assertThat(writer.byId(writer.register("a-value", record("A")))).isEqualTo(record("A"));
    }

    @Test
    void failuresAreSortedByWhoMustAct() {
        assertThat(kindFor(new SaslAuthenticationException("wrong"))).isEqualTo(Kind.UNREACHABLE);
        assertThat(kindFor(new TopicAuthorizationException("m.schemas"))).isEqualTo(Kind.REFUSED);
        assertThat(kindFor(new KafkaException("construct", new ConfigException("security.protocol", "X"))))
                .isEqualTo(Kind.BAD_INPUT);
        assertThat(kindFor(new KafkaException(
                        "construct", new ConfigException("No resolvable bootstrap urls given in bootstrap.servers"))))
                .isEqualTo(Kind.UNREACHABLE);
    }

    @Test
    void anInterruptIsNoProblem() {
        topic.failReads(new InterruptException("stop"));

        assertThatThrownBy(() -> writer.byId(0)).isInstanceOf(InterruptException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aProcessThatOnlyReadsOpensNoProducer() {
        writer.register("a-value", record("A"));
        reader.byId(0);

        assertThat(topic.producersOpened()).isEqualTo(1);
    }

    @Test
    void aClosedStoreLetsGoAndSaysThatItIsClosed() {
        int id = writer.register("a-value", record("A"));
        writer.close();

        assertThat(topic.allProducersClosed()).isTrue();
        assertThat(writer.byId(id)).isEqualTo(record("A"));
        assertThatThrownBy(() -> writer.byId(99))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> writer.register("b-value", record("B"))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void manyThreadsOfTwoProcessesRegisterAndReadAtOnce() throws Exception {
        int threads = 8;
        CountDownLatch together = new CountDownLatch(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<Future<Boolean>> results = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            SchemaStore one = thread % 2 == 0 ? writer : reader;
            SchemaStore other = thread % 2 == 0 ? reader : writer;
            Callable<Boolean> work = () -> {
                together.countDown();
                together.await();
                boolean all = true;
                for (int i = 0; i < 30; i++) {
                    Schema schema = record("R" + i);
                    all &= other.byId(one.register("s" + i, schema)).equals(schema);
                }
                return all;
            };
            results.add(pool.submit(work));
        }

        for (Future<Boolean> result : results) {
            assertThat(result.get()).isTrue();
        }
        pool.shutdown();
        assertThat(topic.keys()).hasSizeBetween(30, 60);
    }

    private Kind kindFor(KafkaException failure) {
        topic.failReads(failure);
        return problemOf(() -> writer.byId(0)).kind();
    }

    private static Problem problemOf(Callable<?> call) {
        return assertThatThrownBy(call::call)
                .asInstanceOf(type(ProblemException.class))
                .actual()
                .problems()
                .get(0);
    }

    private static Schema record(String name) {
        return SchemaBuilder.record(name).fields().requiredLong("id").endRecord();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
