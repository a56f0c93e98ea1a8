/** A process that does nothing but give `pg` the statements of lifecycles: no HTTP, no records, no decision. */
import { hash } from "node:crypto";
import { Pool, type QueryConfig } from "pg";
import { serveParent } from "./child-process.ts";
import type { RecordedStatement } from "./statement-recorder.ts";

let pool: Pool | undefined;
/** Statements of one transaction, or one alone, each list given without waiting in between. */
let transactions: RecordedStatement[][][] = [];
let lifecycleCount = 0;

const commands = {
  start: ({ address, poolSize, recorded }: { address: string; poolSize: number; recorded: RecordedStatement[] }) => {
    // Pipelined, as the store's own connections are.
    pool = new Pool({ connectionString: address, max: poolSize, pipeline: true });
    transactions = groupStatements(recorded);
  },

  /** Keeps some clients at it for a time; gives how many lifecycles were done in a second. */
  pay: async ({ clients, durationMs }: { clients: number; durationMs: number }) => {
    const startedAt = performance.now();
    const before = lifecycleCount;
    await Promise.all(
      Array.from({ length: clients }, async () => {
        while (performance.now() < startedAt + durationMs) await payOne((lifecycleCount += 1));
      }),
    );
    return ((lifecycleCount - before) * 1000) / (performance.now() - startedAt);
  },

  stop: async () => {
    await pool?.end();
  },
};

export type StatementsCommands = typeof commands;

serveParent(commands);

async function payOne(number: number): Promise<void> {
  for (const transaction of transactions) {
    const client = await pool?.connect();
    if (client === undefined) throw new Error("the pool was not made");
    try {
      for (const turn of transaction) {
        await Promise.all(turn.map((statement) => client.query(toQuery(statement, number))));
      }
    } finally {
      client.release();
    }
  }
}

/** Puts a recorded statement on records of its own: all ids and digests are others, the same within a lifecycle. */
function toQuery({ name, text, values }: RecordedStatement, number: number): QueryConfig | string {
  if (name === undefined && values.length === 0) return text;
  const renamed = name === "lock-session" ? values.map((value) => numberFrom(value, number)) : rename(values, number);
  return { text, values: renamed as unknown[], ...(name === undefined ? {} : { name }) };
}

function rename(value: unknown, number: number): unknown {
  if (value instanceof Uint8Array) return digest(Buffer.from(value).toString("hex"), number).subarray(0, value.length);
  if (Array.isArray(value)) return value.map((item) => rename(item, number));
  if (typeof value !== "string") return value;
  const prefix = /^(cs|at|pay|evt)_/.exec(value)?.[0];
  return prefix === undefined ? value : prefix + digest(value, number).toString("base64url").slice(0, 24);
}

function numberFrom(value: unknown, number: number): string {
  return digest(String(value), number).readBigInt64BE().toString();
}

function digest(text: string, number: number): Buffer {
  return hash("sha256", `${number} ${text}`, "buffer");
}

/** Sorts recorded statements into transactions, in the order in which these began. */
function groupStatements(recorded: readonly RecordedStatement[]): RecordedStatement[][][] {
  const groups: RecordedStatement[][] = [];
  const open = new Map<number, RecordedStatement[]>();
  for (const statement of recorded) {
    const group = open.get(statement.connection);
    if (group !== undefined) group.push(statement);
    else {
      const begun = [statement];
      groups.push(begun);
      if (statement.text === "BEGIN") open.set(statement.connection, begun);
    }
    if (statement.text === "COMMIT" || statement.text === "ROLLBACK") open.delete(statement.connection);
  }
  return groups.map((group) => [...Map.groupBy(group, ({ turn }) => turn).values()]);
}
