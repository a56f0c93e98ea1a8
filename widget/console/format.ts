import { html } from "lit";
import type { TemplateResult } from "lit";
import { currencyExponent, formatDecimal, formatMoney, parseDecimal } from "../../shared/money.ts";

/** Writes an amount for the operator, who reads the browser's own language. */
export function money(amount: number, currency: string, locale?: string): string {
  return formatMoney(amount, currency, locale);
}

/** Writes a time as the operator reads it, in their own time zone. */
export function time(iso: string, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
}

/** Renders a time as the operator reads it; UTC is in its title. */
export function timeElement(iso: string): TemplateResult {
  const utc = `${iso.slice(0, 19).replace("T", " ")} UTC`;
  return html`<time datetime=${iso} title=${utc}>${time(iso)}</time>`;
}

/** Writes an amount so that {@link readAmount} reads the same: in major units, with the locale's decimal sign. */
export function amountText(amount: number, currency: string, locale?: string): string {
  return formatDecimal(amount, currency).replace(".", decimalSign(locale));
}

/**
 * Reads what the operator typed, in major units, as minor units: exactly, without any fraction ever being rounded.
 * Thousands are not separated, as `1.000` is one in some places and a thousand in others.
 *
 * @returns the amount, or what is wrong with it
 */
export function readAmount(text: string, currency: string, most: number, locale?: string): number | string {
  const sign = decimalSign(locale);
  const plain = text.trim();
  const example = amountText(Math.min(most, 1250), currency, locale);
  if (plain === "") return `Enter an amount, such as ${example}.`;
  const isPlain = new RegExp(`^\\d+(?:\\${sign}\\d+)?$`).test(plain);
  const amount = isPlain ? parseDecimal(plain.replace(sign, "."), currency) : undefined;
  if (amount === undefined) {
    const digits = currencyExponent(currency);
    const places = digits === 0 ? `without decimals: ${currency} has none` : `with at most ${digits} decimals`;
    return `Enter digits only, such as ${example}, ${places}.`;
  }
  if (amount === 0) return "Enter more than zero.";
  if (amount > most) return `Enter at most ${money(most, currency, locale)}.`;
  return amount;
}

function decimalSign(locale?: string): string {
  const parts = new Intl.NumberFormat(locale, { numberingSystem: "latn" }).formatToParts(1.5);
  return parts.find(({ type }) => type === "decimal")?.value ?? ".";
}
