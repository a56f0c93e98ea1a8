import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";

/** What a child process does when it is asked, by name; inputs and outputs are plain data. */
export type Commands = Record<string, (input: never) => unknown>;

/** A process of its own, so that what is measured shares neither heap nor event loop with anything else. */
export interface Child<Available extends Commands> {
  /** Runs a command there. @throws Error with what went wrong there, or when it takes longer than two minutes */
  call<Name extends keyof Available & string>(
    name: Name,
    ...input: Parameters<Available[Name]>
  ): Promise<Awaited<ReturnType<Available[Name]>>>;
  stop(): Promise<void>;
}

interface Call {
  name: string;
  input: unknown;
}

type Answer = { output: unknown } | { error: string };

const CALL_LIMIT_MS = 120_000;

/** Starts a module of this folder that calls {@link serveParent}; one call at a time. */
export function startChild<Available extends Commands>(module: `./${string}.ts`): Child<Available> {
  const process = fork(new URL(module, import.meta.url), { serialization: "advanced" });
  return {
    call: async (name, ...input) => {
      const answer = nextAnswer(process);
      process.send({ name, input: input[0] } satisfies Call);
      const given = await answer;
      if ("error" in given) throw new Error(`${module} could not ${name}: ${given.error}`);
      return given.output as never;
    },
    stop: async () => {
      if (process.exitCode !== null || process.signalCode !== null) return;
      const exited = once(process, "exit");
      process.disconnect();
      await exited;
    },
  };
}

/** Answers the process that started this one, and ends with it. */
export function serveParent(commands: Commands): void {
  process.on("message", (message) => {
    const { name, input } = message as Call;
    Promise.resolve(commands[name]?.(input as never)).then(
      (output) => send({ output }),
      (error: unknown) => send({ error: error instanceof Error ? String(error.stack) : String(error) }),
    );
  });
  process.once("disconnect", () => process.exit());
}

function send(answer: Answer): void {
  process.send?.(answer);
}

async function nextAnswer(process: ChildProcess): Promise<Answer> {
  const waiting = new AbortController();
  const signal = AbortSignal.any([waiting.signal, AbortSignal.timeout(CALL_LIMIT_MS)]);
  try {
    return await Promise.race([
      once(process, "message", { signal }).then(([answer]) => answer as Answer),
      once(process, "exit", { signal }).then(([code]) => ({ error: `it ended with ${code}` })),
    ]);
  } finally {
    waiting.abort();
  }
}
