package dev.hone.tensor;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test that leaves native handles behind; registered for every test of every module that sees this test-jar. */
public final class LeakCheck implements BeforeEachCallback, AfterEachCallback {
    private static final ExtensionContext.Namespace SPACE = ExtensionContext.Namespace.create(LeakCheck.class);

    @Override
    public void beforeEach(ExtensionContext context) { context.getStore(SPACE).put("before", Scope.liveHandles()); }

    @Override
    public void afterEach(ExtensionContext context) {
        long before = context.getStore(SPACE).get("before", Long.class);
        long after = Scope.liveHandles();
        if (after != before && context.getExecutionException().isEmpty()) {
            throw new AssertionError((after - before) + " native handles leaked by " + context.getDisplayName()
                    + ": close the holder or make the tensors inside a Scope");
        }
    }
}
