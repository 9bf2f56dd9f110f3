package dev.switchback.pipeline.run;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.spi.FaultPoints;

/**
 * What both flows of a process stand on.
 *
 * @param faults told where the process would be hard to recover from
 * @param registry of every meter
 */
record Ground(
        RunSettings settings,
        FaultPoints faults,
        MemberDirectory member,
        KafkaAccess kafka,
        SchemaStore schemas,
        PrometheusMeterRegistry registry) {}
