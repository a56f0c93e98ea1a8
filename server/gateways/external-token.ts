import { refuse } from "./provider-message.ts";

/**
 * Checks what a customer brought back as a payment source token: 1 to 255 visible ASCII characters, and no card number,
 * which nobody here may see or keep (PCI DSS 4.0.1, 3.2). What is refused is in no message.
 *
 * @throws VerificationError `verification_failed`
 */
export function readPaymentSourceToken(token: string | undefined): string {
  if (token === undefined) throw refuse("payment_source_token is missing");
  if (!/^[\x21-\x7e]{1,255}$/.test(token)) {
    throw refuse("payment_source_token is not 1 to 255 visible characters");
  }
  if (holdsCardNumber(token)) throw refuse("payment_source_token looks like a card number");
  return token;
}

/** A number of 13 to 19 digits, also in groups, with Luhn's check digit (ISO/IEC 7812), and no letter beside it. */
function holdsCardNumber(token: string): boolean {
  if (/[a-z]/i.test(token)) return false;
  const numbers = token.replaceAll(/[-._+]/g, "").match(/\d+/g) ?? [];
  return numbers.some((number) => number.length >= 13 && number.length <= 19 && hasCheckDigit(number));
}

function hasCheckDigit(number: string): boolean {
  const sum = Array.from(number)
    .toReversed()
    .reduce((sum, digit, index) => {
      const value = index % 2 === 0 ? Number(digit) : Number(digit) * 2;
      return sum + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 === 0;
}
