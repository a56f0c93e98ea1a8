/** Frames that are read back in pieces, whatever their lengths. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { OpenFile } from "../../../server/stores/json/file-system.ts";
import { readFrames } from "../../../server/stores/json/frame-reader.ts";
import { BARE_COMMIT, FrameBuffer } from "../../../server/stores/json/frame.ts";

const KIB = 1024;
/** Around all that a reader could have for its bounds: the room for the rest of a piece, a piece, two of them. */
const LENGTHS = [0, 1, 3 * KIB, 63 * KIB, 64 * KIB, 65 * KIB, 700 * KIB, 1024 * KIB, 1025 * KIB, 2500 * KIB];

describe("the frames of a large file", () => {
  it("are read one after the other, each as it was written", async () => {
    const lengths = [...LENGTHS, ...LENGTHS.toReversed(), ...Array.from({ length: 2000 }, (_, index) => index * 2)];
    const frames = new FrameBuffer();
    for (const [sequence, length] of lengths.entries())
      frames.add(sequence, sequence, contentOf(sequence, length), BARE_COMMIT);
    const seen: number[] = [];
    const ending = await readFrames(fileOf(frames.bytes()), "journal", ({ sequence, records }) => {
      assert.equal(records.toString(), contentOf(sequence, lengths[sequence] ?? 0));
      seen.push(sequence);
    });
    assert.deepEqual(ending, { state: "whole", offset: frames.length });
    assert.deepEqual(seen, [...lengths.keys()]);
  });

  it("end where reading fails, which is told", async () => {
    const frames = new FrameBuffer();
    for (let sequence = 0; sequence < 3000; sequence += 1)
      frames.add(sequence, sequence, contentOf(sequence, KIB), BARE_COMMIT);
    const file = fileOf(frames.bytes());
    const failure = new Error("EIO");
    const failing: OpenFile = {
      ...file,
      read: (into, position) => (position > 1500 * KIB ? Promise.reject(failure) : file.read(into, position)),
    };
    await assert.rejects(
      readFrames(failing, "journal", () => undefined),
      failure,
    );
  });
});

function contentOf(sequence: number, length: number): string {
  return String.fromCharCode(0x61 + (sequence % 26)).repeat(length);
}

function fileOf(bytes: Buffer): OpenFile {
  const unused = () => Promise.reject(new TypeError("only read"));
  return {
    size: () => Promise.resolve(bytes.length),
    read: (into, position) => Promise.resolve(bytes.copy(into, 0, position)),
    write: unused,
    truncate: unused,
    sync: unused,
    close: unused,
  };
}
