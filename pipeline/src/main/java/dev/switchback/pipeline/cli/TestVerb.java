package dev.switchback.pipeline.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import dev.switchback.pipeline.cases.CaseFile;
import dev.switchback.pipeline.cases.CaseFile.Result;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.snapshot.SchemaSnapshot;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** Runs the cases that stand beside a migration. */
@Command(
        name = "test",
        mixinStandardHelpOptions = true,
        description = "Run the cases that stand beside a migration, without any database.",
        footer = {
            "",
            "Examples:",
            "  switchback test stores.yaml",
            "  switchback test stores.yaml --cases more.yaml --json",
            "",
            "docs/mappings.md says how cases are written. Exit codes: 0 all passed; 1 differences; 2 a bad file."
        })
final class TestVerb implements Callable<Integer> {

    private static final int DIFFERENCES = Problem.Kind.REFUSED.exitCode();
    private static final int BAD_FILE = Problem.Kind.BAD_INPUT.exitCode();

    private final Environment environment;

    @Parameters(index = "0", paramLabel = "FILE", description = "The migration file.")
    private Path file = Path.of("");

    @Option(
            names = "--schema",
            paramLabel = "FILE",
            description =
                    "What the tables look like, as schema prints it (default: stores.schema.yaml for stores.yaml).")
    private @Nullable Path schema;

    @Option(
            names = "--cases",
            paramLabel = "FILE",
            description = "The cases (default: stores.cases.yaml for stores.yaml).")
    private @Nullable Path cases;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    TestVerb(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() {
        List<Result> results;
        Path casesFile = cases == null ? beside("cases") : cases;
        try {
            results = read(casesFile).run();
        } catch (ProblemException e) {
            // Whatever a mapping, a schema or a case is refused for, it stands in one of the files.
            return Math.max(BAD_FILE, environment.report(e.problems()));
        }
        String name = String.valueOf(casesFile.getFileName());
        environment.out().println(json ? CaseText.json(name, results).toString() : new CaseText(name).of(results));
        return results.stream().allMatch(Result::passed) ? 0 : DIFFERENCES;
    }

    private CaseFile read(Path casesFile) {
        Path schemaFile = schema == null ? beside("schema") : schema;
        List<Problem> problems = new ArrayList<>();
        Optional<MigrationFile> migration =
                attempt(() -> MigrationFile.readOffline(file, environment.variables()), problems);
        Optional<SchemaSnapshot> snapshot = attempt(
                () -> SchemaSnapshot.read(schemaFile, "Make it: switchback schema " + file + " > " + schemaFile),
                problems);
        if (migration.isEmpty() || snapshot.isEmpty()) {
            throw new ProblemException(problems);
        }
        return CaseFile.read(casesFile, migration.get(), snapshot.get(), String.valueOf(schemaFile.getFileName()));
    }

    private static <T> Optional<T> attempt(Supplier<T> reading, List<Problem> problems) {
        try {
            return Optional.of(reading.get());
        } catch (ProblemException e) {
            problems.addAll(e.problems());
            return Optional.empty();
        }
    }

    /** {@code stores.cases.yaml} for {@code stores.yaml}. */
    private Path beside(String what) {
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        String stem = dot < 0 ? name : name.substring(0, dot);
        String ending = dot < 0 ? ".yaml" : name.substring(dot);
        return file.resolveSibling(stem + "." + what + ending);
    }
}
