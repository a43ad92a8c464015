/** What contradicts itself in a file without keeping GenoLeWM from reading it. */

/** No list of what is odd needs to be longer. */
const MOST_NOTES = 20

export class Notes {
  readonly list: string[]

  constructor(first: readonly string[] = []) {
    this.list = first.slice(0, MOST_NOTES)
  }

  /** Told twice, it is kept once. */
  readonly add = (oddity: string): void => {
    if (this.list.length < MOST_NOTES && !this.list.includes(oddity)) this.list.push(oddity)
  }
}
