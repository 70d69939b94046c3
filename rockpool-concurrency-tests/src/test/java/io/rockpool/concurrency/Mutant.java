package io.rockpool.concurrency;

import static io.rockpool.concurrency.Lane.JCSTRESS;
import static io.rockpool.concurrency.Lane.LINCHECK;
import static io.rockpool.concurrency.Lane.SIMULATOR;
import static io.rockpool.concurrency.Lane.STRESS;

import java.util.List;

/**
 * Bugs that are planted, one at a time, into copies of the engine's own sources, and the lane that must catch each.
 *
 * <p>A text that is no longer in its source fails the test, so that the list follows the code.
 */
enum Mutant {
    // ---- wrong in some order of whole steps ------------------------------------------------------------------------
    LOST_WAKE_UP(SIMULATOR, "", new Edit("ResourcePool", "                nudge();\n", "")),
    DOUBLE_HAND_OVER(
            SIMULATOR,
            "",
            new Edit(
                    "Passes",
                    "            afterwards.wake(head);",
                    "            afterwards.wake(head); slot.move(Slot.LEASED, Slot.IDLE);")),
    SKIPPED_RESET(
            SIMULATOR,
            "",
            new Edit(
                    "ResourcePool", "if (cause == null) {\n            long now", "if (true) {\n            long now")),
    LEAVING_WAITER_KEEPS_ITS_WAKE_UP(
            SIMULATOR, "", new Edit("WaitQueue", "        answerNudgeLocked(waiter);\n    }\n", "    }\n")),
    FAILED_OPENING_KEEPS_ITS_SLOT(
            SIMULATOR,
            "",
            new Edit(
                    "Openings",
                    "if (!slot.change(word, Slot.next(word, Slot.EMPTY))) {",
                    "if (!slot.change(word, Slot.next(word, Slot.OPENING))) {")),
    LATE_OPENING_IS_TAKEN(
            SIMULATOR,
            "",
            new Edit("Openings", "if (!slot.change(word, mine)) {", "if (!slot.change(slot.word(), mine)) {")),
    SECOND_RETURN_IS_ACCEPTED(
            LINCHECK,
            "lending",
            new Edit(
                    "ResourcePool",
                    "        if (slot.word() != ticket) {\n            return false;\n        }\n        long now = tick.now();",
                    "        ticket = slot.word();\n        long now = tick.now();")),
    TIMEOUT_COMES_LATE(SIMULATOR, "", new Edit("Waiter", "since + timeout;", "since + timeout + 1_000;")),
    LAST_COME_FIRST_SERVED(
            SIMULATOR,
            "",
            new Edit(
                    "WaitQueue",
                    "        waiter.previous = tail;\n        if (tail == null) {\n            head = waiter;\n        } else {\n"
                            + "            tail.next = waiter;\n        }\n        tail = waiter;",
                    "        waiter.next = head;\n        if (head == null) {\n            tail = waiter;\n        } else {\n"
                            + "            head.previous = waiter;\n        }\n        head = waiter;")),
    LATE_RESET_IS_TAKEN(
            SIMULATOR,
            "",
            new Edit(
                    "ResourcePool",
                    "            slot.goodAt = now;\n            becomeIdle(slot, word);",
                    "            slot.goodAt = now;\n            becomeIdle(slot, slot.word());")),
    CHECK_OF_ANOTHERS_RESOURCE(
            SIMULATOR,
            "",
            new Edit(
                    "Disposal",
                    "        if (slot.word() != word) {\n            pool.calls.cameBack();\n            return;\n        }\n"
                            + "        Throwable why",
                    "        resource = slot.resource == null ? resource : slot.resource();\n        Throwable why")),
    STUCK_CALL_NEVER_FORGOTTEN(SIMULATOR, "", new Edit("WorkerCalls", "        stuck--;", "")),

    // ---- wrong inside a step: two threads on one word --------------------------------------------------------------
    CHANGE_WITHOUT_CAS(
            LINCHECK,
            "table",
            new Edit(
                    "Slot",
                    "return WORD.compareAndSet(this, from, to);",
                    "if (word != from) { return false; } word = to; return true;")),
    SETTLE_WITHOUT_CAS(
            JCSTRESS,
            "WaitingCases.ServeOrLeave",
            new Edit(
                    "Waiter",
                    "return STATE.compareAndSet(this, WAITING, outcome);",
                    "if (state != WAITING) { return false; } state = outcome; return true;")),
    CLOSE_IDLE_WITHOUT_CAS(
            LINCHECK,
            "lifecycle",
            new Edit(
                    "Disposal",
                    "        long word = slot.move(Slot.IDLE, Slot.CLOSING);\n",
                    "        long idle = slot.word(); long word = Slot.stateOf(idle) == Slot.IDLE"
                            + " ? Slot.next(idle, Slot.CLOSING) : 0; if (word != 0) { slot.word = word; }\n")),
    SIGNALS_AFTER_THE_LOOK(
            JCSTRESS,
            "WaitingCases.GiveBackAndQueue",
            new Edit("Passes", "        pool.queue.refreshLocked(now);\n        VarHandle.fullFence();", "")),
    LOST_FENCE(
            JCSTRESS,
            "WaitingCases.GiveBackAndQueue",
            new Edit("Passes", "        VarHandle.fullFence(); // I2", "        // I2"),
            new Edit("WaitQueue", "volatile int signals;", "int signals;")),
    MARK_AFTER_THE_LOOK(
            JCSTRESS,
            "LendingCases.GiveBackAndEvict",
            new Edit(
                    "ResourcePool",
                    "            slot.mark(cause.mark());\n        }\n        VarHandle.fullFence();",
                    "        }"),
            new Edit(
                    "ResourcePool",
                    "        disposal.closeIdle(slot, cause);\n    }",
                    "        disposal.closeIdle(slot, cause); slot.mark(cause.mark());\n    }")),
    STAMP_BEFORE_THE_CAS(
            JCSTRESS,
            "SlotCases.WinnerIsNamed",
            new Edit(
                    "Slot",
                    "        if (!change(idle, lease)) {",
                    "        stamp(lease, thread, now); if (!change(idle, lease)) {")),
    COUNT_BEFORE_THE_CAS(
            JCSTRESS,
            "LendingCases.OneOfTwoBorrowersWins",
            new Edit(
                    "Slot", "        if (!change(idle, lease)) {", "        countLease(); if (!change(idle, lease)) {"),
            new Edit("Slot", "            countLease();\n", "")),
    SERVED_BEFORE_THE_SLOT_IS_NAMED(
            JCSTRESS,
            "WaitingCases.ServingPublishesTheSlot",
            new Edit("Passes", "        head.slot = slot;\n", ""),
            new Edit(
                    "Passes",
                    "            afterwards.wake(head);",
                    "            afterwards.wake(head); head.slot = slot;")),
    UNMARK_WITHOUT_CAS(
            JCSTRESS,
            "SlotCases.MarkAndUnmark",
            new Edit("Slot", "MARK.getAndBitwiseAnd(this, ~bits);", "mark = mark & ~bits;")),

    // ---- wrong in what stands on the engine ------------------------------------------------------------------------
    RESET_BEFORE_THE_SLOT_IS_TAKEN(
            JCSTRESS,
            "ConnectionCases.LateCloseLeavesTheNextStatement",
            new Edit(
                    "JdbcPool",
                    "            long word = engine.beginReset(slot, ticket);",
                    "            try { p.closeChildren(); } catch (SQLException e) { throw new IllegalStateException(e); }\n"
                            + "            long word = engine.beginReset(slot, ticket);")),
    INTERRUPTED_WAITER_STAYS(
            STRESS,
            "",
            new Edit(
                    "ResourcePool",
                    "if (waiter.thread().isInterrupted() && leave(waiter)) {",
                    "if (waiter.thread().isInterrupted()) {"));

    /** One text of a source, and what stands there instead. */
    record Edit(String file, String text, String replacement) {}

    final Lane lane;

    /** The jcstress case or the Lincheck model; empty where the lane has but one. */
    final String subject;

    final List<Edit> edits;

    Mutant(Lane lane, String subject, Edit... edits) {
        this.lane = lane;
        this.subject = subject;
        this.edits = List.of(edits);
    }
}
