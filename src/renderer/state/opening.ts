/** The request to open another cache, available to every page of the window. */
export type Opening = {
  openFolder(path: string): void
  openSample(damaged: boolean): void
  /** The native dialog. Null in a browser, whose dialog does not reveal a path. */
  readonly choose: (() => void) | null
}
