package dev.hone.architecture;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * What the rules look at in one source file, found by the compiler's own parser.
 *
 * @param file where it lies
 * @param lines of the file
 * @param methods and constructors, those of nested and anonymous classes too
 * @param strings every string literal
 * @param declared names of classes, methods, fields, parameters and local variables
 */
record ParsedSource(Path file, int lines, List<Method> methods, List<String> strings, List<String> declared) {

    /**
     * One method or constructor.
     *
     * @param name with the class that declares it
     * @param lines from the first line of the signature, annotations left out, to the closing brace
     * @param parameters how many it takes; 0 for the constructor of a record, whose parameters are its data
     */
    record Method(String name, int lines, int parameters) {}

    static List<ParsedSource> parse(List<Path> files) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(null, manager, null, List.of("-proc:none"), null,
                    manager.getJavaFileObjectsFromPaths(files));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            List<ParsedSource> sources = new ArrayList<>();
            for (CompilationUnitTree unit : task.parse()) {
                Finder finder = new Finder(unit, positions);
                finder.scan(unit, "");
                Path file = Path.of(unit.getSourceFile().toUri());
                sources.add(new ParsedSource(file, Files.readAllLines(file).size(), finder.methods, finder.strings,
                        finder.declared));
            }
            return sources;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Finder extends TreeScanner<Void, String> {
        private final List<Method> methods = new ArrayList<>();
        private final List<String> strings = new ArrayList<>();
        private final List<String> declared = new ArrayList<>();
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private boolean inRecord;

        Finder(CompilationUnitTree unit, SourcePositions positions) {
            this.unit = unit;
            this.positions = positions;
        }

        @Override
        public Void visitClass(ClassTree tree, String owner) {
            declared.add(tree.getSimpleName().toString());
            boolean outside = inRecord;
            inRecord = tree.getKind() == Tree.Kind.RECORD;
            super.visitClass(tree, tree.getSimpleName().isEmpty() ? owner : tree.getSimpleName().toString());
            inRecord = outside;
            return null;
        }

        @Override
        public Void visitMethod(MethodTree tree, String owner) {
            declared.add(tree.getName().toString());
            long begin = tree.getModifiers().getAnnotations().stream()
                    .mapToLong(annotation -> positions.getEndPosition(unit, annotation)).max()
                    .orElseGet(() -> positions.getStartPosition(unit, tree));
            long first = line(begin) + (tree.getModifiers().getAnnotations().isEmpty() ? 0 : 1);
            long last = line(positions.getEndPosition(unit, tree));
            boolean header = inRecord && tree.getName().contentEquals("<init>");
            methods.add(new Method(owner + "." + tree.getName(), (int) (last - first + 1),
                    header ? 0 : tree.getParameters().size()));
            return super.visitMethod(tree, owner);
        }

        @Override
        public Void visitVariable(VariableTree tree, String owner) {
            declared.add(tree.getName().toString());
            return super.visitVariable(tree, owner);
        }

        @Override
        public Void visitLiteral(LiteralTree tree, String owner) {
            if (tree.getKind() == Tree.Kind.STRING_LITERAL) {
                strings.add((String) tree.getValue());
            }
            return super.visitLiteral(tree, owner);
        }

        private long line(long position) { return unit.getLineMap().getLineNumber(position); }
    }
}
