/** Tells whether text is an absolute http(s) URL; a `javascript:` or `data:` URL would run in the shop's page. */
export function isWebUrl(text: unknown): text is string {
  try {
    return typeof text === "string" && /^https?:$/.test(new URL(text).protocol);
  } catch {
    return false;
  }
}
