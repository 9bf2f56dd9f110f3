package dev.switchback.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.switchback", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule dependenciesPointOneWay = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .layer("transforms")
            .definedBy("dev.switchback.transforms..")
            .layer("connectors")
            .definedBy("dev.switchback.connectors..")
            .layer("pipeline")
            .definedBy("dev.switchback.pipeline..")
            .layer("topology-tests")
            .definedBy("dev.switchback.demo..", "dev.switchback.platform..")
            .whereLayer("transforms")
            .mayNotAccessAnyLayer()
            .whereLayer("connectors")
            .mayOnlyAccessLayers("transforms")
            .whereLayer("pipeline")
            .mayOnlyAccessLayers("transforms", "connectors")
            .because(
                    "the core must stay testable on values alone, and the product must not know its demo: "
                            + "move the type to the lower layer, or let the lower layer declare an interface that the upper one fills");

    @ArchTest
    static final ArchRule transformsIsPure = noClasses()
            .that()
            .resideInAPackage("dev.switchback.transforms..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.apache.kafka..",
                    "io.debezium..",
                    "java.sql..",
                    "javax.sql..",
                    "org.postgresql..",
                    "com.zaxxer..",
                    "software.amazon..")
            .because("a mapping is a function of values: "
                    + "turn what the outside system gives into transforms' own types in connectors, and pass those in");

    @ArchTest
    static final ArchRule streamsStaysInThePipeline = noClasses()
            .that()
            .resideOutsideOfPackages("dev.switchback.pipeline..", "dev.switchback.demo..", "dev.switchback.platform..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka.streams..")
            .because(
                    "topology is the pipeline's business: "
                            + "give connectors an interface of their own and call it from a processor in dev.switchback.pipeline");

    @ArchTest
    static final ArchRule transformsHasNoPackageCycles = noCyclesBelow("dev.switchback.transforms");

    @ArchTest
    static final ArchRule connectorsHasNoPackageCycles = noCyclesBelow("dev.switchback.connectors");

    @ArchTest
    static final ArchRule pipelineHasNoPackageCycles = noCyclesBelow("dev.switchback.pipeline");

    @ArchTest
    static final ArchRule namesSayWhatAClassDoes = noClasses()
            .should()
            .haveNameMatching(".*(Impl|Manager|Utils?|Helper)")
            .orShould()
            .haveNameMatching("(.*[.$])?Abstract[^.$]*")
            .because("such a name fits any class and so describes none: name it after the domain noun it stands for, "
                    + "or move its methods to the type whose data they read");

    @ArchTest
    static final ArchRule onlyTheCommandLinePrints = noClasses()
            .that()
            .resideOutsideOfPackages("dev.switchback.pipeline.cli..", "dev.switchback.demo..")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .because("standard output is the verbs' answer and may be parsed as JSON: "
                    + "return a value and let the verb print it, or log through slf4j");

    @ArchTest
    static final ArchRule onlyTheCommandLineExits = noClasses()
            .that()
            .resideOutsideOfPackages("dev.switchback.pipeline.cli..", "dev.switchback.demo..")
            .should()
            .callMethod(System.class, "exit", int.class)
            .because("an exit in the middle skips the clean end of every other role: "
                    + "throw, and let the verb turn it into an exit code");

    @ArchTest
    static final ArchRule loggersAreSlf4j = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.util.logging..", "org.apache.logging.log4j..", "org.apache.commons.logging..")
            .because("one logging system serves the product: use org.slf4j.Logger");

    private static ArchRule noCyclesBelow(String root) {
        return slices().matching(root + ".(*)..")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .because(
                        "packages in a circle can only be understood together: "
                                + "move the shared type to the package that both may know, or invert one dependency with an interface");
    }
}
