package dev.switchback.pipeline.migration.teardown;

import java.util.List;
import java.util.Locale;

import dev.switchback.connectors.postgres.fence.Remains;
import dev.switchback.connectors.postgres.fence.Remains.Kind;
import dev.switchback.connectors.postgres.fence.Remains.Remnant;

/** One of the two databases. */
record DatabasePlace(Remains remains) implements Place {

    @Override
    public List<Thing> things() {
        return remains.list().stream()
                .map(each -> new Thing(remains.where(), each.kind().toString(), each.name(), each.what()))
                .toList();
    }

    @Override
    public void remove(Thing thing) {
        remains.remove(new Remnant(Kind.valueOf(thing.kind().toUpperCase(Locale.ROOT)), thing.name(), thing.what()));
    }
}
