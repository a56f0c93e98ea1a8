import type { PaymentTable } from "./payment-table.ts";
import type { PaymentIndex, SessionIndex } from "./session-index.ts";
import type { SessionTable } from "./session-table.ts";
import { SortedList } from "./sorted-list.ts";

const NONE: readonly never[] = [];

/**
 * Sessions and payments by age. A list finds what it holds by its time and id, so that a change has two steps:
 * {@link AgeLists.leave} while the session is as it was, and {@link AgeLists.enter} when it is as it is from now on.
 */
export class AgeLists {
  readonly sessions: SortedList<number>;
  /** Few, so that they are found at once among very many. */
  readonly sessionsToLookAt: SortedList<number>;
  readonly sessionsWithSource: SortedList<number>;
  readonly payments: SortedList<number>;
  readonly paymentsToLookAt: SortedList<number>;
  readonly #payments: PaymentTable;

  constructor(sessions: SessionTable, payments: PaymentTable) {
    this.sessions = new SortedList(sessions.order);
    this.sessionsToLookAt = new SortedList(sessions.order);
    this.sessionsWithSource = new SortedList(sessions.order);
    this.payments = new SortedList(payments.order);
    this.paymentsToLookAt = new SortedList(payments.order);
    this.#payments = payments;
  }

  /** Takes a session and its payments out of the lists where they are no more, or not in the same place. */
  leave(session: number, before: SessionIndex, after: SessionIndex): void {
    const hasMoved = before.createdAt !== after.createdAt;
    if (hasMoved) this.sessions.remove(session);
    if (before.attention === true && (hasMoved || after.attention !== true)) this.sessionsToLookAt.remove(session);
    if (before.source === true && (hasMoved || after.source !== true)) this.sessionsWithSource.remove(session);
    const payments = this.#payments.of(session);
    for (const [position, index] of (before.payments ?? NONE).entries()) {
      const payment = payments[position];
      if (payment === undefined) throw new TypeError(`payment ${index.id} is in no list`);
      const still = after.payments?.find((other) => isSamePayment(index, other));
      if (still === undefined) this.payments.remove(payment);
      if (index.attention === true && still?.attention !== true) this.paymentsToLookAt.remove(payment);
    }
  }

  /** Puts a session and its payments into the lists where they were not, or not in the same place. */
  enter(session: number, before: SessionIndex | undefined, after: SessionIndex): void {
    const hasMoved = before?.createdAt !== after.createdAt;
    if (hasMoved) this.sessions.add(session);
    if (after.attention === true && (hasMoved || before.attention !== true)) this.sessionsToLookAt.add(session);
    if (after.source === true && (hasMoved || before.source !== true)) this.sessionsWithSource.add(session);
    this.#enterPayments(session, before?.payments ?? NONE, after.payments ?? NONE);
  }

  #enterPayments(session: number, before: readonly PaymentIndex[], after: readonly PaymentIndex[]): void {
    if (before.length === 0 && after.length === 0) return;
    const known = this.#payments.of(session);
    const entries = after.map((index) => {
      const position = before.findIndex((other) => isSamePayment(index, other));
      const payment = known[position] ?? this.#payments.add(session, index.createdAt);
      this.#payments.describe(payment, index);
      return { payment, index, earlier: before[position] };
    });
    // Before any of them is compared with another one, which is by the place that it has in its session.
    this.#payments.arrange(
      session,
      entries.map(({ payment }) => payment),
    );
    for (const { payment, index, earlier } of entries) {
      if (earlier === undefined) this.payments.add(payment);
      if (index.attention === true && earlier?.attention !== true) this.paymentsToLookAt.add(payment);
    }
  }
}

function isSamePayment(one: PaymentIndex, other: PaymentIndex): boolean {
  return one.id === other.id && one.createdAt === other.createdAt;
}
