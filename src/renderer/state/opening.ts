/** What every face of the window can ask for: another cache. */
export type Opening = {
  openFolder(path: string): void
  openSample(damaged: boolean): void
  /** The native dialog; null in a browser, which has none that tells a path. */
  readonly choose: (() => void) | null
}
