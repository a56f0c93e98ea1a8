import { PATHS } from "../shared/paths.ts";
import type { Config } from "./config.ts";
import { readWidgetFiles } from "./widget-files.ts";

/** Writes what a shop's page needs to allow the element, and nothing else, with the gateways of a configuration. */
export async function describeCsp({ publicUrl, gateways }: Config): Promise<string> {
  const { version, integrity } = await readWidgetFiles();
  const server = new URL(publicUrl).origin;
  const origins = gateways.flatMap(({ create }) => [
    ...create({ fetch: globalThis.fetch, now: () => new Date() }).origins,
  ]);
  const pages = [...new Set([server, ...origins])].join(" ");
  const script = `${publicUrl}${PATHS.widgetVersion(version)}`;
  return `Content-Security-Policy: default-src 'none'; script-src ${server}; connect-src ${server}; frame-src ${pages}; form-action 'self' ${pages}; base-uri 'none'; require-trusted-types-for 'script'; trusted-types lit-html 'allow-duplicates'

<script type="module" src="${script}" integrity="${integrity}" crossorigin="anonymous"></script>

Add your page's own sources. A provider that sends the customer on, such as to a bank, needs that origin in frame-src
and form-action, too. The policy needs no style-src for the element, and works with a nonce or a hash in place of the
script's origin.`;
}
