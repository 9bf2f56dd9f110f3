package dev.switchback.transforms.problem;

/**
 * One thing that stands in the way, in words for the person who must act.
 *
 * @param kind who must act; decides the exit code
 * @param where the place: {@code stores.yaml:12}, {@code source db-old:5432/shop}, {@code public.store (id=7)}
 * @param what what is wrong, one sentence
 * @param remedy what to do, one sentence in the imperative
 */
public record Problem(Kind kind, String where, String what, String remedy) {

    /** Who must act on a problem. Retries, alerts and exit codes all go by it. */
    public enum Kind {
        /** A database, topic or migration is not in the state that the request needs. */
        REFUSED(1),
        /** The command line or the migration file is wrong. */
        BAD_INPUT(2),
        /** A system does not answer or rejects the login. */
        UNREACHABLE(3),
        /** Switchback itself is at fault. */
        INTERNAL(4);

        private final int exitCode;

        Kind(int exitCode) {
            this.exitCode = exitCode;
        }

        public int exitCode() {
            return exitCode;
        }
    }

    @Override
    public String toString() {
        return where + ": " + what + " " + remedy;
    }
}
