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
  return groups.some((_group, start) => startsWithOne(groups, start));
}

/**
 * Tells whether whole groups from a place on are one. Luhn's sum is kept as the digits come, once as if the last one
 * were doubled: there may be as many places to start at as a body has digits.
 */
function startsWithOne(groups: readonly string[], start: number): boolean {
  let length = 0;
  let sum = 0;
  let sumWithLastDoubled = 0;
  for (let index = start; index < groups.length; index += 1) {
    const group = groups[index] ?? "";
    length += group.length;
    if (length > MOST_DIGITS) return false;
    for (const character of group) {
      const digit = Number(character);
      const doubled = digit > 4 ? digit * 2 - 9 : digit * 2;
      [sum, sumWithLastDoubled] = [sumWithLastDoubled + digit, sum + doubled];
    }
    if (length >= FEWEST_DIGITS && sum % 10 === 0) return true;
  }
  return false;
}
