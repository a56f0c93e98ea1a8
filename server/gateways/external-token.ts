import { holdsCardNumber } from "../../shared/card-number.ts";
import { refuse } from "./provider-message.ts";

/**
 * Checks what a customer brought back as a payment source token. What is refused is in no message.
 *
 * @throws VerificationError `verification_failed`
 */
export function readPaymentSourceToken(token: string | undefined): string {
  if (token === undefined) throw refuse("payment_source_token is missing");
  const fault = findTokenFault(token);
  if (fault !== undefined) throw refuse(`payment_source_token ${fault}`);
  return token;
}

/**
 * Says why a text is no token: one is 1 to 255 visible ASCII characters, and no card number, which nobody here may see
 * or keep (PCI DSS 4.0.1, 3.2).
 */
export function findTokenFault(token: string): string | undefined {
  if (!/^[\x21-\x7e]{1,255}$/.test(token)) return "is not 1 to 255 visible characters";
  return holdsCardNumber(token) ? "looks like a card number" : undefined;
}
