import { describeEnd } from "../checkout/commerce-layer-webhook.ts";
import type { Endpoint } from "../checkout/endpoint.ts";
import { SIGNATURE_HEADER } from "../gateways/external-webhook.ts";
import { hmacBase64 } from "../gateways/signature.ts";

/**
 * Makes the endpoint by which a Commerce Layer organization is told how something ended that it was answered with 202
 * (seed 002): signed over the body with the same secret as its own calls.
 */
export function createCommerceLayerWebhook({
  sharedSecret,
  webhookUrl,
}: {
  sharedSecret: string;
  webhookUrl: string;
}): Endpoint {
  return {
    kind: "commerce_layer",
    url: webhookUrl,
    describe: (event, ledger) => {
      const end = describeEnd(event, ledger);
      return end === undefined ? undefined : JSON.stringify(end);
    },
    makeRequest: ({ payload: body }) => ({
      headers: { "content-type": "application/json", [SIGNATURE_HEADER]: hmacBase64(sharedSecret, body) },
      body,
    }),
  };
}
