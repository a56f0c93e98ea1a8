import type { Handoff } from "../shared/records.ts";

/**
 * Submits a POST handoff by a form inside `root`, into the frame called `target` or else in the place of the page.
 * The form goes again once it was submitted.
 */
export function submitHandoff({ url, fields = {} }: Handoff, root: ParentNode & Node, target = "_self"): void {
  const form = document.createElement("form");
  // Attributes, and methods of others: a field may be called `action` or `submit`, and would hide the form's own.
  form.setAttribute("action", url);
  form.setAttribute("method", "post");
  form.setAttribute("target", target);
  form.setAttribute("accept-charset", "utf-8");
  form.hidden = true;
  form.append(...Object.entries(fields).map(createField));
  root.append(form);
  HTMLFormElement.prototype.submit.call(form);
  root.removeChild(form);
}

function createField([name, value]: [string, string]): HTMLInputElement {
  const input = document.createElement("input");
  input.type = "hidden";
  input.name = name;
  input.value = value;
  return input;
}
