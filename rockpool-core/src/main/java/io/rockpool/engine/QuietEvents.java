package io.rockpool.engine;

import java.util.function.Consumer;

/**
 * Passes events on and lets nothing back: an event is told between two steps of a slot, and a listener that throws, even an
 * Error, must not keep the second step from being taken.
 */
final class QuietEvents implements PoolEvents {

    private final PoolEvents to;

    QuietEvents(PoolEvents to) {
        this.to = to;
    }

    private void tell(Consumer<PoolEvents> event) {
        try {
            event.accept(to);
        } catch (Throwable t) { // reported, and the slot's next step is taken
            Uncaught.report(t);
        }
    }

    @Override
    public void opened(int slot) {
        tell(e -> e.opened(slot));
    }

    @Override
    public void openFailed(Throwable failure, int attempt) {
        tell(e -> e.openFailed(failure, attempt));
    }

    @Override
    public void closed(int slot, CloseCause cause) {
        tell(e -> e.closed(slot, cause));
    }

    @Override
    public void closeFailed(int slot, Throwable failure) {
        tell(e -> e.closeFailed(slot, failure));
    }

    @Override
    public void validationFailed(int slot, Throwable failure) {
        tell(e -> e.validationFailed(slot, failure));
    }

    @Override
    public void stuck(int slot, String call, long nanos) {
        tell(e -> e.stuck(slot, call, nanos));
    }

    @Override
    public void leakSuspected(Holding holding) {
        tell(e -> e.leakSuspected(holding));
    }

    @Override
    public void leakReturned(int slot, long heldNanos) {
        tell(e -> e.leakReturned(slot, heldNanos));
    }

    @Override
    public void circuitOpened(Throwable failure) {
        tell(e -> e.circuitOpened(failure));
    }

    @Override
    public void circuitClosed() {
        tell(PoolEvents::circuitClosed);
    }
}
