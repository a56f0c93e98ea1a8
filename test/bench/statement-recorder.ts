import { Client } from "pg";

/** A statement as it was given to `pg`. */
export interface RecordedStatement {
  /** Numbers its connection. */
  connection: number;
  /** Grows with each turn of the event loop: those of one turn were given without waiting in between. */
  turn: number;
  name?: string;
  text: string;
  values: unknown[];
}

/** Begins to note every statement that this process gives to `pg`; call what it returns to end, and to get them. */
export function recordStatements(): () => RecordedStatement[] {
  const statements: RecordedStatement[] = [];
  const connections = new Map<object, number>();
  const prototype = Client.prototype as { query: (...given: unknown[]) => unknown };
  const { query } = prototype;
  let turn = 0;
  prototype.query = function record(this: object, ...given: unknown[]) {
    const statement = readStatement(given);
    if (statement !== undefined) {
      if (!connections.has(this)) connections.set(this, connections.size);
      statements.push({ ...statement, connection: connections.get(this) ?? 0, turn });
      setImmediate(() => {
        turn += 1;
      });
    }
    return query.apply(this, given);
  };
  return () => {
    prototype.query = query;
    return statements;
  };
}

function readStatement([first, values]: unknown[]): Pick<RecordedStatement, "name" | "text" | "values"> | undefined {
  if (typeof first === "string") return { text: first, values: (values as unknown[] | undefined) ?? [] };
  const config = first as { name?: string; text?: string; values?: unknown[] } | null;
  if (typeof config?.text !== "string") return undefined;
  return {
    text: config.text,
    values: config.values ?? [],
    ...(config.name === undefined ? {} : { name: config.name }),
  };
}
