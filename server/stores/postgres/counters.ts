import type { CounterReset } from "../store.ts";
import { writeAnswer } from "./answers.ts";
import { encodeText } from "./encoding.ts";
import type { Primary } from "./primary.ts";
import { runTransaction } from "./transaction.ts";

/** Reads a counter; 0 where nothing was counted. */
export async function readCounter(primary: Primary, name: string): Promise<number> {
  const { rows } = await primary.run(({ client }) =>
    client.query<{ count: number }>({
      name: "read-counter",
      text: "SELECT count FROM checkout_counters WHERE name = $1",
      values: [encodeText(name)],
    }),
  );
  return rows[0]?.count ?? 0;
}

/** Adds one to a counter, and gives what it is then. */
export async function increaseCounter(primary: Primary, name: string): Promise<number> {
  const { rows } = await primary.run(({ client }) =>
    client.query<{ count: number }>({
      name: "increase-counter",
      text: `INSERT INTO checkout_counters AS counters (name, count) VALUES ($1, 1)
        ON CONFLICT (name) DO UPDATE SET count = counters.count + 1 RETURNING count`,
      values: [encodeText(name)],
    }),
  );
  return rows[0]?.count ?? 0;
}

/** Sets a counter to 0, unless it is above a number; gives what it is then: see `Store`. */
export function resetCounter(
  primary: Primary,
  name: string,
  { unlessAbove = Infinity, idempotency }: CounterReset = {},
): Promise<number> {
  const values = [encodeText(name)];
  const answer = idempotency === undefined ? undefined : writeAnswer(idempotency);
  const reset = { name: "reset-counter", text: "UPDATE checkout_counters SET count = 0 WHERE name = $1", values };
  const isReset = { text: "SELECT 1 FROM checkout_counters WHERE name = $1 AND count = 0", values, isLasting: false };
  return runTransaction(primary, {
    subject: name,
    lock: [{ name: "lock-counter", text: "SELECT count FROM checkout_counters WHERE name = $1 FOR UPDATE", values }],
    decide: (row: { count: number } | undefined) => {
      const before = row?.count ?? 0;
      const result = before > unlessAbove ? before : 0;
      const statements = [...(result === before ? [] : [reset]), ...(answer?.statements ?? [])];
      return { result, writes: { statements, findMark: () => answer?.mark ?? isReset } };
    },
  });
}
