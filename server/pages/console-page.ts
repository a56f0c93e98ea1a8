import { createHash } from "node:crypto";
import type { Context } from "koa";
import { html, Html } from "../../shared/html.ts";
import { PAGE_STYLE } from "../../shared/page-style.ts";

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  `style-src 'sha256-${createHash("sha256").update(PAGE_STYLE).digest("base64")}'`,
  "connect-src 'self'",
  // The key is typed into a form, which must not carry it anywhere.
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types lit-html",
].join("; ");

/** Answers with the console's page, under a policy by which nothing runs in it, and nothing leaves it, but by our server. */
export function answerConsolePage(ctx: Context, scriptPath: string): void {
  ctx.status = 200;
  ctx.set({
    "Content-Security-Policy": POLICY,
    // No window that opened this page, or is opened by it, reaches the one in which the key is.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
  });
  ctx.type = "text/html; charset=utf-8";
  ctx.body = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Payments console</title>
${new Html(`<style>${PAGE_STYLE}</style>`)}
<script type="module" src="${scriptPath}"></script>
</head>
<body>
<offsite-console></offsite-console>
<noscript>The console needs JavaScript. Everything that it does can also be done over the HTTP interface.</noscript>
</body>
</html>
`.toString();
}
