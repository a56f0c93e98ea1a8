/**
 * How deep a run goes. `npm test` alone leaves out what takes long and rarely finds anything that the rest does not;
 * `FAULTS=1`, which `.ci/run` sets, asks for all of it. Whatever is left out says so in one line.
 */
const isWhole = process.env["FAULTS"] === "1";

/** Why a test is left out of a run that was not asked for everything, for its `skip`; `false` where it was. */
export const leftOut: string | false = isWhole ? false : "left out: FAULTS=1 asks for it";

/** How much of something a run does: the whole where it was asked for, else less, which it says. */
export function depth(what: string, { whole, less }: { whole: number; less: number }): number {
  if (isWhole) return whole;
  sayLess(what, less, whole);
  return less;
}

/** The members of a list that a run goes through: all of them where it was asked for everything, else those that `keep` chooses. */
export function choose<Member>(what: string, all: readonly Member[], keep: (member: Member) => boolean): Member[] {
  const chosen = isWhole ? [...all] : all.filter(keep);
  if (chosen.length < all.length) sayLess(what, chosen.length, all.length);
  return chosen;
}

function sayLess(what: string, less: number, whole: number): void {
  console.log(`Left out: ${whole - less} of ${whole} ${what}; FAULTS=1 asks for them.`);
}
