import type { Handoff } from "../../shared/records.ts";
import { submitHandoff } from "../handoff.ts";

/** Leaves the page for the provider's; `root` is where a form can be submitted from. */
export function leaveFor(handoff: Handoff, root: ParentNode & Node): void {
  if (handoff.method === "POST") submitHandoff(handoff, root);
  else location.assign(handoff.url);
}
