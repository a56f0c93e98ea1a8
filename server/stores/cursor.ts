import { InputError } from "../errors.ts";

/** The place of a record in a list: newest first by `createdAt`, and by `id` where two were created at once. */
export interface Place {
  /** ISO 8601 UTC. */
  createdAt: string;
  id: string;
}

/** Compares two places by age: negative where the first is the older. */
export function comparePlaces(one: Place, other: Place): number {
  if (one.createdAt !== other.createdAt) return one.createdAt < other.createdAt ? -1 : 1;
  return compareIds(one.id, other.id);
}

/** Compares the ids of two records that were created at once. */
export function compareIds(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** Writes a place as the opaque cursor of a page. */
export function encodeCursor({ createdAt, id }: Place): string {
  return Buffer.from(JSON.stringify([createdAt, id])).toString("base64url");
}

/**
 * Reads what {@link encodeCursor} wrote.
 *
 * @throws InputError where it is anything else
 */
export function decodeCursor(cursor: string): Place {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (Array.isArray(place) && place.length === 2) {
      const [createdAt, id] = place as unknown[];
      const isPlace = typeof createdAt === "string" && typeof id === "string";
      if (isPlace && !Number.isNaN(Date.parse(createdAt))) return { createdAt, id };
    }
  } catch {
    // Answered below, as any other text that is no cursor.
  }
  throw new InputError([{ path: "/after", message: "is not a cursor of this list" }]);
}
