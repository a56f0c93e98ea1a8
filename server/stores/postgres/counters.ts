import { encodeText } from "./encoding.ts";
import type { Primary } from "./primary.ts";

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

/** Sets a counter to 0, unless it is above a number; gives what it is then. */
export async function resetCounter(primary: Primary, name: string, unlessAbove?: number): Promise<number> {
  await primary.run(({ client }) =>
    client.query({
      name: "reset-counter",
      text: "UPDATE checkout_counters SET count = 0 WHERE name = $1 AND count > 0 AND ($2::int IS NULL OR count <= $2)",
      values: [encodeText(name), unlessAbove ?? null],
    }),
  );
  return await readCounter(primary, name);
}
