/** Suspends the calls to a provider that keeps failing, until an operator lets them through again. */
export interface Circuit {
  /** @throws GatewayError `circuit_open`, never in doubt: nothing was sent */
  assertClosed(): Promise<void>;
  /** A call was not answered, or with what is no answer. */
  noteFailure(): Promise<void>;
  /** A call did what it was meant to. */
  noteSuccess(): Promise<void>;
}

/** Where nothing is counted, nothing is suspended. */
export const ALWAYS_CLOSED: Circuit = {
  assertClosed: async () => undefined,
  noteFailure: async () => undefined,
  noteSuccess: async () => undefined,
};
