/**
 * The circuit breaker of a gateway, as Commerce Layer's external resources have it: more than 30 failures in a row open
 * it, any success before that starts the count again, and once open nothing is sent until an operator resets it. It is
 * kept in the store, and so is the same for all processes and after a restart.
 */
import { GatewayError } from "../errors.ts";
import type { Circuit } from "../gateways/circuit.ts";
import type { Store } from "../stores/store.ts";
import type { KeepAnswer } from "./checkout.ts";

/** The most failures in a row after which calls still go through. */
const MOST_FAILURES = 30;

/** How the circuit of a gateway stands; `failures` are those in a row. */
export interface CircuitState {
  state: "closed" | "open";
  failures: number;
}

type Counters = Pick<Store, "readCounter" | "increaseCounter" | "resetCounter">;

/** Makes the circuit of one gateway. */
export function createCircuit(store: Counters, gatewayId: string): Circuit {
  const name = counterOf(gatewayId);
  let mayHaveFailures = true;
  return {
    assertClosed: async () => {
      const { state, failures } = await readCircuit(store, gatewayId);
      mayHaveFailures = failures > 0;
      if (state === "closed") return;
      throw new GatewayError(
        "circuit_open",
        `calls to ${gatewayId} are suspended after ${failures} failures in a row, until an operator resets its circuit`,
        { inDoubt: false },
      );
    },
    noteFailure: async () => {
      mayHaveFailures = true;
      await store.increaseCounter(name);
    },
    noteSuccess: async () => {
      // Nearly always there is nothing to forget, and so nothing to write.
      if (mayHaveFailures) await store.resetCounter(name, { unlessAbove: MOST_FAILURES });
    },
  };
}

/** Tells how the circuit of a gateway stands. */
export async function readCircuit(store: Counters, gatewayId: string): Promise<CircuitState> {
  return stateOf(await store.readCounter(counterOf(gatewayId)));
}

/** Lets calls to a gateway's provider through again, and starts the count anew. */
export async function resetCircuit(
  store: Counters,
  gatewayId: string,
  keep: KeepAnswer<CircuitState>,
): Promise<CircuitState> {
  const circuit = stateOf(0);
  const idempotency = keep(circuit);
  await store.resetCounter(counterOf(gatewayId), idempotency === undefined ? {} : { idempotency });
  return circuit;
}

function stateOf(failures: number): CircuitState {
  return { state: failures > MOST_FAILURES ? "open" : "closed", failures };
}

function counterOf(gatewayId: string): string {
  return `circuit:${gatewayId}`;
}
