import { z } from "zod";

/** The query of `GET /v1/search`: an id of ours or of a provider's, an order id, a customer's reference or e-mail. */
export const SearchQuery = z.strictObject({ text: z.string().min(1, "must not be empty").max(254) });
export type SearchQuery = z.infer<typeof SearchQuery>;
