import { pino } from "pino";
import { PortTakenError, startDemo, type Demo, type DemoPart } from "./demo.ts";

/** By which variable each port is set, and what it is by default. */
const PORTS = {
  shop: { variable: "SHOP_PORT", port: 4300 },
  server: { variable: "PORT", port: 4301 },
  provider: { variable: "PROVIDER_PORT", port: 4302 },
} as const satisfies Record<DemoPart, { variable: string; port: number }>;

/** What is still running then is cut off: nothing that was acknowledged is lost by it. */
const STOP_LIMIT_MS = 4000;

try {
  await main();
} catch (error) {
  if (error instanceof PortTakenError) {
    console.error(`${error.message} Set ${PORTS[error.part].variable} to another one.`);
  } else {
    // What has a code or is a setting's fault explains itself, such as a data folder that is in use.
    const isExplained = error instanceof RangeError || (error as { code?: unknown }).code !== undefined;
    console.error(isExplained ? (error as Error).message : error);
  }
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const demo = await startDemo({
    ports: { shop: readPort("shop"), server: readPort("server"), provider: readPort("provider") },
    dataFolder: process.env["DATA_DIR"] ?? "./data",
    log: pino({ level: process.env["LOG_LEVEL"] ?? "warn", base: null }, pino.destination(2)),
    onFatal: (error) => {
      console.error(error.message);
      process.exit(1);
    },
  });
  const { shop, server, provider } = demo.urls;
  console.log(`
  Shop      ${shop}
  Server    ${server}
  Provider  ${provider}
  Console   ${server}/console
            with the key ${demo.secretKey}

  Commerce Layer, with the server as its external payment gateway: ${shop}/commerce-layer

  Open the shop, put the mug into the cart and pay for it: no real money moves.
  Stop with Ctrl+C.
`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop(demo));
}

async function stop(demo: Demo): Promise<void> {
  setTimeout(() => process.exit(0), STOP_LIMIT_MS).unref();
  await demo.close();
  process.exit(0);
}

function readPort(part: DemoPart): number {
  const { variable, port } = PORTS[part];
  const text = process.env[variable] ?? "";
  if (text === "") return port;
  const given = Number(text);
  if (!/^\d+$/.test(text) || given > 65_535) throw new RangeError(`${variable} is not a port: ${text}`);
  return given;
}
