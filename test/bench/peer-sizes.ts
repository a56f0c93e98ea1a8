import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { minify } from "terser";
import { build } from "vite";

/**
 * Prints how large the script is beside those of other drop-ins, buttons and frames, as a Markdown table: each from the
 * newest package in the npm registry, minified, and compressed as a server would. What cannot be had is named.
 */

/** A script to measure. */
interface Peer {
  spec: string;
  what: string;
  /** The file in the package that a page loads; without it, `entry` is bundled as a shop would. */
  file?: string;
  entry?: string;
}

interface Measured {
  name: string;
  what: string;
  script: Uint8Array;
}

const PEERS: Peer[] = [
  {
    spec: "@adyen/adyen-web@latest",
    what: "drop-in with cards, bundled by Vite",
    entry: `import { AdyenCheckout, Card, Dropin } from "@adyen/adyen-web"; Object.assign(window, { AdyenCheckout, Card, Dropin });`,
  },
  {
    spec: "@adyen/adyen-web@latest",
    what: "drop-in with every method, bundled by Vite",
    entry: `import { AdyenCheckout, Dropin } from "@adyen/adyen-web/auto"; Object.assign(window, { AdyenCheckout, Dropin });`,
  },
  { spec: "braintree-web-drop-in@latest", what: "drop-in with cards and wallets", file: "dist/browser/dropin.js" },
  { spec: "@shopify/buy-button-js@latest", what: "buy button", file: "dist/buybutton.min.js" },
  { spec: "@krakenjs/zoid@10", what: "frames and windows for components", file: "dist/zoid.min.js" },
  { spec: "post-robot@latest", what: "messages between windows", file: "dist/post-robot.min.js" },
  { spec: "@stripe/stripe-js@latest", what: "loads Stripe's script, which is not in it", file: "dist/index.mjs" },
];

const run = promisify(execFile);

/** npm itself, on Windows, too. */
const npm = (args: string[], cwd: string) => run("npm", args, { cwd, shell: process.platform === "win32" });

async function measure({ spec, what, file = "", entry }: Peer, folder: string): Promise<Measured> {
  if (entry !== undefined) return { what, ...(await bundle(spec, entry, folder)) };
  const { stdout } = await npm(["pack", "--silent", spec], folder);
  const archive = stdout.trim().split("\n").at(-1) ?? "";
  const readPacked = async (path: string) =>
    (await run("tar", ["-xzOf", archive, `package/${path}`], { cwd: folder, encoding: "buffer", maxBuffer: 2 ** 26 }))
      .stdout;
  const name = nameOf(String(await readPacked("package.json")));
  const script = await readPacked(file);
  // What is not minified in the package is where a page loads it from.
  return { name, what, script: file.endsWith(".min.js") ? script : await minifyScript(script, file) };
}

async function minifyScript(script: Uint8Array, file: string): Promise<Uint8Array> {
  const { code = "" } = await minify(String(script), { module: file.endsWith(".mjs") });
  return Buffer.from(code);
}

function nameOf(packageJson: string): string {
  const { name, version } = JSON.parse(packageJson) as { name: string; version: string };
  return `\`${name}\` ${version}`;
}

async function bundle(spec: string, entry: string, folder: string): Promise<Omit<Measured, "what">> {
  await writeFile(join(folder, "package.json"), "{}");
  await npm(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", spec], folder);
  const main = join(folder, "main.js");
  await writeFile(main, entry);
  const built = await build({
    root: folder,
    configFile: false,
    logLevel: "silent",
    build: { write: false, rolldownOptions: { input: main, output: { codeSplitting: false } } },
  });
  const code = [built]
    .flat()
    .flatMap((one) => ("output" in one ? one.output : []))
    .map((part) => ("code" in part ? part.code : ""))
    .join("");
  const name = nameOf(
    await readFile(join(folder, "node_modules", spec.replace(/@[^@/]*$/, ""), "package.json"), "utf8"),
  );
  return { name, script: Buffer.from(code) };
}

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

const rows: string[][] = [];
const addRow = ({ name, what, script }: Measured): void => {
  rows.push([
    name,
    what,
    kilobytes(gzipSync(script, { level: 9 }).length),
    kilobytes(brotliCompressSync(script).length),
  ]);
};

const script = await readFile(new URL("../../dist/offsite-checkout.js", import.meta.url));
addRow({ name: "`<offsite-checkout>`", what: "the element with Lit", script });
for (const peer of PEERS) {
  const folder = await mkdtemp(join(tmpdir(), "peer-size-"));
  try {
    addRow(await measure(peer, folder));
  } catch (error) {
    const [why = ""] = String(error).split("\n");
    process.stdout.write(`Left out: ${peer.spec}; ${why}\n`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const HEAD = ["script", "what it is", "gzip", "brotli"];
const widths = HEAD.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
const line = (row: string[]): string =>
  `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
const table = [HEAD, widths.map((width) => "-".repeat(width)), ...rows].map(line).join("\n");
process.stdout.write(`Measured on ${new Date().toISOString().slice(0, 10)}.\n\n${table}\n`);
