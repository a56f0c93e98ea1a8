import { z } from "zod";
import { Alive, Ready } from "../../shared/answers.ts";
import { PATHS } from "../../shared/paths.ts";
import type { DescribedOperation } from "./operation.ts";

const HTML = "text/html";
const FORM = "application/x-www-form-urlencoded";
const providerMessage = {
  schema: z.record(z.string(), z.unknown()),
  examples: { "A form": { x_result: "completed" } },
  isOptional: true,
  mediaTypes: [FORM, "application/json", "application/vnd.api+json"],
} as const;
const way = { tag: "Customer's way", callers: ["anyone"] } as const;
const operator = { tag: "Operation", callers: ["anyone"] } as const;
const cameBack = {
  200: { description: "In an iframe or popup: the page that tells the element to ask.", mediaType: HTML },
  303: { description: "On to the shop, with `?checkout_session=cs_…`." },
} as const;

/** What browsers and providers' servers call. */
export const browserOperations: readonly DescribedOperation[] = [
  {
    ...way,
    method: "get",
    path: PATHS.order,
    operationId: "showOrderPage",
    summary: "An order as a plain page",
    description:
      "For links and forms of pages without JavaScript. `sku` and `quantity` may be repeated in pairs, one for each " +
      "line; or `cart`. Nothing is made before the page's button is pressed.",
    query: z.object({
      sku: z.string().optional(),
      quantity: z.coerce.number().int().optional(),
      cart: z.string().optional(),
      return: z.string().optional(),
      cancel: z.string().optional(),
      gateway: z.string().optional(),
      locale: z.string().optional(),
    }),
    answers: { 200: { description: "The page.", mediaType: HTML } },
    problems: ["invalid_input", "signature_invalid", "session_closed"],
    isPage: true,
  },
  {
    ...way,
    method: "post",
    path: PATHS.order,
    operationId: "makeOrder",
    summary: "Make the order that the page showed",
    body: {
      schema: z.looseObject({ key: z.string() }),
      examples: { "The page's form": { sku: "mug", quantity: "2", key: "c2hvd24tb24tdGhlLXBhZ2U" } },
      mediaTypes: [FORM],
    },
    answers: { 303: { description: "On to the session's plain page." } },
    problems: ["forbidden", "rate_limited", "signature_invalid", "session_closed", "invalid_state"],
    isPage: true,
  },
  {
    ...way,
    method: "get",
    path: PATHS.page(":token"),
    operationId: "showCheckoutPage",
    summary: "The session as a plain page",
    description: "Works without JavaScript. The address is the session's `url`.",
    answers: { 200: { description: "The page.", mediaType: HTML } },
    problems: ["not_found"],
    isPage: true,
  },
  {
    ...way,
    method: "post",
    path: PATHS.page(":token"),
    operationId: "payOnCheckoutPage",
    summary: "Pay on the plain page",
    body: {
      schema: z.strictObject({ gateway: z.string() }),
      examples: { "The page's form": { gateway: "card" } },
      mediaTypes: [FORM],
    },
    answers: {
      200: { description: "A page that posts a form to the provider.", mediaType: HTML },
      303: { description: "On to the provider." },
    },
    problems: [
      "not_found",
      "forbidden",
      "session_complete",
      "session_closed",
      "invalid_state",
      "rate_limited",
      "gateway_declined",
      "gateway_unavailable",
      "circuit_open",
    ],
    isPage: true,
  },
  ...(["get", "post"] as const).flatMap((method): DescribedOperation[] => [
    {
      ...way,
      method,
      path: PATHS.return(":token"),
      operationId: method === "get" ? "returnFromProvider" : "returnFromProviderByForm",
      summary: "The customer comes back from the provider",
      description: "What the provider sent along is verified and settled; the address belongs to one attempt.",
      ...(method === "post" ? { body: providerMessage } : {}),
      answers: cameBack,
      problems: ["not_found"],
      isPage: true,
    },
    {
      ...way,
      method,
      path: PATHS.cancel(":token"),
      operationId: method === "get" ? "cancelAtProvider" : "cancelAtProviderByForm",
      summary: "The customer comes back without paying",
      ...(method === "post" ? { body: providerMessage } : {}),
      answers: cameBack,
      problems: ["not_found"],
      isPage: true,
    },
    {
      ...way,
      method,
      path: PATHS.notify(":gateway"),
      operationId: method === "get" ? "notifyByQuery" : "notify",
      summary: "The provider's server tells what happened",
      description: "Verified as the provider's protocol says, settled, and acknowledged once it is on disk.",
      ...(method === "post" ? { body: providerMessage } : {}),
      answers: { 200: { description: "Acknowledged, in the words that the provider expects.", mediaType: "*/*" } },
      problems: ["not_found", "signature_invalid", "verification_failed", "malformed_request", "gateway_unavailable"],
    },
  ]),
  {
    ...way,
    method: "get",
    path: PATHS.widget,
    operationId: "readElement",
    summary: "The element's script",
    answers: { 200: { description: "`<offsite-checkout>` as one script.", mediaType: "text/javascript" } },
  },
  {
    ...way,
    method: "get",
    path: PATHS.widgetVersion(":version"),
    operationId: "readElementVersion",
    summary: "The element's script, by an address that names one build",
    answers: { 200: { description: "The same for ever, to be pinned by `integrity`.", mediaType: "text/javascript" } },
    problems: ["not_found"],
  },
  {
    ...way,
    method: "get",
    path: PATHS.widgetWords(":tag", ":version"),
    operationId: "readElementWords",
    summary: "The element's words in one language",
    answers: { 200: { description: "Texts by their names.", mediaType: "application/json" } },
    problems: ["not_found"],
  },
  {
    ...way,
    method: "get",
    path: PATHS.console,
    operationId: "openConsole",
    summary: "The merchant's console",
    answers: { 200: { description: "A page without data: the secret key is typed in there.", mediaType: "text/html" } },
  },
  {
    ...way,
    method: "get",
    path: PATHS.consoleScript(":version"),
    operationId: "readConsoleScript",
    summary: "The console's script, at an address that changes with it",
    answers: { 200: { description: "The console as one module.", mediaType: "text/javascript" } },
    problems: ["not_found"],
  },
];

/** What whoever runs the server calls. */
export const operatorOperations: readonly DescribedOperation[] = [
  {
    ...operator,
    method: "get",
    path: PATHS.health,
    operationId: "checkHealth",
    summary: "Is the process alive?",
    answers: { 200: { description: "It is.", schema: Alive, example: { status: "alive" } } },
  },
  {
    ...operator,
    method: "get",
    path: PATHS.ready,
    operationId: "checkReady",
    summary: "Can it take a payment now?",
    answers: { 200: { description: "It can.", schema: Ready, example: { status: "ready" } } },
    problems: ["storage_full"],
  },
  {
    ...operator,
    method: "get",
    path: PATHS.metrics,
    operationId: "readMetrics",
    summary: "Metrics",
    description: "For Prometheus, of this one process; what stands in the store is the same for all of them.",
    callers: ["secretKey"],
    answers: { 200: { description: "Prometheus' text format.", mediaType: "text/plain" } },
  },
  {
    ...operator,
    method: "get",
    path: PATHS.apiPage,
    operationId: "showApi",
    summary: "This document as a page",
    answers: { 200: { description: "The page.", mediaType: HTML } },
  },
  {
    ...operator,
    method: "get",
    path: PATHS.apiFile(":file"),
    operationId: "readApiPageFile",
    summary: "A file of that page",
    answers: { 200: { description: "A script or a style sheet.", mediaType: "*/*" } },
    problems: ["not_found"],
  },
  {
    ...operator,
    method: "get",
    path: PATHS.openapi,
    operationId: "readOpenapi",
    summary: "This document",
    answers: { 200: { description: "OpenAPI 3.1.", schema: z.record(z.string(), z.unknown()) } },
  },
];
