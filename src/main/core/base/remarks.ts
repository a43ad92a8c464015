/** Messages to the user about how the program runs that are not part of a report. A thread emits one message per subject. */

const said = new Set<string>()
let listener: ((subject: string, sentence: string) => void) | undefined

/** Receives the remarks of this thread and of its reader threads from now on, including one more on each subject. */
export function onRemark(listen: (subject: string, sentence: string) => void): void {
  listener = listen
  said.clear()
}

export function remarkOnce(subject: string, sentence: string): void {
  if (said.has(subject)) return
  said.add(subject)
  listener?.(subject, sentence)
}
