/** The lists that the console has, as its addresses name them. */
export type ListSection = "payments" | "sessions" | "webhooks";

/** What the console shows, as its address after `#` says; there is never a secret in it. */
export type Route =
  | { page: "overview" }
  | { page: ListSection; query: Record<string, string> }
  | { page: "payment"; id: string }
  | { page: "session"; id: string }
  | { page: "search"; text: string }
  | { page: "nowhere" };

/** Reads the part of an address after `#`. */
export function readRoute(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#/, "").split("?", 2);
  const query = Object.fromEntries(new URLSearchParams(search));
  const [, section = "", id] = path.split("/");
  if (id !== undefined && id !== "") {
    if (section === "payments") return { page: "payment", id: decode(id) };
    if (section === "sessions") return { page: "session", id: decode(id) };
    return { page: "nowhere" };
  }
  switch (section) {
    case "":
      return { page: "overview" };
    case "payments":
    case "sessions":
    case "webhooks":
      return { page: section, query };
    case "search":
      return { page: "search", text: query["text"] ?? "" };
    default:
      return { page: "nowhere" };
  }
}

/** The address of a list with filters; those that are empty are left out. */
export function listAddress(section: ListSection, query: Readonly<Record<string, string>>): string {
  const given = Object.entries(query).filter(([, value]) => value !== "");
  return given.length === 0 ? `#/${section}` : `#/${section}?${new URLSearchParams(given).toString()}`;
}

/** The address of one payment. */
export function paymentAddress(id: string): string {
  return `#/payments/${encodeURIComponent(id)}`;
}

/** The address of one session. */
export function sessionAddress(id: string): string {
  return `#/sessions/${encodeURIComponent(id)}`;
}

/** The address of what a search finds. */
export function searchAddress(text: string): string {
  return `#/search?${new URLSearchParams({ text }).toString()}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
