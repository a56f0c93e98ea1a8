/** One resource of a JSON:API document (https://jsonapi.org/format/1.0/). */
export interface Resource {
  id: string;
  type: string;
  links: Record<string, string>;
  attributes: Record<string, unknown>;
  relationships: Record<string, Relationship>;
  meta: Record<string, unknown>;
}

/** What names a resource. */
export type Identifier = Pick<Resource, "type" | "id">;

/** Where a resource leads to: one other, several, or none. */
export interface Relationship {
  data: Identifier | Identifier[] | null;
}

/** A JSON:API document about one resource, with others that it leads to. */
export interface Payload {
  data: Resource;
  included: Resource[];
}

/** Leads to one resource, to several, or to none. */
export function linkTo(target: Identifier | readonly Identifier[] | undefined): Relationship {
  if (target === undefined) return { data: null };
  return { data: Array.isArray(target) ? target.map(name) : name(target as Identifier) };
}

/** Gives a name that no other resource of a document has. */
export function keyOf({ type, id }: Identifier): string {
  return `${type}:${id}`;
}

function name({ type, id }: Identifier): Identifier {
  return { type, id };
}
