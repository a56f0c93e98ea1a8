/** Digits, also in groups, with no letter beside them. */
const RUNS = /(?<![\p{L}\d])\d(?:[ \-._+]{0,2}\d)*(?![\p{L}\d])/gu;
const FEWEST_DIGITS = 12;
const MOST_DIGITS = 19;

/**
 * Tells whether a text holds what could be a card number, which nobody here may see or keep (PCI DSS 4.0.1, 3.2): 12 to
 * 19 digits, also with spaces or dashes between them, with Luhn's check digit (ISO/IEC 7812), and no letter beside them.
 */
export function holdsCardNumber(text: string): boolean {
  return (text.match(RUNS) ?? []).some(isOrHoldsOne);
}

/** Puts a word in the place of all digits of a text that could be a card number. */
export function withoutCardNumbers(text: string): string {
  return text.replaceAll(RUNS, (run) => (isOrHoldsOne(run) ? "[card number]" : run));
}

/** Also a part of the groups may be one, with an expiry date or anything else beside it. */
function isOrHoldsOne(run: string): boolean {
  const groups = run.split(/\D+/);
  return groups.some((_group, start) => {
    let digits = "";
    for (const group of groups.slice(start)) {
      digits += group;
      if (digits.length > MOST_DIGITS) return false;
      if (digits.length >= FEWEST_DIGITS && hasCheckDigit(digits)) return true;
    }
    return false;
  });
}

function hasCheckDigit(digits: string): boolean {
  const sum = Array.from(digits)
    .toReversed()
    .reduce((sum, digit, index) => {
      const value = index % 2 === 0 ? Number(digit) : Number(digit) * 2;
      return sum + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 === 0;
}
