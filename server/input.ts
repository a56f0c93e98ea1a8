import type { z } from "zod";
import type { InputIssue } from "../shared/problems.ts";

/** How zod is to parse for {@link toInputIssues}: only then can what is missing be told from what has another type. */
export const KEEP_INPUT = { reportInput: true } as const;

/** Turns what zod found into issues with JSON Pointer paths (RFC 6901), one for each unknown key. */
export function toInputIssues(error: z.ZodError): InputIssue[] {
  return error.issues.flatMap((issue) => {
    const path = toJsonPointer(issue.path);
    switch (issue.code) {
      case "unrecognized_keys":
        return issue.keys.map((key) => ({ path: `${path}${toJsonPointer([key])}`, message: "is not a known field" }));
      case "invalid_type":
        return { path, message: issue.input === undefined ? "is required" : lowerFirst(issue.message) };
      case "invalid_key":
        return { path, message: `has a key that ${issue.issues[0]?.message ?? "is not valid"}` };
      default:
        return { path, message: lowerFirst(issue.message) };
    }
  });
}

/** Writes a path of keys and indexes as a JSON Pointer; the empty path, the whole, is `""`. */
export function toJsonPointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function lowerFirst(message: string): string {
  const text = message.replace(/^Invalid (input|option): /, "");
  return text.charAt(0).toLowerCase() + text.slice(1);
}
