import type { DeliveryKind, DeliveryRecord, NewDelivery } from "../stores/delivery.ts";
import type { Ledger, NewEvent } from "../stores/ledger.ts";
import { newId } from "./ids.ts";

/** Somebody who is told of events by HTTP. */
export interface Endpoint {
  kind: DeliveryKind;
  url: string;
  /**
   * Writes what is to be delivered of an event, from the session's records as they are then, or gives `undefined` where
   * the endpoint does not want it. It runs within the commit: it asks nobody, and does not throw.
   */
  describe(event: NewEvent, ledger: Ledger): string | undefined;
  /** Makes the request of a delivery from the text that {@link describe} gave, anew for each attempt. */
  makeRequest(delivery: DeliveryRecord, at: Date): DeliveryRequest;
}

/** What is sent by POST. */
export interface DeliveryRequest {
  headers: Record<string, string>;
  body: string;
}

/** Makes the deliveries of a commit's events, one for each endpoint that wants one, due at once. */
export function newDeliveries(
  endpoints: readonly Endpoint[],
  events: readonly NewEvent[],
  ledger: Ledger,
): NewDelivery[] {
  return events.flatMap((event) =>
    endpoints.flatMap((endpoint): NewDelivery[] => {
      const payload = endpoint.describe(event, ledger);
      if (payload === undefined) return [];
      const { id: eventId, type: eventType, sessionId, paymentId, createdAt } = event;
      return [
        {
          id: newId("whd"),
          kind: endpoint.kind,
          endpoint: endpoint.url,
          eventId,
          eventType,
          sessionId,
          ...(paymentId === undefined ? {} : { paymentId }),
          status: "due",
          attempts: [],
          tries: 0,
          payload,
          nextAttemptAt: createdAt,
          createdAt,
        },
      ];
    }),
  );
}
