import { FoundSessions } from "../../shared/answers.ts";
import { PATHS } from "../../shared/paths.ts";
import { SearchQuery } from "../../shared/search.ts";
import { Statistics, StatisticsQuery } from "../../shared/statistics.ts";
import { completeSession } from "./examples.ts";
import type { DescribedOperation } from "./operation.ts";

/** The operations of `routes/overview.ts`. */
export const overviewOperations: readonly DescribedOperation[] = [
  {
    method: "get",
    path: PATHS.statistics,
    operationId: "readStatistics",
    tag: "Overview",
    summary: "Payments by day, state and currency",
    description: "Days without payments are left out.",
    callers: ["secretKey"],
    query: StatisticsQuery,
    answers: {
      200: {
        description: "The sums.",
        schema: Statistics,
        example: {
          from: "2026-10-23",
          to: "2026-11-21",
          data: [{ day: "2026-11-21", state: "completed", currency: "EUR", count: 3, amount: 12_900 }],
        },
      },
    },
  },
  {
    method: "get",
    path: PATHS.search,
    operationId: "searchCheckoutSessions",
    tag: "Overview",
    summary: "Find checkout sessions by any name",
    callers: ["secretKey"],
    query: SearchQuery,
    answers: { 200: { description: "What was found.", schema: FoundSessions, example: { data: [completeSession] } } },
  },
];
