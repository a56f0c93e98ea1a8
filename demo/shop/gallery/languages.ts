import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { en } from "../../../widget/words/en.ts";

const FOLDER = new URL("../../../widget/words/", import.meta.url);

/** A language that the element speaks. */
export interface Language {
  /** A BCP 47 language tag. */
  tag: string;
  /** In English. */
  name: string;
}

const names = new Intl.DisplayNames(["en"], { type: "language" });

/** Every language that the build finds words of, English first. */
export const LANGUAGES: readonly Language[] = readdirSync(FOLDER)
  .map((file) => basename(file, ".ts"))
  .filter((name) => /^[a-z]{2}$/.test(name))
  .map((tag) => ({ tag, name: names.of(tag) ?? tag }))
  .toSorted(
    (one, other) =>
      Number(other.tag === en.language) - Number(one.tag === en.language) || one.name.localeCompare(other.name),
  );
