/**
 * Delivers what is due, beside everything else.
 *
 * 1. A change of a session, on whichever process, wakes it at once; else it looks once in an interval.
 * 2. Each endpoint has a lane of its own, with a few deliveries under way: a slow or dead one delays no other.
 * 3. A delivery is claimed with a lease longer than it can take, sent, and what came of it is stored. A process that
 *    dies in between, or stops and cannot wait, leaves it to the next, so that it may be sent twice, with the same id,
 *    but is never lost.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Checkout } from "../checkout/checkout.ts";
import type { Endpoint } from "../checkout/endpoint.ts";
import { secondsAfter } from "../checkout/schedule.ts";
import { endpointName, type DeliveryRecord } from "../stores/delivery.ts";
import { giveUp, noteAttempt } from "./attempt.ts";
import { send, type SendOptions } from "./send.ts";

/** So many deliveries of an endpoint are under way at once, from each process. */
const LANE_WIDTH = 8;
const LEASE_SECONDS = 60;
/** For an answer that is on its way when the server stops: a receiver that hangs would hold it up for longer. */
const STOP_LIMIT_MS = 3000;
/** What no process has been configured to send for so long is given up; until then another one may be. */
const UNKNOWN_AFTER_SECONDS = 4 * 86_400;

/** What delivering needs. */
export interface DelivererOptions {
  checkout: Checkout;
  send: SendOptions;
  intervalMs: number;
  random?: () => number;
}

/** Starts to deliver; `stop` lets what is under way finish for up to 3 s. */
export function startDelivering(options: DelivererOptions): { stop(): Promise<void> } {
  const deliverer = new Deliverer(options);
  const running = deliverer.run();
  return {
    stop: async () => {
      deliverer.stop();
      const limit = setTimeout(() => deliverer.cutOff(), STOP_LIMIT_MS);
      await running;
      clearTimeout(limit);
    },
  };
}

class Deliverer {
  readonly #options: DelivererOptions;
  readonly #endpoints: ReadonlyMap<string, Endpoint>;
  readonly #lanes = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #cutOff = new AbortController();
  #news = Promise.withResolvers<void>();

  constructor(options: DelivererOptions) {
    this.#options = options;
    const { endpoints = [] } = options.checkout;
    this.#endpoints = new Map(endpoints.map((one) => [endpointName({ kind: one.kind, endpoint: one.url }), one]));
  }

  stop(): void {
    this.#stopping.abort();
    this.#wake();
  }

  /** Ends every call that is under way. */
  cutOff(): void {
    this.#cutOff.abort();
  }

  async run(): Promise<void> {
    const { checkout, intervalMs } = this.#options;
    const unsubscribe = this.#endpoints.size === 0 ? () => undefined : checkout.store.subscribe(() => this.#wake());
    while (!this.#stopping.signal.aborted) {
      const news = this.#news.promise;
      try {
        for (const name of await checkout.store.listDueEndpoints(checkout.now().toISOString())) this.#open(name);
      } catch (error) {
        checkout.log.error({ err: error }, "due deliveries could not be looked for");
      }
      const pause = new AbortController();
      const interval = sleep(intervalMs, undefined, { signal: pause.signal }).catch(() => undefined);
      await Promise.race([news, interval]);
      pause.abort();
    }
    unsubscribe();
    await Promise.all(this.#lanes.values());
  }

  #wake(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers<void>();
  }

  #open(name: string): void {
    if (this.#lanes.has(name)) return;
    const lane = this.#runLane(name)
      .catch((error: unknown) => this.#options.checkout.log.error({ err: error }, "deliveries could not be claimed"))
      .finally(() => this.#lanes.delete(name));
    this.#lanes.set(name, lane);
  }

  /** Delivers to one endpoint until nothing is due; ends when what it began has ended. */
  async #runLane(name: string): Promise<void> {
    const underWay = new Set<Promise<void>>();
    const endpoint = this.#endpoints.get(name);
    do {
      const news = this.#news.promise;
      const claimed = this.#stopping.signal.aborted
        ? []
        : await this.#claim(name, endpoint, LANE_WIDTH - underWay.size).catch((error: unknown) => {
            if (underWay.size === 0) throw error;
            return [];
          });
      for (const delivery of claimed) {
        const sending = this.#deliver(delivery, endpoint).finally(() => underWay.delete(sending));
        underWay.add(sending);
      }
      const hasRoom = underWay.size < LANE_WIDTH && !this.#stopping.signal.aborted;
      if (underWay.size > 0) await Promise.race(hasRoom ? [...underWay, news] : underWay);
    } while (underWay.size > 0);
    // Something may have come while it ended.
    if (endpoint !== undefined) this.#wake();
  }

  #claim(name: string, endpoint: Endpoint | undefined, limit: number): Promise<DeliveryRecord[]> {
    const { store, now } = this.#options.checkout;
    const at = endpoint === undefined ? new Date(now().getTime() - UNKNOWN_AFTER_SECONDS * 1000) : now();
    const leaseUntil = secondsAfter(at, LEASE_SECONDS);
    return store.claimDeliveries({ endpoint: name, now: at.toISOString(), leaseUntil, limit });
  }

  async #deliver(delivery: DeliveryRecord, endpoint: Endpoint | undefined): Promise<void> {
    const { checkout, send: sending, random = Math.random } = this.#options;
    const { id: deliveryId, eventId } = delivery;
    // Some receivers want a key in the query.
    const [url] = delivery.endpoint.split("?");
    try {
      const at = checkout.now();
      const { signal } = this.#cutOff;
      const result = endpoint && (await send(endpoint.url, endpoint.makeRequest(delivery, at), { ...sending, signal }));
      // Its lease ends, and it is sent again: that nobody answered so soon says nothing of the receiver.
      if (signal.aborted && result?.error !== undefined) return;
      const stored = await checkout.store.changeDelivery(deliveryId, (current) => {
        const now = checkout.now();
        return {
          delivery: result === undefined ? giveUp(current, now) : noteAttempt(current, result, { at, now, random }),
        };
      });
      if (stored?.status === "dead") checkout.log.error({ deliveryId, url, eventId }, "a delivery was given up");
      else checkout.log.debug({ deliveryId, url, eventId, status: stored?.status }, "a delivery was tried");
    } catch (error) {
      // Its lease ends, and it is sent again.
      checkout.log.error({ deliveryId, eventId, err: error }, "what came of a delivery could not be stored");
    }
  }
}
