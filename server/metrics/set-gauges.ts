import { ATTENTION_REASONS } from "../../shared/states.ts";
import type { Checkout } from "../checkout/checkout.ts";
import { readCircuit } from "../checkout/circuit.ts";
import { StoreError } from "../errors.ts";
import type { StandingGauges } from "./metrics.ts";

/** So that the cost depends on neither the number of sessions nor that of those to look at. */
const MOST_LOOKED_AT = 1000;
const PAGE = 100;

/** Reads from the store what stands there; where it cannot be read, its gauges are left out and `store_ready` is 0. */
export async function setGauges(checkout: Checkout, gauges: StandingGauges): Promise<void> {
  const { isStoreReady, ...ofStore } = gauges;
  for (const gauge of Object.values(ofStore)) gauge.reset();
  try {
    await checkout.store.checkReady();
    await setAttention(checkout, gauges.attention);
    gauges.dueAgeSeconds.set(ageInSeconds(await checkout.store.readOldestDue(), checkout.now()));
    const outbox = await checkout.store.readOutboxState();
    gauges.deliveries.set({ status: "due" }, outbox.due);
    gauges.deliveries.set({ status: "dead" }, outbox.dead);
    gauges.deliveryAgeSeconds.set(ageInSeconds(outbox.oldestDueAt, checkout.now()));
    for (const id of checkout.gateways.keys()) {
      const { state, failures } = await readCircuit(checkout.store, id);
      gauges.circuitIsOpen.set({ gateway: id }, state === "open" ? 1 : 0);
      gauges.circuitFailures.set({ gateway: id }, failures);
    }
    isStoreReady.set(1);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    // Whoever watches must hear of it here, and not by getting no metrics at all.
    for (const gauge of Object.values(ofStore)) {
      gauge.reset();
      gauge.remove();
    }
    isStoreReady.set(0);
  }
}

/** What is not due yet has no age. */
function ageInSeconds(time: string | null, now: Date): number {
  return time === null ? 0 : Math.max(0, now.getTime() - Date.parse(time)) / 1000;
}

async function setAttention({ store }: Checkout, gauge: StandingGauges["attention"]): Promise<void> {
  const counts = new Map<string, number>(ATTENTION_REASONS.map((reason) => [reason, 0]));
  let after: string | undefined;
  for (let seen = 0; seen < MOST_LOOKED_AT; seen += PAGE) {
    const page = { limit: PAGE, ...(after === undefined ? {} : { after }) };
    const { items, next } = await store.listSessions({ needsAttention: true }, page);
    for (const { session } of items) {
      for (const reason of session.attention ?? []) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
    if (next === null) break;
    after = next;
  }
  for (const [reason, count] of counts) gauge.set({ reason }, count);
}
