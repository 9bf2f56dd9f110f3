package dev.switchback.faults;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import dev.switchback.connectors.spi.ApplySession;
import dev.switchback.connectors.spi.Batch;
import dev.switchback.connectors.spi.Batch.Advance;
import dev.switchback.connectors.spi.Checkpoint;
import dev.switchback.connectors.spi.Destination;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.connectors.spi.Mandate;
import dev.switchback.connectors.spi.NotInChargeException;
import dev.switchback.connectors.spi.OwnershipLostException;
import dev.switchback.transforms.mutation.Mutation;

/** A destination that writes whatever it is given: no checkpoint and no control row keeps a stale writer out. */
record CarelessDestination(Destination destination) implements Destination {

    @Override
    public ApplySession open(Flow flow) {
        return new Session(destination, flow, destination.open(flow));
    }

    @Override
    public void close() {
        destination.close();
    }

    private static final class Session implements ApplySession {
        private final Destination destination;
        private final Flow flow;
        private ApplySession session;

        Session(Destination destination, Flow flow, ApplySession session) {
            this.destination = destination;
            this.flow = flow;
            this.session = session;
        }

        @Override
        public List<HeldChange> apply(Batch batch) {
            try {
                return session.apply(batch);
            } catch (OwnershipLostException e) {
                return session.apply(rebased(batch));
            } catch (NotInChargeException stale) {
                session.close();
                session = destination.open(flow);
                return session.apply(rebased(batch));
            }
        }

        private Batch rebased(Batch batch) {
            Map<InputPartition, Checkpoint> now =
                    session.claim(batch.advances().stream().map(Advance::input).toList());
            List<Advance> advances = new ArrayList<>();
            for (Advance advance : batch.advances()) {
                Checkpoint from = now.get(advance.input());
                Checkpoint to = new Checkpoint(
                        Math.max(from.nextOffset() + 1, advance.to().nextOffset()),
                        Math.max(from.watermark(), advance.to().watermark()));
                advances.add(new Advance(advance.input(), from, to, advance.progress()));
            }
            return new Batch(batch.work(), batch.held(), advances);
        }

        @Override
        public Mandate mandate() {
            return Mandate.FROM_THE_START;
        }

        @Override
        public Map<InputPartition, Checkpoint> claim(Collection<InputPartition> inputs) {
            return session.claim(inputs);
        }

        @Override
        public List<HeldChange> held(Collection<InputPartition> inputs) {
            return session.held(inputs);
        }

        @Override
        public List<HeldChange> due(Collection<InputPartition> inputs) {
            return session.due(inputs);
        }

        @Override
        public boolean retry(HeldChange held, List<Mutation> mutations) {
            return session.retry(held, mutations);
        }

        @Override
        public List<HeldChange> behind(HeldChange held) {
            return session.behind(held);
        }

        @Override
        public List<HeldChange> rivals(HeldChange held) {
            return session.rivals(held);
        }

        @Override
        public boolean exchange(HeldChange held, Map<HeldChange, Mutation.Upsert> rows) {
            return session.exchange(held, rows);
        }

        @Override
        public boolean supersede(HeldChange first, HeldChange held, List<Mutation> mutations) {
            return session.supersede(first, held, mutations);
        }

        @Override
        public void postpone(HeldChange held) {
            session.postpone(held);
        }

        @Override
        public void close() {
            session.close();
        }
    }
}
