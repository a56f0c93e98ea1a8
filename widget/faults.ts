import { ClientFault } from "./client.ts";
import type { FaultCode } from "./client.ts";
import type { NoticeName, Obstacle } from "./view.ts";

/** Gives the code of whatever went wrong; what is not a fault of the server's is one of ours. */
export function faultCode(error: unknown): FaultCode {
  return error instanceof ClientFault ? error.code : "unexpected_answer";
}

/** Chooses what to say where a session could not be loaded. */
export function obstacleOf(code: FaultCode): Obstacle {
  if (code === "network_error") return "network";
  if (code === "rate_limited") return "limited";
  return code === "unauthorized" || code === "forbidden" || code === "not_found" ? "lost" : "problem";
}

/** Chooses what to say where an attempt could not be started. */
export function startNotice(code: FaultCode): NoticeName {
  switch (code) {
    case "network_error":
      return "network";
    case "rate_limited":
      return "limited";
    case "gateway_declined":
      return "declined";
    case "gateway_unavailable":
    case "circuit_open":
      return "unavailable";
    default:
      return "problem";
  }
}
