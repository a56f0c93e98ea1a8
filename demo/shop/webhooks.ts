import type { IncomingHttpHeaders } from "node:http";
import { Webhook } from "standardwebhooks";
import { WebhookMessage } from "../../shared/webhooks.ts";

const MOST_SEEN = 10_000;

/**
 * What the server tells the shop by webhook:
 *
 * 1. The library of Standard Webhooks proves that a message is the server's, and of the last minutes.
 * 2. The same `webhook-id` may come again, when an answer was lost: what it tells is done once.
 * 3. Messages overtake each other: whoever hears drops a session with a smaller `version` than it knows.
 */
export class ShopWebhooks {
  readonly #verifier: Webhook;
  readonly #hear: (message: WebhookMessage) => void;
  /** A real shop keeps these in its database, in the same transaction as what it does about them. */
  readonly #seen = new Set<string>();

  /** @param secret - not in the form of the standard: its own bytes are the key */
  constructor(secret: string, hear: (message: WebhookMessage) => void) {
    this.#verifier = new Webhook(secret, { format: "raw" });
    this.#hear = hear;
  }

  /**
   * Takes a request's body as it came, before any parsing.
   *
   * @throws WebhookVerificationError where it is not proven to be the server's
   */
  receive(body: string, headers: IncomingHttpHeaders): void {
    const message = WebhookMessage.parse(this.#verifier.verify(body, headers as Record<string, string>));
    const id = String(headers["webhook-id"]);
    if (this.#seen.has(id)) return;
    this.#hear(message);
    this.#seen.add(id);
    const [oldest] = this.#seen;
    if (this.#seen.size > MOST_SEEN && oldest !== undefined) this.#seen.delete(oldest);
  }
}
