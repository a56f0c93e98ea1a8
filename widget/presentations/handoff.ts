import type { Handoff } from "../../shared/records.ts";

/**
 * Submits a POST handoff by a form inside `root`, into the frame called `target` or, as `_self`, in the place of the
 * page. The form goes again at once.
 */
export function submitHandoff({ url, fields }: Handoff, root: ParentNode & Node, target: string): void {
  const form = document.createElement("form");
  const attributes = { action: url, method: "post", target, "accept-charset": "utf-8", hidden: "" };
  // Attributes, and methods of others: a field may be called `action` or `submit`, and would hide the form's own.
  for (const [name, value] of Object.entries(attributes)) form.setAttribute(name, value);
  form.append(
    ...Object.entries(fields ?? {}).map(([name, value]) =>
      Object.assign(document.createElement("input"), { type: "hidden", name, value }),
    ),
  );
  root.append(form);
  HTMLFormElement.prototype.submit.call(form);
  root.removeChild(form);
}

/** Leaves the page for the provider's; `root` is where a form can be submitted from. */
export function leaveFor(handoff: Handoff, root: ParentNode & Node): void {
  if (handoff.method === "POST") submitHandoff(handoff, root, "_self");
  else location.assign(handoff.url);
}
