package dev.hone.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.hone.objective.Objective;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The arrows between modules (docs/architecture.md): each module may use those that are named for it, and no other. */
class ArrowsTest {
    private static final Map<String, List<String>> ARROWS = Map.of(
            "config", List.of(),
            "text", List.of("config"),
            "tensor", List.of("config"),
            "objective", List.of("config", "tensor"),
            "model", List.of("config", "text", "tensor"),
            "rollout", List.of("config", "text", "tensor", "model"),
            "reward", List.of("config", "text", "tensor", "model", "rollout"),
            "train", List.of("config", "text", "tensor", "objective", "model", "rollout", "reward"),
            "cli", List.of("config", "text", "tensor", "objective", "model", "rollout", "reward", "train"));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("tests.jar") && !location.contains("test-classes"))
            .importPackages("dev.hone");

    static Stream<String> modules() { return Project.MODULES.stream(); }

    @ParameterizedTest
    @MethodSource("modules")
    void aModuleUsesOnlyThoseBelowIt(String module) {
        List<String> refused = Project.MODULES.stream()
                .filter(other -> !other.equals(module) && !ARROWS.getOrDefault(module, List.of()).contains(other))
                .map(ArrowsTest::packageOf).toList();
        noClasses().that().resideInAPackage(packageOf(module)).should().dependOnClassesThat()
                .resideInAnyPackage(refused.toArray(String[]::new)).allowEmptyShould(refused.isEmpty())
                .check(CLASSES);
    }

    @Test
    void everyModuleHasItsArrows() {
        assertThat(ARROWS).containsOnlyKeys(Project.MODULES);
        assertThat(CLASSES).hasSizeGreaterThan(300);
    }

    @Test
    void thereAreNoCycles() { slices().matching("dev.hone.(*)..").should().beFreeOfCycles().check(CLASSES); }

    @Test
    void onlyTensorKnowsTheEngine() {
        noClasses().that().resideOutsideOfPackage(packageOf("tensor")).should().dependOnClassesThat()
                .resideInAnyPackage("org.bytedeco..", "jdk.incubator.vector..").check(CLASSES);
    }

    @Test
    void onlyTextKnowsTheTokenizerBindingAndTheDatabase() {
        noClasses().that().resideOutsideOfPackage(packageOf("text")).should().dependOnClassesThat()
                .resideInAnyPackage("ai.djl..", "org.duckdb..", "com.github.luben.zstd..").check(CLASSES);
    }

    /** The trainer sees losses through their interface; only the job that is one recipe names its objective. */
    @Test
    void onlyJobsNameAnObjective() {
        noClasses().that().resideInAPackage(packageOf("train")).and(aJob().negate()).should()
                .dependOnClassesThat(anObjective()).check(CLASSES);
    }

    @ParameterizedTest
    @MethodSource("modules")
    void everyPackageIsNullMarked(String module) {
        classes().that().resideInAPackage(packageOf(module)).and().haveSimpleName("package-info").should()
                .beAnnotatedWith(NullMarked.class).check(CLASSES);
    }

    private static DescribedPredicate<JavaClass> aJob() {
        return DescribedPredicate.describe("a job", type -> type.getName().matches(".*Job(\\$.*)?"));
    }

    private static DescribedPredicate<JavaClass> anObjective() {
        return resideInAPackage(packageOf("objective")).and(DescribedPredicate.describe("a concrete objective",
                type -> !type.isInterface() && (type.isAssignableTo(Objective.class) || type.getEnclosingClass()
                        .map(outer -> outer.isAssignableTo(Objective.class)).orElse(false))));
    }

    private static String packageOf(String module) { return "dev.hone." + module + ".."; }
}
