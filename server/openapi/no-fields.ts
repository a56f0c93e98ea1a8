import { z } from "zod";

/** The body of a POST that says everything by its path. */
export const NoFields = z.strictObject({});
