package dev.hone.architecture;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The Javadoc of one source file, found by the compiler's own parser.
 *
 * @param comments by name: {@code Type}, {@code Type.Nested}, {@code Type.field}; constants of enums are fields
 */
record SourceDocs(Map<String, DocCommentTree> comments) {

    static SourceDocs of(Path file) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(null, manager, null, List.of("-proc:none"), null,
                    manager.getJavaFileObjects(file));
            Finder finder = new Finder(DocTrees.instance(task));
            for (CompilationUnitTree unit : task.parse()) {
                finder.scan(unit, "");
            }
            return new SourceDocs(finder.found);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Optional<DocCommentTree> find(String name) { return Optional.ofNullable(comments.get(name)); }

    private static final class Finder extends TreePathScanner<Void, String> {
        private final Map<String, DocCommentTree> found = new LinkedHashMap<>();
        private final DocTrees trees;

        Finder(DocTrees trees) { this.trees = trees; }

        @Override
        public Void visitClass(ClassTree tree, String owner) {
            String name = owner + tree.getSimpleName();
            keep(name);
            return super.visitClass(tree, name + ".");
        }

        @Override
        public Void visitMethod(MethodTree tree, String owner) { return null; }

        @Override
        public Void visitVariable(VariableTree tree, String owner) {
            keep(owner + tree.getName());
            return null;
        }

        private void keep(String name) {
            DocCommentTree comment = trees.getDocCommentTree(getCurrentPath());
            if (comment != null) {
                found.put(name, comment);
            }
        }
    }
}
