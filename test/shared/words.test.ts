import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { en } from "../../widget/words/en.ts";
import { findLanguage } from "../../widget/words/load.ts";
import type { Words } from "../../widget/words/words.ts";

const FOLDER = new URL("../../widget/words/", import.meta.url);

/** What two languages happen to write alike. */
const ALIKE: Record<string, readonly string[]> = {
  da: ["subtotal"],
  es: ["subtotal", "total"],
  fr: ["total"],
  pt: ["subtotal", "total"],
  sv: ["order"],
};

/** The letters of the scripts that `Intl` names. */
const LETTERS: Record<string, RegExp> = {
  Arab: /\p{Script=Arabic}/u,
  Cyrl: /\p{Script=Cyrillic}/u,
  Hans: /\p{Script=Han}/u,
  Hebr: /\p{Script=Hebrew}/u,
  Jpan: /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u,
  Kore: /\p{Script=Hangul}/u,
  Latn: /\p{Script=Latin}/u,
};

/**
 * The English that each text was translated from, and the languages that were. Whoever changes a text of `en.ts` adds the
 * new English here, and moves each language to it as its words follow.
 */
const translatedFrom = JSON.parse(readFileSync(new URL("translated-from.json", import.meta.url), "utf8")) as Record<
  string,
  Record<string, string>
>;

const { language: _language, direction: _direction, ...english } = en;

const tags = readdirSync(FOLDER).flatMap((name) => /^([a-z]{2})\.ts$/.exec(name)?.[1] ?? []);
const others = tags.filter((tag) => tag !== "en");

const textsOf = (value: unknown): string[] => [value].flat().map(String);
const placesIn = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

describe("the element's words", () => {
  it("are in English and 20 languages, each of which the element asks for", () => {
    assert.equal(others.length, 20);
    for (const tag of tags) assert.equal(findLanguage(tag), tag);
    assert.equal(findLanguage("pt-BR"), "pt");
    assert.equal(findLanguage("zh_Hant-TW"), "zh");
    assert.equal(findLanguage("nn-NO"), "nb");
    assert.equal(findLanguage("no"), "nb");
    for (const locale of ["", "eo", "en-GB", "ar cs", "constructor"]) assert.equal(findLanguage(locale), "en", locale);
  });

  it("were translated from the English that there is, text by text", () => {
    for (const [name, value] of Object.entries(english)) {
      const text = textsOf(value).join(" / ");
      const done = translatedFrom[name]?.[text]?.split(" ") ?? [];
      const stale = others.filter((tag) => !done.includes(tag));
      assert.deepEqual(stale, [], `"${name}" is stale: these were translated from another English than "${text}"`);
    }
    assert.deepEqual(Object.keys(translatedFrom).sort(), Object.keys(english).sort());
  });

  for (const tag of others) {
    it(`are whole in ${tag}`, async () => {
      const { default: words } = (await import(new URL(`${tag}.ts`, FOLDER).href)) as { default: Words };
      assert.deepEqual(Object.keys(words).sort(), Object.keys(en).sort());
      const { language, script = "" } = new Intl.Locale(words.language).maximize();
      assert.equal(language, tag);
      assert.equal(words.direction, ["Arab", "Hebr"].includes(script) ? "rtl" : "ltr");
      for (const [name, value] of Object.entries(english)) {
        const given = words[name as keyof Words];
        assert.equal(Array.isArray(given), Array.isArray(value), name);
        const texts = textsOf(given);
        const originals = textsOf(value);
        assert.equal(texts.length, originals.length, name);
        for (const [index, original] of originals.entries()) {
          const text = texts[index] ?? "";
          assert.deepEqual(placesIn(text), placesIn(original), `${name}: "${text}"`);
          // Without the places it still says something, and in its own script.
          assert.match(text.replace(/\{\w+\}/g, ""), LETTERS[script] ?? /^$/, `${name}: "${text}"`);
          assert.equal(text, text.trim().normalize(), name);
          assert.doesNotMatch(text, /\.\.\.|['"]|  /, `${name}: plain dots, quotes or spaces`);
          const isAlike = ALIKE[tag]?.includes(name) ?? false;
          assert.equal(text === original, isAlike, `${name}: "${text}" beside "${original}"`);
        }
      }
    });
  }
});
