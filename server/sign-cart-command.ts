import { createSecretKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { ConfigError, loadCartKey } from "./config.ts";
import { findCartIssues, signCart } from "./checkout/signed-cart.ts";
import { RequestError } from "./errors.ts";
import { parseJson } from "./parse.ts";
import { UsageError } from "./store-command.ts";

const STDIN = 0;
const DAY_SECONDS = 86_400;

/**
 * Carries out `sign-cart`: reads a cart as JSON, from a file or the standard input, and signs it.
 *
 * @returns the compact JWS
 * @throws ConfigError naming every fault of the cart, or of the key in the configuration
 * @throws UsageError where the days are no number
 */
export async function signCartCommand(
  file: string | undefined,
  { config, days }: { config: string; days: string },
  now: Date,
): Promise<string> {
  if (!/^[1-9]\d{0,4}$/.test(days)) throw new UsageError("--days needs a number of days, 1 to 99999");
  const name = file ?? "the standard input";
  const cart = withExpiry(
    await readCartFile(file, name),
    Math.floor(now.getTime() / 1000) + Number(days) * DAY_SECONDS,
  );
  const issues = findCartIssues(cart);
  if (issues.length > 0) throw new ConfigError(name, issues);
  return signCart(cart as object, createSecretKey(Buffer.from(await loadCartKey(config))));
}

async function readCartFile(file: string | undefined, name: string): Promise<unknown> {
  try {
    return parseJson(file === undefined ? readFileSync(STDIN) : await readFile(file));
  } catch (error) {
    const reason = error instanceof RequestError ? error.message : `cannot be read (${(error as Error).message})`;
    throw new ConfigError(name, [{ path: "", message: reason }]);
  }
}

function withExpiry(cart: unknown, exp: number): unknown {
  return typeof cart === "object" && cart !== null && !Array.isArray(cart) ? { exp, ...cart } : cart;
}
