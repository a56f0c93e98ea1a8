/** The path where sessions are made. */
export const sessionsPath = "/v1/checkout-sessions";

/** The path of one session; apart from the others, as the widget bundles no more than it uses. */
export const sessionPath = (id: string) => `${sessionsPath}/${id}`;

/** The path where a session's attempts are started. */
export const attemptsPath = (sessionId: string) => `${sessionPath(sessionId)}/attempts`;

/** The paths of the HTTP interface, used by the routes that serve them and the callers that ask for them. */
export const PATHS = {
  sessions: sessionsPath,
  session: sessionPath,
  attempts: attemptsPath,
  cancelSession: (sessionId: string) => `/v1/checkout-sessions/${sessionId}/cancel`,
  acknowledgeSession: (sessionId: string) => `/v1/checkout-sessions/${sessionId}/acknowledge`,
  refreshSession: (sessionId: string) => `/v1/checkout-sessions/${sessionId}/refresh`,
  sessionEvents: (sessionId: string) => `/v1/checkout-sessions/${sessionId}/events`,
  events: "/v1/events",
  payments: "/v1/payments",
  payment: (id: string) => `/v1/payments/${id}`,
  statistics: "/v1/statistics",
  search: "/v1/search",
  paymentSources: "/v1/payment-sources",
  paymentSource: (id: string) => `/v1/payment-sources/${id}`,
  webhookDeliveries: "/v1/webhook-deliveries",
  webhookDelivery: (id: string) => `/v1/webhook-deliveries/${id}`,
  resendDelivery: (id: string) => `/v1/webhook-deliveries/${id}/resend`,
  gateways: "/v1/gateways",
  resetCircuit: (gateway: string) => `/v1/gateways/${gateway}/reset-circuit`,
  order: "/checkout",
  page: (token: string) => `/checkout/${token}`,
  return: (token: string) => `/return/${token}`,
  cancel: (token: string) => `/cancel/${token}`,
  notify: (gateway: string) => `/notify/${gateway}`,
  commerceLayer: "/commerce-layer",
  widget: "/offsite-checkout.js",
  widgetVersion: (version: string) => `/offsite-checkout.${version}.js`,
  widgetWords: (tag: string, version: string) => `/offsite-checkout.${tag}.${version}.json`,
  console: "/console",
  consoleScript: (version: string) => `/console/${version}.js`,
  health: "/healthz",
  ready: "/readyz",
  metrics: "/metrics",
  openapi: "/openapi.json",
  apiPage: "/api",
  apiFile: (file: string) => `/api/${file}`,
} as const;

/** The query parameter that brings a session's id back to the shop. */
export const SESSION_PARAMETER = "checkout_session";
