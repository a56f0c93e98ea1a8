import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { NewEvent } from "../stores/ledger.ts";

/** What one server counts, in a registry of its own; each process tells of itself. */
export interface Metrics {
  /** Counts an answer; `route` is the route's pattern and never a path, which may carry a token. */
  countAnswer(method: string, route: string, status: number, milliseconds: number): void;
  /** Counts what happened to a session, once it is on disk. */
  countEvent(event: NewEvent): void;
  /** Counts what came in a provider's name and is not proven to be the provider's. */
  countForgery(gateway: string): void;
  /** Writes everything in Prometheus' text format, after `gauges` were set. */
  render(setGauges: (gauges: StandingGauges) => Promise<void>): Promise<{ contentType: string; text: string }>;
}

/** What is not counted but stands in the store, and is read when it is asked for. */
export interface StandingGauges {
  isStoreReady: Gauge;
  attention: Gauge<"reason">;
  dueAgeSeconds: Gauge;
  deliveries: Gauge<"status">;
  deliveryAgeSeconds: Gauge;
  circuitIsOpen: Gauge<"gateway">;
  circuitFailures: Gauge<"gateway">;
}

/** Bounds of the durations, in seconds: from a read in memory to the longest call to a provider. */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 25];

/** Makes the metrics of one server, with nothing counted. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const durations = new Histogram({
    name: "offsite_http_request_duration_seconds",
    help: "Answers by method, route and status, and how long each took until it began",
    labelNames: ["method", "route", "status"],
    buckets: DURATION_BUCKETS,
    registers,
  });
  const events = new Counter({
    name: "offsite_events_total",
    help: "What happened to sessions, attempts, payments and operations, by type and by what decided it",
    labelNames: ["type", "decided_by"],
    registers,
  });
  const forgeries = new Counter({
    name: "offsite_verification_failures_total",
    help: "What came in a provider's name and was not proven to be the provider's",
    labelNames: ["gateway"],
    registers,
  });
  const gauges = createGauges(registers);
  let isWatchingProcess = false;
  return {
    countAnswer: (method, route, status, milliseconds) => {
      durations.observe({ method, route, status }, milliseconds / 1000);
    },
    countEvent: ({ type, decidedBy }) => events.inc({ type, decided_by: decidedBy }),
    countForgery: (gateway) => forgeries.inc({ gateway }),
    render: async (setGauges) => {
      // Not before anybody asks: watching the event loop has its price.
      if (!isWatchingProcess) collectDefaultMetrics({ register: registry });
      isWatchingProcess = true;
      await setGauges(gauges);
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

function createGauges(registers: Registry[]): StandingGauges {
  return {
    isStoreReady: new Gauge({
      name: "offsite_store_ready",
      help: "1 where a write would be accepted now; without it the gauges of the store are missing",
      registers,
    }),
    attention: new Gauge({
      name: "offsite_attention_sessions",
      help: "Sessions that should be looked at, by reason; of the 1,000 newest of them",
      labelNames: ["reason"],
      registers,
    }),
    dueAgeSeconds: new Gauge({
      name: "offsite_due_work_age_seconds",
      help: "For how long the work that is due longest has waited; 0 where nothing is due",
      registers,
    }),
    deliveries: new Gauge({
      name: "offsite_webhook_deliveries",
      help: "Webhook deliveries that are due, or dead: given up until somebody resends them",
      labelNames: ["status"],
      registers,
    }),
    deliveryAgeSeconds: new Gauge({
      name: "offsite_webhook_delivery_age_seconds",
      help: "For how long the oldest delivery that is due has been on its way; 0 where none is",
      registers,
    }),
    circuitIsOpen: new Gauge({
      name: "offsite_circuit_open",
      help: "1 where calls to a provider are suspended",
      labelNames: ["gateway"],
      registers,
    }),
    circuitFailures: new Gauge({
      name: "offsite_circuit_failures",
      help: "Calls to a provider that failed, in a row",
      labelNames: ["gateway"],
      registers,
    }),
  };
}
