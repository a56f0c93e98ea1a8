import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import { inspect } from "node:util";
import * as fc from "fast-check";
import { RequestError } from "../../server/errors.ts";
import { parseForm, parseJson } from "../../server/parse.ts";

/** Values without what is refused: huge numbers, and the key `__proto__`. */
const PlainValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: fc.constantFrom("\\", '"', "{", "}", "[", "]", ",", ":", "1", "é") }),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, min: -1e15, max: 1e15 }),
    fc.constantFrom(null, true, false),
    fc.array(tie("value"), { maxLength: 5 }),
    tie("object"),
  ),
  object: fc
    .dictionary(fc.string({ unit: "grapheme" }), tie("value"), { maxKeys: 5 })
    .filter((object) => !Object.hasOwn(object, "__proto__")),
}));

const parse = (text: string) => parseJson(Buffer.from(text));

function refuses(text: string | Uint8Array, message: RegExp): void {
  assert.throws(
    () => parseJson(typeof text === "string" ? Buffer.from(text) : text),
    (error) => error instanceof RequestError && error.code === "malformed_request" && message.test(error.message),
    String(text),
  );
}

describe("parseJson", () => {
  it("reads what is unambiguous as it was written, with white space or without", () => {
    fc.assert(
      fc.property(PlainValue.value, fc.constantFrom(0, 1, "\t"), (value, space) => {
        // Through JSON once, which has no minus zero and no missing prototypes.
        const text = JSON.stringify(value, null, space);
        assert.deepEqual(parse(text), JSON.parse(text));
      }),
    );
  });

  it("refuses a key that an object has twice, wherever it is and however it is spelled", () => {
    fc.assert(
      fc.property(PlainValue.object, fc.nat(), fc.boolean(), (object, index, isSpelledOut) => {
        const keys = Object.keys(object);
        const key = keys[index % Math.max(1, keys.length)];
        fc.pre(key !== undefined);
        const spelled = isSpelledOut ? `"${spellOut(key)}"` : JSON.stringify(key);
        const members = [
          ...keys.map((name) => `${JSON.stringify(name)}:${JSON.stringify(object[name])}`),
          `${spelled} : 1`,
        ];
        refuses(`[{"outer":{${members.join(" , ")}}}]`, /is repeated/);
      }),
    );
  });

  it("allows the same key in two objects, and as a value", () => {
    const text = '{"a":{"a":"a"},"b":[{"a":1},{"a":2},"a","a"],"c":"a\\\\"}';
    assert.deepEqual(parse(text), JSON.parse(text));
  });

  it("refuses the key __proto__, which is allowed as a value", () => {
    refuses('{"a":[{"__proto__":{}}]}', /__proto__/);
    refuses('{"__pr\\u006fto__":1}', /__proto__/);
    assert.deepEqual(parse('["__proto__"]'), ["__proto__"]);
  });

  it("refuses numbers that a double would round or cannot hold", () => {
    for (const literal of ["9007199254740993", "-9007199254740993", "10000000000000000000000", "1e309", "-1E999"]) {
      for (const text of [literal, `[${literal}]`, `{"a":${literal}}`, `{"a": ${literal}\n, "b":1}`]) {
        refuses(text, /is too large/);
      }
    }
    assert.deepEqual(parse('[9007199254740991,-0.5,1e3,1E-7,"9007199254740993"]'), [
      9_007_199_254_740_991,
      -0.5,
      1000,
      1e-7,
      "9007199254740993",
    ]);
  });

  it("takes 16 levels and refuses 17, of arrays, objects and both", () => {
    const nested = (depth: number, opening: string, closing: string) =>
      opening.repeat(depth) + "1" + closing.repeat(depth);
    for (const [opening, closing] of [
      ["[", "]"],
      ['{"a":', "}"],
    ] as const) {
      assert.ok(parse(nested(16, opening, closing)));
      refuses(nested(17, opening, closing), /nested deeper than 16/);
    }
    assert.ok(parse(nested(8, '[{"a":', "}]")));
    refuses(nested(9, '[{"a":', "}]"), /nested deeper than 16/);
    refuses(nested(30_000, "[", "]"), /nested deeper than 16/);
    // Beside each other is not within each other.
    assert.ok(parse(`[${Array.from({ length: 100 }, () => "[{}]").join(",")}]`));
  });

  it("refuses what is not JSON, not UTF-8, or begins with a byte order mark", () => {
    for (const text of ["", "{", '{"a":1,}', "{'a':1}", "// a\n1", "01", '"\u0001"', '{"a":1}{'])
      refuses(text, /not JSON/);
    refuses(Uint8Array.of(0x22, 0xff, 0x22), /UTF-8/);
    refuses(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), /UTF-8/);
    refuses("\uFEFF{}", /byte order mark/);
  });
});

function spellOut(text: string): string {
  const units = text.split("").map((unit) => unit.charCodeAt(0).toString(16).padStart(4, "0"));
  return units.map((unit) => `\\u${unit}`).join("");
}

test("quotes of what cannot be read little, and no card number: errors are answered and logged", () => {
  const card = "4111 1111 1111 1111";
  const key = "k".repeat(60_000);
  for (const read of [
    () => parseJson(Buffer.from(`nope ${card}`)),
    () => parseJson(Buffer.from(`{"${card}":1,"${card}":2}`)),
    () => parseForm(`${card}=1&${card}=2`),
    () => parseJson(Buffer.from(`{"${key}":1,"${key}":2}`)),
    () => parseForm(`${key}=1&${key}=2`),
    () => parseJson(Buffer.from("9".repeat(60_000))),
  ]) {
    assert.throws(read, (error: RequestError) => {
      const shown = inspect(error, { depth: 5 });
      assert.ok(error.code === "malformed_request" && error.message.length < 400 && shown.length < 3000);
      assert.ok(!shown.includes(card));
      return true;
    });
  }
});
