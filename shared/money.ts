/**
 * Amounts are integers in the minor unit of their currency; this file knows how many digits that unit has
 * and turns amounts into decimal text and back without ever passing through a binary fraction.
 */

/** The number of digits behind the decimal point that ISO 4217 gives a currency. */
export type CurrencyExponent = 0 | 2 | 3 | 4;

/** The largest amount that any field accepts, in minor units. */
export const MAX_AMOUNT = 999_999_999_999;

const WITHOUT_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
const WITH_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND";
const WITH_FOUR_DIGITS = "CLF UYW";

/** Tells the exponent of an upper-case ISO 4217 code; a code it does not know has 2, as most have. */
export function currencyExponent(currency: string): CurrencyExponent {
  if (WITHOUT_DIGITS.includes(currency)) return 0;
  if (WITH_THREE_DIGITS.includes(currency)) return 3;
  return WITH_FOUR_DIGITS.includes(currency) ? 4 : 2;
}

/**
 * Writes minor units as a decimal with exactly the digits that a currency (or `exponent`) has:
 * `formatDecimal(12345, "USD")` is `"123.45"`, `formatDecimal(500, "JPY")` is `"500"`.
 *
 * @throws RangeError when the amount is not a safe integer
 */
export function formatDecimal(amount: number, currency: string, exponent = currencyExponent(currency)): string {
  if (!Number.isSafeInteger(amount)) {
    throw new RangeError(`expected an integer number of minor units, got ${amount}`);
  }
  const sign = amount < 0 ? "-" : "";
  const digits = String(Math.abs(amount)).padStart(exponent + 1, "0");
  const whole = digits.slice(0, digits.length - exponent);
  return exponent === 0 ? sign + whole : `${sign}${whole}.${digits.slice(-exponent)}`;
}

/**
 * Reads a decimal such as `"123.45"` as minor units, or gives `undefined` when it is not a plain,
 * non-negative decimal, has more significant digits than the currency, or is past {@link MAX_AMOUNT}.
 * Missing digits count as zero (`"123.4"` USD is 12340) and surplus ones must be zero (`"500.00"` JPY is 500).
 */
export function parseDecimal(text: string, currency: string): number | undefined {
  const match = /^(\d{1,15})(?:\.(\d{1,15}))?$/.exec(text);
  if (match === null) return undefined;
  const exponent = currencyExponent(currency);
  const fraction = match[2] ?? "";
  if (/[1-9]/.test(fraction.slice(exponent))) return undefined;
  const amount = Number(`${match[1]}${fraction.slice(0, exponent).padEnd(exponent, "0")}`);
  return amount <= MAX_AMOUNT ? amount : undefined;
}

/**
 * Writes an amount for people, as `€43.00` or `43,00 €`, in the words of a BCP 47 locale.
 * The digits are ISO 4217's, not those that the platform's locale data prefers. Latin letters among what is written
 * from right to left are isolated (UAX #9).
 */
export function formatMoney(amount: number, currency: string, locale?: string): string {
  const digits = currencyExponent(currency);
  const format = new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  // A decimal text keeps every digit; the type of `format` only lately admits it.
  const money = format.format(`${amount}e-${digits}` as unknown as number);
  // Latin letters set apart from right-to-left text, which would turn `US$` into `$US` and tear the minus off.
  return money.replace(/.*\u200f.*[A-Z].*/, "\u2066$&\u2069");
}
