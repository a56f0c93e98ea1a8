import { readdir, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { assertNever } from "../../../shared/assert-never.ts";
import { StoreError } from "../../errors.ts";
import type { ArchiveMode, ArchiveOptions, RecordArchive, StoreRecord } from "../archive.ts";
import { ledgerKeys } from "../ledger.ts";
import { writeEntry, type AppliedCommit, type LedgerDocument } from "./document.ts";
import { writeEvent } from "./event-log.ts";
import { nodeFileSystem } from "./file-system.ts";
import { lockFolder } from "./folder-lock.ts";
import { MANIFEST_NAME } from "./layout.ts";
import type { NameHash } from "./name-table.ts";
import { describeSession } from "./session-index.ts";
import { openFolder, type JsonStoreOptions, type OpenFolder } from "./open-folder.ts";
import { readOnly } from "./read-only.ts";

const BATCH_RECORDS = 500;
/** The folder is filled behind this name, and gets its own when it is whole. */
const FILLING = ".filling";

/** Opens a JSON store's folder as an archive: see `openArchive`. */
export async function openJsonArchive(
  folder: string,
  mode: ArchiveMode,
  options: ArchiveOptions,
): Promise<RecordArchive> {
  const names = await readdir(folder).catch((): string[] => []);
  if (mode === "create") return new FolderInMaking(folder, names.length > 0, options);
  if (!names.includes(MANIFEST_NAME)) throw new StoreError("storage_unavailable", `there is no store in ${folder}`);
  if (mode === "change") return new FolderArchive(await openFolder({ ...options, folder }));
  const release = await lockFolder(folder);
  try {
    const open = await openFolder({ ...options, folder, fileSystem: readOnly(nodeFileSystem) });
    const close = async () => {
      await open.close();
      await release();
    };
    return new FolderArchive({ ...open, close });
  } catch (error) {
    await release();
    throw error;
  }
}

class FolderArchive implements RecordArchive {
  readonly #open: OpenFolder;

  constructor(open: OpenFolder) {
    this.#open = open;
  }

  async isEmpty(): Promise<boolean> {
    const { sessions, events, idempotency, counters, outbox } = this.#open.low.data;
    const sizes = [sessions.size, idempotency.size, counters.size, outbox.size, events.last];
    return sizes.every((size) => size === 0);
  }

  async *read(): AsyncGenerator<StoreRecord[]> {
    const document = this.#open.low.data;
    yield* inBatches(sessionsOf(document));
    for (let after = 0; ;) {
      const events = await document.events.list(after, BATCH_RECORDS);
      if (events.length === 0) break;
      yield events.map((event) => ({ kind: "event", event }));
      after = events.at(-1)?.sequence ?? after;
    }
    yield* inBatches(answersOf(document));
    yield* inBatches(countersOf(document));
    yield* inBatches(deliveriesOf(document));
  }

  async write(batches: AsyncIterable<StoreRecord[]>): Promise<void> {
    for await (const batch of batches) await Promise.all(batch.map((record) => this.#append(record)));
    await this.compact();
  }

  async findFaults(batch: readonly StoreRecord[]): Promise<string[]> {
    const document = this.#open.low.data;
    return batch.flatMap((record) => {
      if (record.kind !== "session") return [];
      const { ledger, retired } = record;
      const { id } = ledger.session;
      const { index } = describeSession(ledger, retired, document.hash);
      return [
        ...(isDeepStrictEqual(index, document.readIndex(id)) ? [] : [`session ${id} is indexed as something else`]),
        ...[...ledgerKeys(ledger), ...retired].flatMap((name) => {
          const owner = document.findOwner(name);
          return owner === id ? [] : [`${name} of session ${id} leads to ${owner ?? "nothing"}`];
        }),
      ];
    });
  }

  async compact(): Promise<void> {
    await this.#open.low.write();
  }

  close(): Promise<void> {
    return this.#open.close();
  }

  async #append(record: StoreRecord): Promise<void> {
    const { low, adapter } = this.#open;
    const applied = describe(record, low.data.hash);
    await adapter.append({
      records: applied.session?.records ?? "",
      entry: writeEntry(applied),
      onDurable: () => low.data.apply(applied),
    });
  }
}

/** A folder that does not exist before it is whole. */
class FolderInMaking implements RecordArchive {
  readonly #folder: string;
  readonly #isTaken: boolean;
  readonly #options: Omit<JsonStoreOptions, "folder">;
  #made: FolderArchive | null = null;

  constructor(folder: string, isTaken: boolean, options: Omit<JsonStoreOptions, "folder">) {
    this.#folder = folder;
    this.#isTaken = isTaken;
    this.#options = options;
  }

  async isEmpty(): Promise<boolean> {
    return !this.#isTaken;
  }

  async *read(): AsyncGenerator<StoreRecord[]> {
    if (this.#made !== null) yield* this.#made.read();
  }

  async write(batches: AsyncIterable<StoreRecord[]>): Promise<void> {
    const filling = `${resolve(this.#folder)}${FILLING}`;
    await rm(filling, { recursive: true, force: true });
    // What is copied is to be all there: whoever serves it forgets in its own time.
    const archive = new FolderArchive(await openFolder({ ...this.#options, folder: filling, keepsAll: true }));
    try {
      await archive.write(batches);
      await archive.close();
    } catch (error) {
      await archive.close();
      await rm(filling, { recursive: true, force: true });
      throw error;
    }
    // Onto an empty folder, or none.
    await rename(filling, this.#folder);
    await nodeFileSystem.syncFolder(dirname(resolve(this.#folder)));
    this.#made = new FolderArchive(await openFolder({ ...this.#options, folder: this.#folder }));
  }

  async findFaults(batch: readonly StoreRecord[]): Promise<string[]> {
    return (await this.#made?.findFaults(batch)) ?? [];
  }

  async compact(): Promise<void> {
    await this.#made?.compact();
  }

  async close(): Promise<void> {
    await this.#made?.close();
  }
}

function describe(record: StoreRecord, hash: NameHash): AppliedCommit {
  const nothing: AppliedCommit = { session: undefined, events: [], idempotency: undefined };
  switch (record.kind) {
    case "session":
      return { ...nothing, session: { ...describeSession(record.ledger, record.retired, hash), hasNewNames: true } };
    case "event":
      return { ...nothing, events: [writeEvent(record.event)] };
    case "answer":
      return { ...nothing, idempotency: record.answer };
    case "counter":
      return { ...nothing, counters: { [record.name]: record.count } };
    case "delivery":
      return { ...nothing, deliveries: [record.delivery] };
    default:
      return assertNever(record);
  }
}

function* sessionsOf(document: LedgerDocument): Generator<StoreRecord> {
  const { sessions } = document;
  for (let session = 0; session < sessions.size; session += 1) {
    yield { kind: "session", ledger: sessions.readLedger(session), retired: [...sessions.retired(session)] };
  }
}

function* answersOf(document: LedgerDocument): Generator<StoreRecord> {
  for (const [name] of document.idempotency.entries()) {
    const answer = document.readAnswer(name);
    if (answer === undefined) throw new TypeError(`answer ${name} went away while it was read`);
    yield { kind: "answer", answer };
  }
}

function* countersOf(document: LedgerDocument): Generator<StoreRecord> {
  for (const [name, count] of document.counters) if (count !== 0) yield { kind: "counter", name, count };
}

function* deliveriesOf(document: LedgerDocument): Generator<StoreRecord> {
  for (const delivery of document.outbox.records()) yield { kind: "delivery", delivery };
}

function* inBatches(records: Iterable<StoreRecord>): Generator<StoreRecord[]> {
  let batch: StoreRecord[] = [];
  for (const record of records) {
    batch.push(record);
    if (batch.length < BATCH_RECORDS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
