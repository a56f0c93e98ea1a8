/** A request that the provider does not take; its message is for the merchant's developer. */
export class Refusal extends Error {
  readonly status: number;
  /** Koa's word for a message that may be shown. */
  readonly expose = true;

  constructor(status: number, message: string) {
    super(message);
    this.name = "Refusal";
    this.status = status;
  }
}
