/** How much is measured. */
export interface Scale {
  name: "full" | "quick";
  /** How many clients pay at once. */
  clients: number;
  /** Rounds of paying, for the server and for its floor each. */
  payRounds: number;
  payMs: number;
  warmUpMs: number;
  /** Stores of how many sessions a change is made in; the last is also started and snapshotted. */
  storedSessions: [least: number, more: number, most: number];
  changeRounds: number;
  /** Changes in a round. */
  changes: number;
  starts: number;
  snapshots: number;
  /** Changes to each of lowdb's files. */
  lowdbChanges: number;
  /** Visits to each page with the element or what it is compared with, for each speed of the processor. */
  visits: number;
}

/** What the goals are about: some four minutes. */
export const FULL: Scale = {
  name: "full",
  clients: 32,
  payRounds: 7,
  payMs: 2500,
  warmUpMs: 4000,
  storedSessions: [1000, 10_000, 100_000],
  changeRounds: 11,
  changes: 10_000,
  starts: 3,
  snapshots: 3,
  lowdbChanges: 7,
  visits: 11,
};

/** Enough to see that everything works: a few seconds, of which the figures mean nothing. */
export const QUICK: Scale = {
  name: "quick",
  clients: 8,
  payRounds: 1,
  payMs: 200,
  warmUpMs: 50,
  storedSessions: [50, 100, 400],
  changeRounds: 2,
  changes: 200,
  starts: 1,
  snapshots: 1,
  lowdbChanges: 2,
  visits: 1,
};
