import { createHash } from "node:crypto";
import type { Context } from "koa";
import { html, Html } from "../../shared/html.ts";
import { PAGE_STYLE } from "../../shared/page-style.ts";
import type { Environment } from "../../shared/states.ts";

/** A page of the server's own: everything in it is escaped, and what runs in it is named by hash. */
export interface Page {
  title: string;
  locale?: string | undefined;
  body: Html;
  /** Rules beside {@link PAGE_STYLE}. */
  style?: string;
  /** A script of our own, allowed by its hash. */
  script?: string;
  /** JSON for the script, in an inert element with this id. */
  data?: { id: string; value: unknown };
  /** The environment of the providers to which its forms lead; without it, they go to the server itself alone. */
  leadsToProvidersIn?: Environment;
  /** Who may frame it; nobody by default. */
  frameAncestors?: readonly string[];
}

/** Answers with a page, under a policy that allows exactly what is in it. */
export function answerPage(ctx: Context, status: number, page: Page): void {
  const style = PAGE_STYLE + (page.style ?? "");
  ctx.status = status;
  ctx.set("Content-Security-Policy", contentSecurityPolicy(page, style));
  ctx.type = "text/html; charset=utf-8";
  ctx.body = html`<!doctype html>
<html lang="${page.locale ?? "en"}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${page.title}</title>
${exactElement("style", style)}
</head>
<body>
${page.body}
${page.data !== undefined && dataElement(page.data)}
${page.script !== undefined && exactElement("script", page.script)}
</body>
</html>
`.toString();
}

/** An element whose text must be to the byte what its hash in the policy was made of. */
function exactElement(name: "style" | "script", text: string): Html {
  return new Html(`<${name}>${text}</${name}>`);
}

/** JSON that nothing runs, in which no character can end the element or start a comment in it. */
function dataElement({ id, value }: { id: string; value: unknown }): Html {
  const json = JSON.stringify(value).replaceAll("<", String.raw`\u003c`);
  return html`<script type="application/json" id="${id}">${new Html(json)}</script>`;
}

/**
 * Where a form that leads to a provider may go. Chromium holds a form to its page's policy at every redirect, and a
 * provider may send its customers on to any origin, such as a bank's; `http:` stands for `https:`, too.
 */
const PROVIDER_SOURCES = { live: " https:", test: " http:" } as const;

function contentSecurityPolicy({ script, leadsToProvidersIn, frameAncestors = [] }: Page, style: string): string {
  const list = (sources: readonly string[], fallback: string) => (sources.length === 0 ? fallback : sources.join(" "));
  return [
    "default-src 'none'",
    `style-src ${hashSource(style)}`,
    ...(script === undefined ? [] : [`script-src ${hashSource(script)}`]),
    `form-action 'self'${leadsToProvidersIn === undefined ? "" : PROVIDER_SOURCES[leadsToProvidersIn]}`,
    `frame-ancestors ${list(frameAncestors, "'none'")}`,
    "base-uri 'none'",
  ].join("; ");
}

function hashSource(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
