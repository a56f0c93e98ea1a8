/** Stores that were written before sessions and payments were listed by gateway, customer, status and attention. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Client } from "pg";
import { pino } from "pino";
import { LedgerDocument } from "../../../server/stores/json/document.ts";
import { seededHash } from "../../../server/stores/json/name-table.ts";
import { describeSession, readIndex } from "../../../server/stores/json/session-index.ts";
import { openStore } from "../../../server/stores/index.ts";
import { postgresFault, startCluster, type TestCluster } from "../../support/postgres.ts";
import { addPayment, sampleEvent, sampleId, sampleLedger, sampleTime } from "../../support/sample-ledger.ts";

const options = { log: pino({ level: "silent" }), onFatal: () => undefined };

describe("an older JSON store", () => {
  it("is indexed again as it is read", () => {
    const hash = seededHash(1);
    const ledger = sampleLedger(1, { orderId: "1001" });
    addPayment(ledger, 1);
    const { index } = describeSession(ledger, ["page:gone"], hash);
    const { status: _status, customers: _customers, ...older } = index;
    const records = Buffer.from(`${JSON.stringify(older)}\t${JSON.stringify(ledger)}`);
    assert.deepEqual(readIndex(records, hash), index);
  });

  it("is indexed again also where a change left the index as it was", () => {
    const document = new LedgerDocument(seededHash(1));
    for (const status of ["open", "expired"] as const) {
      const ledger = sampleLedger(1);
      ledger.session.status = status;
      const { status: _status, ...older } = describeSession(ledger, [], document.hash).index;
      document.restore({ kind: "commit" }, Buffer.from(`${JSON.stringify(older)}\t${JSON.stringify(ledger)}`));
    }
    assert.equal(document.sessions.size, 1);
    assert.equal(document.sessions.status(0), "expired");
  });
});

describe("an older PostgreSQL store", { skip: postgresFault }, () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await startCluster(["fsync=off"]);
  });
  after(() => cluster.stop());

  it("is filled in when it is brought to this version", async () => {
    const address = await cluster.createDatabase();
    const first = await openStore(address, options);
    for (let number = 0; number < 3; number += 1) {
      const ledger = sampleLedger(number);
      ledger.session.status = number === 1 ? "expired" : "open";
      addPayment(ledger, number);
      const events = [{ ...sampleEvent(number, ledger.session.id), remoteState: "\u0000 is a word, too" }];
      await first.transact(ledger.session.id, () => ({ result: 0, ledger, events }));
    }
    await first.close();
    const client = new Client(address);
    await client.connect();
    await client.query(`
      ALTER TABLE checkout_sessions DROP status, DROP gateway, DROP customer, DROP customer_also, DROP needs_attention,
        DROP has_source;
      ALTER TABLE checkout_payments DROP needs_attention;
      DROP INDEX checkout_payments_by_gateway;
      ALTER TABLE checkout_events DROP session_id;
      ALTER TABLE checkout_payments DROP amount, DROP currency;
      DROP TABLE checkout_deliveries;
      DELETE FROM checkout_migrations WHERE version >= 3`);
    await client.end();
    const second = await openStore(address, options);
    const list = async (filter: Parameters<typeof second.listSessions>[0]) =>
      (await second.listSessions(filter, { limit: 9 })).items.map(({ session }) => session.id);
    assert.deepEqual(await list({ status: "expired" }), [sampleId(1)]);
    assert.deepEqual(await list({ customer: "customer-2" }), [sampleId(2)]);
    assert.deepEqual(await list({ customer: "ada@shop.example", status: "open" }), [2, 0].map(sampleId));
    assert.deepEqual(
      (await second.listEvents(0, 9, sampleId(1))).map(({ id }) => id),
      [sampleEvent(1, "").id],
    );
    assert.deepEqual(await second.sumPayments(sampleTime(1)), [
      { day: "2026-01-02", state: "completed", currency: "EUR", count: 2, amount: 8600 },
    ]);
    await second.close();
  });
});
