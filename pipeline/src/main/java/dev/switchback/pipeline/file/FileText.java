package dev.switchback.pipeline.file;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** Reads the files that operators name. Stateless. */
public final class FileText {

    private FileText() {}

    /** @throws ProblemException of kind BAD_INPUT when it cannot be read */
    public static String of(Path path) {
        return of(path, "Check its path.");
    }

    /** @param missing what to do when there is no such file */
    public static String of(Path path, String missing) {
        try {
            return Files.readString(path);
        } catch (NoSuchFileException e) {
            throw new ProblemException(problem(path, "There is no such file.", missing), e);
        } catch (CharacterCodingException e) {
            throw new ProblemException(problem(path, "The file is not UTF-8 text.", "Save it as UTF-8."), e);
        } catch (IOException e) {
            throw new ProblemException(
                    problem(path, "The file cannot be read.", "Check that it is a file this user may read."), e);
        }
    }

    private static Problem problem(Path path, String what, String remedy) {
        return new Problem(Problem.Kind.BAD_INPUT, path.toString(), what, remedy);
    }
}
