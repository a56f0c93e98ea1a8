/** A source to save. */
export interface SourceRequest {
  /** Our id of the source, the same on every retry: the idempotency key for the provider. */
  sourceId: string;
  customer: { reference?: string | undefined; email?: string | undefined };
}

/** What the provider knows a saved source by: 1 to 255 visible ASCII characters each, and no card number. */
export interface SavedSource {
  paymentSourceToken: string;
  /** The provider's own name of the customer. */
  customerToken?: string;
}
