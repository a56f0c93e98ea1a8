import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { openJsonStore } from "../../../server/stores/json.ts";
import { testStore } from "../../conformance/store.ts";

testStore("the JSON store", async () => {
  const folder = await mkdtemp(join(tmpdir(), "offsite-checkout-"));
  return {
    open: () => openJsonStore({ folder, log: pino({ level: "silent" }) }),
    remove: () => rm(folder, { recursive: true }),
  };
});
