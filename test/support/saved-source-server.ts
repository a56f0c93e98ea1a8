/** A test server with a Commerce Layer organization, one of whose orders has saved what it was paid with. */
import {
  askEndpoint,
  ORGANIZATION_SECRET,
  startOrganizationWebhook,
  type OrderCall,
  type OrganizationWebhook,
} from "./commerce-layer-organization.ts";
import { bringBack, startExternalEndpoint, type ExternalEndpoint } from "./external-endpoint.ts";
import { beginExternal } from "./external-shop.ts";
import { expectStatus, startTestServer, type TestServer } from "./server.ts";

/** Whose the source is. */
export const CUSTOMER = { email: "ada@shop.example", reference: "c-1" };

/** What a test starts with; nothing was done yet, but that. */
export interface SavedSourceServer {
  provider: ExternalEndpoint;
  webhook: OrganizationWebhook;
  server: TestServer;
  /** The source's id. */
  source: string;
  /** The call that pays `order-2`, over 43.00, with it. */
  next: (call?: Partial<OrderCall>) => OrderCall;
  close: () => Promise<void>;
}

/** Starts one. */
export async function startSavedSourceServer(): Promise<SavedSourceServer> {
  const provider = await startExternalEndpoint();
  const webhook = await startOrganizationWebhook();
  const server = await startTestServer({
    gateways: { external: provider.config },
    config: {
      allowPrivateWebhooks: true,
      commerceLayer: { sharedSecret: ORGANIZATION_SECRET, webhookUrl: webhook.url },
    },
  });
  const { session, handoff } = await beginExternal(server, { customer: CUSTOMER });
  await bringBack(server, handoff);
  expectStatus(await askEndpoint(server, "authorize", { token: session.id }), 200);
  const { body } = expectStatus(await askEndpoint(server, "token", { token: session.id }), 200);
  const source = body.data?.payment_source_token ?? "";
  provider.calls.length = 0;
  provider.done.clear();
  return {
    provider,
    webhook,
    server,
    source,
    next: (call = {}) => ({ token: source, orderId: "order-2", total: 4300, email: CUSTOMER.email, ...call }),
    close: async () => {
      await server.close();
      await webhook.close();
      await provider.close();
    },
  };
}
