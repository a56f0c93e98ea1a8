import type { DeliveryStatus, WebhookDelivery } from "../../shared/deliveries.ts";
import type { IdempotencyRecord } from "./ledger.ts";

/** Who makes the request of a delivery: Standard Webhooks to the merchant, or Commerce Layer's own webhook. */
export type DeliveryKind = "webhook" | "commerce_layer";

/** One event on its way to one endpoint, as the store keeps it. */
export interface DeliveryRecord extends WebhookDelivery {
  kind: DeliveryKind;
  /** What the request's body is made of, as it was when the event happened: text of the endpoint's own. */
  payload: string;
  /** The place of its event in the order of all; absent where the event was not written by the same commit. */
  sequence?: number;
  /** How many attempts of the schedule have been made; a resend by hand starts it anew. */
  tries: number;
  /** When it may be forgotten, as ISO 8601; absent while it is due. */
  keepUntil?: string;
}

/** A delivery of a commit, before the store gives it its place. */
export type NewDelivery = Omit<DeliveryRecord, "sequence">;

/** What a change of a delivery wants written; all of it is written in one commit, or none. */
export interface DeliveryCommit {
  delivery: DeliveryRecord;
  /** The answer to keep under the request's idempotency key. */
  idempotency?: IdempotencyRecord;
}

/** Makes of a delivery what is to be stored, or `null` where nothing is. */
export type ChangeDelivery = (delivery: DeliveryRecord) => DeliveryCommit | null;

/** Which deliveries to list; all that is given must match. */
export interface DeliveryFilter {
  eventId?: string;
  sessionId?: string;
  status?: DeliveryStatus;
}

/** How much is on its way. */
export interface OutboxState {
  due: number;
  dead: number;
  /** When the oldest that is due was made, as ISO 8601; `null` where none is. */
  oldestDueAt: string | null;
}

/** Names an endpoint: addresses of two kinds may be the same. */
export function endpointName({ kind, endpoint }: Pick<DeliveryRecord, "kind" | "endpoint">): string {
  return `${kind} ${endpoint}`;
}

/** Gives a new delivery the sequence of its event, where that is of the same commit. */
export function placeDelivery(
  delivery: NewDelivery,
  events: readonly { id: string; sequence: number }[],
): DeliveryRecord {
  const sequence = events.find(({ id }) => id === delivery.eventId)?.sequence;
  return sequence === undefined ? { ...delivery } : { ...delivery, sequence };
}
