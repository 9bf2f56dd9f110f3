package dev.switchback.pipeline.migration.operation;

/** Kills the operator at one of its calls. */
record KillAt(int call, boolean afterwards) implements Gate {

    @Override
    public void before(int number, String name) {
        if (!afterwards && number == call) {
            throw new Killed();
        }
    }

    @Override
    public void behind(int number, String name) {
        if (afterwards && number == call) {
            throw new Killed();
        }
    }
}
