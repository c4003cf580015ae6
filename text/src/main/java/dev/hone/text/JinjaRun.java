package dev.hone.text;

import java.time.Clock;
import java.time.ZonedDateTime;

/** One rendering: its limits, its operators and its clock. Belongs to one thread. */
final class JinjaRun {
    private final JinjaBudget budget = new JinjaBudget();
    private final JinjaOperators operators = new JinjaOperators(budget);
    private final JinjaPrinter printer = new JinjaPrinter(budget);
    private final Clock clock;

    JinjaRun(Clock clock) { this.clock = clock; }

    JinjaBudget budget() { return budget; }

    JinjaOperators operators() { return operators; }

    JinjaPrinter printer() { return printer; }

    ZonedDateTime now() { return ZonedDateTime.now(clock); }
}
