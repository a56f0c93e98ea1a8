import type { BaseLogger } from "pino";
import { loadConfig } from "./config.ts";
import { checkStore } from "./stores/check-store.ts";
import { compactStore } from "./stores/compact-store.ts";
import { copyStore } from "./stores/copy-store.ts";
import type { StoreCount } from "./stores/count.ts";

/** What the command line says beside the action. */
export interface StoreParameters {
  /** The store's address; the configuration's where none is given. */
  store?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  config: string;
}

/** A command line that cannot be carried out. */
export class UsageError extends Error {}

/**
 * Carries out `store check`, `store compact` or `store copy`, and says what came of it by `print`.
 *
 * @returns whether all is well
 * @throws UsageError where the action is another, or an address is missing
 * @throws StoreError where a store cannot be opened, is damaged or not empty
 */
export async function runStoreCommand(
  action: string | undefined,
  { store, from, to, config }: StoreParameters,
  { log, print }: { log: BaseLogger; print: (line: string) => void },
): Promise<boolean> {
  const options = { log, now: () => new Date() };
  const address = async () => store ?? (await loadConfig(config)).store;
  switch (action) {
    case "check": {
      const { count, faults } = await checkStore(await address(), options);
      printCount(count, print);
      for (const fault of faults) print(fault);
      print(faults.length === 0 ? "No fault was found." : `${faults.length} faults were found.`);
      return faults.length === 0;
    }
    case "compact":
      await compactStore(await address(), options);
      print("Compacted.");
      return true;
    case "copy":
      if (from === undefined || to === undefined) throw new UsageError("store copy needs --from and --to");
      printCount(await copyStore({ from, to }, options), print);
      print("Copied, and read back: counts and sums are equal.");
      return true;
    default:
      throw new UsageError("store needs check, compact or copy");
  }
}

function printCount({ sums, ...counts }: StoreCount, print: (line: string) => void): void {
  print(
    Object.entries(counts)
      .map(([what, count]) => `${count} ${what}`)
      .join(", "),
  );
  for (const [currency, { asked, captured, refunded }] of Object.entries(sums)) {
    print(`${currency}, in minor units: ${asked} asked, ${captured} captured, ${refunded} refunded`);
  }
}
