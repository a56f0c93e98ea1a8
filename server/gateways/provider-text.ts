const MAX_MESSAGE_LENGTH = 500;
const MAX_ID_LENGTH = 255;

/**
 * Makes a provider's words fit to be stored and shown as text: well-formed, without control characters, on one line, at
 * most 500 characters. Gives `undefined` where nothing is left.
 */
export function toPlainText(text: string | null | undefined): string | undefined {
  const line = (text ?? "")
    .toWellFormed()
    .replaceAll(/[\p{Cc}\s]+/gu, " ")
    .trim();
  return line === "" ? undefined : truncate(line, MAX_MESSAGE_LENGTH);
}

/** Cuts text to a number of characters without tearing one apart. */
export function truncate(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  let end = maxLength;
  // A high surrogate needs the half that follows it.
  if (/[\uD800-\uDBFF]/.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** Tells whether a provider's id can be kept as it is: 1 to 255 well-formed characters without control characters. */
export function isRemoteId(id: string): boolean {
  return id !== "" && id.length <= MAX_ID_LENGTH && id.isWellFormed() && !/\p{Cc}/u.test(id);
}
