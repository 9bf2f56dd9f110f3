package dev.switchback.pipeline.cases;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import dev.switchback.pipeline.file.FileProblems;
import dev.switchback.pipeline.file.FileText;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.snapshot.SchemaSnapshot;
import dev.switchback.transforms.problem.ProblemException;

/** The cases of a migration, checked against what its tables look like, and ready to run. Immutable. */
public final class CaseFile {

    private final KnownMigration migration;
    private final List<Case> cases;

    private CaseFile(KnownMigration migration, List<Case> cases) {
        this.migration = migration;
        this.cases = cases;
    }

    /** What became of a case: it has passed if nothing is different. */
    public record Result(String name, int line, List<Difference> differences) {

        public Result {
            differences = List.copyOf(differences);
        }

        public boolean passed() {
            return differences.isEmpty();
        }
    }

    /**
     * Compiles the migration's mappings and reads the cases.
     *
     * @param schema the snapshot's file name, for problems
     * @throws ProblemException with everything that is wrong with the mappings, or else with the cases
     */
    public static CaseFile read(Path path, MigrationFile file, SchemaSnapshot snapshot, String schema) {
        KnownMigration migration = KnownMigration.of(file, snapshot, schema);
        String text = FileText.of(path, "Write the cases there, or name their file with --cases.");
        FileProblems problems = new FileProblems(String.valueOf(path.getFileName()));
        return new CaseFile(migration, CaseReader.read(text, migration, problems));
    }

    /**
     * Runs each case by itself.
     *
     * @throws ProblemException when a topology halts
     */
    public List<Result> run() {
        List<Result> results = new ArrayList<>();
        for (Case each : cases) {
            try (CaseRun run = new CaseRun(migration)) {
                List<Difference> differences = new Comparison(migration, each, run.run(each.given())).differences();
                results.add(new Result(each.name(), each.line(), differences));
            }
        }
        return results;
    }
}
