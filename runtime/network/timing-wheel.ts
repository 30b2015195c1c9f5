/** Milliseconds between two ticks: how exact a deadline is. */
export const TICK_MS = 10;
const SLOTS = 1024;
const UNARMED = -1;

/** A deadline that can be armed again and again. It is a link of the wheel's lists, so arming allocates nothing. */
export class Timer {
  /** For the wheel. */
  previous: Timer = this;
  /** For the wheel. */
  next: Timer = this;
  /** For the wheel: when it is due, in ticks; -1 while not armed. */
  tick = UNARMED;

  /** @param onExpire must not throw */
  constructor(readonly onExpire: () => void) {}

  get armed(): boolean {
    return this.tick !== UNARMED;
  }
}

/**
 * Deadlines by the thousand at a constant price: a ring of 1024 lists, one for each tick of 10 ms. A deadline
 * further away than one round stays in its list and is passed over until its round comes. The wheel does not
 * move by itself: {@link advance} is called by whoever knows the time.
 */
export class TimingWheel {
  /** How many timers are armed. */
  size = 0;

  private readonly slots: Timer[] = [];
  private readonly due = new Timer(() => {});
  private current: number;

  /** @param now milliseconds of any monotonic clock, the same that `arm` and `advance` are given */
  constructor(now: number) {
    this.current = Math.floor(now / TICK_MS);
    for (let i = 0; i < SLOTS; i++) this.slots.push(new Timer(() => {}));
  }

  /**
   * Sets `timer` to expire `delay` ms after `now`, at most one tick late and never early. One that was armed
   * is armed anew.
   */
  arm(timer: Timer, now: number, delay: number): void {
    if (timer.tick === UNARMED) this.size++;
    else unlink(timer);
    const tick = Math.max(Math.ceil((now + delay) / TICK_MS), this.current + 1);
    timer.tick = tick;
    linkBefore(this.slots[tick % SLOTS]!, timer);
  }

  /** Nothing happens if it is not armed. */
  disarm(timer: Timer): void {
    if (timer.tick === UNARMED) return;
    unlink(timer);
    timer.tick = UNARMED;
    this.size--;
  }

  /** Lets everything expire that is due at `now`; what expires may arm and disarm at will. */
  advance(now: number): void {
    const to = Math.floor(now / TICK_MS);
    const from = Math.max(this.current + 1, to - SLOTS + 1);
    if (to < from) return;
    this.current = to;
    for (let tick = from; tick <= to; tick++) {
      const head = this.slots[tick % SLOTS]!;
      for (let timer = head.next; timer !== head;) {
        const next = timer.next;
        if (timer.tick <= to) {
          unlink(timer);
          linkBefore(this.due, timer);
        }
        timer = next;
      }
    }
    for (let timer = this.due.next; timer !== this.due; timer = this.due.next) {
      unlink(timer);
      timer.tick = UNARMED;
      this.size--;
      timer.onExpire();
    }
  }
}

function unlink(timer: Timer): void {
  timer.previous.next = timer.next;
  timer.next.previous = timer.previous;
  timer.next = timer.previous = timer;
}

function linkBefore(head: Timer, timer: Timer): void {
  timer.previous = head.previous;
  timer.next = head;
  head.previous.next = timer;
  head.previous = timer;
}
