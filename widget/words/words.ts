import type { en } from "./en.ts";

/** Every text of the element in one language; what has a title and a text is a pair of them. */
export type Words = {
  readonly [Name in keyof typeof en]: (typeof en)[Name] extends string ? string : readonly [string, string];
};

/** What has a title and a text. */
export type PairName = { [Name in keyof Words]: Words[Name] extends string ? never : Name }[keyof Words];
