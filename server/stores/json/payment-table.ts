import type { Place } from "../cursor.ts";
import { Column } from "./column.ts";
import type { PaymentIndex } from "./session-index.ts";
import type { SessionTable } from "./session-table.ts";
import { TimeOrder } from "./time-order.ts";
import type { Words } from "./words.ts";

/** All payments, each a number from 0 on, and of each what lists are filtered and ordered by: see `SessionTable`. */
export class PaymentTable {
  readonly order = new TimeOrder((payment) => this.#placeOf(payment));
  readonly #table: SessionTable;
  readonly #words: Words;
  readonly #sessions = new Column(Uint32Array);
  readonly #gateways = new Column(Uint32Array);
  readonly #states = new Column(Uint32Array);
  readonly #marks = new Column(Uint8Array);
  /** One more than the first payment of each session, and than the one after each payment; 0 is none. */
  readonly #first = new Column(Uint32Array);
  readonly #next = new Column(Uint32Array);
  #size = 0;

  constructor(sessions: SessionTable, words: Words) {
    this.#table = sessions;
    this.#words = words;
  }

  /** Adds a payment of a session, which is not among the session's before {@link arrange} puts it there. */
  add(session: number, createdAt: string): number {
    const payment = this.#size++;
    this.#sessions.set(payment, session);
    this.order.set(payment, createdAt);
    return payment;
  }

  describe(payment: number, { gateway, state, attention }: PaymentIndex): void {
    this.#gateways.set(payment, this.#words.number(gateway));
    this.#states.set(payment, this.#words.number(state));
    this.#marks.set(payment, Number(attention === true));
  }

  /** Says which payments a session has, in the order of its records. */
  arrange(session: number, payments: readonly number[]): void {
    let next = 0;
    for (const payment of payments.toReversed()) {
      this.#next.set(payment, next);
      next = payment + 1;
    }
    this.#first.set(session, next);
  }

  /** Gives the payments of a session in the order of its records. */
  of(session: number): number[] {
    const payments: number[] = [];
    for (let next = this.#first.get(session); next !== 0; next = this.#next.get(next - 1)) payments.push(next - 1);
    return payments;
  }

  session(payment: number): number {
    return this.#sessions.get(payment);
  }

  /** Tells where a payment is among those of its session's records. */
  position(payment: number): number {
    return this.of(this.session(payment)).indexOf(payment);
  }

  gateway(payment: number): string | undefined {
    return this.#words.word(this.#gateways.get(payment));
  }

  state(payment: number): string | undefined {
    return this.#words.word(this.#states.get(payment));
  }

  needsAttention(payment: number): boolean {
    return this.#marks.get(payment) === 1;
  }

  #placeOf(payment: number): Place {
    const index = this.#table.readIndex(this.session(payment)).payments?.[this.position(payment)];
    if (index === undefined) throw new TypeError(`payment ${payment} is not among those of its session`);
    return { id: index.id, createdAt: index.createdAt };
  }
}
