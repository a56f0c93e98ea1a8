/**
 * A server process whose provider agrees to everything, so that only the ledger keeps the money right:
 *
 *     node test/support/agreeable-server.ts <port> <store address>
 *
 * It writes `ready` when it takes requests.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { parseConfig, startServer } from "../../server/index.ts";
import type { Gateway, MoneyReport, OperationReport, OperationRequest } from "../../server/gateways/gateway.ts";
import { MANUAL, SECRET_KEY, STOREFRONT } from "./server.ts";

const [port = "0", store = ""] = process.argv.slice(2);

const url = `http://localhost:${port}`;
const config = parseConfig(
  {
    publicUrl: url,
    port: Number(port),
    environment: "test",
    secretKey: SECRET_KEY,
    storefronts: [STOREFRONT],
    store,
    gateways: { bank: MANUAL },
  },
  { folder: process.cwd(), environment: {} },
);
const server = await startServer(
  { ...config, gateways: [{ id: "agreeable", create: createAgreeable }] },
  { log: pino({ level: "silent" }) },
);
process.once("SIGTERM", () => void server.close());
process.stdout.write("ready\n");

function createAgreeable(): Gateway {
  return {
    id: "agreeable",
    type: "agreeable",
    label: "Agreeable",
    presentations: ["redirect"],
    origins: [],
    checkSession: () => [],
    start: async ({ attempt }) => ({
      handoff: { method: "GET", url: `https://provider.example/${attempt.reference}` },
    }),
    verifyReturn: async () => {
      throw new Error("nobody returns here");
    },
    verifyNotification: async ({ query }) => {
      const { reference = "", outcome } = query;
      const report: MoneyReport = {
        outcome: outcome === "completed" ? "completed" : "authorized",
        remoteId: `remote-${reference}`,
        remoteState: outcome ?? "",
        amount: 10_000,
        currency: "EUR",
        environment: "test",
      };
      return { proof: "signed", report, attempt: { reference } };
    },
    capture: (_payment, request) => agree(request),
    void: (_payment, request) => agree(request),
    refund: (_payment, request) => agree(request),
  };
}

async function agree({ operationId }: OperationRequest): Promise<OperationReport> {
  await sleep(Math.random() * 10);
  return { status: "succeeded", remoteId: operationId };
}
