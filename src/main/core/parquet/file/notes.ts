/** Contradictions in a file that do not prevent GenoLeWM from reading it. */

/** Upper bound on the number of notes. */
const MOST_NOTES = 20

export class Notes {
  readonly list: string[]

  constructor(first: readonly string[] = []) {
    this.list = first.slice(0, MOST_NOTES)
  }

  /** Keeps each note once. */
  readonly add = (oddity: string): void => {
    if (this.list.length < MOST_NOTES && !this.list.includes(oddity)) this.list.push(oddity)
  }
}
